/**
 * Keeps the red-team tallies (db/schema/red-team.ts) equal to the standing judgements, by what is pending. A replaced judgement is
 * taken out by its own finding, so a category that was changed since does no harm.
 */
import { type SQL, sql } from "drizzle-orm";
import { RISK_CATEGORIES, VIOLATION_SEVERITY_MIN } from "@/lib/domain/red-team";
import type { Connection, Tx } from "../client";
import { isStanding, lockTally, selectRow, selectRows, wantedIds } from "./rows";

/** One refresh at a time: two could both take a finding out. False: somebody else is at it, and `wait` was not asked for. */
export const lockRedTeam = (tx: Tx, wait: boolean): Promise<boolean> => lockTally(tx, "red-team", wait);

export async function takeRedTeamPending(tx: Tx, limit: number): Promise<string[]> {
  const rows = await selectRows<{ comparisonId: string }>(
    tx,
    sql`
    delete from red_team_pending where sequence in (select sequence from red_team_pending order by sequence limit ${limit})
    returning comparison_id as "comparisonId"`,
  );
  return rows.map(({ comparisonId }) => comparisonId);
}

export async function hasRedTeamPending(connection: Connection): Promise<boolean> {
  const row = await selectRow<{ found: boolean }>(
    connection,
    sql`select exists (select 1 from red_team_pending) as found`,
  );
  return row?.found ?? false;
}

export async function countRedTeamPending(connection: Connection): Promise<number> {
  const row = await selectRow<{ n: number }>(connection, sql`select count(*)::int as n from red_team_pending`);
  return row?.n ?? 0;
}

/** `isHarmful` of lib/domain/red-team.ts. */
export const harmful = (task: SQL, category: SQL): SQL => sql`(${category} is not null and (${task} = 'safety'
  or ${category} in (${sql.join(
    RISK_CATEGORIES.map((name) => sql.raw(`'${name}'`)),
    sql`, `,
  )})))`;

/** Longer than that between two judgements nobody works: the rest was a break. */
const IDLE_MS = 30 * 60_000;

/**
 * The time that a judgement took, milliseconds. A live turn also costs its writing and waiting: from the lease, or from the same
 * annotator's judgement before it where that came later (the next item is leased ahead), to the first verdict on it.
 */
const DURATION = sql`least(${IDLE_MS}, greatest(1, coalesce(c.duration_ms, 0), case when i.kind = 'live' then
  (select extract(epoch from root.created_at - greatest(a.leased_at,
      (select max(before.created_at) from comparisons before where before.user_id = c.user_id and before.created_at < root.created_at)))
    * 1000 from comparisons root join assignments a on a.id = root.assignment_id
    where root.item_id = c.item_id and root.user_id = c.user_id and root.supersedes_id is null)
  end))::int`;

/** `isViolation` of lib/domain/red-team.ts, for each of the two. */
const CHOSEN_UNSAFE = sql`coalesce(c.safety in ('both_unsafe', 'preferred_unsafe'), false)`;
const REJECTED_UNSAFE = sql`case when c.safety is null then coalesce(c.severity >= ${sql.raw(String(VIOLATION_SEVERITY_MIN))}, false)
  else c.safety in ('both_unsafe', 'preferred_safe') end`;

/** Facts of these judgements that stand. */
const factsOf = (ids: readonly string[]): SQL => sql`
  select c.id as comparison_id, c.project_id, i.campaign_id, c.item_id, c.user_id,
    coalesce(c.risk_category, i.category, p.category) as category, coalesce(c.attack_vector, i.attack_vector, '') as attack_vector,
    i.purpose = 'work' as is_work, c.task, c.severity, ${DURATION} as duration_ms, c.chosen_id, c.rejected_id,
    ${CHOSEN_UNSAFE} as chosen_unsafe, ${REJECTED_UNSAFE} as rejected_unsafe, c.chosen_id = i.response1_id as first_won,
    r1.variant_id as variant1_id, r2.variant_id as variant2_id, c.created_at
  from ${wantedIds(ids)} join comparisons c on c.id = wanted.id join items i on i.id = c.item_id
    join messages r1 on r1.id = i.response1_id join messages r2 on r2.id = i.response2_id
    left join prompts p on p.id = i.prompt_id
  where ${isStanding(sql`c`)}`;

const severity = (value: number): SQL =>
  sql`coalesce(sum(sign) filter (where severity = ${sql.raw(String(value))}), 0)::int`;

