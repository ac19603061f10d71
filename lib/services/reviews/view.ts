/** A stored case in the sides that the annotator saw. */
import type { StoredCase } from "@/db/queries/reviews";
import type { ReviewCase } from "@/lib/contracts/reviews";
import { asSides, preferredSide } from "@/lib/domain/preference";

export function toReviewCase(row: StoredCase): ReviewCase {
  const shown = asSides(row.swapped, row.response1, row.response2);
  return {
    ...pairView(row, shown),
    comparisonId: row.comparisonId,
    judgement: {
      preferred: preferredSide(row.chosenId, row.swapped, row),
      strength: row.strength,
      safety: row.safety,
      tags: row.tags,
      rationale: row.rationale,
      editedResponse: row.editedResponse,
    },
    durationMs: row.durationMs,
    annotator: { id: row.annotatorId, name: row.annotator },
    reasons: row.reasons,
    openedBy: row.openedBy,
    reviewId: row.reviewId,
    earlierFeedback: row.earlierFeedback || null,
    createdAt: new Date(row.createdAtMs).toISOString(),
  };
}

type Pair = Pick<StoredCase, "itemId" | "task" | "campaignId" | "campaign" | "language" | "category" | "context">;
export const pairView = (row: Pair, shown: { a: string; b: string }) => ({
  itemId: row.itemId,
  task: row.task,
  campaign: { id: row.campaignId, name: row.campaign },
  language: row.language,
  category: row.category,
  context: row.context,
  responseA: shown.a,
  responseB: shown.b,
});
