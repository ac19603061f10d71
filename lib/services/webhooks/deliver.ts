/** Empties the outbox: sends what is due, plans the next try of what failed, switches off what fails again and again. */
import { eq } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { type ClaimedDelivery, claimDeliveries, endDelivery, removeOldDeliveries } from "@/db/queries/webhooks";
import { webhooks } from "@/db/schema";
import { openSecret } from "@/lib/auth/secret-box";
import { FAILURES_MAX, retrySeconds } from "@/lib/domain/webhooks";
import { auditActor, inTransaction, type ServiceContext } from "../context";
import { collectWebhookEvents } from "./collect";
import { SEND_TIMEOUT_MS, type SendOptions, type SendResult, sendWebhook } from "./send";

const PER_WEBHOOK = 4;
/** Longer than any try, so that a worker that died is followed and a slow one is not doubled. */
const HOLD_SECONDS = (3 * SEND_TIMEOUT_MS) / 1000;
const KEEP_DAYS = 30;
/** "Gone": the receiver asks for no more. */
const GONE = 410;

export interface DeliverOptions extends SendOptions {
  signal?: AbortSignal;
}

/** One turn: collect, then send until nothing is due. How many tries were made. */
export async function runWebhooks(context: ServiceContext, options: DeliverOptions = {}): Promise<number> {
  await collectWebhookEvents(context);
  let tries = 0;
  while (!options.signal?.aborted) {
    const claimed = await claimDeliveries(context.db, { perWebhook: PER_WEBHOOK, holdSeconds: HOLD_SECONDS });
    if (claimed.length === 0) break;
    await Promise.all(claimed.map((delivery) => deliver(context, delivery, options)));
    tries += claimed.length;
  }
  if (tries > 0) await removeOldDeliveries(context.db, KEEP_DAYS);
  return tries;
}

async function deliver(context: ServiceContext, delivery: ClaimedDelivery, options: SendOptions): Promise<void> {
  const result = await send(delivery, options);
  const pause = retrySeconds(delivery.attempts, Math.random);
  const gone = result.status === GONE;
  const again = !result.ok && !gone && pause !== null;
  await inTransaction(context, async (tx) => {
    const failures = await endDelivery(tx, {
      id: delivery.id,
      webhookId: delivery.webhookId,
      state: result.ok ? "delivered" : again ? "pending" : "dead",
      retrySeconds: again ? pause : null,
      status: result.status,
      error: result.error,
      durationMs: result.durationMs,
    });
    if (result.ok || (!gone && failures < FAILURES_MAX)) return;
    await tx
      .update(webhooks)
      .set({ disabledAt: new Date(), disabledReason: "failures" })
      .where(eq(webhooks.id, delivery.webhookId));
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "webhook.disabled",
      objectType: "webhook",
      objectId: delivery.webhookId,
      projectId: delivery.projectId,
      details: { failures, lastStatus: result.status },
    });
  });
}

/** A key that cannot be opened is a failed try like any other: the log says why. */
async function send(delivery: ClaimedDelivery, options: SendOptions): Promise<SendResult> {
  try {
    return await sendWebhook({ ...delivery, secret: openSecret(delivery.secretCiphertext) }, options);
  } catch {
    return {
      ok: false,
      status: null,
      error: "The signing secret cannot be read: AUTH_SECRET has changed. Make a new secret.",
      durationMs: 0,
    };
  }
}
