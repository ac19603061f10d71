/** Takes a judgement of two answers. */
import { databaseError, isRetryable } from "@/db/client";
import {
  comparisonByKey,
  insertComparison,
  type StoredComparison,
  type StoredVerdict,
  type SubmissionTarget,
} from "@/db/queries/comparisons";
import { submitDirectly } from "@/db/queries/submit";
import type { ComparisonAnswer, ComparisonBody, Verdict } from "@/lib/contracts/comparisons";
import { chosenAndRejected, positionOf } from "@/lib/domain/preference";
import { severityProblem } from "@/lib/domain/red-team";
import { safetyProblem } from "@/lib/domain/safety";
import { DomainError } from "@/lib/errors";
import { annotator } from "../assignments/annotator";
import type { ServiceContext } from "../context";
import { toComparisonAnswer } from "./answer";
import { payloadHash, scopedKey, submitOnce } from "./submission";

export async function submitComparison(
  context: ServiceContext,
  input: ComparisonBody & { idempotencyKey: string },
): Promise<ComparisonAnswer> {
  const user = annotator(context);
  const { idempotencyKey, ...body } = input;
  requireFittingSeverity(body);
  const { assignmentId, ...draft } = body;
  const key = scopedKey(user.id, idempotencyKey);
  const hash = payloadHash("submit", body);
  const direct = await submitAtOnce(context, body, { key, hash });
  if (direct) return toComparisonAnswer(direct);
  const stored = await submitOnce(context, {
    assignmentId,
    hash,
    draft,
    findStored: () => comparisonByKey(context.db, key),
    write: (target, late) =>
      insertComparison(context.db, {
        ...chosenAndRejected(body.preferred, target.swapped, requireAnswers(target)),
        assignmentId,
        userId: user.id,
        late,
        task: target.task,
        safety: requireFittingSafety(target.task, body.safety),
        ...storedVerdict(body),
        guidelineVersionId: target.guidelineVersionId,
        idempotencyKey: key,
        payloadHash: hash,
      }),
  });
  return toComparisonAnswer(stored);
}

const TASKS = ["helpfulness", "safety"] as const;

/** One statement for the common case. Undefined: nothing was written, or the answer to a first attempt was lost. */
async function submitAtOnce(
  context: ServiceContext,
  body: ComparisonBody,
  { key, hash }: { key: string; hash: string },
): Promise<StoredComparison | undefined> {
  const { id: userId, isAdmin, locale } = annotator(context);
  try {
    return await submitDirectly(context.db, {
      ...storedVerdict(body),
      assignmentId: body.assignmentId,
      userId,
      isAdmin,
      locale,
      safety: body.safety ?? null,
      tasks: TASKS.filter((task) => safetyProblem(task, body.safety) === null),
      chosenPlain: positionOf(body.preferred, false),
      chosenSwapped: positionOf(body.preferred, true),
      idempotencyKey: key,
      payloadHash: hash,
    });
  } catch (error) {
    if (isRetryable(error) || databaseError(error)?.constraint) return undefined;
    throw error;
  }
}

/** What is stored of a verdict as it was sent; sides and safety are judged before. */
export const storedVerdict = (verdict: Verdict): StoredVerdict => ({
  strength: verdict.strength,
  tags: verdict.tags,
  rationale: verdict.rationale ?? null,
  reasons: verdict.reasons ?? [],
  bothUnacceptable: verdict.bothUnacceptable ?? false,
  riskCategory: verdict.riskCategory ?? null,
  attackVector: verdict.attackVector ?? null,
  severity: verdict.severity ?? null,
  editedResponse: verdict.editedResponse ?? null,
  durationMs: verdict.durationMs,
});

export function requireFittingSafety(task: SubmissionTarget["task"], safety: ComparisonBody["safety"]) {
  const problem = safetyProblem(task, safety);
  if (problem) throw invalidField("safety", problem);
  return safety ?? null;
}

export function requireFittingSeverity({ safety, severity }: Pick<Verdict, "safety" | "severity">): void {
  const problem = severityProblem(safety, severity);
  if (problem) throw invalidField("severity", problem);
}

const invalidField = (field: string, problem: string) =>
  new DomainError("invalid", `body.${field}: ${problem}`, [{ path: `body.${field}`, message: problem }]);

function requireAnswers(target: SubmissionTarget) {
  const { kind, response1Id, response2Id } = target;
  if (kind === "turn_review")
    throw new DomainError("conflict", "This item is a turn review; send it to /turn-reviews.");
  if (response1Id === null || response2Id === null)
    throw new DomainError("conflict", "The answers are not finished yet.");
  return { response1Id, response2Id };
}
