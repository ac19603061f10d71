/** Takes a judgement of two answers. */
import { comparisonByKey, insertComparison, type SubmissionTarget } from "@/db/queries/comparisons";
import type { ComparisonAnswer, ComparisonBody } from "@/lib/contracts/comparisons";
import { chosenAndRejected } from "@/lib/domain/preference";
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
  const { assignmentId, ...draft } = body;
  const key = scopedKey(user.id, idempotencyKey);
  const hash = payloadHash("submit", body);
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
        strength: body.strength,
        safety: requireFittingSafety(target.task, body.safety),
        tags: body.tags,
        rationale: body.rationale ?? null,
        editedResponse: body.editedResponse ?? null,
        durationMs: body.durationMs,
        guidelineVersionId: target.guidelineVersionId,
        idempotencyKey: key,
        payloadHash: hash,
      }),
  });
  return toComparisonAnswer(stored);
}

export function requireFittingSafety(task: SubmissionTarget["task"], safety: ComparisonBody["safety"]) {
  const problem = safetyProblem(task, safety);
  if (problem) throw new DomainError("invalid", `body.safety: ${problem}`, [{ path: "body.safety", message: problem }]);
  return safety ?? null;
}

function requireAnswers(target: SubmissionTarget) {
  const { kind, response1Id, response2Id } = target;
  if (kind === "turn_review")
    throw new DomainError("conflict", "This item is a turn review; send it to /turn-reviews.");
  if (response1Id === null || response2Id === null)
    throw new DomainError("conflict", "The answers are not finished yet.");
  return { response1Id, response2Id };
}
