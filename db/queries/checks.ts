/** What gold and mirrored items say of their annotators: one row for each answered item, replaced whenever its judgement changes. */
import { type SQL, sql } from "drizzle-orm";
import type { Connection, Tx } from "../client";
import type { StoredSafety } from "./comparisons";
import { type QualityFilter, within } from "./quality";
import { isStanding, selectRow, selectRows, uuids, wantedIds } from "./rows";

const STANDING = isStanding(sql`c`);

export interface GoldJudgement {
  itemId: string;
  userId: string;
  projectId: string;
  campaignId: string;
  comparisonId: string;
  sequence: number;
  judgedAtMs: number;
  preferred: 1 | 2;
  safety: StoredSafety | null;
  goldPreferred: 1 | 2;
  goldSafety: StoredSafety | null;
  explanation: string;
}

const goldJudgements = (connection: Connection, condition: SQL): Promise<GoldJudgement[]> =>
  selectRows<GoldJudgement>(
    connection,
    sql`
    select c.item_id as "itemId", c.user_id as "userId", c.project_id as "projectId", i.campaign_id as "campaignId",
      c.id as "comparisonId", c.sequence::float8 as sequence, (extract(epoch from c.created_at) * 1000)::float8 as "judgedAtMs",
      case when c.chosen_id = i.response1_id then 1 else 2 end as preferred, c.safety,
      g.preferred as "goldPreferred", g.safety as "goldSafety", g.explanation
    from comparisons c join items i on i.id = c.item_id and i.purpose = 'gold' join gold_answers g on g.item_id = i.id
    where c.source = 'annotator' and not g.voided and ${STANDING} and ${condition}
    order by c.sequence`,
  );

/** The standing judgements of the gold items among the taken ones: one an annotator and item. */
export const takenGold = (tx: Tx, ids: readonly string[]): Promise<GoldJudgement[]> =>
  goldJudgements(
    tx,
    sql`(c.item_id, c.user_id) in (select t.item_id, t.user_id from ${wantedIds(ids)}
      join comparisons t on t.id = wanted.id join items ti on ti.id = t.item_id and ti.purpose = 'gold')`,
  );

export const goldJudgementsOf = (tx: Tx, itemId: string): Promise<GoldJudgement[]> =>
  goldJudgements(tx, sql`c.item_id = ${itemId}::uuid`);

export type GradedGold = GoldJudgement & { right: boolean };

export async function replaceGrades(tx: Tx, rows: readonly GradedGold[]): Promise<void> {
  if (rows.length === 0) return;
  const column = <T>(value: (row: GradedGold) => T) => sql.param(rows.map(value));
  await tx.execute(sql`
    insert into gold_grades (item_id, user_id, project_id, campaign_id, comparison_id, sequence, judged_at, is_right)
    select item_id, user_id, project_id, campaign_id, comparison_id, sequence, to_timestamp(judged_at / 1000), is_right
    from unnest(${column((row) => row.itemId)}::uuid[], ${column((row) => row.userId)}::uuid[],
      ${column((row) => row.projectId)}::uuid[], ${column((row) => row.campaignId)}::uuid[],
      ${column((row) => row.comparisonId)}::uuid[], ${column((row) => row.sequence)}::bigint[],
      ${column((row) => row.judgedAtMs)}::float8[], ${column((row) => row.right)}::boolean[])
      as g(item_id, user_id, project_id, campaign_id, comparison_id, sequence, judged_at, is_right)
    on conflict (item_id, user_id) do update set comparison_id = excluded.comparison_id, sequence = excluded.sequence,
      judged_at = excluded.judged_at, is_right = excluded.is_right`);
}

/**
 * One note for each missed gold item, shown only from the first midnight (UTC) after `delayDays`, so that all of a day come
 * together and none can be spotted. A judgement that was put right, or replaced, has none.
 */
export async function replaceGoldNotes(tx: Tx, rows: readonly GradedGold[], delayDays: number): Promise<void> {
  if (rows.length === 0) return;
  const missed = rows.filter((row) => !row.right);
  const column = <T>(of: readonly GradedGold[], value: (row: GradedGold) => T) => sql.param(of.map(value));
  const missedIds = uuids(missed.map((row) => row.comparisonId));
  await tx.execute(sql`
    delete from annotator_notes n using comparisons c
    where n.kind = 'gold' and n.comparison_id = c.id and c.id <> all(${missedIds})
      and (c.item_id, c.user_id) in (select * from unnest(${column(rows, (row) => row.itemId)}::uuid[],
        ${column(rows, (row) => row.userId)}::uuid[]))`);
  await tx.execute(sql`
    insert into annotator_notes (project_id, user_id, kind, comparison_id, body, visible_from)
    select c.project_id, c.user_id, 'gold', c.id, m.body,
      (date_trunc('day', c.created_at at time zone 'UTC') + make_interval(days => ${delayDays + 1}::int)) at time zone 'UTC'
    from unnest(${missedIds}, ${column(missed, (row) => row.explanation)}::text[]) as m(id, body) join comparisons c on c.id = m.id
    where not exists (select 1 from annotator_notes n where n.kind = 'gold' and n.comparison_id = c.id)`);
}

/** Takes every grade of an item away, and the notes about it; whose they were. */
export async function deleteGrades(tx: Tx, itemId: string): Promise<string[]> {
  await tx.execute(sql`
    delete from annotator_notes n using comparisons c
    where n.kind = 'gold' and n.comparison_id = c.id and c.item_id = ${itemId}::uuid`);
  const rows = await selectRows<{ userId: string }>(
    tx,
    sql`delete from gold_grades where item_id = ${itemId}::uuid returning user_id as "userId"`,
  );
  return rows.map(({ userId }) => userId);
}

