/**
 * Guards requests to addresses that people typed in (server-side request forgery): the name is resolved once, every address
 * must be public or allowed by POLICY_ALLOWED_HOSTS, and the connection goes to that very address, so that a name that
 * resolves differently a moment later gains nothing. Redirects are not followed by the callers.
 */
import { lookup as dnsLookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";
import { Agent } from "undici";
import { DomainError } from "@/lib/errors";

export interface Address {
  address: string;
  family: number;
}
export type Resolve = (hostname: string) => Promise<Address[]>;

const resolveByDns: Resolve = (hostname) => dnsLookup(hostname, { all: true, verbatim: true });

export interface AllowList {
  hosts: Set<string>;
  ranges: [ipaddr.IPv4 | ipaddr.IPv6, number][];
}

/** Comma-separated host names, addresses and CIDR ranges. */
export function parseAllowList(text: string): AllowList {
  const list: AllowList = { hosts: new Set(), ranges: [] };
  for (const entry of text.split(",").map((part) => part.trim().toLowerCase())) {
    if (entry === "") continue;
    if (ipaddr.isValidCIDR(entry)) list.ranges.push(ipaddr.parseCIDR(entry));
    else if (ipaddr.isValid(entry)) {
      const address = ipaddr.parse(entry);
      list.ranges.push([address, address.kind() === "ipv4" ? 32 : 128]);
    } else list.hosts.add(entry);
  }
  return list;
}

/** IPv4 in IPv6 clothes counts as the IPv4 address. */
function unwrap(text: string): ipaddr.IPv4 | ipaddr.IPv6 {
  const address = ipaddr.parse(text);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

const GLOBAL_UNICAST = ipaddr.parseCIDR("2000::/3") as [ipaddr.IPv6, number];

/** Only plain unicast. IPv6 outside 2000::/3 and its tunnels (6to4, Teredo, NAT64) can lead into a private network. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = unwrap(text);
  if (address instanceof ipaddr.IPv6 && !address.match(GLOBAL_UNICAST)) return false;
  return address.range() === "unicast";
}

function isAllowed(text: string, list: AllowList): boolean {
  const address = unwrap(text);
  return list.ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));
}

const refuse = (message: string): never => {
  throw new DomainError("invalid", `The endpoint's address is refused: ${message}`, [{ path: "baseUrl", message }]);
};

/** The address to connect to. Throws DomainError `invalid` when any address of the host is neither public nor allowed. */
export async function resolveEndpoint(
  url: URL,
  allowList: AllowList,
  resolve: Resolve = resolveByDns,
): Promise<Address> {
  if (url.protocol !== "http:" && url.protocol !== "https:") return refuse("only http and https");
  if (url.username !== "" || url.password !== "") return refuse("no user name or password in the address");
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const addresses = await addressesOf(host, resolve);
  if (addresses.length === 0) return refuse("the host has no address");
  if (!allowList.hosts.has(host))
    for (const { address } of addresses)
      if (!isPublicAddress(address) && !isAllowed(address, allowList))
        refuse("the host is in a private or reserved range; an operator can allow it by POLICY_ALLOWED_HOSTS");
  return addresses[0]!;
}

async function addressesOf(host: string, resolve: Resolve): Promise<Address[]> {
  if (ipaddr.isValid(host)) return [{ address: host, family: ipaddr.parse(host).kind() === "ipv4" ? 4 : 6 }];
  try {
    return await resolve(host);
  } catch {
    return refuse("the host cannot be resolved");
  }
}

/** A dispatcher whose connections can only go to `pinned`. */
export function pinnedAgent(pinned: Address, timeoutMs: number): Agent {
  return new Agent({
    connections: 1,
    connect: {
      timeout: Math.min(timeoutMs, 10_000),
      lookup: (_hostname, options, callback) => {
        if (options.all) callback(null, [{ address: pinned.address, family: pinned.family }]);
        else callback(null, pinned.address, pinned.family);
      },
    },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
}
