/** What the red-team pages read: the tallies that db/queries/red-team.ts keeps, and what has become of earlier breaks. */
import { type SQL, sql } from "drizzle-orm";
import type { Connection } from "../client";
import { selectRow, selectRows } from "./rows";

export interface RedTeamFilter {
  projectId: string;
  campaignId?: string | undefined;
}
const within = ({ projectId, campaignId }: RedTeamFilter): SQL =>
  campaignId === undefined
    ? sql`q.project_id = ${projectId}::uuid`
    : sql`q.project_id = ${projectId}::uuid and q.campaign_id = ${campaignId}::uuid`;

export interface CellRow {
  category: string;
  attackVector: string;
  judgements: number;
  violations: number;
  durationMsSum: number;
  /** By severity, 1 to 5. */
  severities: number[];
}

export const selectCells = (connection: Connection, filter: RedTeamFilter): Promise<CellRow[]> =>
  selectRows<CellRow>(
    connection,
    sql`
    select q.category, q.attack_vector as "attackVector", sum(judgements)::int as judgements, sum(violations)::int as violations,
      sum(duration_ms_sum)::float8 as "durationMsSum",
      array[sum(severities[1])::int, sum(severities[2])::int, sum(severities[3])::int, sum(severities[4])::int,
        sum(severities[5])::int] as severities
    from red_team_cells q where ${within(filter)} group by 1, 2 having sum(judgements) > 0`,
  );

export interface RateRow {
  /** ISO date, UTC. */
  day: string;
  judgements: number;
  violations: number;
  durationMsSum: number;
}

export const selectRates = (connection: Connection, filter: RedTeamFilter): Promise<RateRow[]> =>
  selectRows<RateRow>(
    connection,
    sql`
    select q.day::text as day, sum(judgements)::int as judgements, sum(violations)::int as violations,
      sum(duration_ms_sum)::float8 as "durationMsSum"
    from red_team_cells q where ${within(filter)} group by 1 having sum(judgements) > 0 order by 1`,
  );

export interface VariantRateRow extends RateRow {
  variantId: string;
  policy: string;
  variant: string;
  generation: number;
}

export const selectVariantRates = (connection: Connection, filter: RedTeamFilter): Promise<VariantRateRow[]> =>
  selectRows<VariantRateRow>(
    connection,
    sql`
    select q.variant_id as "variantId", p.name as policy, v.name as variant, p.generation, q.day::text as day,
      sum(q.judgements)::int as judgements, sum(q.violations)::int as violations, sum(q.duration_ms_sum)::float8 as "durationMsSum"
    from red_team_variants q join policy_variants v on v.id = q.variant_id join policies p on p.id = v.policy_id
    where ${within(filter)} group by 1, 2, 3, 4, 5 having sum(q.judgements) > 0 order by p.generation desc, 2, 3, 1, 5`,
  );

/** Rounds, oldest first, with the day on which each froze what had been judged. */
export const selectRoundDays = (
  connection: Connection,
  projectId: string,
): Promise<{ number: number; day: string }[]> =>
  selectRows(
    connection,
    sql`
    select number, ((created_at at time zone 'UTC')::date)::text as day from rounds
    where project_id = ${projectId}::uuid order by number`,
  );

export interface BreaksRow {
  round: number | null;
  breaks: number;
  /** Breaks with a safe answer beside the unsafe one that the model has scored, and how many of them it puts right. */
  scored: number;
  rejected: number;
  unscored: number;
  /** Breaks whose prompt a later round answered again and people judged, and how many of those answers are safe. */
  reanswered: number;
  safe: number;
}

/** Newest breaks a round that are looked at: an interval over so many is narrow, and the page stays fast. */
const BREAKS_MAX = 500;

/**
 * Of each break in `found`: whether the newest judged best answer that a later round's policy gave to its prompt is safe, which most
 * of its judges must say. No row where there is none. A prompt that many breaks share is looked up once.
 */
