/** A server that takes webhooks, well or badly. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedWebhook {
  headers: { id: string; timestamp: string; signature: string };
  body: string;
}
export interface WebhookReceiver {
  url: string;
  /** What it answers: a status, or nothing at all. */
  mode: number | "hang";
  received: ReceivedWebhook[];
  close(): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const header = (name: string) => String(request.headers[name]);
    receiver.received.push({
      headers: {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
      },
      body: Buffer.concat(chunks).toString("utf8"),
    });
    if (receiver.mode === "hang") return;
    const location = receiver.mode === 302 ? { location: `${receiver.url}/elsewhere` } : {};
    response.writeHead(receiver.mode, location).end("a word of the receiver's");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    mode: 200,
    received: [],
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}
