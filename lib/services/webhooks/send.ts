/** One try of one delivery: signed, to the checked address only, no redirect, nothing of the answer but its status. */
import { request } from "undici";
import { signWebhook } from "@/lib/domain/webhooks";
import { DomainError } from "@/lib/errors";
import { pinnedAgent } from "@/lib/policies/egress";
import { resolveTarget, type TargetOptions } from "./target";

export const SEND_TIMEOUT_MS = 10_000;

export interface WebhookMessage {
  id: string;
  url: string;
  secret: string;
  body: string;
}
export interface SendResult {
  ok: boolean;
  status: number | null;
  /** One sentence of ours; null when it worked. */
  error: string | null;
  durationMs: number;
}

export interface SendOptions extends TargetOptions {
  timeoutMs?: number;
}

/** Never throws for what a receiver or an address does. */
export async function sendWebhook(message: WebhookMessage, options: SendOptions = {}): Promise<SendResult> {
  const start = performance.now();
  const result = await attempt(message, options).catch((error: unknown) => ({
    ok: false,
    status: null,
    error: explain(error),
  }));
  return { ...result, durationMs: Math.round(performance.now() - start) };
}

async function attempt(message: WebhookMessage, options: SendOptions): Promise<Omit<SendResult, "durationMs">> {
  const timeoutMs = options.timeoutMs ?? SEND_TIMEOUT_MS;
  const url = new URL(message.url);
  const dispatcher = pinnedAgent(await resolveTarget(url, options), timeoutMs);
  const timestampSeconds = Math.floor(Date.now() / 1000);
  try {
    const response = await request(url, {
      dispatcher,
      method: "POST",
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        "content-type": "application/json",
        "user-agent": "Pairwright-Webhooks/1",
        "webhook-id": message.id,
        "webhook-timestamp": String(timestampSeconds),
        "webhook-signature": signWebhook({ ...message, timestampSeconds }),
      },
      body: message.body,
    });
    // The body is not ours to read; destroying it unread raises its error event, which nobody else would hear.
    response.body.on("error", () => undefined).destroy();
    return judge(response.statusCode);
  } finally {
    await dispatcher.destroy();
  }
}

function judge(status: number): Omit<SendResult, "durationMs"> {
  if (status >= 200 && status < 300) return { ok: true, status, error: null };
  if (status >= 300 && status < 400)
    return { ok: false, status, error: `The receiver answered HTTP ${status}; redirects are not followed.` };
  return { ok: false, status, error: `The receiver answered HTTP ${status}.` };
}

function explain(error: unknown): string {
  if (error instanceof DomainError) return error.message;
  const { name, code } = error as { name?: string; code?: string };
  if (name === "TimeoutError" || code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_CONNECT_TIMEOUT")
    return "The receiver did not answer in time.";
  if (code === "ECONNREFUSED") return "The receiver refused the connection.";
  if (code?.startsWith("ERR_TLS") || code?.includes("CERT") || code?.includes("SSL"))
    return "The receiver's certificate cannot be trusted.";
  return "The connection to the receiver failed.";
}
