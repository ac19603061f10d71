/** Webhooks of a project: who is told, of what, and the log of deliveries. Secrets are sealed and shown once. */
import { randomBytes } from "node:crypto";
import { and, asc, desc, eq, getTableColumns, sql } from "drizzle-orm";
import type { Connection, Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { keysetAt, keysetBelow } from "@/db/queries/keyset";
import { webhookDeliveries, webhooks } from "@/db/schema";
import { sealSecret } from "@/lib/auth/secret-box";
import { type Webhook, type WebhookDelivery, webhookSchema } from "@/lib/contracts/webhooks";
import type { WebhookEvent } from "@/lib/domain/webhook-events";
import { PING_EVENT, SECRET_BYTES, SECRET_PREFIX } from "@/lib/domain/webhooks";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { iso, isoOrNull } from "../instants";
import { decodeKeyset, pageFrom } from "../paging";
import { resolveTarget, type TargetOptions } from "./target";

const WEBHOOKS_MAX = 20;

const own = sql`from webhook_deliveries d where d.webhook_id = webhooks.id`;
const columns = {
  ...getTableColumns(webhooks),
  lastDelivery: sql<{
    state: string;
    at: string;
    status: number | null;
  } | null>`(select jsonb_build_object('state', d.state,
    'at', d.created_at, 'status', d.response_status) ${own} and d.attempts > 0 order by d.created_at desc, d.id desc limit 1)`,
  waiting: sql<number>`(select count(*)::int ${own} and d.state = 'pending')`,
};

async function load(context: ServiceContext, connection: Connection, id: string) {
  const [row] = await connection.select(columns).from(webhooks).where(eq(webhooks.id, id));
  if (!row) throw notFound("Webhook");
  await requireProject(context, connection, row.projectId, "lead").catch((error: Error) => {
    throw error.message === "Project not found" ? notFound("Webhook") : error;
  });
  return row;
}
type Row = Awaited<ReturnType<typeof load>>;

/** Parsed by the contract, which drops the secret and the cursor. */
const viewOf = (row: Row): Webhook =>
  webhookSchema.parse({
    ...row,
    disabledAt: isoOrNull(row.disabledAt),
    createdAt: iso(row.createdAt),
    lastDelivery: row.lastDelivery && { ...row.lastDelivery, at: new Date(row.lastDelivery.at).toISOString() },
  });

export async function listWebhooks(context: ServiceContext, projectId: string) {
  await requireProject(context, context.db, projectId, "lead");
  const rows = await context.db
    .select(columns)
    .from(webhooks)
    .where(eq(webhooks.projectId, projectId))
    .orderBy(asc(webhooks.createdAt), asc(webhooks.id));
  return { rows: rows.map(viewOf) };
}

const newSecret = () => SECRET_PREFIX + randomBytes(SECRET_BYTES).toString("base64");

/** Errors: `invalid` when the address is refused; it is checked again at each try. */
export async function createWebhook(
  context: ServiceContext,
  input: { projectId: string; url: string; description: string; events: WebhookEvent[] },
  target: TargetOptions = {},
) {
  await requireProject(context, context.db, input.projectId, "lead");
  await resolveTarget(new URL(input.url), target);
  const secret = newSecret();
  return inTransaction(context, async (tx) => {
    const project = await requireProject(context, tx, input.projectId, "lead");
    if ((await tx.$count(webhooks, eq(webhooks.projectId, project.id))) >= WEBHOOKS_MAX)
      throw new DomainError("conflict", `A project has at most ${WEBHOOKS_MAX} webhooks.`);
    const createdBy = context.actor.kind === "user" ? context.actor.id : null;
    const [row] = await tx
      .insert(webhooks)
      .values({ ...input, createdBy, secretCiphertext: sealSecret(secret) })
      .returning({ id: webhooks.id });
    await tell(context, tx, "webhook.created", row!.id, project.id, { url: input.url, events: input.events });
    return { webhook: viewOf(await load(context, tx, row!.id)), secret };
  });
}

function tell(
  context: ServiceContext,
  tx: Tx,
  action: string,
  id: string,
  projectId: string,
  details: Record<string, unknown> = {},
) {
  return insertAudit(tx, {
    actor: auditActor(context.actor),
    action,
    objectType: "webhook",
    objectId: id,
    projectId,
    details,
  });
}

export interface WebhookChanges {
  url?: string | undefined;
  description?: string | undefined;
  events?: WebhookEvent[] | undefined;
  disabled?: boolean | undefined;
}

/** Switched on again, a webhook goes on from now: what happened meanwhile is not told. */
export async function updateWebhook(
  context: ServiceContext,
  { id, ...changes }: WebhookChanges & { id: string },
  target: TargetOptions = {},
): Promise<Webhook> {
  await load(context, context.db, id);
  if (changes.url) await resolveTarget(new URL(changes.url), target);
  return inTransaction(context, async (tx) => {
    const before = await load(context, tx, id);
    const { disabled, ...fields } = changes;
    const wakes = disabled === false && before.disabledAt !== null;
    await tx
      .update(webhooks)
      .set({
        url: fields.url ?? before.url,
        description: fields.description ?? before.description,
        events: fields.events ?? before.events,
        ...(disabled === true && !before.disabledAt ? { disabledAt: new Date(), disabledReason: "person" } : {}),
        ...(wakes
          ? {
              disabledAt: null,
              disabledReason: null,
              failures: 0,
              cursorTransaction: sql`pg_current_xact_id()`,
              cursorEvent: 0,
            }
          : {}),
      })
      .where(eq(webhooks.id, id));
    await tell(context, tx, "webhook.updated", id, before.projectId, changes as Record<string, unknown>);
    return viewOf(await load(context, tx, id));
  });
}

export async function deleteWebhook(context: ServiceContext, id: string): Promise<void> {
  await inTransaction(context, async (tx) => {
    const { projectId, url } = await load(context, tx, id);
    await tx.delete(webhooks).where(eq(webhooks.id, id));
    await tell(context, tx, "webhook.deleted", id, projectId, { url });
  });
}

export async function rotateWebhookSecret(context: ServiceContext, id: string) {
  const secret = newSecret();
  return inTransaction(context, async (tx) => {
    const { projectId } = await load(context, tx, id);
    await tx
      .update(webhooks)
      .set({ secretCiphertext: sealSecret(secret) })
      .where(eq(webhooks.id, id));
    await tell(context, tx, "webhook.secret_rotated", id, projectId);
    return { webhook: viewOf(await load(context, tx, id)), secret };
  });
}

const deliveryView = (row: typeof webhookDeliveries.$inferSelect): WebhookDelivery => ({
  id: row.id,
  event: row.event,
  state: row.state,
  attempts: row.attempts,
  nextAttemptAt: row.state === "pending" ? iso(row.nextAttemptAt) : null,
  responseStatus: row.responseStatus,
  error: row.error,
  durationMs: row.durationMs,
  body: row.body,
  createdAt: iso(row.createdAt),
  deliveredAt: isoOrNull(row.deliveredAt),
});

/** Errors: `conflict` while the webhook is switched off, since nothing would be sent. */
export async function pingWebhook(context: ServiceContext, id: string): Promise<WebhookDelivery> {
  const webhook = await load(context, context.db, id);
  requireOn(webhook);
  const body = { type: PING_EVENT, timestamp: new Date().toISOString(), projectId: webhook.projectId, data: {} };
  const [row] = await context.db
    .insert(webhookDeliveries)
    .values({ webhookId: id, event: PING_EVENT, body: JSON.stringify(body) })
    .returning();
  return deliveryView(row!);
}

function requireOn({ disabledAt }: { disabledAt: Date | null }): void {
  if (disabledAt) throw new DomainError("conflict", "The webhook is switched off. Switch it on first.");
}

export async function listWebhookDeliveries(
  context: ServiceContext,
  input: { webhookId: string; state?: WebhookDelivery["state"] | undefined; after?: string | undefined; limit: number },
) {
  await load(context, context.db, input.webhookId);
  const rows = await context.db
    .select({ ...getTableColumns(webhookDeliveries), at: keysetAt(webhookDeliveries.createdAt) })
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.webhookId, input.webhookId),
        input.state && eq(webhookDeliveries.state, input.state),
        keysetBelow(webhookDeliveries.createdAt, webhookDeliveries.id, decodeKeyset(input.after)),
      ),
    )
    .orderBy(desc(webhookDeliveries.createdAt), desc(webhookDeliveries.id))
    .limit(input.limit + 1);
  return pageFrom(rows, input.limit, deliveryView);
}

/** Sends the same id and body again, with all its tries anew. */
export async function redeliverWebhook(context: ServiceContext, deliveryId: string): Promise<WebhookDelivery> {
  const [delivery] = await context.db.select().from(webhookDeliveries).where(eq(webhookDeliveries.id, deliveryId));
  if (!delivery) throw notFound("Delivery");
  requireOn(await load(context, context.db, delivery.webhookId));
  const [row] = await context.db
    .update(webhookDeliveries)
    .set({ state: "pending", attempts: 0, nextAttemptAt: new Date(), deliveredAt: null })
    .where(eq(webhookDeliveries.id, deliveryId))
    .returning();
  return deliveryView(row!);
}
