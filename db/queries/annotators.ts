/** An annotator's place in a project: the tests' state, pauses, and the leases that a pause gives back. */
import { sql } from "drizzle-orm";
import type { Connection, Tx } from "../client";
import { isHarmful } from "./eligibility";
import { selectRow, selectRows, uuids } from "./rows";

export interface Annotator {
  projectId: string;
  userId: string;
}
export type PauseReason = "gold" | "duration" | "lead";

export interface GradePoint {
  itemId: string;
  right: boolean;
  judgedAtMs: number;
  /** Before a lead let the annotator go on: in the counts, no more in the test. */
  past: boolean;
}

/** Every graded gold item of an annotator, in the order of the answers. */
export const selectGrades = (connection: Connection, { projectId, userId }: Annotator): Promise<GradePoint[]> =>
  selectRows<GradePoint>(
    connection,
    sql`
    select g.item_id as "itemId", g.is_right as "right", (extract(epoch from g.judged_at) * 1000)::float8 as "judgedAtMs",
      coalesce(g.judged_at <= s.tested_since, false) as past
    from gold_grades g left join annotator_states s on s.project_id = g.project_id and s.user_id = g.user_id
    where g.project_id = ${projectId}::uuid and g.user_id = ${userId}::uuid order by g.sequence`,
  );

export interface StateRow {
  pausedAtMs: number | null;
  pauseReason: PauseReason | null;
  pauseNote: string;
  testedSinceMs: number | null;
}

export const selectState = (connection: Connection, { projectId, userId }: Annotator): Promise<StateRow | undefined> =>
  selectRow<StateRow>(
    connection,
    sql`
    select (extract(epoch from paused_at) * 1000)::float8 as "pausedAtMs", pause_reason as "pauseReason", pause_note as "pauseNote",
      (extract(epoch from tested_since) * 1000)::float8 as "testedSinceMs"
    from annotator_states where project_id = ${projectId}::uuid and user_id = ${userId}::uuid`,
  );

export async function saveTest(
  tx: Tx,
  { projectId, userId }: Annotator,
  test: { seen: number; right: number; logRatio: number },
): Promise<void> {
  await tx.execute(sql`
    insert into annotator_states (project_id, user_id, gold_seen, gold_right, log_likelihood_ratio)
    values (${projectId}::uuid, ${userId}::uuid, ${test.seen}::int, ${test.right}::int, ${test.logRatio}::float8)
    on conflict (project_id, user_id) do update set gold_seen = excluded.gold_seen, gold_right = excluded.gold_right,
      log_likelihood_ratio = excluded.log_likelihood_ratio, updated_at = now()`);
}

/** False when the annotator was paused already: the first reason stays. */
export async function setPaused(
  tx: Tx,
  { projectId, userId }: Annotator,
  pause: { reason: PauseReason; note: string },
): Promise<boolean> {
  const row = await selectRow<{ userId: string }>(
    tx,
    sql`
    insert into annotator_states as s (project_id, user_id, paused_at, pause_reason, pause_note)
    values (${projectId}::uuid, ${userId}::uuid, now(), ${pause.reason}::pause_reason, ${pause.note})
    on conflict (project_id, user_id) do update set paused_at = now(), pause_reason = excluded.pause_reason,
      pause_note = excluded.pause_note, updated_at = now()
    where s.paused_at is null returning s.user_id as "userId"`,
  );
  return row !== undefined;
}

/** Starts the tests anew: what is known of the annotator by now shall not pause them again. False when they were not paused. */
export async function setResumed(tx: Tx, { projectId, userId }: Annotator): Promise<boolean> {
  const row = await selectRow<{ userId: string }>(
    tx,
    sql`
    update annotator_states set paused_at = null, pause_reason = null, pause_note = '', tested_since = now(),
      log_likelihood_ratio = 0, updated_at = now()
    where project_id = ${projectId}::uuid and user_id = ${userId}::uuid and paused_at is not null returning user_id as "userId"`,
  );
  return row !== undefined;
}

