/** Counts of what is open, and the ranks behind a campaign's order. The worker's work: none of it is on the path of a lease. */
import { type SQL, sql } from "drizzle-orm";
import type { Connection, Db } from "../client";
import { messageChain, type ViewedMessage } from "./assignment-view";
import { selectRow, selectRows } from "./rows";

/**
 * How often rows of `items` have changed, as far as Postgres has noted it (it is late by a second or so); equal numbers mean that there
 * is nothing to count again. Null: some campaign was never counted.
 */
export async function itemChanges(connection: Connection): Promise<string | null> {
  const row = await selectRow<{ changes: string }>(
    connection,
    sql`select (n_tup_ins + n_tup_upd + n_tup_del)::text as changes from pg_stat_user_tables where relid = 'items'::regclass
      and not exists (select 1 from campaigns c where not exists (select 1 from campaign_tallies n where n.campaign_id = c.id))`,
  );
  return row?.changes ?? null;
}

export async function countCampaigns(connection: Connection): Promise<void> {
  await connection.execute(sql`
    insert into campaign_tallies as n (campaign_id, items, items_done, items_open)
    select c.id, count(i.id), count(*) filter (where i.state = 'done'), count(*) filter (where i.state = 'open' and i.slots_remaining > 0)
    from campaigns c left join items i on i.campaign_id = c.id and i.purpose = 'work'
    group by c.id
    on conflict (campaign_id) do update set items = excluded.items, items_done = excluded.items_done, items_open = excluded.items_open,
      counted_at = now()`);
}

export interface DueCampaign {
  campaignId: string;
  projectId: string;
  ordering: "random" | "uncertainty" | "disagreement" | "coverage";
  itemsOpen: number;
  /** Of the campaign's task; null where none is in service. */
  rewardModelId: string | null;
}

/**
 * Campaigns whose keys do not follow their ordering, or follow what was known `secondsMax` ago or before the newest reward model was
 * promoted.
 */
export const dueCampaigns = (connection: Connection, secondsMax: number): Promise<DueCampaign[]> =>
  selectRows<DueCampaign>(
    connection,
    sql`
    select c.id as "campaignId", c.project_id as "projectId", c.ordering, n.items_open as "itemsOpen", m.id as "rewardModelId"
    from campaigns c join campaign_tallies n on n.campaign_id = c.id
      left join reward_models m on m.project_id = c.project_id and m.task = c.task and m.state = 'serving'
    where c.state = 'open' and coalesce(n.ordering, 'random') <> c.ordering
      or c.state = 'open' and c.ordering <> 'random'
        and (n.ordered_at < now() - make_interval(secs => ${secondsMax}::int) or n.ordered_at < m.promoted_at)
    order by n.ordered_at nulls first, c.id`,
  );

const openWork = (
  campaignId: string,
) => sql`i.campaign_id = ${campaignId}::uuid and i.state = 'open' and i.slots_remaining > 0
  and i.purpose = 'work' and i.reserved_for is null`;

function rankQuery({ campaignId, ordering, rewardModelId }: DueCampaign): SQL | null {
  if (ordering === "random") return null;
  if (ordering === "uncertainty")
    return rewardModelId === null
      ? null
      : sql`select i.id, abs(s1.reward - s2.reward) as rank
          from items i join reward_scores s1 on s1.message_id = i.response1_id and s1.reward_model_id = ${rewardModelId}::uuid
            join reward_scores s2 on s2.message_id = i.response2_id and s2.reward_model_id = ${rewardModelId}::uuid
          where ${openWork(campaignId)}`;
  if (ordering === "disagreement")
    return sql`select i.id, -least(first, n - first)::float8 / n as rank
      from items i join quality_items q on q.item_id = i.id
        cross join lateral (select count(*) as n, count(*) filter (where p = 1) as first from unnest(q.preferred) p) votes
      where ${openWork(campaignId)} and first between 1 and n - 1`;
  return sql`select i.id, cells.judgements + row_number() over (partition by i.category, i.language order by i.random_key) as rank
    from items i join (
      select category, language, sum(judgements) as judgements from items
      where campaign_id = ${campaignId}::uuid and purpose = 'work' group by 1, 2
    ) cells on cells.category is not distinct from i.category and cells.language is not distinct from i.language
    where ${openWork(campaignId)}`;
}

/** Ids in rank order, at most `limit`; empty where nothing is known. */
export async function rankedItems(connection: Connection, campaign: DueCampaign, limit: number): Promise<string[]> {
  const query = rankQuery(campaign);
  if (query === null) return [];
  const rows = await selectRows<{ id: string }>(
    connection,
    sql`select r.id from (${query}) r join items i on i.id = r.id order by r.rank, i.random_key limit ${limit}::int`,
  );
  return rows.map(({ id }) => id);
}

