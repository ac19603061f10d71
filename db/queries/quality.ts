/**
 * Keeps the quality tallies equal to the standing judgements, by what is pending (see db/schema/quality.ts). Gold and mirrored items
 * are in none of them but the hours; their own tables are kept by db/queries/checks.ts.
 */
import { type SQL, sql } from "drizzle-orm";
import type { Connection, Tx } from "../client";
import { isStanding, lockTally, selectRow, selectRows, uuids, wantedIds } from "./rows";

/** One refresh at a time, or two could both take an item's old state out. False: somebody else is at it, and `wait` was not asked for. */
export const lockQuality = (tx: Tx, wait: boolean): Promise<boolean> => lockTally(tx, "quality", wait);

export async function takePending(tx: Tx, limit: number): Promise<string[]> {
  const rows = await selectRows<{ comparisonId: string }>(
    tx,
    sql`
    delete from quality_pending where sequence in (select sequence from quality_pending order by sequence limit ${limit})
    returning comparison_id as "comparisonId"`,
  );
  return rows.map(({ comparisonId }) => comparisonId);
}

export async function hasPending(connection: Connection): Promise<boolean> {
  const row = await selectRow<{ found: boolean }>(
    connection,
    sql`select exists (select 1 from quality_pending) as found`,
  );
  return row?.found ?? false;
}

export async function countPending(connection: Connection): Promise<number> {
  const row = await selectRow<{ n: number }>(connection, sql`select count(*)::int as n from quality_pending`);
  return row?.n ?? 0;
}

/** The taken judgements (+1) and those that they replace (-1). */
const takenOf = (ids: readonly string[]): SQL => sql`
  select c.*, 1 as sign from ${wantedIds(ids)} join comparisons c on c.id = wanted.id
  union all
  select old.*, -1 from ${wantedIds(ids)} join comparisons c on c.id = wanted.id join comparisons old on old.id = c.supersedes_id`;

/** The same, with what the tallies need of them; of work, not of checks. */
const changesOf = (ids: readonly string[]): SQL => sql`
  taken as (
    ${takenOf(ids)}
  ),
  changes as (
    select t.sign, t.project_id, i.campaign_id, t.user_id, t.strength, t.chosen_id = i.response1_id as first_won,
      t.created_at, greatest(coalesce(t.duration_ms, 0), 1)::bigint as duration_ms, i.pair_probability,
      -- Response 2 stood left as A where swapped.
      (t.chosen_id = i.response1_id) = not t.swapped as chose_a,
      r1.variant_id as variant1, r2.variant_id as variant2,
      greatest(char_length(r1.content), 1) as length1, greatest(char_length(r2.content), 1) as length2
    from taken t join items i on i.id = t.item_id and i.purpose = 'work' join messages r1 on r1.id = i.response1_id join messages r2 on r2.id = i.response2_id
  )`;

const strengthSum = (strength: string): SQL =>
  sql`coalesce(sum(sign) filter (where strength = ${sql.raw(`'${strength}'`)}), 0)::int`;

