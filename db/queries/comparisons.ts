/** Judgements: one statement each to read what a submission needs, to write it, and to list. */
import { type SQL, sql } from "drizzle-orm";
import type { Connection } from "../client";
import { guidelineOf } from "./assignment-view";
import { TODAY } from "./eligibility";
import { type Annotator, memberOf } from "./queue";
import { newestReview } from "./reviews";
import { selectRow, selectRows } from "./rows";

type Task = "helpfulness" | "safety";
export type StoredStrength = "significantly_better" | "better" | "slightly_better" | "negligibly_better";
export type StoredSafety = "preferred_safe" | "both_safe" | "both_unsafe" | "preferred_unsafe";

/** A comparison of an annotator, with the item's responses so that the caller can tell sides again. */
export interface StoredComparison {
  id: string;
  sequence: string;
  assignmentId: string;
  itemId: string;
  projectId: string;
  task: Task;
  chosenId: string;
  response1Id: string;
  response2Id: string;
  swapped: boolean;
  strength: StoredStrength;
  safety: StoredSafety | null;
  tags: string[];
  rationale: string | null;
  reasons: string[];
  bothUnacceptable: boolean;
  riskCategory: string | null;
  attackVector: string | null;
  severity: number | null;
  editedResponse: string | null;
  durationMs: number;
  supersedesId: string | null;
  payloadHash: string;
  createdAtMs: number;
  /** Rejection-sampling items: whether the best-scored candidate was chosen. */
  modelAgreed: boolean | null;
}

/** Of the comparison `k` and its item `i`, without what only items of rejection sampling have. */
export const ownColumns = sql`k.id, k.sequence::text as "sequence", k.assignment_id as "assignmentId", k.item_id as "itemId",
  k.project_id as "projectId", k.task, k.chosen_id as "chosenId", i.response1_id as "response1Id",
  i.response2_id as "response2Id", k.swapped, k.strength, k.safety, k.tags, k.rationale, k.reasons,
  k.both_unacceptable as "bothUnacceptable", k.risk_category as "riskCategory", k.attack_vector as "attackVector", k.severity,
  k.edited_response as "editedResponse", k.duration_ms as "durationMs",
  k.supersedes_id as "supersedesId", k.payload_hash as "payloadHash",
  (extract(epoch from k.created_at) * 1000)::float8 as "createdAtMs"`;

const comparisonColumns = sql`${ownColumns},
  (select chosen.content = best.content
    from rejection_sampling_groups rg
      join rejection_sampling_candidates best on best.group_id = rg.id and best.is_best
      join messages chosen on chosen.id = k.chosen_id
    where rg.item_id = k.item_id) as "modelAgreed"`;

const oneComparison = (connection: Connection, condition: SQL) =>
  selectRow<StoredComparison>(
    connection,
    sql`select ${comparisonColumns} from comparisons k join items i on i.id = k.item_id
      where k.source = 'annotator' and ${condition}`,
  );

export const comparisonByKey = (connection: Connection, idempotencyKey: string) =>
  oneComparison(connection, sql`k.idempotency_key = ${idempotencyKey}`);

export const ownComparison = (connection: Connection, id: string, user: Annotator) =>
  oneComparison(
    connection,
    sql`k.id = ${id}::uuid and k.user_id = ${user.id}::uuid and ${memberOf(sql`k.project_id`, user)}`,
  );

export interface SubmissionTarget {
  assignmentState: "leased" | "submitted" | "skipped" | "expired" | "released";
  swapped: boolean;
  itemId: string;
  projectId: string;
  kind: "pair" | "live" | "turn_review";
  task: Task;
  response1Id: string | null;
  response2Id: string | null;
  guidelineVersionId: string | null;
  /** Turn reviews: assistant turns of the dialogue. */
  assistantTurns: number | null;
}

export async function submissionTarget(connection: Connection, assignmentId: string, user: Annotator, locale: string) {
  return selectRow<SubmissionTarget>(
    connection,
    sql`select a.state as "assignmentState", a.swapped, i.id as "itemId", i.project_id as "projectId", i.kind, c.task,
      i.response1_id as "response1Id", i.response2_id as "response2Id",
      (select g.id from (${guidelineOf(sql`${locale}`)}) g) as "guidelineVersionId",
      (select count(*)::int from ghost_attention_dialogues gd, jsonb_array_elements(gd.messages) m
        where gd.item_id = i.id and m->>'role' = 'assistant') as "assistantTurns"
    from assignments a join items i on i.id = a.item_id join campaigns c on c.id = i.campaign_id
    where a.id = ${assignmentId}::uuid and a.user_id = ${user.id}::uuid and ${memberOf(sql`a.project_id`, user)}`,
  );
}

/**
 * CTE that counts a judgement on its annotator's day, after `lease` and `item`. `isExposure`: the annotator wrote the item and says
 * only now that it is harmful; other exposure is counted when the item is handed out.
 */
