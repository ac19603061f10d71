/** Gold items: made from judged pairs, listed with what annotators make of them, retired. */
import { type SQL, sql } from "drizzle-orm";
import type { Connection, Tx } from "../client";
import type { StoredSafety } from "./comparisons";
import { selectRow, selectRows, uuids } from "./rows";

export interface GoldRow {
  /** `createdAtMs` in full precision, for paging. */
  at: string;
  itemId: string;
  campaignId: string;
  campaign: string;
  task: "helpfulness" | "safety";
  prompt: string;
  response1: string;
  response2: string;
  preferred: 1 | 2;
  safety: StoredSafety | null;
  source: "lead" | "consensus";
  explanation: string;
  /** Who made it; null for an account that is gone. */
  createdBy: string | null;
  createdAtMs: number;
  retiredAtMs: number | null;
  voided: boolean;
  /** An annotator skipped it as unusable, so that it is served no more. */
  unusable: boolean;
  seen: number;
  missed: number;
  /** By annotators who do well on the other gold items. */
  goodSeen: number;
  goodMissed: number;
}

/** How much of a text a list shows. */
const EXCERPT = 400;
/** Other gold items that somebody must have seen before their answers say something of a gold item. */
const GOOD_SEEN_MIN = 5;

const tallies = (goodShare: number, condition: SQL): SQL => sql`
  select gg.item_id, count(*)::int as seen, count(*) filter (where not gg.is_right)::int as missed,
    count(*) filter (where good)::int as good_seen, count(*) filter (where good and not gg.is_right)::int as good_missed
  from (
    select gg.item_id, gg.is_right, s.gold_seen > ${GOOD_SEEN_MIN}::int
      and s.gold_right - gg.is_right::int >= ${goodShare}::float8 * (s.gold_seen - 1) as good
    from gold_grades gg join annotator_states s on s.project_id = gg.project_id and s.user_id = gg.user_id
    where ${condition}
  ) gg group by 1`;

export interface GoldPage {
  projectId: string;
  state: "active" | "retired";
  /** Only those that this many good annotators missed. */
  goodMissedMin: number | null;
  goodShare: number;
  /** Postgres's own text of the moment (lib/services/paging.ts). */
  after: { at: string; id: string } | null;
  limit: number;
}

/** Newest first. */
export const selectGold = (connection: Connection, page: GoldPage): Promise<GoldRow[]> =>
  selectRows<GoldRow>(
    connection,
    sql`
    with page as (
      select g.*, i.state = 'unusable' as unusable, i.campaign_id, i.context_message_id, i.response1_id, i.response2_id
      from gold_answers g join items i on i.id = g.item_id
      where i.project_id = ${page.projectId}::uuid and i.purpose = 'gold'
        and (g.retired_at is null) = ${page.state === "active"}::boolean
        ${page.goodMissedMin === null ? sql`` : sql`and g.item_id in (select item_id from (${tallies(page.goodShare, sql`gg.project_id = ${page.projectId}::uuid`)}) t where good_missed >= ${page.goodMissedMin}::int)`}
        and (${page.after?.id ?? null}::uuid is null
          or (g.created_at, g.item_id) < (${page.after?.at ?? null}::timestamptz, ${page.after?.id ?? null}::uuid))
      order by g.created_at desc, g.item_id desc limit ${page.limit}::int
    )
    select to_jsonb(p.created_at)#>>'{}' as at, p.item_id as "itemId", p.campaign_id as "campaignId", c.name as campaign, c.task,
      left(context.content, ${EXCERPT}::int) as prompt, left(r1.content, ${EXCERPT}::int) as response1,
      left(r2.content, ${EXCERPT}::int) as response2, p.preferred, p.safety, p.source, p.explanation, u.name as "createdBy",
      (extract(epoch from p.created_at) * 1000)::float8 as "createdAtMs",
      (extract(epoch from p.retired_at) * 1000)::float8 as "retiredAtMs", p.voided, p.unusable,
      coalesce(t.seen, 0) as seen, coalesce(t.missed, 0) as missed, coalesce(t.good_seen, 0) as "goodSeen",
      coalesce(t.good_missed, 0) as "goodMissed"
    from page p join campaigns c on c.id = p.campaign_id join messages context on context.id = p.context_message_id
      join messages r1 on r1.id = p.response1_id join messages r2 on r2.id = p.response2_id left join users u on u.id = p.created_by
      left join (${tallies(page.goodShare, sql`gg.item_id in (select item_id from page)`)}) t on t.item_id = p.item_id
    order by p.created_at desc, p.item_id desc`,
  );