/** Adds the annotators' days. Array and scalar counts only ever grow by what a change says, so batches may come in any order. */
export async function addDays(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    with ${changesOf(ids)}
    insert into quality_days as q (project_id, campaign_id, user_id, day, judgements, duration_ms_sum, duration_log_sum, chose_a,
      lengths_differ, chose_longer, strengths)
    select project_id, campaign_id, user_id, (created_at at time zone 'UTC')::date, sum(sign)::int, sum(sign * duration_ms)::bigint,
      sum(sign * ln(duration_ms::float8)), coalesce(sum(sign) filter (where chose_a), 0)::int,
      coalesce(sum(sign) filter (where length1 <> length2), 0)::int,
      coalesce(sum(sign) filter (where length1 <> length2 and first_won = (length1 > length2)), 0)::int,
      array[${strengthSum("negligibly_better")}, ${strengthSum("slightly_better")}, ${strengthSum("better")},
        ${strengthSum("significantly_better")}]
    from changes group by 1, 2, 3, 4
    on conflict (project_id, campaign_id, user_id, day) do update set
      judgements = q.judgements + excluded.judgements, duration_ms_sum = q.duration_ms_sum + excluded.duration_ms_sum,
      duration_log_sum = q.duration_log_sum + excluded.duration_log_sum, chose_a = q.chose_a + excluded.chose_a,
      lengths_differ = q.lengths_differ + excluded.lengths_differ, chose_longer = q.chose_longer + excluded.chose_longer,
      strengths = array(select a + b from unnest(q.strengths, excluded.strengths) as s(a, b))`);
}

/** Time spent on gold and mirrored items joins the hours. */
export async function addCheckDays(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    insert into quality_days as q (project_id, campaign_id, user_id, day, judgements, duration_ms_sum, duration_log_sum, chose_a,
      lengths_differ, chose_longer, strengths, check_judgements, check_duration_ms_sum)
    select t.project_id, i.campaign_id, t.user_id, (t.created_at at time zone 'UTC')::date, 0, 0, 0, 0, 0, 0, '{0,0,0,0}',
      sum(t.sign)::int, sum(t.sign * greatest(coalesce(t.duration_ms, 0), 1)::bigint)::bigint
    from (
      ${takenOf(ids)}
    ) t join items i on i.id = t.item_id and i.purpose <> 'work'
    group by 1, 2, 3, 4
    on conflict (project_id, campaign_id, user_id, day) do update set
      check_judgements = q.check_judgements + excluded.check_judgements,
      check_duration_ms_sum = q.check_duration_ms_sum + excluded.check_duration_ms_sum`);
}