/** Takes replaced findings out and new ones in, and moves the tallies by the difference. */
export async function replaceFindings(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    with gone as (
      delete from red_team_findings f using ${wantedIds(ids)}, comparisons c
      where c.id = wanted.id and f.comparison_id = c.supersedes_id
      returning f.*
    ), fresh as (
      insert into red_team_findings (comparison_id, project_id, campaign_id, item_id, user_id, category, attack_vector, is_work,
        is_harmful, is_violation, severity, duration_ms, unsafe_id, safe_id, variant1_id, variant2_id, unsafe1, unsafe2, created_at)
      select comparison_id, project_id, campaign_id, item_id, user_id, coalesce(category, ''), attack_vector, is_work,
        ${harmful(sql`task`, sql`category`)}, chosen_unsafe or rejected_unsafe, severity, duration_ms,
        case when rejected_unsafe then rejected_id when chosen_unsafe then chosen_id end,
        case when rejected_unsafe and not chosen_unsafe then chosen_id when chosen_unsafe and not rejected_unsafe then rejected_id end,
        variant1_id, variant2_id, case when first_won then chosen_unsafe else rejected_unsafe end,
        case when first_won then rejected_unsafe else chosen_unsafe end, created_at
      from (${factsOf(ids)}) facts
      on conflict (comparison_id) do nothing
      returning *
    ), changes as (
      select *, -1 as sign, (created_at at time zone 'UTC')::date as day from gone
      union all
      select *, 1, (created_at at time zone 'UTC')::date from fresh
    ), days as (
      insert into red_team_days as q (project_id, campaign_id, user_id, day, category, attack_vector, exposures)
      select project_id, campaign_id, user_id, day, category, attack_vector, sum(sign)::int
      from changes where is_harmful group by 1, 2, 3, 4, 5, 6
      on conflict (project_id, campaign_id, user_id, day, category, attack_vector) do update set
        exposures = q.exposures + excluded.exposures
    ), cells as (
      insert into red_team_cells as q (project_id, campaign_id, day, category, attack_vector, judgements, violations,
        duration_ms_sum, severities)
      select project_id, campaign_id, day, category, attack_vector, sum(sign)::int,
        coalesce(sum(sign) filter (where is_violation), 0)::int, sum(sign * duration_ms)::bigint,
        array[${sql.join([1, 2, 3, 4, 5].map(severity), sql`, `)}]
      from changes where is_work group by 1, 2, 3, 4, 5
      on conflict (project_id, campaign_id, day, category, attack_vector) do update set
        judgements = q.judgements + excluded.judgements, violations = q.violations + excluded.violations,
        duration_ms_sum = q.duration_ms_sum + excluded.duration_ms_sum,
        severities = array(select a + b from unnest(q.severities, excluded.severities) as s(a, b))
    )
    insert into red_team_variants as q (project_id, campaign_id, variant_id, day, judgements, violations, duration_ms_sum)
    select project_id, campaign_id, v.variant_id, day, sum(sign)::int, coalesce(sum(sign) filter (where v.unsafe), 0)::int,
      sum(sign * duration_ms)::bigint
    from changes cross join lateral (values (variant1_id, unsafe1), (variant2_id, unsafe2)) as v(variant_id, unsafe)
    where is_work and v.variant_id is not null group by 1, 2, 3, 4
    on conflict (project_id, campaign_id, variant_id, day) do update set
      judgements = q.judgements + excluded.judgements, violations = q.violations + excluded.violations,
      duration_ms_sum = q.duration_ms_sum + excluded.duration_ms_sum`);
}

/** Remembers the prompts that annotators wrote for these judgements; how new they were is measured later. */
export async function addPrompts(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    insert into red_team_prompts (message_id, project_id, created_at)
    select m.id, i.project_id, m.created_at
    from ${wantedIds(ids)} join comparisons c on c.id = wanted.id join items i on i.id = c.item_id
      join messages m on m.id = i.context_message_id
    where i.kind = 'live' and m.author_id is not null
    on conflict (message_id) do nothing`);
}

/** Enough to know a prompt again. */
const CHARACTERS_MAX = 2000;

/**
 * Measures the oldest unmeasured prompts: trigram similarity to the nearest one that an annotator of the project wrote earlier in
 * another dialogue. Below 0.3 (pg_trgm's threshold, which the index answers) a prompt counts as entirely new. How many.
 */
export async function measureNovelty(connection: Connection, projectId: string | null, limit: number): Promise<number> {
  const rows = await selectRows<{ id: string }>(
    connection,
    sql`
    with due as (
      select q.message_id, q.project_id, m.dialogue_id, m.created_at, left(m.content, ${CHARACTERS_MAX}) as content
      from red_team_prompts q join messages m on m.id = q.message_id
      where q.novelty is null and (${projectId}::uuid is null or q.project_id = ${projectId}::uuid)
      order by q.created_at limit ${limit} for update of q skip locked
    ), measured as (
      select due.message_id, nearest.id as nearest_id, 1 - coalesce(nearest.similarity, 0) as novelty
      from due left join lateral (
        select m.id, similarity(m.content, due.content)::real as similarity
        from messages m join dialogues d on d.id = m.dialogue_id
        where m.role = 'user' and m.author_id is not null and m.content % due.content and d.project_id = due.project_id
          and d.id <> due.dialogue_id and m.created_at < due.created_at
        order by 2 desc, m.id limit 1
      ) nearest on true
    )
    update red_team_prompts q set novelty = measured.novelty, nearest_id = measured.nearest_id
    from measured where q.message_id = measured.message_id returning q.message_id as id`,
  );
  return rows.length;
}
