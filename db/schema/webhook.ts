/** Webhooks: where a project's events go, and each delivery with its tries. */
import { sql } from "drizzle-orm";
import { bigint, index, integer, pgEnum, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { bytea, createdAt, id, instant, xid8 } from "./columns";
import { users } from "./identity";
import { projects } from "./project";

export const webhooks = pgTable(
  "webhooks",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    url: text("url").notNull(),
    description: text("description").notNull().default(""),
    /** WebhookEvent of lib/domain/webhook-events.ts. */
    events: text("events").array().notNull(),
    /** AES-256-GCM ciphertext of the signing key (lib/auth/secret-box.ts). */
    secretCiphertext: bytea("secret_ciphertext").notNull(),
    /** Failed tries since the last delivery that worked. */
    failures: integer("failures").notNull().default(0),
    disabledAt: instant("disabled_at"),
    /** "person" | "failures". */
    disabledReason: text("disabled_reason"),
    /** Audit events up to here are in the outbox: those of earlier transactions, and of this one up to this id. */
    cursorTransaction: xid8("cursor_transaction").notNull().default(sql`pg_current_xact_id()`),
    cursorEvent: bigint("cursor_event", { mode: "number" }).notNull().default(0),
    createdBy: uuid("created_by").references(() => users.id),
    createdAt: createdAt(),
  },
  (table) => [index("webhooks_project").on(table.projectId)],
);

export const webhookDeliveryState = pgEnum("webhook_delivery_state", ["pending", "delivered", "dead"]);

export const webhookDeliveries = pgTable(
  "webhook_deliveries",
  {
    /** Sent as webhook-id; the same in every try, so that a receiver can drop repeats. */
    id: id(),
    webhookId: uuid("webhook_id")
      .notNull()
      .references(() => webhooks.id, { onDelete: "cascade" }),
    event: text("event").notNull(),
    /** The body, byte for byte. */
    body: text("body").notNull(),
    state: webhookDeliveryState("state").notNull().default("pending"),
    attempts: integer("attempts").notNull().default(0),
    /** Not before this; also how long the try under way keeps others off. */
    nextAttemptAt: instant("next_attempt_at").notNull().default(sql`now()`),
    /** Of the last try. Status is null when no answer came; the error names the kind only, never what the receiver said. */
    responseStatus: integer("response_status"),
    error: text("error"),
    durationMs: integer("duration_ms"),
    createdAt: createdAt(),
    deliveredAt: instant("delivered_at"),
  },
  (table) => [
    index("webhook_deliveries_webhook").on(table.webhookId, table.createdAt, table.id),
    index("webhook_deliveries_due").on(table.webhookId, table.nextAttemptAt).where(sql`state = 'pending'`),
  ],
);