export const countJudgement = (isExposure: SQL) => sql`counted as (
    insert into annotator_days as n (user_id, day, campaign_id, project_id, judgements, exposures, last_exposure_at)
    select lease.user_id, ${TODAY}, item.campaign_id, lease.project_id, 1, (${isExposure})::int, case when ${isExposure} then now() end
    from lease cross join item
    on conflict (user_id, day, campaign_id) do update set judgements = n.judgements + 1, exposures = n.exposures + excluded.exposures,
      last_exposure_at = greatest(n.last_exposure_at, excluded.last_exposure_at)
  )`;

/**
 * Ends the lease as submitted and counts the judgement on the item; the CTEs `lease` and `item` of the two statements below.
 * `late` = the lease had been swept: its slot is taken again, and if none is left the check on slots_remaining refuses the
 * whole statement. Where the annotator has leased the same item anew meanwhile (a reload while the judgement was on its way), that
 * lease is given back for it. Yields no row when the lease is no longer in the expected state.
 */
const submitLease = (assignmentId: string, userId: string, late: boolean, exposed: boolean) => sql`newer as (
    update assignments n set state = 'released', ended_at = now() from assignments o
    where ${late}::boolean and o.id = ${assignmentId}::uuid and o.user_id = ${userId}::uuid and o.state = 'expired'
      and n.item_id = o.item_id and n.user_id = o.user_id and n.state = 'leased'
    returning n.id, n.item_id, n.project_id, n.user_id
  ), lease as (
    update assignments set state = 'submitted', ended_at = now()
    where id = ${assignmentId}::uuid and user_id = ${userId}::uuid
      and state = ${late ? "expired" : "leased"}::assignment_state and (select count(*) from newer) >= 0
    returning id, item_id, project_id, user_id, swapped
  ), item as (
    update items set judgements = judgements + 1,
      slots_remaining = slots_remaining - ${late ? 1 : 0}::int + (select count(*) from newer)::int,
      state = case when judgements + 1 >= overlap then 'done'::item_state else items.state end
    from lease where items.id = lease.item_id
    returning items.campaign_id, items.category
  ), given_back as (
    insert into audit_events (actor_id, actor_kind, action, object_type, object_id, project_id, details)
    select user_id, 'user', 'assignment.release', 'assignment', id::text, project_id, jsonb_build_object('itemId', item_id)
    from newer
  ), ${countJudgement(sql`${exposed}::boolean and item.category is null`)}`;

export interface StoredVerdict {
  strength: StoredStrength;
  tags: string[];
  rationale: string | null;
  reasons: string[];
  bothUnacceptable: boolean;
  riskCategory: string | null;
  attackVector: string | null;
  severity: number | null;
  editedResponse: string | null;
  durationMs: number;
}

export interface NewComparison extends StoredVerdict {
  assignmentId: string;
  userId: string;
  late: boolean;
  task: Task;
  chosenId: string;
  rejectedId: string;
  safety: StoredSafety | null;
  guidelineVersionId: string | null;
  idempotencyKey: string;
  payloadHash: string;
}

const textArray = (values: string[]) =>
  values.length === 0
    ? sql`'{}'::text[]`
    : sql`array[${sql.join(
        values.map((value) => sql`${value}`),
        sql`, `,
      )}]::text[]`;

const verdictColumns = sql`strength, tags, rationale, reasons, both_unacceptable, risk_category, attack_vector, severity,
  edited_response, duration_ms`;
const verdictValues = (
  row: StoredVerdict,
) => sql`${row.strength}::strength, ${textArray(row.tags)}, ${row.rationale}::text,
  ${textArray(row.reasons)}, ${row.bothUnacceptable}::boolean, ${row.riskCategory}::text, ${row.attackVector}::text,
  ${row.severity}::int, ${row.editedResponse}::text, ${row.durationMs}::int`;

/** True when this call wrote it. Unique and check violations are the caller's to read (db/client.ts, databaseError). */
export async function insertComparison(connection: Connection, row: NewComparison): Promise<boolean> {
  const inserted = await selectRow<{ id: string }>(
    connection,
    sql`with ${submitLease(row.assignmentId, row.userId, row.late, row.riskCategory !== null)}, judged as (
      insert into comparisons (project_id, item_id, assignment_id, user_id, source, task, chosen_id, rejected_id, swapped,
        safety, ${verdictColumns}, guideline_version_id, idempotency_key, payload_hash)
      select project_id, item_id, id, user_id, 'annotator', ${row.task}::task, ${row.chosenId}::uuid, ${row.rejectedId}::uuid,
        swapped, ${row.safety}::comparison_safety, ${verdictValues(row)}, ${row.guidelineVersionId}::uuid, ${row.idempotencyKey},
        ${row.payloadHash}
      from lease
      returning id, project_id, item_id, assignment_id
    ), told as (
      insert into audit_events (actor_id, actor_kind, action, object_type, object_id, project_id, details)
      select ${row.userId}::uuid, 'user', 'comparison.submit', 'comparison', id::text, project_id,
        jsonb_build_object('itemId', item_id, 'assignmentId', assignment_id, 'late', ${row.late}::boolean)
      from judged
    )
    select id from judged`,
  );
  return inserted !== undefined;
}