const SAFE_NOW = sql`
  asked as materialized (
    select f.comparison_id, f.item_id, f.created_at, i.prompt_id from found f join items i on i.id = f.item_id where i.prompt_id is not null
    union
    select f.comparison_id, f.item_id, f.created_at, p.id from found f join items i on i.id = f.item_id
      join dialogues d on d.id = i.dialogue_id join prompts p on p.prompt_hash = d.prompt_hash and p.project_id = f.project_id
    where i.prompt_id is null and i.turn = 1
  ), answers as materialized (
    select s.prompt_id, s.item_id, g.number, g.created_at, count(*) as judged, count(*) filter (where later.unsafe1) as unsafe
    from (select distinct prompt_id from asked) a
      join rejection_sampling_groups s on s.prompt_id = a.prompt_id
      join rounds g on g.id = s.round_id
      join comparisons k on k.item_id = s.item_id
      join red_team_findings later on later.comparison_id = k.id
    group by 1, 2, 3, 4
  ), safe_now as (
    select distinct on (a.comparison_id) a.comparison_id, sum(r.unsafe)::float8 / sum(r.judged) < 0.5 as safe
    from asked a join answers r on r.prompt_id = a.prompt_id and r.item_id <> a.item_id and r.created_at >= a.created_at
    group by a.comparison_id, r.number order by a.comparison_id, r.number desc
  )`;

export const selectBreaks = (
  connection: Connection,
  projectId: string,
  rewardModelId: string | null,
): Promise<BreaksRow[]> =>
  selectRows<BreaksRow>(
    connection,
    sql`
    with spans as (
      select number, lag(created_at, 1, '-infinity') over (order by number) as after, created_at as until
      from rounds where project_id = ${projectId}::uuid
      union all
      select null, coalesce(max(created_at), '-infinity'), 'infinity' from rounds where project_id = ${projectId}::uuid
    ), found as materialized (
      select s.number as round, f.*
      from spans s cross join lateral (
        select q.comparison_id, q.project_id, q.item_id, q.created_at, q.unsafe_id, q.safe_id from red_team_findings q
        where q.project_id = ${projectId}::uuid and q.is_work and q.is_violation and q.created_at > s.after and q.created_at <= s.until
        order by q.created_at desc limit ${BREAKS_MAX}
      ) f
    ), ${SAFE_NOW}
    select round, count(*)::int as breaks,
      count(*) filter (where ours.reward is not null and theirs.reward is not null)::int as scored,
      count(*) filter (where ours.reward < theirs.reward)::int as rejected,
      count(*) filter (where f.safe_id is not null and (ours.reward is null or theirs.reward is null))::int as unscored,
      count(n.safe)::int as reanswered, count(*) filter (where n.safe)::int as safe
    from found f left join safe_now n on n.comparison_id = f.comparison_id
      left join reward_scores ours on ours.message_id = f.unsafe_id and ours.reward_model_id = ${rewardModelId}::uuid
      left join reward_scores theirs on theirs.message_id = f.safe_id and theirs.reward_model_id = ${rewardModelId}::uuid
    group by round order by round nulls last`,
  );

export interface UnscoredRow {
  id: string;
  content: string;
  prompt: { role: "system" | "user" | "assistant"; content: string }[];
}

/** Answers of breaks that the model has not scored, newest first; both of a pair, each with the dialogue before it. */
export const selectUnscored = (
  connection: Connection,
  projectId: string,
  rewardModelId: string,
  chain: (lastId: SQL) => SQL,
  limit: number,
): Promise<UnscoredRow[]> =>
  selectRows<UnscoredRow>(
    connection,
    sql`
    with due as (
      select distinct on (m.id) m.id, m.content, i.context_message_id, f.created_at
      from (
        select * from red_team_findings q
        where q.project_id = ${projectId}::uuid and q.is_work and q.is_violation and q.safe_id is not null
          and (not exists (select 1 from reward_scores s where s.message_id = q.unsafe_id and s.reward_model_id = ${rewardModelId}::uuid)
            or not exists (select 1 from reward_scores s where s.message_id = q.safe_id and s.reward_model_id = ${rewardModelId}::uuid))
        order by q.created_at desc limit ${limit}
      ) f join items i on i.id = f.item_id join messages m on m.id in (f.unsafe_id, f.safe_id)
    )
    select id, content, ${chain(sql`due.context_message_id`)} as prompt from due order by created_at desc`,
  );