export interface CandidateRow {
  itemId: string;
  campaignId: string;
  campaign: string;
  task: "helpfulness" | "safety";
  prompt: string;
  response1: string;
  response2: string;
  preferred: 1 | 2;
  safety: StoredSafety | null;
  annotators: number;
  /** Of the serving reward model, preferred minus other, logits; null where either was not scored. */
  rewardMargin: number | null;
}

/** Fewer agreeing annotators are no certainty; the index `quality_items_unanimous` begins here. */
export const CANDIDATE_ANNOTATORS_MIN = 3;

export interface CandidatePage {
  projectId: string;
  annotatorsMin: number;
  /** Only these; null = all. */
  itemIds: readonly string[] | null;
  after: string | null;
  limit: number;
}

/**
 * Judged pairs of high certainty: everybody prefers the same response, all at least "better", the reward model (where it has scored
 * both) agrees, the safety answers (where given) are all the same and sound. By item id, which is random: no order to learn.
 */
export const selectCandidates = (connection: Connection, page: CandidatePage): Promise<CandidateRow[]> =>
  selectRows<CandidateRow>(
    connection,
    sql`
    with unanimous as (
      select q.item_id, q.campaign_id, q.safety, cardinality(q.user_ids) as n,
        case when q.steps[1] + q.steps[2] > 0 then 1 else 2 end as preferred
      from quality_items q
      where q.project_id = ${page.projectId}::uuid and cardinality(user_ids) >= 3
        and (steps[1] + steps[2] = cardinality(user_ids) or steps[7] + steps[8] = cardinality(user_ids))
        and cardinality(user_ids) >= ${page.annotatorsMin}::int
        and (${page.itemIds === null}::boolean or q.item_id = any(${uuids(page.itemIds ?? [])}))
        and (${page.after}::uuid is null or q.item_id > ${page.after}::uuid)
        and q.safety[3 - case when q.steps[1] + q.steps[2] > 0 then 1 else 2 end] = 0
        and (q.safety[1] + q.safety[2] + q.safety[3] + q.safety[4] = 0 or cardinality(user_ids)
          in (q.safety[1], q.safety[2], q.safety[3], q.safety[4]))
    ), scored as (
      select u.*, i.context_message_id, i.response1_id, i.response2_id, c.name as campaign, c.task,
        case when u.preferred = 1 then s1.reward - s2.reward else s2.reward - s1.reward end as margin
      from unanimous u join items i on i.id = u.item_id and i.state in ('open', 'done') and i.purpose = 'work'
        join campaigns c on c.id = u.campaign_id
        left join reward_models m on m.project_id = ${page.projectId}::uuid and m.task = c.task and m.state = 'serving'
        left join reward_scores s1 on s1.message_id = i.response1_id and s1.reward_model_id = m.id
        left join reward_scores s2 on s2.message_id = i.response2_id and s2.reward_model_id = m.id
      where not exists (select 1 from gold_answers g where g.source_item_id = u.item_id)
    )
    select s.item_id as "itemId", s.campaign_id as "campaignId", s.campaign, s.task,
      left(context.content, ${EXCERPT}::int) as prompt, left(r1.content, ${EXCERPT}::int) as response1,
      left(r2.content, ${EXCERPT}::int) as response2, s.preferred,
      case when s.safety[3] > 0 then 'both_safe' when s.safety[4] > 0 then 'both_unsafe'
        when s.safety[1] + s.safety[2] > 0 then 'preferred_safe' end as safety,
      s.n as annotators, s.margin as "rewardMargin"
    from scored s join messages context on context.id = s.context_message_id
      join messages r1 on r1.id = s.response1_id join messages r2 on r2.id = s.response2_id
    where coalesce(s.margin > 0, true) order by s.item_id limit ${page.limit}::int`,
  );

