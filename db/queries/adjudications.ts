/** Finished items on which annotators disagree: finding them, handing them out, showing them, settling them. */
import { type SQL, sql } from "drizzle-orm";
import type { Connection, Tx } from "../client";
import { messageChain, type ViewedMessage } from "./assignment-view";
import { claimWaiting } from "./claims";
import type { StoredSafety, StoredStrength } from "./comparisons";
import { selectRow, selectRows, uuids, wantedIds } from "./rows";

/** Two sides, or two answers on safety. Reads the tallies, so it runs after them. */
const differs = sql`(cardinality(q.user_ids) >= 2 and ((1 = any(q.preferred) and 2 = any(q.preferred))
  or (select count(*) from unnest(q.safety) s where s > 0) > 1))`;

/** Opens a case for the items of these judgements that are done and disputed, and closes those on which people now agree. */
export async function openDisagreements(tx: Tx, ids: readonly string[]): Promise<void> {
  const touched = sql`select c.item_id from ${wantedIds(ids)} join comparisons c on c.id = wanted.id`;
  await tx.execute(sql`
    insert into disagreements (item_id, project_id, campaign_id, language, category)
    select q.item_id, q.project_id, q.campaign_id, q.language, q.category
    from quality_items q join items i on i.id = q.item_id
    where q.item_id in (${touched}) and i.state = 'done' and i.purpose = 'work' and ${differs}
    order by q.item_id on conflict (item_id) do nothing`);
  await tx.execute(sql`
    delete from disagreements d using quality_items q
    where q.item_id = d.item_id and d.item_id in (${touched}) and d.settled_at is null and not ${differs}
      and not exists (select 1 from adjudications a where a.item_id = d.item_id)`);
}

export const newestAdjudication = (itemId: SQL): SQL => sql`
  select a.id, a.outcome, a.adjudicator_id, a.created_at from adjudications a where a.item_id = ${itemId}
  order by a.created_at desc, a.id desc limit 1`;

export interface DisagreementFilter {
  projectId: string;
  /** Nobody settles what they judged themselves. */
  adjudicatorId: string;
  campaignId?: string | undefined;
  language?: string | undefined;
}

const waiting = (filter: DisagreementFilter): SQL =>
  sql.join(
    [
      sql`d.project_id = ${filter.projectId}::uuid and d.settled_at is null and not exists (
        select 1 from comparisons own where own.item_id = d.item_id and own.user_id = ${filter.adjudicatorId}::uuid)`,
      ...(filter.campaignId ? [sql`d.campaign_id = ${filter.campaignId}::uuid`] : []),
      ...(filter.language ? [sql`d.language = ${filter.language}`] : []),
    ],
    sql` and `,
  );

/** A standing judgement without its author. */
export interface StoredVote {
  comparisonId: string;
  /** Of response 1 or 2. */
  preferred: 1 | 2;
  strength: StoredStrength;
  safety: StoredSafety | null;
  tags: string[];
  rationale: string | null;
  editedResponse: string | null;
  durationMs: number;
}

export interface StoredDisagreement {
  itemId: string;
  sequence: string;
  task: "helpfulness" | "safety";
  campaignId: string;
  campaign: string;
  language: string;
  category: string | null;
  context: ViewedMessage[];
  response1: string;
  response2: string;
  /** In an order that says nothing about who or when. */
  votes: StoredVote[];
  openedBy: string | null;
  adjudicationId: string | null;
}

const VOTES = sql`(select jsonb_agg(jsonb_build_object('comparisonId', k.id, 'preferred', case when k.chosen_id = i.response1_id then 1 else 2 end,
    'strength', k.strength, 'safety', k.safety, 'tags', k.tags || k.reasons, 'rationale', k.rationale, 'editedResponse', k.edited_response,
    'durationMs', k.duration_ms) order by md5(k.id::text))
  from comparisons k where k.item_id = i.id and k.source = 'annotator'
    and not exists (select 1 from comparisons newer where newer.supersedes_id = k.id))`;

async function view(connection: Connection, adjudicatorId: string, condition: SQL): Promise<StoredDisagreement[]> {
  return selectRows<StoredDisagreement>(
    connection,
    sql`select i.id as "itemId", d.sequence::text as "sequence", g.task, g.id as "campaignId", g.name as "campaign", d.language,
      nullif(d.category, '') as "category", ${messageChain(sql`i.context_message_id`)} as "context", r1.content as "response1",
      r2.content as "response2", ${VOTES} as "votes", (select n.id from (${newestAdjudication(sql`i.id`)}) n) as "adjudicationId",
      (select o.name from users o where o.id = d.claimed_by and o.id <> ${adjudicatorId}::uuid and d.claimed_until > now()) as "openedBy"
    from disagreements d join items i on i.id = d.item_id join campaigns g on g.id = i.campaign_id
      join messages r1 on r1.id = i.response1_id join messages r2 on r2.id = i.response2_id
    where ${condition} order by d.sequence`,
  );
}