/** Reads the mirrored items that the taken judgements touch anew: those answered, and those whose first judgement was replaced. */
export async function replaceMirrors(tx: Tx, ids: readonly string[]): Promise<void> {
  const rows = await selectRows<{ itemId: string }>(
    tx,
    sql`
    select i.id as "itemId" from ${wantedIds(ids)} join comparisons c on c.id = wanted.id
      join items i on i.id = c.item_id and i.purpose = 'mirror'
    union
    select i.id from ${wantedIds(ids)} join comparisons c on c.id = wanted.id join items i on i.mirror_of_id = c.supersedes_id`,
  );
  if (rows.length === 0) return;
  const itemIds = uuids(rows.map(({ itemId }) => itemId));
  await tx.execute(sql`delete from quality_mirrors where item_id = any(${itemIds})`);
  await tx.execute(sql`
    insert into quality_mirrors (item_id, project_id, campaign_id, user_id, day, consistent, chose_a_twice, flipped)
    select i.id, i.project_id, i.campaign_id, c.user_id, (c.created_at at time zone 'UTC')::date, c.chosen_id = o.chosen_id,
      -- With sides swapped, another response on the same side: the side was chosen, not the answer.
      case when c.swapped <> o.swapped and c.chosen_id <> o.chosen_id then (c.chosen_id = i.response1_id) = not c.swapped end,
      c.swapped <> o.swapped
    from items i join comparisons c on c.item_id = i.id and c.user_id = i.reserved_for and ${STANDING}
      join comparisons o on o.id = i.mirror_of_id
    where i.id = any(${itemIds}) and not exists (select 1 from comparisons newer where newer.supersedes_id = o.id)`);
}

export interface CheckRow {
  userId: string;
  goldSeen: number;
  goldRight: number;
  mirrors: number;
  consistent: number;
  /** Mirrored with the sides swapped; of them, the same side twice, and A twice. */
  flipped: number;
  sameSide: number;
  choseATwice: number;
  pauseReason: "gold" | "duration" | "lead" | null;
}

/** One row for everybody who has a gold answer, a mirrored one, or a standing in the project. */
export const selectChecks = (
  connection: Connection,
  filter: Pick<QualityFilter, "projectId" | "campaignId">,
): Promise<CheckRow[]> =>
  selectRows<CheckRow>(
    connection,
    sql`
    with gold as (
      select q.user_id, count(*)::int as seen, count(*) filter (where q.is_right)::int as answered_right
      from gold_grades q where ${within(filter)} group by 1
    ), mirrors as (
      select q.user_id, count(*)::int as mirrors, count(*) filter (where q.consistent)::int as consistent,
        count(*) filter (where q.flipped)::int as flipped, count(q.chose_a_twice)::int as same_side,
        count(*) filter (where q.chose_a_twice)::int as a_twice
      from quality_mirrors q where ${within(filter)} group by 1
    ), states as (select user_id, pause_reason from annotator_states where project_id = ${filter.projectId}::uuid)
    select user_id as "userId", coalesce(g.seen, 0) as "goldSeen", coalesce(g.answered_right, 0) as "goldRight",
      coalesce(m.mirrors, 0) as mirrors, coalesce(m.consistent, 0) as consistent, coalesce(m.flipped, 0) as flipped,
      coalesce(m.same_side, 0) as "sameSide", coalesce(m.a_twice, 0) as "choseATwice", s.pause_reason as "pauseReason"
    from gold g full join mirrors m using (user_id) full join states s using (user_id)`,
  );

/** Mirrored pairs answered in each week (Monday, ISO date), and those answered as before. */
export const selectConsistencyByWeek = (
  connection: Connection,
  filter: Pick<QualityFilter, "projectId" | "campaignId">,
): Promise<{ week: string; mirrors: number; consistent: number }[]> =>
  selectRows(
    connection,
    sql`
    select date_trunc('week', q.day)::date::text as week, count(*)::int as mirrors,
      count(*) filter (where q.consistent)::int as consistent
    from quality_mirrors q where ${within(filter)} group by 1 order by 1`,
  );

/**
 * Judgements in campaigns with a time floor: how many, and how many below it; the newest `newest` since a lead last let the
 * annotator go on, or all of them.
 */
export async function selectHaste(
  connection: Connection,
  annotator: { projectId: string; userId: string },
  newest: number | null,
): Promise<{ n: number; hasty: number }> {
  const row = await selectRow<{ n: number; hasty: number }>(
    connection,
    sql`
    select count(*)::int as n, count(*) filter (where hasty)::int as hasty from (
      select c.duration_ms < g.duration_min_ms as hasty
      from comparisons c join items i on i.id = c.item_id join campaigns g on g.id = i.campaign_id and g.duration_min_ms > 0
      where c.user_id = ${annotator.userId}::uuid and c.project_id = ${annotator.projectId}::uuid and ${STANDING}
        and (${newest}::int is null or c.created_at > coalesce((select tested_since from annotator_states s
          where s.project_id = c.project_id and s.user_id = c.user_id), '-infinity'))
      order by c.created_at desc limit ${newest}::int
    ) recent`,
  );
  return row ?? { n: 0, hasty: 0 };
}

/** Who among the taken judgements' annotators was below the floor just now. */
export const takenHasty = (tx: Tx, ids: readonly string[]): Promise<{ projectId: string; userId: string }[]> =>
  selectRows(
    tx,
    sql`
    select distinct c.project_id as "projectId", c.user_id as "userId"
    from ${wantedIds(ids)} join comparisons c on c.id = wanted.id join items i on i.id = c.item_id
      join campaigns g on g.id = i.campaign_id
    where c.duration_ms < g.duration_min_ms`,
  );
