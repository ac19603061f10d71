/** Reads and writes of the hash chain over the audit events, and the audit list. */
import { sql } from "drizzle-orm";
import type { Connection, Tx } from "../client";

/** One event as texts, so that the hash covers exactly what Postgres stores (microseconds, jsonb's own key order). */
export type EventText = Record<
  "id" | "transaction" | "at" | "actorKind" | "action" | "objectType" | "objectId" | "details",
  string
> &
  Record<"actorId" | "projectId", string | null>;

const EVENT_TEXT = sql`e.id::text as id, e.transaction::text as transaction,
  to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, e.actor_id::text as "actorId",
  e.actor_kind as "actorKind", e.action, e.object_type as "objectType", e.object_id as "objectId",
  e.project_id::text as "projectId", e.details::text as details`;

/** One sealer at a time; released when the transaction ends. */
export async function lockChain(tx: Tx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('audit_chain', 0))`);
}

export async function chainHead(connection: Connection): Promise<{ position: number; hash: string } | null> {
  const { rows } = await connection.execute<{ position: string; hash: string }>(
    sql`select position::text as position, hash from audit_chain order by audit_chain.position desc limit 1`,
  );
  return rows[0] ? { position: Number(rows[0].position), hash: rows[0].hash } : null;
}

/** An event's place in the order in which events are looked through for sealing. */
export type EventPlace = Pick<EventText, "transaction" | "id">;

/**
 * Where to look for events without a link from, and what will be the next such place once all found now have one: the oldest
 * transaction that still runs. Transactions count anew where a backup was restored; then everything is looked through.
 */
export async function openEvents(connection: Connection): Promise<{ from: EventPlace; next: string }> {
  const { rows } = await connection.execute<{ from: string; next: string }>(sql`
    select n.next::text as next, case when k.known <= n.next then k.known else '0'::xid8 end::text as "from"
    from (select pg_snapshot_xmin(pg_current_snapshot()) as next) n,
      (select (select open_from from audit_chain where open_from is not null order by audit_chain.position desc limit 1) as known) k`);
  const { from, next } = rows[0] as { from: string; next: string };
  return { from: { transaction: from, id: "0" }, next };
}

/** Committed events after a place that no link covers yet. Those of a slow transaction may lie before sealed ones: they come later. */
export async function unsealedEvents(tx: Tx, after: EventPlace, limit: number): Promise<EventText[]> {
  const { rows } = await tx.execute<EventText>(sql`
    select ${EVENT_TEXT} from audit_events e
    where (e.transaction, e.id) > (${after.transaction}::xid8, ${after.id}::bigint)
      and not exists (select 1 from audit_chain c where c.event_id = e.id)
    order by e.transaction, e.id limit ${limit}`);
  return rows;
}

export async function countUnsealed(connection: Connection): Promise<number> {
  const { rows } = await connection.execute<{ n: number }>(sql`
    select count(*)::int as n from audit_events e where not exists (select 1 from audit_chain c where c.event_id = e.id)`);
  return rows[0]?.n ?? 0;
}

export interface NewLink {
  position: number;
  eventId: string;
  hash: string;
  openFrom: string | null;
}

export async function insertLinks(tx: Tx, links: readonly NewLink[]): Promise<void> {
  await tx.execute(sql`
    insert into audit_chain (position, event_id, hash, open_from)
    select * from unnest(${sql.param(links.map((link) => link.position))}::bigint[],
      ${sql.param(links.map((link) => link.eventId))}::bigint[], ${sql.param(links.map((link) => link.hash))}::text[],
      ${sql.param(links.map((link) => link.openFrom))}::xid8[])`);
}

export type StoredLink = { position: string; hash: string; eventId: string; found: boolean } & EventText;

/** Links after `position` in order, each with its event as it stands now (`found` is false where it is gone). */
export async function linksAfter(connection: Connection, position: number, limit: number): Promise<StoredLink[]> {
  const { rows } = await connection.execute<StoredLink>(sql`
    select c.position::text as position, c.hash, c.event_id::text as "eventId", e.id is not null as found, ${EVENT_TEXT}
    from audit_chain c left join audit_events e on e.id = c.event_id
    where c.position > ${position} order by c.position limit ${limit}`);
  return rows;
}

export interface AuditRow extends Record<string, unknown> {
  id: string;
  at: Date | string;
  actorId: string | null;
  actorName: string | null;
  actorKind: string;
  action: string;
  objectType: string;
  objectId: string;
  projectId: string | null;
  details: Record<string, unknown>;
  sealed: boolean;
}

/** Newest first, below `before`. */
export async function listEvents(
  connection: Connection,
  filter: { projectId?: string; objectId?: string; action?: string; before?: string; limit: number },
): Promise<AuditRow[]> {
  const { rows } = await connection.execute<AuditRow>(sql`
    select e.id::text as id, e.at, e.actor_id as "actorId", u.name as "actorName", e.actor_kind as "actorKind", e.action,
      e.object_type as "objectType", e.object_id as "objectId", e.project_id as "projectId", e.details,
      exists (select 1 from audit_chain c where c.event_id = e.id) as sealed
    from audit_events e left join users u on u.id = e.actor_id
    where (${filter.projectId ?? null}::uuid is null or e.project_id = ${filter.projectId ?? null}::uuid)
      and (${filter.objectId ?? null}::text is null or e.object_id = ${filter.objectId ?? null}::text)
      and (${filter.action ?? null}::text is null or starts_with(e.action, ${filter.action ?? null}::text))
      and (${filter.before ?? null}::bigint is null or e.id < ${filter.before ?? null}::bigint)
    order by e.id desc limit ${filter.limit}`);
  return rows;
}
