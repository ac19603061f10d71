/**
 * The outbox of webhooks. It is fed from the audit events, which are written with the change they tell of, so nothing is told that
 * did not happen and nothing that happened is left out. Ids are handed out before commit and may become visible out of order;
 * transactions below the snapshot's horizon cannot, so the cursor follows those.
 */
import { sql } from "drizzle-orm";
import type { Connection, Tx } from "../client";
import { selectRow, selectRows } from "./rows";

export interface CollectingWebhook {
  id: string;
  projectId: string;
  events: string[];
  cursorTransaction: string;
  cursorEvent: string;
  /** Transactions below it have all ended. */
  horizon: string;
}

/** Locks one active webhook that another worker is not collecting for right now. */
export async function lockWebhook(tx: Tx, id: string): Promise<CollectingWebhook | undefined> {
  return selectRow<CollectingWebhook>(
    tx,
    sql`select id, project_id as "projectId", events, cursor_transaction::text as "cursorTransaction",
        cursor_event::text as "cursorEvent", pg_snapshot_xmin(pg_current_snapshot())::text as horizon
      from webhooks where id = ${id}::uuid and disabled_at is null for update skip locked`,
  );
}

export interface OutboxEvent {
  id: string;
  transaction: string;
  at: string;
  actorId: string | null;
  action: string;
  objectType: string;
  objectId: string;
}

/** Events of the webhook's project after its cursor, in commit-safe order. */
export async function eventsAfterCursor(
  tx: Tx,
  webhook: CollectingWebhook,
  actions: string[],
  limit: number,
): Promise<OutboxEvent[]> {
  const { cursorTransaction, cursorEvent, horizon } = webhook;
  return selectRows<OutboxEvent>(
    tx,
    sql`select e.id::text as id, e.transaction::text as transaction, to_jsonb(e.at)#>>'{}' as at, e.actor_id as "actorId",
        e.action, e.object_type as "objectType", e.object_id as "objectId"
      from audit_events e
      where e.transaction >= ${cursorTransaction}::xid8 and e.transaction < ${horizon}::xid8
        and (e.transaction > ${cursorTransaction}::xid8 or e.id > ${cursorEvent}::bigint)
        and e.project_id = ${webhook.projectId}::uuid and e.action = any(${sql.param(actions)}::text[])
      order by e.transaction, e.id limit ${limit}::int`,
  );
}

export async function moveCursor(tx: Tx, id: string, transaction: string, event: string): Promise<void> {
  await tx.execute(sql`update webhooks set cursor_transaction = ${transaction}::xid8, cursor_event = ${event}::bigint
    where id = ${id}::uuid`);
}

/** For whom something may have happened: the cursor is below the horizon. */
export async function webhooksToCollect(connection: Connection): Promise<{ id: string }[]> {
  return selectRows(
    connection,
    sql`select id from webhooks where disabled_at is null
      and cursor_transaction <> pg_snapshot_xmin(pg_current_snapshot()) order by id`,
  );
}

export interface ToldComparison {
  id: string;
  itemId: string;
  campaignId: string;
  task: string;
  strength: string | null;
  safety: string | null;
  annotatorId: string | null;
  supersedesId: string | null;
  createdAt: string;
  /** This judgement was the last its item needed. */
  completed: boolean;
  judgements: number;
}

/** Judgements by id, in their order. */
export async function toldComparisons(tx: Tx, ids: string[]): Promise<ToldComparison[]> {
  return selectRows<ToldComparison>(
    tx,
    sql`select k.id, k.item_id as "itemId", i.campaign_id as "campaignId", k.task, k.strength, k.safety,
        k.user_id as "annotatorId", k.supersedes_id as "supersedesId", to_jsonb(k.created_at)#>>'{}' as "createdAt",
        i.state = 'done' and k.supersedes_id is null and not exists (select 1 from comparisons later
          where later.item_id = k.item_id and later.supersedes_id is null and later.sequence > k.sequence) as completed,
        i.judgements
      from comparisons k join items i on i.id = k.item_id
      where k.id = any(${sql.param(ids)}::uuid[]) order by k.sequence`,
  );
}

export interface ClaimedDelivery {
  id: string;
  webhookId: string;
  projectId: string;
  url: string;
  secretCiphertext: Buffer;
  body: string;
  attempts: number;
}

/** Takes due deliveries, a few of each webhook so that a slow receiver holds up nobody else; others keep off for `holdSeconds`. */
export async function claimDeliveries(
  connection: Connection,
  options: { perWebhook: number; holdSeconds: number },
): Promise<ClaimedDelivery[]> {
  return selectRows<ClaimedDelivery>(
    connection,
    sql`with due as (
      select d.id, w.id as webhook_id, w.project_id, w.url, w.secret_ciphertext
      from webhooks w cross join lateral (
        select d.id from webhook_deliveries d
        where d.webhook_id = w.id and d.state = 'pending' and d.next_attempt_at <= now()
        order by d.next_attempt_at limit ${options.perWebhook}::int for update skip locked
      ) d where w.disabled_at is null
    )
    update webhook_deliveries d set attempts = d.attempts + 1,
      next_attempt_at = now() + make_interval(secs => ${options.holdSeconds}::int)
    from due where d.id = due.id
    returning d.id, due.webhook_id as "webhookId", due.project_id as "projectId", due.url,
      due.secret_ciphertext as "secretCiphertext", d.body, d.attempts`,
  );
}

export interface DeliveryEnd {
  id: string;
  webhookId: string;
  state: "pending" | "delivered" | "dead";
  /** Until the next try; for `pending`. */
  retrySeconds: number | null;
  status: number | null;
  error: string | null;
  durationMs: number;
}

/** Stores how a try ended; the webhook's failed tries in a row after it. */
export async function endDelivery(tx: Tx, end: DeliveryEnd): Promise<number> {
  const row = await selectRow<{ failures: number }>(
    tx,
    sql`with ended as (
      update webhook_deliveries set state = ${end.state}::webhook_delivery_state, response_status = ${end.status}::int,
        error = ${end.error}, duration_ms = ${end.durationMs}::int,
        delivered_at = case when ${end.state}::text = 'delivered' then now() end,
        next_attempt_at = now() + make_interval(secs => ${end.retrySeconds ?? 0}::float8)
      where id = ${end.id}::uuid and state = 'pending'
    )
    update webhooks set failures = case when ${end.state}::text = 'delivered' then 0 else failures + 1 end
    where id = ${end.webhookId}::uuid returning failures`,
  );
  return row?.failures ?? 0;
}

/** Forgets deliveries that were over long ago. */
export async function removeOldDeliveries(connection: Connection, days: number): Promise<void> {
  await connection.execute(sql`delete from webhook_deliveries where id in (
    select id from webhook_deliveries where state <> 'pending' and created_at < now() - make_interval(days => ${days}::int) limit 5000)`);
}
