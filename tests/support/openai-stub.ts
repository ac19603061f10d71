/** A server that speaks the OpenAI chat-completions stream, well or badly. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** `slow` = a pause before each word; `hang` = headers, then nothing; `cut` = ends without a finish reason; `drop` = breaks the connection. */
export type StubMode = "ok" | "slow" | "hang" | "error" | "cut" | "drop" | "redirect" | "garbage";

export interface StubRequest {
  body: { model: string; messages: { role: string; content: string }[]; [field: string]: unknown };
  authorization: string | undefined;
}

export interface OpenAiStub {
  baseUrl: string;
  mode: StubMode;
  reply: string;
  requests: StubRequest[];
  close(): Promise<void>;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const delta = (content: string) =>
  event({ model: "stub-model-1", choices: [{ delta: { content }, finish_reason: null }] });

async function readBody(request: IncomingMessage): Promise<StubRequest["body"]> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

async function answer(stub: OpenAiStub, response: ServerResponse): Promise<void> {
  const { mode } = stub;
  if (mode === "error") {
    response.writeHead(500, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: "secret-of-the-endpoint" } }));
    return;
  }
  if (mode === "redirect") {
    response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" }).end();
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (mode === "garbage") {
    response.end("data: secret-of-the-endpoint {not json\n\n");
    return;
  }
  response.flushHeaders();
  if (mode === "hang") return;
  const words = stub.reply.match(/\s*\S+/gu) ?? [];
  for (const [index, word] of words.entries()) {
    if (mode === "slow") await pause(50);
    if ((mode === "cut" || mode === "drop") && index === Math.floor(words.length / 2)) {
      if (mode === "cut") response.end();
      else response.destroy();
      return;
    }
    response.write(delta(word));
  }
  response.write(event({ choices: [{ delta: {}, finish_reason: "stop" }] }));
  response.end("data: [DONE]\n\n");
}

export async function startOpenAiStub(): Promise<OpenAiStub> {
  const server = createServer(async (request, response) => {
    if (request.url !== "/v1/chat/completions") {
      response.writeHead(404).end();
      return;
    }
    stub.requests.push({ body: await readBody(request), authorization: request.headers.authorization });
    await answer(stub, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stub: OpenAiStub = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    mode: "ok",
    reply: "An answer of five words.",
    requests: [],
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return stub;
}
