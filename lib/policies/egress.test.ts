import { describe, expect, it } from "vitest";
import { isPublicAddress, parseAllowList, pinnedAgent, type Resolve, resolveEndpoint } from "./egress";

const nobody = parseAllowList("");
const resolvesTo =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

/** Spellings of addresses inside a private, local or reserved range. */
const PRIVATE = [
  "127.0.0.1",
  "127.1",
  "127.0.1",
  "127.255.255.254",
  "2130706433",
  "0x7f000001",
  "0x7f.0.0.1",
  "0x7f.1",
  "0177.0.0.1",
  "0177.1",
  "017700000001",
  "127.0.0.1.",
  "0",
  "0.0.0.0",
  "0x0",
  "00",
  "0.1.2.3",
  "10.0.0.1",
  "10.1",
  "0xa.0.0.1",
  "012.0.0.1",
  "167772161",
  "0x0a000001",
  "10.255.255.255",
  "172.16.0.1",
  "172.31.255.255",
  "0xac100001",
  "2886729729",
  "172.16.1",
  "192.168.0.1",
  "192.168.1",
  "0xc0a80001",
  "3232235521",
  "0300.0250.0.1",
  "169.254.169.254",
  "169.254.43518",
  "2852039166",
  "0xa9fea9fe",
  "0251.0376.0251.0376",
  "0xa9.0xfe.0xa9.0xfe",
  "100.64.0.1",
  "100.127.255.254",
  "198.18.0.1",
  "192.0.0.1",
  "192.0.2.1",
  "198.51.100.7",
  "203.0.113.9",
  "224.0.0.1",
  "239.255.255.255",
  "240.0.0.1",
  "255.255.255.255",
  "4294967295",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[::]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::ffff:10.0.0.1]",
  "[::ffff:169.254.169.254]",
  "[::ffff:a9fe:a9fe]",
  "[::127.0.0.1]",
  "[::7f00:1]",
  "[::ffff:0:127.0.0.1]",
  "[64:ff9b::127.0.0.1]",
  "[64:ff9b::a9fe:a9fe]",
  "[64:ff9b:1::a00:1]",
  "[2002:7f00:1::]",
  "[2002:a9fe:a9fe::1]",
  "[2002:a00:1::]",
  "[2001::1]",
  "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
  "[fe80::1]",
  "[febf::1]",
  "[fec0::1]",
  "[fc00::1]",
  "[fd00::1]",
  "[fd12:3456:789a::1]",
  "[ff02::1]",
  "[2001:db8::1]",
  "[100::1]",
  "[::ffff:192.168.1.1]",
  "[0000:0000:0000:0000:0000:ffff:7f00:0001]",
  "①②⑦.⓪.⓪.①",
  "127。0。0。1",
  "1②7.0.0.1",
];

describe("where policy endpoints may connect to", () => {
  it("knows at least eighty spellings", () => expect(new Set(PRIVATE).size).toBeGreaterThanOrEqual(80));

  it.each(PRIVATE)("refuses %s", async (host) => {
    const url = new URL(`http://${host}/v1`);
    // Whatever the URL parser does not turn into an address goes to the resolver, as it would on a real machine.
    await expect(resolveEndpoint(url, nobody, resolvesTo("127.0.0.1"))).rejects.toMatchObject({ code: "invalid" });
  });

  it("refuses a name when any of its addresses is private, and takes the address that was checked", async () => {
    const url = new URL("https://models.example.org/v1");
    await expect(resolveEndpoint(url, nobody, resolvesTo("93.184.216.34", "10.0.0.1"))).rejects.toThrow("private");
    await expect(resolveEndpoint(url, nobody, resolvesTo())).rejects.toThrow("no address");
    expect(await resolveEndpoint(url, nobody, resolvesTo("93.184.216.34"))).toEqual({
      address: "93.184.216.34",
      family: 4,
    });
  });

  it("connects to the pinned address although the name has changed since", async () => {
    const agent = pinnedAgent({ address: "127.0.0.1", family: 4 }, 2000);
    const { createServer } = await import("node:http");
    const server = createServer((_request, response) => response.end("pinned"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const { request } = await import("undici");
    // This name exists nowhere: only the pin can lead to the server.
    const response = await request(`http://rebinding.invalid:${port}/`, { dispatcher: agent });
    expect(await response.body.text()).toBe("pinned");
    await agent.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it("asks the resolver once, so that a second answer cannot matter", async () => {
    let asked = 0;
    const rebinding: Resolve = async () => {
      asked += 1;
      return [{ address: asked === 1 ? "93.184.216.34" : "127.0.0.1", family: 4 }];
    };
    const pinned = await resolveEndpoint(new URL("http://rebind.example.org"), nobody, rebinding);
    expect([asked, pinned.address]).toEqual([1, "93.184.216.34"]);
  });

  it("lets operators allow hosts, addresses and ranges", async () => {
    const list = parseAllowList(" gpu.internal, 10.1.0.0/16 ,192.168.5.5,fd00::/8");
    const reach = (host: string, ...addresses: string[]) =>
      resolveEndpoint(new URL(`http://${host}`), list, resolvesTo(...addresses));
    await expect(reach("GPU.internal", "172.16.0.9")).resolves.toMatchObject({ address: "172.16.0.9" });
    await expect(reach("10.1.2.3")).resolves.toMatchObject({ address: "10.1.2.3" });
    await expect(reach("[::ffff:10.1.2.3]")).resolves.toBeDefined();
    await expect(reach("other.internal", "192.168.5.5", "fd00::7")).resolves.toBeDefined();
    await expect(reach("10.2.0.1")).rejects.toThrow();
    await expect(reach("sub.gpu.internal", "172.16.0.9")).rejects.toThrow();
  });

  it("takes neither other schemes nor credentials in the address", async () => {
    for (const address of [
      "file:///etc/passwd",
      "ftp://93.184.216.34",
      "gopher://93.184.216.34",
      "http://u:p@93.184.216.34",
    ])
      await expect(resolveEndpoint(new URL(address), nobody)).rejects.toMatchObject({ code: "invalid" });
  });

  it("takes public addresses", () => {
    for (const address of ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001::200e"])
      expect(isPublicAddress(address)).toBe(true);
  });
});
