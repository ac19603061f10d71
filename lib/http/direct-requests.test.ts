import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Answer } from "@/lib/http/answer";
import { offerDirectly } from "@/lib/http/direct";
import type { Incoming } from "@/lib/http/route";
import "./direct-requests.mjs";

let server: Server;
let port: number;
let given: (request: Incoming, params: Record<string, string>) => Promise<Answer>;

beforeAll(async () => {
  const answer: typeof given = (request, params) => given(request, params);
  offerDirectly([
    { request: "POST /direct", answer },
    { request: "PUT /direct/{thingId}/kept", answer },
  ]);
  server = createServer((_request, response) => response.end("by Next")).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  offerDirectly([]);
});

function send(method: string, path: string, body = "", headers: Record<string, string> = {}) {
  return new Promise<{ status?: number; headers: NodeJS.Dict<string | string[]>; text: string }>((resolve, reject) => {
    const sent = httpRequest({ port, host: "127.0.0.1", method, path, headers }, (response) => {
      let text = "";
      response.on("data", (piece) => {
        text += piece;
      });
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const read = async ({ body }: Incoming): Promise<string> => {
  let text = "";
  for await (const piece of body ?? []) text += Buffer.from(piece).toString("utf8");
  return text;
};

describe("what is offered", () => {
  it("is answered with its own status, headers and body, and those of every answer", async () => {
    given = async (request) => ({
      status: 201,
      headers: { "content-type": "application/json", "x-own": String(request.headers.get("x-sent")) },
      body: JSON.stringify({ read: await read(request), none: request.headers.get("x-none") }),
    });
    const answer = await send("POST", "/direct", "좋다", { "x-sent": "yes" });
    expect(JSON.parse(answer.text)).toEqual({ read: "좋다", none: null });
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(answer.text)),
      "x-own": "yes",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
  });

  it("may have no body", async () => {
    given = async () => ({ status: 204, headers: {}, body: null });
    const answer = await send("POST", "/direct", "unread");
    expect(answer).toMatchObject({ status: 204, text: "" });
    expect(answer.headers).not.toHaveProperty("content-length");
  });

  it("is told what its path names", async () => {
    given = async (_request, params) => ({ status: 200, headers: {}, body: JSON.stringify(params) });
    const answer = await send("PUT", "/direct/0b1c-2D_3/kept", "unread");
    expect(JSON.parse(answer.text)).toEqual({ thingId: "0b1c-2D_3" });
  });

  it("may give up on a body half-way and still answers, and the line stays good for the next request", async () => {
    given = async ({ body }) => {
      for await (const _ of body ?? []) break;
      return { status: 413, headers: {}, body: "too large" };
    };
    for (let round = 0; round < 2; round += 1)
      expect(await send("POST", "/direct", "x".repeat(4_000_000))).toMatchObject({ status: 413, text: "too large" });
  });
});

it.each([
  ["POST", "/direct?"],
  ["POST", "/direct/"],
  ["GET", "/direct"],
  ["POST", "/other"],
  ["POST", "/before/direct"],
  ["POST", "/direct/1/kept"],
  ["PUT", "/direct/kept"],
  ["PUT", "/direct//kept"],
  ["PUT", "/direct/1/2/kept"],
  ["PUT", "/direct/%31/kept"],
  ["PUT", "/direct/1/kept?"],
])("%s %s is Next's", async (method, path) => {
  given = () => Promise.reject(new Error("asked"));
  expect(await send(method, path)).toMatchObject({ status: 200, text: "by Next" });
});
