/** The common case of a judgement, in one statement: a live lease of the annotator's own, of an item whose answers are there. */
import { sql } from "drizzle-orm";
import type { Db } from "../client";
import { guidelineOf, ownAssignment } from "./assignment-view";
import {
  comparisonByKey,
  countJudgement,
  ownColumns,
  type StoredComparison,
  type StoredSafety,
  type StoredVerdict,
} from "./comparisons";
import { isMember } from "./eligibility";
import { parameter, prepare } from "./prepared";

export interface DirectSubmission extends StoredVerdict {
  assignmentId: string;
  userId: string;
  isAdmin: boolean;
  locale: string;
  safety: StoredSafety | null;
  /** The tasks that the safety answer fits. */
  tasks: ("helpfulness" | "safety")[];
  /** Which response is the chosen one, 1 or 2: where response 1 stood left, and where the sides were swapped. */
  chosenPlain: 1 | 2;
  chosenSwapped: 1 | 2;
  idempotencyKey: string;
  payloadHash: string;
}

const user = { userId: parameter("userId"), isAdmin: parameter("isAdmin") };

type Inserted = Omit<StoredComparison, "modelAgreed"> & { isSampled: boolean };

const insert = prepare<Inserted, DirectSubmission>(
  "submit-comparison",
  () => sql`with target as materialized (
      select a.id, a.item_id, a.project_id, a.user_id, a.swapped, c.task, c.kind = 'rejection_sampling' as is_sampled, i.response1_id, i.response2_id,
        case when a.swapped then ${parameter("chosenSwapped")}::int else ${parameter("chosenPlain")}::int end = 1 as chose_first,
        (select g.id from (${guidelineOf(parameter("locale"))}) g) as guideline_version_id
      from ${ownAssignment} a join items i on i.id = a.item_id join campaigns c on c.id = i.campaign_id
      where a.user_id = ${user.userId}::uuid and a.state = 'leased'
        and i.kind <> 'turn_review' and i.response1_id is not null and i.response2_id is not null
        and c.task = any(${parameter("tasks")}::task[]) and ${isMember(sql`a.project_id`, user)}
    ), lease as (
      update assignments a set state = 'submitted', ended_at = now() from target t
      where a.id = t.id and a.state::text = 'leased'
      returning t.*
    ), item as (
      update items set judgements = judgements + 1,
        state = case when judgements + 1 >= overlap then 'done'::item_state else items.state end
      from lease where items.id = lease.item_id
      returning items.campaign_id, items.category
    ), ${countJudgement(sql`${parameter("riskCategory")}::text is not null and item.category is null`)}, judged as (
      insert into comparisons (project_id, item_id, assignment_id, user_id, source, task, chosen_id, rejected_id, swapped, safety,
        strength, tags, rationale, reasons, both_unacceptable, risk_category, attack_vector, severity, edited_response, duration_ms,
        guideline_version_id, idempotency_key, payload_hash)
      select project_id, item_id, id, user_id, 'annotator', task, case when chose_first then response1_id else response2_id end,
        case when chose_first then response2_id else response1_id end, swapped, ${parameter("safety")}::comparison_safety,
        ${parameter("strength")}::strength, ${parameter("tags")}::text[], ${parameter("rationale")}::text,
        ${parameter("reasons")}::text[], ${parameter("bothUnacceptable")}::boolean, ${parameter("riskCategory")}::text,
        ${parameter("attackVector")}::text, ${parameter("severity")}::int, ${parameter("editedResponse")}::text,
        ${parameter("durationMs")}::int, guideline_version_id, ${parameter("idempotencyKey")}::text, ${parameter("payloadHash")}::text
      from lease
      returning *
    ), told as (
      insert into audit_events (actor_id, actor_kind, action, object_type, object_id, project_id, details)
      select ${user.userId}::uuid, 'user', 'comparison.submit', 'comparison', id::text, project_id,
        jsonb_build_object('itemId', item_id, 'assignmentId', assignment_id, 'late', false)
      from judged
    )
    select ${ownColumns}, i.is_sampled as "isSampled" from judged k cross join lease i`,
);

/**
 * Undefined when the case is another one; nothing was written then, and the longer way (lib/services/comparisons/submission.ts) finds
 * out why. Unique violations say the same.
 */
export async function submitDirectly(db: Db, submission: DirectSubmission): Promise<StoredComparison | undefined> {
  const [inserted] = await insert(db, submission);
  if (!inserted) return undefined;
  const { isSampled, ...comparison } = inserted;
  return isSampled ? comparisonByKey(db, submission.idempotencyKey) : { ...comparison, modelAgreed: null };
}
