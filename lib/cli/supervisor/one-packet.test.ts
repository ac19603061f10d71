import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, it } from "vitest";
import "./one-packet.mjs";

/** What arrives over the connection, by piece. */
async function pieces(answer: RequestListener): Promise<string[]> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const arrived: string[] = [];
  socket.on("data", (piece) => arrived.push(piece.toString("utf8")));
  socket.write("GET / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
  await new Promise((resolve) => socket.once("close", resolve));
  server.close();
  return arrived;
}

/** As Next writes the body of a route's answer. */
async function writeLikeNext(response: Parameters<RequestListener>[1], body: string): Promise<void> {
  response.writeHead(201, { "content-type": "application/json" });
  const writer = new WritableStream({
    write(piece: string) {
      response.flushHeaders();
      response.write(piece);
    },
    close() {
      response.end();
    },
  });
  await new Response(body).body?.pipeThrough(new TextDecoderStream()).pipeTo(writer);
}

it("sends a short answer in one piece", async () => {
  const arrived = await pieces((_request, response) => void writeLikeNext(response, '{"a":1}'));
  expect(arrived).toHaveLength(1);
  expect(arrived[0]).toMatch(/^HTTP\/1\.1 201 [\s\S]*7\r\n\{"a":1\}\r\n0\r\n\r\n$/);
});

it("lets a stream's pieces out as they come", async () => {
  const arrived = await pieces(async (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    response.write("first");
    await new Promise((resolve) => setTimeout(resolve, 50));
    response.end("second");
  });
  expect(arrived.length).toBeGreaterThan(1);
  expect(arrived[0]).toContain("first");
  expect(arrived[0]).not.toContain("second");
});