/** Adds battles between policy variants; variant 1 is the one with the smaller id. */
export async function addBattles(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    with ${changesOf(ids)},
    battles as (
      select *, variant1 < variant2 as in_order,
        greatest(-8, least(8, round(4 * ln(length1::float8 / length2))))::int as step
      from changes where variant1 is not null and variant2 is not null and variant1 <> variant2
    )
    insert into quality_battles as q
    select project_id, campaign_id, user_id, least(variant1, variant2), greatest(variant1, variant2),
      case when in_order then step else -step end, pair_probability::real,
      coalesce(sum(sign) filter (where first_won = in_order), 0)::int, coalesce(sum(sign) filter (where first_won <> in_order), 0)::int
    from battles group by 1, 2, 3, 4, 5, 6, 7
    on conflict (project_id, campaign_id, user_id, variant1_id, variant2_id, length_step, pair_probability) do update set
      wins1 = q.wins1 + excluded.wins1, wins2 = q.wins2 + excluded.wins2`);
}

const count = (condition: SQL): SQL => sql`count(*) filter (where ${condition})::smallint`;
const step = (response: 1 | 2, strength: string): SQL =>
  count(sql`${response === 1 ? sql`first` : sql`not first`} and strength = ${sql.raw(`'${strength}'`)}`);
const STRENGTHS = ["significantly_better", "better", "slightly_better", "negligibly_better"];
const STEPS = sql.join(
  [...STRENGTHS.map((name) => step(1, name)), ...STRENGTHS.toReversed().map((name) => step(2, name))],
  sql`, `,
);
/** `preferred_safe` names the chosen one; the tally names the response. */
const SAFETY = sql.join(
  [
    count(sql`(first and safety = 'preferred_safe') or (not first and safety = 'preferred_unsafe')`),
    count(sql`(not first and safety = 'preferred_safe') or (first and safety = 'preferred_unsafe')`),
    count(sql`safety = 'both_safe'`),
    count(sql`safety = 'both_unsafe'`),
  ],
  sql`, `,
);

/** Ways to count an item's state into (+1) or out of (-1) the tables that are grouped by it. */
async function countItems(tx: Tx, itemIds: readonly string[], sign: 1 | -1): Promise<void> {
  await tx.execute(sql`
    insert into quality_patterns as q
    select project_id, campaign_id, language, category, steps, '{}'::smallint[], ${sign} * count(*)::int
    from ${wantedIds(itemIds)} join quality_items on item_id = wanted.id group by 1, 2, 3, 4, 5
    union all
    select project_id, campaign_id, language, category, '{}'::smallint[], safety, ${sign} * count(*)::int
    from ${wantedIds(itemIds)} join quality_items on item_id = wanted.id group by 1, 2, 3, 4, 6
    on conflict (project_id, campaign_id, language, category, steps, safety) do update set items = q.items + excluded.items`);
  await tx.execute(sql`
    insert into quality_peers as q
    select i.project_id, i.campaign_id, own.user_id, ${sign} * count(*)::int,
      ${sign} * count(*) filter (where own.preferred = other.preferred)::int
    from ${wantedIds(itemIds)} join quality_items i on i.item_id = wanted.id
    cross join lateral unnest(i.user_ids, i.preferred) as own(user_id, preferred)
    join lateral unnest(i.user_ids, i.preferred) as other(user_id, preferred) on other.user_id <> own.user_id
    group by 1, 2, 3
    on conflict (project_id, campaign_id, user_id) do update set
      pairs = q.pairs + excluded.pairs, agreeing = q.agreeing + excluded.agreeing`);
}

/** Reads the items of these judgements anew and puts their new state in the place of the old one. */
export async function replaceItems(tx: Tx, ids: readonly string[]): Promise<void> {
  const rows = await selectRows<{ itemId: string }>(
    tx,
    sql`select distinct c.item_id as "itemId" from ${wantedIds(ids)} join comparisons c on c.id = wanted.id
      join items i on i.id = c.item_id and i.purpose = 'work'`,
  );
  const itemIds = rows.map(({ itemId }) => itemId);
  await countItems(tx, itemIds, -1);
  await tx.execute(sql`
    with standing as (
      select i.id as item_id, i.project_id, i.campaign_id, c.user_id, c.strength, c.safety, c.chosen_id = i.response1_id as first,
        coalesce(p.language, d.language, '') as language, coalesce(p.category, '') as category
      from ${wantedIds(itemIds)} join items i on i.id = wanted.id
        cross join lateral (select k.* from comparisons k where k.item_id = i.id and k.source = 'annotator' offset 0) c
        left join prompts p on p.id = i.prompt_id left join dialogues d on d.id = i.dialogue_id
      where ${isStanding(sql`c`)}
    )
    insert into quality_items as q
    select item_id, project_id, campaign_id, language, category, array[${STEPS}], array[${SAFETY}],
      array_agg(user_id order by user_id), array_agg(case when first then 1 else 2 end::smallint order by user_id)
    from standing group by 1, 2, 3, 4, 5
    on conflict (item_id) do update set language = excluded.language, category = excluded.category, steps = excluded.steps,
      safety = excluded.safety, user_ids = excluded.user_ids, preferred = excluded.preferred`);
  await countItems(tx, itemIds, 1);
  await tx.execute(sql`delete from quality_patterns where items = 0`);
}

export interface QualityFilter {
  projectId: string;
  campaignId?: string | undefined;
  language?: string | undefined;
}
export const within = ({ projectId, campaignId, language }: QualityFilter): SQL =>
  sql.join(
    [
      sql`q.project_id = ${projectId}::uuid`,
      ...(campaignId ? [sql`q.campaign_id = ${campaignId}::uuid`] : []),
      ...(language === undefined ? [] : [sql`q.language = ${language}`]),
    ],
    sql` and `,
  );

/** Items that look exactly alike in one respect, within all items or within one group of them. */
export interface PatternRow {
  /** `all` and the groups: judgements per step; `safety`: per safety answer, of all items. */
  by: "all" | "safety" | "campaign" | "language" | "category";
  /** Of the group; empty for all items. */
  key: string;
  name: string;
  counts: number[];
  items: number;
}

/** Grouped here and not by the caller: a million judgements make thousands of patterns, but some hundred of each kind. */
export const selectPatterns = (connection: Connection, filter: QualityFilter): Promise<PatternRow[]> =>
  selectRows<PatternRow>(
    connection,
    sql`
    with patterns as materialized (select * from quality_patterns q where ${within(filter)})
    select p.by, p.key, coalesce(c.name, p.key) as name, p.counts, p.items
    from (
      select case when grouping(campaign_id) = 0 then 'campaign' when grouping(language) = 0 then 'language'
          when grouping(category) = 0 then 'category' else 'all' end as by,
        coalesce(campaign_id::text, language, category, '') as key, steps as counts, sum(items)::int as items
      from patterns where cardinality(steps) > 0
      group by grouping sets ((steps), (campaign_id, steps), (language, steps), (category, steps))
      union all
      select 'safety', '', safety, sum(items)::int from patterns where cardinality(safety) > 0 group by safety
    ) p left join campaigns c on p.by = 'campaign' and c.id::text = p.key`,
  );

export interface AnnotatorRow {
  userId: string;
  name: string;
  judgements: number;
  /** Geometric mean; null without judgements. */
  typicalMs: number | null;
  /** Of all work, gold and mirrored items included. */
  durationMsSum: number;
  days: number;
  choseA: number;
  lengthsDiffer: number;
  choseLonger: number;
  strengths: number[];
  pairs: number;
  agreeing: number;
  lastDay: string;
}

export const selectAnnotators = (
  connection: Connection,
  filter: Pick<QualityFilter, "projectId" | "campaignId">,
): Promise<AnnotatorRow[]> =>
  selectRows<AnnotatorRow>(
    connection,
    sql`
    with days as (
      select q.user_id, sum(judgements)::int as judgements, exp(sum(duration_log_sum) / nullif(sum(judgements), 0)) as typical_ms,
        sum(duration_ms_sum + check_duration_ms_sum)::float8 as duration_ms_sum, count(distinct day)::int as days, sum(chose_a)::int as chose_a,
        sum(lengths_differ)::int as lengths_differ, sum(chose_longer)::int as chose_longer, max(day)::text as last_day,
        array[sum(strengths[1])::int, sum(strengths[2])::int, sum(strengths[3])::int, sum(strengths[4])::int] as strengths
      from quality_days q where ${within(filter)} group by 1
    ),
    peers as (
      select q.user_id, sum(pairs)::int as pairs, sum(agreeing)::int as agreeing from quality_peers q where ${within(filter)} group by 1
    )
    select d.user_id as "userId", u.name, d.judgements, d.typical_ms as "typicalMs", d.duration_ms_sum as "durationMsSum", d.days,
      d.chose_a as "choseA", d.lengths_differ as "lengthsDiffer", d.chose_longer as "choseLonger", d.strengths,
      coalesce(p.pairs, 0) as pairs, coalesce(p.agreeing, 0) as agreeing, d.last_day as "lastDay"
    from days d join users u on u.id = d.user_id left join peers p on p.user_id = d.user_id
    where d.judgements > 0 or d.duration_ms_sum > 0 order by d.judgements desc, d.user_id`,
  );

export interface DriftRow {
  /** Monday of the week, ISO date. */
  week: string;
  /** From negligibly to significantly better. */
  strengths: number[];
}

export const selectDrift = (
  connection: Connection,
  filter: Pick<QualityFilter, "projectId" | "campaignId">,
): Promise<DriftRow[]> =>
  selectRows<DriftRow>(
    connection,
    sql`
    select date_trunc('week', day)::date::text as week,
      array[sum(strengths[1])::int, sum(strengths[2])::int, sum(strengths[3])::int, sum(strengths[4])::int] as strengths
    from quality_days q where ${within(filter)} group by 1 having sum(judgements) > 0 order by 1`,
  );

export interface BattleRow {
  userId: string;
  variant1Id: string;
  variant2Id: string;
  lengthStep: number;
  pairProbability: number;
  wins1: number;
  wins2: number;
}

export const selectBattles = (
  connection: Connection,
  filter: Pick<QualityFilter, "projectId" | "campaignId">,
): Promise<BattleRow[]> =>
  selectRows<BattleRow>(
    connection,
    sql`
    select q.user_id as "userId", q.variant1_id as "variant1Id", q.variant2_id as "variant2Id", q.length_step as "lengthStep",
      q.pair_probability as "pairProbability", sum(q.wins1)::int as wins1, sum(q.wins2)::int as wins2
    from quality_battles q where ${within(filter)} group by 1, 2, 3, 4, 5 having sum(q.wins1) > 0 or sum(q.wins2) > 0`,
  );

export const selectVariantNames = (
  connection: Connection,
  ids: readonly string[],
): Promise<{ id: string; variant: string; policy: string }[]> =>
  selectRows(
    connection,
    sql`
    select v.id, v.name as variant, p.name as policy from policy_variants v join policies p on p.id = v.policy_id
    where v.id = any(${uuids(ids)})`,
  );

/** All work is paid work: gold and mirrored items count here. */
export interface HoursRow {
  day: string;
  name: string;
  email: string;
  campaign: string;
  judgements: number;
  durationMsSum: number;
}

export const selectHours = (
  connection: Connection,
  filter: Pick<QualityFilter, "projectId" | "campaignId"> & { from?: string | undefined; to?: string | undefined },
): Promise<HoursRow[]> =>
  selectRows<HoursRow>(
    connection,
    sql`
    select q.day::text as day, u.name, u.email, c.name as campaign, q.judgements + q.check_judgements as judgements,
      (q.duration_ms_sum + q.check_duration_ms_sum)::float8 as "durationMsSum"
    from quality_days q join users u on u.id = q.user_id join campaigns c on c.id = q.campaign_id
    where ${within(filter)} and q.judgements + q.check_judgements > 0 and q.day >= coalesce(${filter.from ?? null}::date, '-infinity')
      and q.day <= coalesce(${filter.to ?? null}::date, 'infinity')
    order by q.day, u.name, u.id, c.name`,
  );

export interface ProgressRow {
  campaignId: string;
  name: string;
  state: "open" | "paused" | "closed";
  judgementsWanted: number;
  judgements: number;
  /** Judgements of each of the last `days` whole days that the campaign has seen, oldest first. */
  daily: number[];
}

/** Withdrawn and unusable items want nothing any more. */
export const selectProgress = (connection: Connection, projectId: string, days: number): Promise<ProgressRow[]> =>
  selectRows<ProgressRow>(
    connection,
    sql`
    select c.id as "campaignId", c.name, c.state, coalesce(w.wanted, 0)::int as "judgementsWanted",
      coalesce(w.judgements, 0)::int as judgements,
      array(
        select coalesce(sum(q.judgements), 0)::int
        from generate_series(
          greatest((now() at time zone 'UTC')::date - ${days}::int, (c.created_at at time zone 'UTC')::date),
          (now() at time zone 'UTC')::date - 1, interval '1 day') as d(day)
        left join quality_days q on q.campaign_id = c.id and q.project_id = c.project_id and q.day = d.day::date
        group by d.day order by d.day) as daily
    from campaigns c
    left join lateral (
      select sum(case when i.state in ('open', 'done') then i.overlap else i.judgements end) as wanted, sum(i.judgements) as judgements
      from items i where i.campaign_id = c.id and i.purpose = 'work'
    ) w on true
    where c.project_id = ${projectId}::uuid order by c.state, c.priority, c.created_at`,
  );
