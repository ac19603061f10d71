/** A stored comparison as the API answers it; a replay builds the very same answer from the row. */
import type { StoredComparison } from "@/db/queries/comparisons";
import type { ComparisonAnswer } from "@/lib/contracts/comparisons";
import { preferredSide, reviewReason } from "@/lib/domain/preference";
import { knownReasons } from "@/lib/domain/reasons";

export function toComparisonAnswer(row: StoredComparison): ComparisonAnswer {
  return {
    id: row.id,
    assignmentId: row.assignmentId,
    itemId: row.itemId,
    projectId: row.projectId,
    task: row.task,
    preferred: preferredSide(row.chosenId, row.swapped, row),
    strength: row.strength,
    safety: row.safety,
    tags: row.tags,
    rationale: row.rationale,
    reasons: knownReasons(row.reasons),
    bothUnacceptable: row.bothUnacceptable,
    riskCategory: row.riskCategory,
    attackVector: row.attackVector,
    severity: row.severity,
    editedResponse: row.editedResponse,
    durationMs: row.durationMs,
    supersedesId: row.supersedesId,
    needsReview: reviewReason(row.safety, row.tags) !== null,
    modelAgreed: row.modelAgreed,
    createdAt: new Date(row.createdAtMs).toISOString(),
  };
}