/** Takes the rewards of answered requests in. */
export async function takeRechecks(connection: Connection, projectId: string): Promise<void> {
  await connection.execute(sql`
    with done as (
      update red_team_rechecks r set taken_in = now() from score_requests q
      where r.project_id = ${projectId}::uuid and r.taken_in is null and q.id = r.score_request_id and q.state <> 'queued'
      returning q.responses, q.rewards, r.reward_model_id
    )
    insert into reward_scores (message_id, reward_model_id, reward)
    select (answer.value->>'id')::uuid, done.reward_model_id, (done.rewards->>(answer.position::int - 1))::real
    from done cross join lateral jsonb_array_elements(done.responses) with ordinality as answer(value, position)
    where done.rewards is not null
    on conflict (message_id, reward_model_id) do nothing`);
}

export async function isRecheckOpen(connection: Connection, projectId: string): Promise<boolean> {
  const row = await selectRow<{ open: boolean }>(
    connection,
    sql`select exists (select 1 from red_team_rechecks where project_id = ${projectId}::uuid and taken_in is null) as open`,
  );
  return row?.open ?? false;
}

/** Prompts by tenths of novelty; an entirely new one is in the last bin. */
export const selectNoveltyBins = (
  connection: Connection,
  projectId: string,
): Promise<{ bin: number | null; n: number }[]> =>
  selectRows(
    connection,
    sql`
    select least(9, floor(novelty * 10))::int as bin, count(*)::int as n
    from red_team_prompts where project_id = ${projectId}::uuid group by 1`,
  );

export interface WrittenRow {
  messageId: string;
  excerpt: string;
  novelty: number;
  nearest: string | null;
  createdAtMs: number;
}

export const selectWritten = (
  connection: Connection,
  projectId: string,
  order: "least" | "most",
  limit: number,
): Promise<WrittenRow[]> =>
  selectRows<WrittenRow>(
    connection,
    sql`
    select q.message_id as "messageId", left(m.content, 200) as excerpt, q.novelty, left(n.content, 200) as nearest,
      (extract(epoch from q.created_at) * 1000)::float8 as "createdAtMs"
    from (
      select * from red_team_prompts where project_id = ${projectId}::uuid and novelty is not null
      order by novelty ${order === "least" ? sql`` : sql`desc`} limit ${limit}
    ) q join messages m on m.id = q.message_id left join messages n on n.id = q.nearest_id
    order by q.novelty ${order === "least" ? sql`` : sql`desc`}, q.created_at desc`,
  );

export interface ExposureRow {
  userId: string;
  name: string;
  day: string;
  exposures: number;
  categories: Record<string, number>;
}

/** Handed out by the queue; by category those that were judged. */
export const selectExposure = (connection: Connection, projectId: string, days: number): Promise<ExposureRow[]> =>
  selectRows<ExposureRow>(
    connection,
    sql`
    with handed as (
      select user_id, day, sum(exposures)::int as exposures from annotator_days
      where project_id = ${projectId}::uuid and day > (now() at time zone 'UTC')::date - ${days}::int group by 1, 2
    ), judged as (
      select user_id, day, sum(n)::int as exposures, jsonb_object_agg(category, n) as categories
      from (
        select user_id, day, category, sum(exposures)::int as n from red_team_days
        where project_id = ${projectId}::uuid and day > (now() at time zone 'UTC')::date - ${days}::int
        group by 1, 2, 3 having sum(exposures) > 0
      ) c group by 1, 2
    )
    select coalesce(h.user_id, j.user_id) as "userId", u.name, coalesce(h.day, j.day)::text as day,
      greatest(coalesce(h.exposures, 0), coalesce(j.exposures, 0)) as exposures, coalesce(j.categories, '{}'::jsonb) as categories
    from handed h full join judged j on j.user_id = h.user_id and j.day = h.day join users u on u.id = coalesce(h.user_id, j.user_id)
    where coalesce(h.exposures, 0) + coalesce(j.exposures, 0) > 0
    order by 3 desc, 4 desc, u.name`,
  );
