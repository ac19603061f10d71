/** Where a webhook may point: a public address over https, or one that the operator allows by WEBHOOK_ALLOWED_HOSTS. */
import { env } from "@/lib/env";
import { DomainError } from "@/lib/errors";
import { type Address, isPublicAddress, parseAllowList, type Resolve, resolveEndpoint } from "@/lib/policies/egress";

export interface TargetOptions {
  /** Default: what WEBHOOK_ALLOWED_HOSTS says. */
  allowedHosts?: string;
  /** Default: DNS. */
  resolve?: Resolve;
}

const refuse = (message: string): never => {
  throw new DomainError("invalid", `The webhook's address is refused: ${message}`, [{ path: "body.url", message }]);
};

/** The one address to connect to, checked when the webhook is saved and again at each try. Errors: DomainError `invalid`. */
export async function resolveTarget(url: URL, options: TargetOptions = {}): Promise<Address> {
  const allowList = parseAllowList(options.allowedHosts ?? env().WEBHOOK_ALLOWED_HOSTS);
  const address = await resolveEndpoint(url, allowList, options.resolve).catch((error: unknown) => {
    if (!(error instanceof DomainError)) throw error;
    return refuse(
      (error.problems[0]?.message ?? error.message).replace("POLICY_ALLOWED_HOSTS", "WEBHOOK_ALLOWED_HOSTS"),
    );
  });
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (url.protocol === "http:" && isPublicAddress(address.address) && !allowList.hosts.has(host))
    return refuse("events leave this machine over https only");
  return address;
}
