/** The receiver's side of a webhook, as docs/webhooks.md shows it. */
import { timingSafeEqual } from "node:crypto";
import { signWebhook } from "@/lib/domain/webhooks";

/** What a receiver does; also refuses a timestamp more than five minutes off, so that an old message cannot be played again. */
export function verifyWebhook(input: {
  secret: string;
  headers: { id: string; timestamp: string; signature: string };
  body: string;
  nowSeconds: number;
}): boolean {
  const { id, timestamp, signature } = input.headers;
  const timestampSeconds = Number(timestamp);
  if (!Number.isInteger(timestampSeconds) || Math.abs(input.nowSeconds - timestampSeconds) > 300) return false;
  const wanted = Buffer.from(signWebhook({ secret: input.secret, id, timestampSeconds, body: input.body }));
  return signature.split(" ").some((given) => {
    const bytes = Buffer.from(given);
    return bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
  });
}
