/** The API over HTTP without a build of the web application: Node's server in front of the real route files. Needs DATABASE_URL. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeStream } from "node:stream/web";
import { allEndpoints } from "@/lib/contracts";

const API = path.resolve(import.meta.dirname, "../../app/api/v1");
type Handler = (request: Request, segment: { params: Promise<Record<string, string>> }) => Promise<Response>;

interface Found {
  file: string;
  params: Record<string, string>;
}

/** Paths without parameters win over those with, as in the router. */
const ROUTES = [...new Set(allEndpoints().map(({ endpoint }) => endpoint.path))]
  .sort((left, right) => left.split("{").length - right.split("{").length)
  .map((template) => ({
    file: path.join(API, template.replaceAll(/\{(\w+)\}/g, "[$1]"), "route.ts"),
    pattern: new RegExp(`^/api/v1${template.replaceAll(".", "\\.").replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`),
  }));

function find(pathname: string): Found | undefined {
  for (const { file, pattern } of ROUTES) {
    const match = pattern.exec(pathname);
    if (match) return { file, params: { ...match.groups } };
  }
  return undefined;
}

function requestOf(incoming: IncomingMessage, url: URL): Request {
  const headers = new Headers(
    Object.entries(incoming.headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
  const method = incoming.method ?? "GET";
  const body = ["GET", "HEAD"].includes(method) ? undefined : (Readable.toWeb(incoming) as ReadableStream);
  return new Request(url, { method, headers, body, duplex: "half" } as RequestInit);
}

async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host}`);
  const found = find(url.pathname);
  const handler = found && ((await import(found.file)) as Record<string, Handler>)[incoming.method ?? "GET"];
  if (!found || !handler) {
    outgoing.writeHead(404).end();
    return;
  }
  const response = await handler(requestOf(incoming, url), { params: Promise.resolve(found.params) });
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) await pipeline(Readable.fromWeb(response.body as NodeStream), outgoing);
  else outgoing.end();
}

export interface ApiServer {
  address: string;
  close(): Promise<void>;
}

export async function startApiServer(): Promise<ApiServer> {
  const server: Server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => outgoing.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
