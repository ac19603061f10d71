/** One annotator's own figures, from the quality tallies and the queue's counts. Every query names the annotator. */
import { sql } from "drizzle-orm";
import type { Connection } from "../client";
import { selectRow, selectRows } from "./rows";

export interface Own {
  projectId: string;
  userId: string;
}

export interface OwnDayRow {
  day: string;
  judgements: number;
  typicalMs: number | null;
}

/** The newest days with judgements, oldest first. */
export const selectOwnDays = (
  connection: Connection,
  { projectId, userId }: Own,
  limit: number,
): Promise<OwnDayRow[]> =>
  selectRows<OwnDayRow>(
    connection,
    sql`
    select * from (
      select day::text as day, sum(judgements)::int as judgements,
        exp(sum(duration_log_sum) / nullif(sum(judgements), 0)) as "typicalMs"
      from quality_days where user_id = ${userId}::uuid and project_id = ${projectId}::uuid
      group by 1 having sum(judgements) > 0 order by 1 desc limit ${limit}
    ) newest order by day`,
  );

export interface OwnHabitsRow {
  judgements: number;
  choseA: number;
  lengthsDiffer: number;
  choseLonger: number;
  pairs: number;
  agreeing: number;
  mirrors: number;
  consistent: number;
  reviewed: number;
  approved: number;
}

/** Reviews count where the newest of a judgement's was not withdrawn. */
export async function selectOwnHabits(connection: Connection, { projectId, userId }: Own): Promise<OwnHabitsRow> {
  const own = sql`project_id = ${projectId}::uuid and user_id = ${userId}::uuid`;
  const row = await selectRow<OwnHabitsRow>(
    connection,
    sql`
    select d.*, p.*, m.*, r.* from (
      select coalesce(sum(judgements), 0)::int as judgements, coalesce(sum(chose_a), 0)::int as "choseA",
        coalesce(sum(lengths_differ), 0)::int as "lengthsDiffer", coalesce(sum(chose_longer), 0)::int as "choseLonger"
      from quality_days where ${own}
    ) d cross join (
      select coalesce(sum(pairs), 0)::int as pairs, coalesce(sum(agreeing), 0)::int as agreeing from quality_peers where ${own}
    ) p cross join (
      select count(*)::int as mirrors, count(*) filter (where consistent)::int as consistent from quality_mirrors where ${own}
    ) m cross join (
      select count(*)::int as reviewed, count(*) filter (where decision = 'approved')::int as approved
      from (
        select distinct on (c.id) v.decision
        from comparisons c join reviews v on v.comparison_id = c.id
        where c.user_id = ${userId}::uuid and c.project_id = ${projectId}::uuid order by c.id, v.created_at desc
      ) newest where decision <> 'withdrawn'
    ) r`,
  );
  return row as OwnHabitsRow;
}

/** Median time of the newest judgements, milliseconds; null without any. */
export async function selectOwnMedian(
  connection: Connection,
  { projectId, userId }: Own,
  newest: number,
): Promise<number | null> {
  const row = await selectRow<{ median: number | null }>(
    connection,
    sql`
    select percentile_cont(0.5) within group (order by duration_ms) as median from (
      select duration_ms from comparisons
      where user_id = ${userId}::uuid and project_id = ${projectId}::uuid and duration_ms is not null
      order by created_at desc limit ${newest}
    ) recent`,
  );
  return row?.median ?? null;
}

export interface OwnExposureRow {
  today: number;
  max: number | null;
  /** The next midnight UTC, epoch milliseconds. */
  midnightMs: number;
  /** End of the longest pause that a campaign of the project asks for after its limit, epoch milliseconds. */
  coolDownMs: number | null;
}

/** What the queue goes by (db/queries/eligibility.ts): exposure of the day in all projects, each campaign's limit and the own one. */
export async function selectOwnExposure(connection: Connection, { projectId, userId }: Own): Promise<OwnExposureRow> {
  const row = await selectRow<OwnExposureRow>(
    connection,
    sql`
    with day as (
      select coalesce(sum(exposures), 0)::int as today, max(last_exposure_at) as last from annotator_days
      where user_id = ${userId}::uuid and day = (now() at time zone 'UTC')::date
    ), limits as (
      select least(c.exposure_max_per_day, own.exposure_max_per_day) as max, c.cooldown_minutes
      from (select 1) one
        left join annotator_preferences own on own.user_id = ${userId}::uuid
        left join campaigns c on c.project_id = ${projectId}::uuid and c.state = 'open'
    )
    select day.today, min(limits.max) as max,
      (extract(epoch from (((now() at time zone 'UTC')::date + 1)::timestamp at time zone 'UTC')) * 1000)::float8 as "midnightMs",
      (extract(epoch from max(case when limits.max <= day.today and limits.cooldown_minutes > 0
        and day.last + make_interval(mins => limits.cooldown_minutes) > now()
        then day.last + make_interval(mins => limits.cooldown_minutes) end)) * 1000)::float8 as "coolDownMs"
    from day cross join limits group by day.today`,
  );
  return row as OwnExposureRow;
}
