/** An annotator's own judgements. */
import { listOwnComparisons, ownComparison } from "@/db/queries/comparisons";
import type { AnnotatedItem } from "@/lib/contracts/assignments";
import { type ComparisonAnswer, SUPERSEDE_SECONDS_MAX } from "@/lib/contracts/comparisons";
import { DomainError, notFound } from "@/lib/errors";
import { annotator } from "../assignments/annotator";
import { requireView, toAnnotatedItem } from "../assignments/payload";
import { requireProject, type ServiceContext } from "../context";
import { toComparisonAnswer } from "./answer";

export async function getComparison(
  context: ServiceContext,
  input: { comparisonId: string },
): Promise<{ comparison: ComparisonAnswer; item: AnnotatedItem }> {
  const row = await ownComparison(context.db, input.comparisonId, annotator(context));
  if (!row) throw notFound("Comparison");
  return { comparison: toComparisonAnswer(row), item: toAnnotatedItem(await requireView(context, row.assignmentId)) };
}

/** Newest first; superseded ones are left out. The cursor is the last row's sequence number. */
export async function listMyComparisons(
  context: ServiceContext,
  input: { projectId: string; cursor?: string; limit: number },
) {
  const user = annotator(context);
  await requireProject(context, context.db, input.projectId);
  const before = sequenceCursor(input.cursor);
  const rows = await listOwnComparisons(context.db, user.id, {
    projectId: input.projectId,
    before,
    limit: input.limit,
  });
  return {
    comparisons: rows.map((row) => ({
      ...toComparisonAnswer(row),
      promptExcerpt: row.promptExcerpt,
      category: row.category,
      review: row.review,
      feedback: row.feedback,
      changeableUntil: new Date(row.openedAtMs + SUPERSEDE_SECONDS_MAX * 1000).toISOString(),
    })),
    nextCursor: rows.length === input.limit ? (rows.at(-1)?.sequence ?? null) : null,
  };
}

export function sequenceCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  if (!/^\d{1,18}$/.test(cursor))
    throw new DomainError("invalid", "query.cursor: not a cursor of this list", [
      { path: "query.cursor", message: "not a cursor of this list" },
    ]);
  return cursor;
}