export const listDisagreements = (
  connection: Connection,
  page: DisagreementFilter & { after: string | null; limit: number },
): Promise<StoredDisagreement[]> =>
  view(
    connection,
    page.adjudicatorId,
    sql`d.item_id in (select d.item_id from disagreements d where ${waiting(page)}
      and (${page.after}::bigint is null or d.sequence > ${page.after}::bigint) order by d.sequence limit ${page.limit}::int)`,
  );

export const viewDisagreements = (connection: Connection, itemIds: readonly string[], adjudicatorId: string) =>
  view(connection, adjudicatorId, sql`d.item_id = any(${uuids(itemIds)})`);

export const claimDisagreements = (
  tx: Tx,
  wanted: DisagreementFilter & { exclude: string[]; limit: number; seconds: number },
): Promise<string[]> =>
  claimWaiting(
    tx,
    { table: "disagreements", key: "item_id", alias: "d" },
    {
      ...wanted,
      userId: wanted.adjudicatorId,
      waiting: waiting(wanted),
    },
  );

const COUNTED_MAX = 1000;
export async function countDisagreements(connection: Connection, filter: DisagreementFilter): Promise<number> {
  const row = await selectRow<{ n: number }>(
    connection,
    sql`select count(*)::int as n from (select 1 from disagreements d where ${waiting(filter)} limit ${COUNTED_MAX}::int) open`,
  );
  return row?.n ?? 0;
}

export interface AdjudicationSubject {
  projectId: string;
  task: "helpfulness" | "safety";
  category: string;
  /** Annotators who have judged it. */
  judges: string[];
  openedBy: string | null;
  newest: { id: string; outcome: string; adjudicatorId: string } | null;
}

/** Makes sure that the item has a case, locks it against other adjudicators, and reads what a decision needs. */
export async function lockAdjudicationSubject(tx: Tx, itemId: string, adjudicatorId: string) {
  await tx.execute(sql`
    insert into disagreements (item_id, project_id, campaign_id, language, category)
    select id, project_id, campaign_id, coalesce(language, ''), coalesce(category, '') from items
    where id = ${itemId}::uuid and kind <> 'turn_review' on conflict (item_id) do nothing`);
  const found = await selectRow<{ id: string }>(
    tx,
    sql`select item_id as id from disagreements where item_id = ${itemId}::uuid for update`,
  );
  if (!found) return undefined;
  return selectRow<AdjudicationSubject>(
    tx,
    sql`select i.project_id as "projectId", g.task, d.category,
      array(select distinct k.user_id from comparisons k where k.item_id = i.id and k.source = 'annotator') as "judges",
      (select o.name from users o where o.id = d.claimed_by and o.id <> ${adjudicatorId}::uuid and d.settled_at is null
        and d.claimed_until > now()) as "openedBy",
      (select jsonb_build_object('id', n.id, 'outcome', n.outcome, 'adjudicatorId', n.adjudicator_id)
        from (${newestAdjudication(sql`i.id`)}) n) as "newest"
    from disagreements d join items i on i.id = d.item_id join campaigns g on g.id = i.campaign_id where d.item_id = ${itemId}::uuid`,
  );
}

export async function settleDisagreement(tx: Tx, itemId: string, settled: boolean): Promise<void> {
  await tx.execute(sql`
    update disagreements set settled_at = case when ${settled}::boolean then now() end, claimed_by = null, claimed_until = null
    where item_id = ${itemId}::uuid`);
}

/** The gap that was raised together with an adjudication, while no lead has settled it. Both carry the same instant. */
export async function withdrawGap(tx: Tx, adjudicationId: string): Promise<void> {
  await tx.execute(sql`
    update guideline_gaps gap set resolved_at = now(), resolved_by = a.adjudicator_id, resolution = 'Withdrawn.'
    from adjudications a where a.id = ${adjudicationId}::uuid and gap.item_id = a.item_id and gap.raised_by = a.adjudicator_id
      and gap.created_at = a.created_at and gap.resolved_at is null`);
}

/** Whether the item's newest adjudication says that the guidelines leave it open. */
export async function stoodAsGap(connection: Connection, itemId: string): Promise<boolean> {
  const row = await selectRow<{ outcome: string }>(
    connection,
    sql`select n.outcome::text as outcome from (${newestAdjudication(sql`${itemId}::uuid`)}) n`,
  );
  return row?.outcome === "guideline_gap";
}

export async function newestAdjudicationId(connection: Connection, itemId: string): Promise<string | null> {
  const row = await selectRow<{ id: string }>(
    connection,
    sql`select n.id from (${newestAdjudication(sql`${itemId}::uuid`)}) n`,
  );
  return row?.id ?? null;
}
