/** Fills the outbox: audit events since each webhook's cursor become deliveries, judgements in batches. */
import type { Tx } from "@/db/client";
import {
  type CollectingWebhook,
  eventsAfterCursor,
  lockWebhook,
  moveCursor,
  type OutboxEvent,
  type ToldComparison,
  toldComparisons,
  webhooksToCollect,
} from "@/db/queries/webhooks";
import { webhookDeliveries } from "@/db/schema";
import type { WebhookEvent } from "@/lib/domain/webhook-events";
import { EVENT_OF_ACTION } from "@/lib/domain/webhooks";
import { inTransaction, type ServiceContext } from "../context";

/** Audit events of one turn, and judgements of one delivery. */
const EVENTS_MAX = 500;
const BATCH_MAX = 100;

/** How many deliveries were made. */
export async function collectWebhookEvents(context: ServiceContext): Promise<number> {
  let made = 0;
  for (const { id } of await webhooksToCollect(context.db))
    made += await inTransaction(context, (tx) => collectFor(tx, id));
  return made;
}

async function collectFor(tx: Tx, id: string): Promise<number> {
  const webhook = await lockWebhook(tx, id);
  if (!webhook) return 0;
  // A database that was restored into a new cluster counts its transactions anew: what came before stays untold.
  if (BigInt(webhook.cursorTransaction) > BigInt(webhook.horizon)) {
    await moveCursor(tx, id, webhook.horizon, "0");
    return 0;
  }
  const events = await eventsAfterCursor(tx, webhook, actionsOf(webhook), EVENTS_MAX);
  const last = events.at(-1);
  const bodies = await bodiesOf(tx, webhook, events);
  if (bodies.length > 0)
    await tx.insert(webhookDeliveries).values(
      bodies.map(({ type, at, data }) => ({
        webhookId: id,
        event: type,
        body: JSON.stringify({ type, timestamp: at, projectId: webhook.projectId, data }),
      })),
    );
  if (last && events.length === EVENTS_MAX) await moveCursor(tx, id, last.transaction, last.id);
  else await moveCursor(tx, id, webhook.horizon, "0");
  return bodies.length;
}

function actionsOf({ events }: CollectingWebhook): string[] {
  const wanted = new Set(events);
  const actions = Object.entries(EVENT_OF_ACTION).flatMap(([action, event]) => (wanted.has(event) ? [action] : []));
  return wanted.has("item.done") ? [...new Set([...actions, "comparison.submit"])] : actions;
}

interface Told {
  type: WebhookEvent;
  at: string;
  data: Record<string, unknown>;
}

/** Ids and verdicts, never texts or names: what a receiver may know more of, it asks the API for. */
async function bodiesOf(tx: Tx, webhook: CollectingWebhook, events: OutboxEvent[]): Promise<Told[]> {
  const judged = events.filter((event) => EVENT_OF_ACTION[event.action] === "comparison.created");
  const rows =
    judged.length > 0
      ? await toldComparisons(
          tx,
          judged.map((event) => event.objectId),
        )
      : [];
  const others = events.flatMap((event): Told[] => {
    const type = EVENT_OF_ACTION[event.action];
    if (!type || type === "comparison.created") return [];
    const { action, objectType, objectId, actorId } = event;
    return [{ type, at: event.at, data: { action, objectType, objectId, actorId } }];
  });
  const has = (event: WebhookEvent) => webhook.events.includes(event);
  return [
    ...(has("comparison.created") ? batches("comparison.created", rows.map(comparisonView), "comparisons") : []),
    ...(has("item.done") ? batches("item.done", rows.filter((row) => row.completed).map(itemView), "items") : []),
    ...others,
  ];
}

const comparisonView = ({ completed: _completed, judgements: _judgements, ...row }: ToldComparison) => row;
const itemView = ({ itemId, campaignId, judgements, createdAt }: ToldComparison) => ({
  id: itemId,
  campaignId,
  judgements,
  createdAt,
});

function batches(type: WebhookEvent, rows: { createdAt: string }[], name: string): Told[] {
  return Array.from({ length: Math.ceil(rows.length / BATCH_MAX) }, (_, index) => {
    const part = rows.slice(index * BATCH_MAX, (index + 1) * BATCH_MAX);
    return { type, at: part.at(-1)!.createdAt, data: { [name]: part } };
  });
}
