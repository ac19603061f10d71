/** The triage queues as reviewers see them. */
import { viewCases } from "@/db/queries/reviews";
import { countUnscored, servingModels } from "@/db/queries/triage";
import type { TriageCase } from "@/lib/contracts/triage";
import type { TriageQueue } from "@/lib/domain/triage";
import type { ServiceContext } from "../context";
import { openQueue } from "../reviews/list";
import { toReviewCase } from "../reviews/view";
import { type RankedCase, rankTriage } from "./rank";

export const UNSCORED_COUNTED_MAX = 1000;

export async function listTriage(
  context: ServiceContext,
  input: { projectId: string; queue?: TriageQueue | undefined; offset: number; limit: number },
) {
  const { reviewerId } = await openQueue(context, input.projectId);
  const ranked = await rankTriage(context.db, { projectId: input.projectId, viewerId: reviewerId });
  const count = (queue: TriageQueue) => ranked.filter((row) => row.queue === queue).length;
  const wanted = input.queue ? ranked.filter((row) => row.queue === input.queue) : ranked;
  const page = wanted.slice(input.offset, input.offset + input.limit);
  const end = input.offset + page.length;
  const models = await servingModels(context.db, input.projectId);
  return {
    cases: await views(context, page, reviewerId),
    counts: {
      likely_slip: count("likely_slip"),
      guideline_gap: count("guideline_gap"),
      plurality: count("plurality"),
    },
    models: models.map(({ id, task }) => ({ id, task })),
    unscored: await countUnscored(context.db, input.projectId, UNSCORED_COUNTED_MAX),
    nextOffset: end < wanted.length ? end : null,
  };
}

async function views(context: ServiceContext, page: readonly RankedCase[], viewerId: string): Promise<TriageCase[]> {
  const ids = page.map(({ comparisonId }) => comparisonId);
  const rows = await viewCases(context.db, ids, viewerId);
  const cases = new Map(rows.map((row) => [row.comparisonId, toReviewCase(row)]));
  return page.flatMap((ranked): TriageCase[] => {
    const found = cases.get(ranked.comparisonId);
    if (!found) return [];
    const {
      reasons: _reasons,
      openedBy: _openedBy,
      reviewId: _id,
      earlierFeedback: _earlier,
      annotator,
      ...view
    } = found;
    const { queue, surprise, rewardMargin, slipProbability, categoryEvidence, same, other, reliability } = ranked;
    return [
      {
        ...view,
        annotator: { ...annotator, reliability },
        ...{ queue, surprise, rewardMargin, slipProbability, categoryEvidence, votes: { same, other } },
      },
    ];
  });
}
