/** The reviewer's queue. */
import { listReviewCases } from "@/db/queries/reviews";
import type { ReviewCase } from "@/lib/contracts/reviews";
import { FLAGGED_TAG, reviewReason } from "@/lib/domain/preference";
import { sequenceCursor } from "../comparisons/read";
import { requireProject, requireUser, type ServiceContext } from "../context";

export async function listReviewQueue(
  context: ServiceContext,
  input: { projectId: string; cursor?: string; limit: number },
): Promise<{ cases: ReviewCase[]; nextCursor: string | null }> {
  const reviewer = requireUser(context);
  await requireProject(context, context.db, input.projectId, "reviewer");
  const after = sequenceCursor(input.cursor);
  const rows = await listReviewCases(context.db, {
    projectId: input.projectId,
    reviewerId: reviewer.id,
    flaggedTag: FLAGGED_TAG,
    after,
    limit: input.limit,
  });
  return {
    cases: rows.map(({ sequence: _sequence, createdAtMs, ...row }) => ({
      ...row,
      reason: reviewReason(row.safety, row.tags) ?? "flagged",
      createdAt: new Date(createdAtMs).toISOString(),
    })),
    nextCursor: rows.length === input.limit ? (rows.at(-1)?.sequence ?? null) : null,
  };
}