export async function unrankedItems(
  connection: Connection,
  campaignId: string,
  ranked: readonly string[],
  limit: number,
): Promise<string[]> {
  const rows = await selectRows<{ id: string }>(
    connection,
    sql`select i.id from items i where ${openWork(campaignId)} and not i.id = any(${sql.param([...ranked])}::uuid[])
      order by coalesce(i.order_key, i.random_key) desc limit ${limit}::int`,
  );
  return rows.map(({ id }) => id);
}

/** Few rows at a time, each time its own transaction: who is submitting one of them waits for no more than these. */
export async function setKeys(
  db: Db,
  rows: readonly { id: string; key: number; probability: number }[],
): Promise<void> {
  await db.execute(sql`
    update items i set order_key = t.key, order_probability = t.probability
    from unnest(${sql.param(rows.map(({ id }) => id))}::uuid[], ${sql.param(rows.map(({ key }) => key))}::float8[],
      ${sql.param(rows.map(({ probability }) => probability))}::real[]) as t(id, key, probability)
    where i.id = t.id`);
}

/** Open items of the campaign back to chance, at most `limit`, but for those of `kept`. How many. */
export async function clearKeys(db: Db, campaignId: string, kept: readonly string[], limit: number): Promise<number> {
  const row = await selectRow<{ n: number }>(
    db,
    sql`with stale as (
      select i.id from items i where ${openWork(campaignId)} and coalesce(i.order_key, i.random_key) < 0
        and not i.id = any(${sql.param([...kept])}::uuid[])
      limit ${limit}::int
    ), cleared as (
      update items i set order_key = null, order_probability = null from stale where i.id = stale.id returning 1
    )
    select count(*)::int as n from cleared`,
  );
  return row?.n ?? 0;
}

export async function recordOrder(
  connection: Connection,
  { campaignId, ordering }: Pick<DueCampaign, "campaignId" | "ordering">,
  itemsOrdered: number,
): Promise<void> {
  await connection.execute(sql`
    update campaign_tallies set ordering = ${ordering}::campaign_ordering, items_ordered = ${itemsOrdered}::int, ordered_at = now()
    where campaign_id = ${campaignId}::uuid`);
}

export interface UnscoredPair {
  campaignId: string;
  rewardModelId: string;
  /** Below PAIRWRIGHT_HOME. */
  directory: string;
  prompt: ViewedMessage[];
  response1Id: string;
  response1: string;
  response2Id: string;
  response2: string;
}

const withoutScores = (
  campaign: SQL,
  model: SQL,
) => sql`i.campaign_id = ${campaign} and i.state = 'open' and i.slots_remaining > 0
  and i.purpose = 'work' and i.reserved_for is null and i.response1_id is not null and not exists (
    select 1 from reward_scores s where s.message_id = i.response1_id and s.reward_model_id = ${model})`;

/** Open pairs of the project's campaigns by uncertainty that the models in service have not scored, in the order of chance. */
export const unscoredPairs = (connection: Connection, projectId: string, limit: number): Promise<UnscoredPair[]> =>
  selectRows<UnscoredPair>(
    connection,
    sql`
    select c.id as "campaignId", m.id as "rewardModelId", m.directory, ${messageChain(sql`i.context_message_id`)} as prompt,
      i.response1_id as "response1Id", r1.content as response1, i.response2_id as "response2Id", r2.content as response2
    from campaigns c join reward_models m on m.project_id = c.project_id and m.task = c.task and m.state = 'serving'
      join items i on ${withoutScores(sql`c.id`, sql`m.id`)}
      join messages r1 on r1.id = i.response1_id join messages r2 on r2.id = i.response2_id
    where c.project_id = ${projectId}::uuid and c.state = 'open' and c.ordering = 'uncertainty'
    order by c.priority, c.id, i.random_key limit ${limit}::int`,
  );

export async function hasUnscored(connection: Connection, campaignId: string, rewardModelId: string): Promise<boolean> {
  const row = await selectRow<{ found: boolean }>(
    connection,
    sql`select exists (select 1 from items i where ${withoutScores(sql`${campaignId}::uuid`, sql`${rewardModelId}::uuid`)}) as found`,
  );
  return row?.found ?? false;
}

/** What was ordered before is out of date: the next refresh orders these campaigns anew. */
export async function expireOrders(connection: Connection, campaignIds: readonly string[]): Promise<void> {
  await connection.execute(sql`
    update campaign_tallies set ordered_at = now() - interval '1 day'
    where campaign_id = any(${sql.param([...campaignIds])}::uuid[]) and ordered_at is not null`);
}
