/** Takes the verdicts on a Ghost Attention dialogue: for each answer, whether it kept the instruction (paper section 3.3). */
import { insertTurnReview, type SubmissionTarget, turnReviewByKey } from "@/db/queries/comparisons";
import type { TurnReviewAnswer, TurnReviewBody } from "@/lib/contracts/turn-reviews";
import { DomainError } from "@/lib/errors";
import { annotator } from "../assignments/annotator";
import { payloadHash, scopedKey, submitOnce } from "../comparisons/submission";
import type { ServiceContext } from "../context";

export async function submitTurnReview(
  context: ServiceContext,
  input: TurnReviewBody & { idempotencyKey: string },
): Promise<TurnReviewAnswer> {
  const user = annotator(context);
  const { idempotencyKey, ...body } = input;
  const { assignmentId, ...draft } = body;
  const key = scopedKey(user.id, idempotencyKey);
  const hash = payloadHash("turn-review", body);
  const stored = await submitOnce(context, {
    assignmentId,
    hash,
    draft,
    findStored: () => turnReviewByKey(context.db, key),
    write: (target, late) => {
      requireOnePerTurn(target, body.verdicts.length);
      return insertTurnReview(context.db, {
        assignmentId,
        userId: user.id,
        late,
        verdicts: body.verdicts,
        note: body.note ?? null,
        durationMs: body.durationMs,
        idempotencyKey: key,
        payloadHash: hash,
      });
    },
  });
  const { payloadHash: _hash, createdAtMs, ...answer } = stored;
  return { ...answer, createdAt: new Date(createdAtMs).toISOString() };
}

function requireOnePerTurn(target: SubmissionTarget, verdicts: number): void {
  if (target.kind !== "turn_review") throw new DomainError("conflict", "This item is not a turn review.");
  if (verdicts === target.assistantTurns) return;
  const message = `needs ${target.assistantTurns} verdicts, one per answer, but has ${verdicts}`;
  throw new DomainError("invalid", `body.verdicts: ${message}`, [{ path: "body.verdicts", message }]);
}
