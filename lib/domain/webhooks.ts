/** Webhooks: which audit events they tell, the signature (Standard Webhooks 1.0), and when a failed delivery is tried again. */
import { createHmac } from "node:crypto";
import type { WebhookEvent } from "./webhook-events";

/** Sent on request only. */
export const PING_EVENT = "webhook.ping";

/** Which audit events become which webhook event; `item.done` is found behind the judgements. */
export const EVENT_OF_ACTION: Record<string, WebhookEvent> = {
  "comparison.submit": "comparison.created",
  "comparison.supersede": "comparison.created",
  "review.create": "review.created",
  "annotator.paused": "annotator.paused",
  "round.done": "round.finished",
  "round.cancelled": "round.finished",
  "round.step_failed": "round.finished",
  "training_run.done": "run.finished",
  "training_run.failed": "run.finished",
  "training_run.cancelled": "run.finished",
  "reward_model.promoted": "reward_model.promoted",
  "snapshot.frozen": "snapshot.created",
  "import.finished": "import.finished",
  "bulk_action.applied": "bulk_action.applied",
  "bulk_action.undone": "bulk_action.applied",
};

export const SECRET_PREFIX = "whsec_";
export const SECRET_BYTES = 32;

/** The value of webhook-signature. `body` is what is sent, byte for byte. */
export function signWebhook(input: { secret: string; id: string; timestampSeconds: number; body: string }): string {
  const key = Buffer.from(input.secret.slice(SECRET_PREFIX.length), "base64");
  const signed = `${input.id}.${input.timestampSeconds}.${input.body}`;
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}

/** Pauses before the second try and so on, seconds; after the last of them a delivery is dead. About 12 hours in all. */
const RETRY_SECONDS = [5, 30, 120, 600, 1800, 7200, 36_000] as const;
export const ATTEMPTS_MAX = RETRY_SECONDS.length + 1;
/** So many failed tries in a row, over all deliveries, switch a webhook off. */
export const FAILURES_MAX = 30;

/** Seconds until the next try after `attempts` failed ones, up to a fifth more by chance; null = give up. */
export function retrySeconds(attempts: number, random: () => number): number | null {
  const base = RETRY_SECONDS[attempts - 1];
  return base === undefined ? null : base * (1 + 0.2 * random());
}
