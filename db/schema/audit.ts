/** The audit trail (I10), exports, and the worker's sign of life. */
import { sql } from "drizzle-orm";
import { bigint, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, instant, xid8 } from "./columns";
import { users } from "./identity";
import { snapshots } from "./round";

/** Written in the same transaction as the change it tells of; a deferred trigger on the audited tables checks that. */
export const auditEvents = pgTable(
  "audit_events",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    transaction: xid8("transaction").notNull().default(sql`pg_current_xact_id()`),
    at: instant("at").notNull().default(sql`clock_timestamp()`),
    actorId: uuid("actor_id").references(() => users.id),
    /** Who acted when it was no signed-in user: "worker", "import", "seed", "cli". */
    actorKind: text("actor_kind").notNull(),
    action: text("action").notNull(),
    objectType: text("object_type").notNull(),
    objectId: text("object_id").notNull(),
    projectId: uuid("project_id"),
    details: jsonb("details").notNull().default(sql`'{}'::jsonb`),
  },
  (table) => [
    index("audit_events_transaction").on(table.transaction),
    index("audit_events_project").on(table.projectId, table.id),
    index("audit_events_object").on(table.objectType, table.objectId),
  ],
);

/**
 * The hash chain over the events, in sealing order. Sealing is a job of the worker and of `db:check`: chaining inside each
 * transaction would serialise every writer on one row (docs/decisions/0002).
 */
export const auditChain = pgTable(
  "audit_chain",
  {
    position: bigint("position", { mode: "number" }).primaryKey(),
    eventId: bigint("event_id", { mode: "number" })
      .notNull()
      .references(() => auditEvents.id),
    /** SHA-256 over the previous hash and the event's canonical JSON. */
    hash: text("hash").notNull(),
    sealedAt: instant("sealed_at").notNull().default(sql`now()`),
    /** With this link, all events of transactions before this one are in the chain; the next sealing looks from here on. */
    openFrom: xid8("open_from"),
  },
  (table) => [uniqueIndex("audit_chain_event").on(table.eventId)],
);

export const exports = pgTable("exports", {
  id: id(),
  snapshotId: uuid("snapshot_id")
    .notNull()
    .references(() => snapshots.id),
  userId: uuid("user_id").references(() => users.id),
  format: text("format").notNull(),
  rows: integer("rows").notNull(),
  createdAt: createdAt(),
});

export const workerHeartbeats = pgTable("worker_heartbeats", {
  workerId: text("worker_id").primaryKey(),
  startedAt: instant("started_at").notNull().default(sql`now()`),
  seenAt: instant("seen_at").notNull().default(sql`now()`),
});