/** Gives the annotator's leases in the project back to the queue, as a release does (db/queries/queue.ts); their drafts stay. The ids, for the audit. */
export async function releaseLeases(tx: Tx, { projectId, userId }: Annotator): Promise<string[]> {
  const rows = await selectRows<{ id: string }>(
    tx,
    sql`with held as (
      select id from assignments where user_id = ${userId}::uuid and project_id = ${projectId}::uuid and state = 'leased'
      order by id for update
    ), ended as (
      update assignments a set state = 'released', ended_at = now() from held where a.id = held.id and a.state = 'leased'
      returning a.id, a.item_id, a.leased_at
    ), returned as (
      update items i set slots_remaining = i.slots_remaining + 1 from ended where i.id = ended.item_id
    ), spared as (
      update annotator_days n set exposures = greatest(0, n.exposures - x.exposures)
      from (
        select c.id, (e.leased_at at time zone 'UTC')::date as day, count(*)::int as exposures
        from ended e join items i on i.id = e.item_id join campaigns c on c.id = i.campaign_id where ${isHarmful} group by 1, 2
      ) x
      where n.user_id = ${userId}::uuid and n.campaign_id = x.id and n.day = x.day
    )
    select id from ended`,
  );
  return rows.map(({ id }) => id);
}

export interface CertificateRow {
  id: string;
  task: "helpfulness" | "safety";
  guidelineVersion: number | null;
  grantedAtMs: number;
  grantedBy: string | null;
  revokedAtMs: number | null;
  revokedReason: string | null;
}

export const selectCertificates = (
  connection: Connection,
  { projectId, userId }: Annotator,
): Promise<CertificateRow[]> =>
  selectRows<CertificateRow>(
    connection,
    sql`
    select c.id, c.task, g.version as "guidelineVersion", (extract(epoch from c.granted_at) * 1000)::float8 as "grantedAtMs",
      u.name as "grantedBy", (extract(epoch from c.revoked_at) * 1000)::float8 as "revokedAtMs", c.revoked_reason as "revokedReason"
    from certificates c left join guideline_versions g on g.id = c.guideline_version_id left join users u on u.id = c.granted_by
    where c.project_id = ${projectId}::uuid and c.user_id = ${userId}::uuid order by c.granted_at desc, c.id`,
  );

export interface RecentJudgement {
  id: string;
  itemId: string;
  sequence: string;
  campaign: string;
  purpose: "work" | "gold" | "mirror";
  promptExcerpt: string;
  choseA: boolean;
  strength: "significantly_better" | "better" | "slightly_better" | "negligibly_better";
  safety: "preferred_safe" | "both_safe" | "both_unsafe" | "preferred_unsafe" | null;
  durationMs: number;
  hasty: boolean;
  changed: boolean;
  /** Gold: right or wrong; mirrored: as before or not; null for work, or while it is not counted yet. */
  passed: boolean | null;
  createdAtMs: number;
}

/** Standing judgements, newest first. */
export const selectRecentJudgements = (
  connection: Connection,
  annotator: Annotator & { before: string | null; limit: number },
): Promise<RecentJudgement[]> =>
  selectRows<RecentJudgement>(
    connection,
    sql`
    select c.id, c.item_id as "itemId", c.sequence::text as sequence, g.name as campaign, i.purpose,
      left(context.content, 160) as "promptExcerpt", (c.chosen_id = i.response1_id) = not c.swapped as "choseA", c.strength, c.safety,
      coalesce(c.duration_ms, 0) as "durationMs", coalesce(c.duration_ms < g.duration_min_ms, false) as hasty,
      c.supersedes_id is not null as changed, coalesce(gg.is_right, qm.consistent) as passed,
      (extract(epoch from c.created_at) * 1000)::float8 as "createdAtMs"
    from comparisons c join items i on i.id = c.item_id join campaigns g on g.id = i.campaign_id
      join messages context on context.id = i.context_message_id
      left join gold_grades gg on gg.item_id = c.item_id and gg.user_id = c.user_id
      left join quality_mirrors qm on qm.item_id = i.id
    where c.user_id = ${annotator.userId}::uuid and c.project_id = ${annotator.projectId}::uuid
      and not exists (select 1 from comparisons newer where newer.supersedes_id = c.id)
      and (${annotator.before}::bigint is null or c.sequence < ${annotator.before}::bigint)
    order by c.sequence desc limit ${annotator.limit}::int`,
  );

/** Those of the people who are members of the project; `null` = its annotators. Closed accounts are left out. */
export async function selectMembers(connection: Connection, projectId: string, userIds: readonly string[] | null) {
  return selectRows<{ userId: string }>(
    connection,
    sql`
    select m.user_id as "userId" from project_members m join users u on u.id = m.user_id and u.disabled_at is null
    where m.project_id = ${projectId}::uuid
      and case when ${userIds === null}::boolean then u.role = 'annotator' else m.user_id = any(${uuids(userIds ?? [])}) end
    order by 1`,
  );
}