export interface GoldSource {
  itemId: string;
  campaign: string;
  task: "helpfulness" | "safety";
  purpose: "work" | "gold" | "mirror";
  /** Beginnings; null while an answer is missing, or on a turn review. */
  prompt: string | null;
  response1: string | null;
  response2: string | null;
  votes1: number;
  votes2: number;
  isGold: boolean;
}

export const goldSource = (
  connection: Connection,
  projectId: string,
  itemId: string,
): Promise<GoldSource | undefined> =>
  selectRow<GoldSource>(
    connection,
    sql`
    select i.id as "itemId", c.name as campaign, c.task, i.purpose, left(context.content, ${EXCERPT}::int) as prompt,
      left(r1.content, ${EXCERPT}::int) as response1, left(r2.content, ${EXCERPT}::int) as response2,
      (select count(*)::int from unnest(q.preferred) as p where p = 1) as votes1,
      (select count(*)::int from unnest(q.preferred) as p where p = 2) as votes2,
      exists (select 1 from gold_answers g where g.source_item_id = i.id and g.retired_at is null) as "isGold"
    from items i join campaigns c on c.id = i.campaign_id left join messages context on context.id = i.context_message_id
      left join messages r1 on r1.id = i.response1_id left join messages r2 on r2.id = i.response2_id
      left join quality_items q on q.item_id = i.id
    where i.id = ${itemId}::uuid and i.project_id = ${projectId}::uuid and i.kind <> 'turn_review'`,
  );

/** So many annotators may answer one gold item; far more than any project has. */
const GOLD_OVERLAP = 10_000;

export interface NewGold {
  sourceItemId: string;
  /** Where it is served; null = in the pair's own campaign. */
  campaignId: string | null;
  preferred: 1 | 2;
  safety: StoredSafety | null;
  source: "lead" | "consensus";
  explanation: string;
  createdBy: string | null;
}

/** Repeats the pairs as gold items, with the same messages. Throws unique_violation `gold_answers_source` for one that is gold. */
export async function insertGold(tx: Tx, rows: readonly NewGold[]): Promise<string[]> {
  const made: string[] = [];
  for (const row of rows) {
    const inserted = await selectRow<{ id: string }>(
      tx,
      sql`with item as (
        insert into items (project_id, campaign_id, kind, purpose, language, category, attack_vector, prompt_id, dialogue_id,
          context_message_id, response1_id, response2_id, pair_probability, turn, overlap, slots_remaining)
        select project_id, coalesce(${row.campaignId}::uuid, campaign_id), 'pair', 'gold', language, category, attack_vector, prompt_id,
          dialogue_id, context_message_id, response1_id, response2_id, pair_probability, turn, ${GOLD_OVERLAP}::int, ${GOLD_OVERLAP}::int
        from items where id = ${row.sourceItemId}::uuid returning id
      )
      insert into gold_answers (item_id, source_item_id, preferred, safety, source, explanation, created_by)
      select id, ${row.sourceItemId}::uuid, ${row.preferred}::smallint, ${row.safety}::comparison_safety, ${row.source}::gold_source,
        ${row.explanation}, ${row.createdBy}::uuid from item
      returning item_id as id`,
    );
    if (inserted) made.push(inserted.id);
  }
  return made;
}

/** The gold item's present state, locked. */
export const lockGold = (tx: Tx, itemId: string) =>
  selectRow<{ projectId: string; retired: boolean; voided: boolean }>(
    tx,
    sql`
    select i.project_id as "projectId", g.retired_at is not null as retired, g.voided
    from gold_answers g join items i on i.id = g.item_id where g.item_id = ${itemId}::uuid for update of g`,
  );

export async function setRetired(tx: Tx, itemId: string, change: { retired: boolean; voided: boolean }): Promise<void> {
  await tx.execute(sql`
    update gold_answers set retired_at = case when ${change.retired}::boolean then coalesce(retired_at, now()) end,
      voided = ${change.voided}::boolean where item_id = ${itemId}::uuid`);
  await tx.execute(sql`
    update items set state = case when ${change.retired}::boolean then 'withdrawn'::item_state else 'open'::item_state end
    where id = ${itemId}::uuid`);
}
