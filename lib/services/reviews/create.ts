/**
 * A reviewer's verdict on a judgement; the newest one counts. Rejected judgements stay out of snapshots, fixed ones enter them
 * as the reviewer corrected them. The annotator's own row is never touched (I4).
 */
import type { z } from "zod";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { dropUnreadNote, lockReviewSubject, type ReviewSubject, settleCase } from "@/db/queries/reviews";
import { annotatorNotes, corrections, reviews } from "@/db/schema";
import type { Correction, reviewBodySchema } from "@/lib/contracts/reviews";
import { chosenAndRejected } from "@/lib/domain/preference";
import { type ReviewDecision, standingDecision } from "@/lib/domain/review";
import { safetyProblem } from "@/lib/domain/safety";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, requireUser, type ServiceContext } from "../context";

export type ReviewInput = z.input<typeof reviewBodySchema> & { comparisonId: string };

/** Errors: `forbidden` for one's own judgement, `conflict` when somebody else was first, `invalid` for a fix that fixes nothing. */
export async function reviewComparison(context: ServiceContext, input: ReviewInput) {
  const reviewer = requireUser(context);
  const feedback = input.feedback?.trim() ?? "";
  return inTransaction(context, async (tx) => {
    const subject = await lockReviewSubject(tx, input.comparisonId, reviewer.id);
    if (!subject) throw notFound("Comparison");
    await requireProject(context, tx, subject.projectId, "reviewer").catch((error: Error) => {
      throw error.message === "Project not found" ? notFound("Comparison") : error;
    });
    if (subject.userId === reviewer.id) throw new DomainError("forbidden", "Nobody reviews their own judgement.");
    requireTurn(subject, input, reviewer.id);
    const correction = input.correction ? checkedCorrection(subject, input.correction) : null;
    const [row] = await tx
      .insert(reviews)
      .values({ comparisonId: subject.comparisonId, reviewerId: reviewer.id, decision: input.decision, feedback })
      .returning();
    if (correction) await tx.insert(corrections).values({ reviewId: row!.id, ...correction });
    await tellAnnotator(tx, subject, { reviewerId: reviewer.id, decision: input.decision, feedback });
    await settleCase(tx, subject.comparisonId, input.decision !== "withdrawn");
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "review.create",
      objectType: "review",
      objectId: row!.id,
      projectId: subject.projectId,
      details: {
        comparisonId: subject.comparisonId,
        decision: input.decision,
        ...(subject.newest ? { supersedesId: subject.newest.id } : {}),
      },
    });
    const { id, comparisonId, decision, createdAt } = row!;
    return { id, comparisonId, decision, feedback, createdAt: createdAt.toISOString() };
  });
}

/** Whether this review may come now: nobody else has the case open, and the caller has seen the review that they replace. */
function requireTurn(subject: ReviewSubject, input: ReviewInput, reviewerId: string): void {
  if (subject.isReplaced)
    throw new DomainError("conflict", "The annotator has replaced this judgement; review the newer one.");
  if (subject.openedBy) throw new DomainError("conflict", `${subject.openedBy} has this case open just now.`);
  const { newest } = subject;
  if ((newest?.id ?? null) !== (input.supersedesId ?? null))
    throw new DomainError(
      "conflict",
      standingDecision(newest?.decision)
        ? "Somebody has reviewed this judgement in the meantime. Look at it again."
        : "The review that this one is to replace is not the newest one.",
      [{ path: "body.supersedesId", message: newest ? `the newest review is ${newest.id}` : "there is no review yet" }],
    );
  if (input.decision === "withdrawn" && !(standingDecision(newest?.decision) && newest?.reviewerId === reviewerId))
    throw new DomainError("conflict", "There is no review of yours to withdraw.");
}

function checkedCorrection(subject: ReviewSubject, correction: Correction) {
  const problem = safetyProblem(subject.task, correction.safety ?? undefined);
  if (problem)
    throw new DomainError("invalid", `body.correction.safety: ${problem}`, [
      { path: "body.correction.safety", message: problem },
    ]);
  const { chosenId, rejectedId } = chosenAndRejected(correction.preferred, subject.swapped, subject);
  const texts = { rationale: textOf(correction.rationale), editedResponse: textOf(correction.editedResponse) };
  const made = { chosenId, rejectedId, strength: correction.strength, safety: correction.safety ?? null };
  const tags = correction.tags ?? [];
  const changed =
    (Object.keys(made) as (keyof typeof made)[]).some((key) => made[key] !== subject[key]) ||
    texts.rationale !== textOf(subject.rationale) ||
    texts.editedResponse !== textOf(subject.editedResponse) ||
    [...tags].sort().join("\n") !== [...subject.tags].sort().join("\n");
  if (!changed)
    throw new DomainError("invalid", "body.correction: changes nothing; approve the judgement instead", [
      { path: "body.correction", message: "changes nothing" },
    ]);
  return { ...made, ...texts, tags };
}

/** Blank is the same as none. */
const textOf = (text: string | null | undefined): string | null => (text?.trim() ? text : null);

async function tellAnnotator(
  tx: Tx,
  subject: ReviewSubject,
  review: { reviewerId: string; decision: ReviewDecision; feedback: string },
): Promise<void> {
  if (review.decision === "withdrawn") {
    if (subject.newest) await dropUnreadNote(tx, subject.newest.id);
    return;
  }
  if (!subject.userId || review.feedback === "") return;
  await tx.insert(annotatorNotes).values({
    projectId: subject.projectId,
    userId: subject.userId,
    authorId: review.reviewerId,
    comparisonId: subject.comparisonId,
    body: review.feedback,
  });
}