export type Supersession = Omit<NewComparison, "late" | "assignmentId" | "guidelineVersionId"> & {
  supersedesId: string;
};

/** The new judgement repeats item, lease, order and guideline of the one that it replaces. */
export async function insertSupersession(connection: Connection, row: Supersession): Promise<boolean> {
  const inserted = await selectRow<{ id: string }>(
    connection,
    sql`with judged as (
      insert into comparisons (project_id, item_id, assignment_id, user_id, source, task, chosen_id, rejected_id, swapped,
        safety, ${verdictColumns}, guideline_version_id, supersedes_id, idempotency_key, payload_hash)
      select project_id, item_id, assignment_id, user_id, 'annotator', task, ${row.chosenId}::uuid, ${row.rejectedId}::uuid,
        swapped, ${row.safety}::comparison_safety, ${verdictValues(row)}, guideline_version_id, id, ${row.idempotencyKey},
        ${row.payloadHash}
      from comparisons where id = ${row.supersedesId}::uuid and user_id = ${row.userId}::uuid
      returning id, project_id, supersedes_id
    ), told as (
      insert into audit_events (actor_id, actor_kind, action, object_type, object_id, project_id, details)
      select ${row.userId}::uuid, 'user', 'comparison.supersede', 'comparison', id::text, project_id,
        jsonb_build_object('supersedesId', supersedes_id)
      from judged
    )
    select id from judged`,
  );
  return inserted !== undefined;
}

export interface ComparisonPage {
  projectId: string;
  /** Sequence number; rows strictly before it. */
  before: string | null;
  limit: number;
}

export interface OwnComparison extends StoredComparison {
  promptExcerpt: string;
  category: string | null;
  /** What the newest review says. */
  review: "approved" | "fixed" | "rejected" | null;
  /** The newest word of a reviewer or lead about it. */
  feedback: string | null;
  /** When it was made or, if that is later, when somebody wrote about it: from then on it can be changed for a while. */
  openedAtMs: number;
}

export async function listOwnComparisons(connection: Connection, userId: string, page: ComparisonPage) {
  return selectRows<OwnComparison>(
    connection,
    sql`select ${comparisonColumns}, left(context.content, 160) as "promptExcerpt", i.category,
        (select nullif(n.decision::text, 'withdrawn') from (${newestReview(sql`k.id`)}) n) as "review", word.body as "feedback",
        (extract(epoch from greatest(k.created_at, word.created_at)) * 1000)::float8 as "openedAtMs"
      from comparisons k join items i on i.id = k.item_id join messages context on context.id = i.context_message_id
        left join lateral (select n.body, n.created_at from annotator_notes n where n.comparison_id = k.id and n.user_id = k.user_id
          and n.kind = 'note' and n.visible_from <= now() order by n.created_at desc limit 1) word on true
      where k.user_id = ${userId}::uuid and k.project_id = ${page.projectId}::uuid
        and not exists (select 1 from comparisons newer where newer.supersedes_id = k.id)
        and (${page.before}::bigint is null or k.sequence < ${page.before}::bigint)
      order by k.sequence desc limit ${page.limit}::int`,
  );
}

export interface NewTurnReview {
  assignmentId: string;
  userId: string;
  late: boolean;
  verdicts: string[];
  note: string | null;
  durationMs: number;
  idempotencyKey: string;
  payloadHash: string;
}

export async function insertTurnReview(connection: Connection, row: NewTurnReview): Promise<boolean> {
  const inserted = await selectRow<{ id: string }>(
    connection,
    sql`with ${submitLease(row.assignmentId, row.userId, row.late, false)}, judged as (
      insert into turn_reviews (item_id, assignment_id, user_id, verdicts, note, duration_ms, idempotency_key, payload_hash)
      select item_id, id, user_id, ${textArray(row.verdicts)}, ${row.note}, ${row.durationMs}::int, ${row.idempotencyKey},
        ${row.payloadHash}
      from lease
      returning id, item_id
    ), told as (
      insert into audit_events (actor_id, actor_kind, action, object_type, object_id, project_id, details)
      select ${row.userId}::uuid, 'user', 'turn-review.submit', 'turn_review', judged.id::text, lease.project_id,
        jsonb_build_object('itemId', judged.item_id, 'late', ${row.late}::boolean)
      from judged cross join lease
    )
    select id from judged`,
  );
  return inserted !== undefined;
}

export interface StoredTurnReview {
  id: string;
  assignmentId: string;
  itemId: string;
  verdicts: ("kept" | "broken" | "not_applicable")[];
  note: string | null;
  payloadHash: string;
  createdAtMs: number;
}

export async function turnReviewByKey(connection: Connection, idempotencyKey: string) {
  return selectRow<StoredTurnReview>(
    connection,
    sql`select id, assignment_id as "assignmentId", item_id as "itemId", verdicts, note, payload_hash as "payloadHash",
      (extract(epoch from created_at) * 1000)::float8 as "createdAtMs"
      from turn_reviews where idempotency_key = ${idempotencyKey}`,
  );
}
