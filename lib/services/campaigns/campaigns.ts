/** Campaigns: sets of work for annotators. Rejection-sampling and Ghost Attention ones are opened by a round's publish step. */
import { asc, eq, getTableColumns, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Connection } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { campaigns } from "@/db/schema";
import type * as contract from "@/lib/contracts/campaigns";
import type { Campaign } from "@/lib/contracts/campaigns";
import { DomainError, notFound } from "@/lib/errors";
import { enqueue } from "@/lib/jobs";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";

/** Larger campaigns are counted by the worker, once a minute. */
const LIVE_COUNT_MAX = 20_000;
const tally = sql`(select n from campaign_tallies n where n.campaign_id = campaigns.id)`;
const isLarge = sql`coalesce((${tally}).items > ${LIVE_COUNT_MAX}, false)`;
const ofWork = sql`items.campaign_id = campaigns.id and items.purpose = 'work'`;

/** The outer table is named in plain SQL: drizzle drops the qualifier in a select from one table, and `id` would be the item's own. */
const columns = {
  ...getTableColumns(campaigns),
  items: sql<number>`case when ${isLarge} then (${tally}).items else (select count(*)::int from items where ${ofWork}) end`,
  itemsDone: sql<number>`case when ${isLarge} then (${tally}).items_done
    else (select count(*)::int from items where ${ofWork} and items.state = 'done') end`,
  order: sql<Campaign["order"]>`(select jsonb_build_object('itemsOpen', n.items_open, 'itemsOrdered', n.items_ordered,
      'orderedAt', to_char(n.ordered_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    from campaign_tallies n where n.campaign_id = campaigns.id and n.ordering = campaigns.ordering and n.ordered_at is not null)`,
};

async function load(connection: Connection, id: string) {
  const [row] = await connection.select(columns).from(campaigns).where(eq(campaigns.id, id));
  if (!row) throw notFound("Campaign");
  return { ...row, createdAt: row.createdAt.toISOString() };
}

export async function listCampaigns(context: ServiceContext, projectId: string) {
  await requireProject(context, context.db, projectId);
  const rows = await context.db
    .select(columns)
    .from(campaigns)
    .where(eq(campaigns.projectId, projectId))
    .orderBy(asc(campaigns.state), asc(campaigns.priority), asc(campaigns.createdAt));
  return { rows: rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() })) };
}

export type NewCampaign = { projectId: string } & z.input<NonNullable<typeof contract.createCampaign.body>>;

/** A live item serves one annotator, who writes the prompt: its overlap is always 1. */
export async function createCampaign(context: ServiceContext, input: NewCampaign) {
  return inTransaction(context, async (tx) => {
    await requireProject(context, tx, input.projectId, "lead");
    const { liveItems = 0, ...fields } = input;
    const [row] = await tx.insert(campaigns).values(fields).returning({ id: campaigns.id });
    if (liveItems > 0)
      await tx.execute(sql`
        insert into items (project_id, campaign_id, kind, overlap, slots_remaining)
        select ${input.projectId}::uuid, ${row!.id}::uuid, 'live', 1, 1 from generate_series(1, ${liveItems}::int)`);
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "campaign.created",
      objectType: "campaign",
      objectId: row!.id,
      projectId: input.projectId,
      details: { name: input.name, liveItems },
    });
    return load(tx, row!.id);
  });
}

export async function updateCampaign(
  context: ServiceContext,
  input: { id: string } & z.output<NonNullable<typeof contract.updateCampaign.body>>,
) {
  return inTransaction(context, async (tx) => {
    const before = await load(tx, input.id);
    await requireProject(context, tx, before.projectId, "lead");
    const { id, ...changes } = input;
    if (Object.keys(changes).length === 0) throw new DomainError("invalid", "body: nothing to change");
    await tx.update(campaigns).set(changes).where(eq(campaigns.id, id));
    if (changes.ordering) await enqueue(context.db, tx, "queue.refresh", {}, { key: "queue.refresh" });
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "campaign.updated",
      objectType: "campaign",
      objectId: id,
      projectId: before.projectId,
      details: changes,
    });
    return load(tx, id);
  });
}
