/**
 * Preloaded into the web server: what direct.ts offers is answered here, before Next sees the request. Paths without a query
 * only; everything else goes Next's way.
 */
import { Server } from "node:http";
import { SECURITY_HEADERS } from "./security-headers.mjs";

const { emit } = Server.prototype;

Server.prototype.emit = function emitOrAnswer(event, ...given) {
  if (event !== "request") return emit.call(this, event, ...given);
  const [request, response] = given;
  const answer = globalThis.pairwrightDirect?.(`${request.method} ${request.url}`);
  if (!answer) return emit.call(this, event, ...given);
  void serve(answer, request, response);
  return true;
};

async function serve(answer, request, response) {
  const { method, url, headers: sent } = request;
  const headers = { get: (name) => sent[name] ?? null };
  // A body that is given up on half-way must not cut the line under the answer.
  const body = request.iterator({ destroyOnReturn: false });
  const given = await answer({ method, url, headers, body });
  const length = given.body === null ? {} : { "content-length": Buffer.byteLength(given.body) };
  response.writeHead(given.status, { ...SECURITY_HEADERS, ...given.headers, ...length });
  response.end(given.body ?? undefined);
}
