/** A reviewer's verdict on a judgement. The newest one counts; rejected judgements stay out of snapshots. */
import { insertAudit } from "@/db/queries/audit";
import { reviewSubject } from "@/db/queries/reviews";
import { reviews } from "@/db/schema";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, requireUser, type ServiceContext } from "../context";

export async function reviewComparison(
  context: ServiceContext,
  input: { comparisonId: string; decision: "approved" | "rejected"; feedback: string },
) {
  const reviewer = requireUser(context);
  return inTransaction(context, async (tx) => {
    const subject = await reviewSubject(tx, input.comparisonId);
    if (!subject) throw notFound("Comparison");
    await requireProject(context, tx, subject.projectId, "reviewer");
    if (subject.userId === reviewer.id) throw new DomainError("forbidden", "Nobody reviews their own judgement.");
    const [row] = await tx
      .insert(reviews)
      .values({ ...input, reviewerId: reviewer.id })
      .returning();
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "review.create",
      objectType: "review",
      objectId: row!.id,
      projectId: subject.projectId,
      details: { comparisonId: input.comparisonId, decision: input.decision },
    });
    return {
      id: row!.id,
      comparisonId: row!.comparisonId,
      decision: row!.decision,
      feedback: row!.feedback,
      createdAt: row!.createdAt.toISOString(),
    };
  });
}
