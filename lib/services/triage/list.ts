/** The triage queues as reviewers see them. */
import { viewCases } from "@/db/queries/reviews";
import { countUnscored, servingModels } from "@/db/queries/triage";
import type { TriageCase } from "@/lib/contracts/triage";
import type { TriageQueue } from "@/lib/domain/triage";
import type { ServiceContext } from "../context";
import { notACursor } from "../paging";
import { openQueue } from "../reviews/list";
import { toReviewCase } from "../reviews/view";
import { type RankedCase, rankTriage } from "./rank";

export const UNSCORED_COUNTED_MAX = 1000;

export async function listTriage(
  context: ServiceContext,
  input: { projectId: string; queue?: TriageQueue | undefined; after?: string | undefined; limit: number },
) {
  const { reviewerId } = await openQueue(context, input.projectId);
  const ranked = await rankTriage(context.db, { projectId: input.projectId, viewerId: reviewerId });
  const count = (queue: TriageQueue) => ranked.filter((row) => row.queue === queue).length;
  const wanted = input.queue ? ranked.filter((row) => row.queue === input.queue) : ranked;
  const rest = input.after === undefined ? wanted : afterCursor(wanted, input.after);
  const page = rest.slice(0, input.limit);
  const last = page.at(-1);
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
    next: rest.length > page.length && last ? cursorOf(last) : null,
  };
}

/** A place in the order of db/queries/triage.ts. It names a case, so that cases decided meanwhile shift no page. */
const cursorOf = ({ surprise, comparisonId }: RankedCase): string =>
  Buffer.from(`${surprise}|${comparisonId}`).toString("base64url");

function afterCursor(cases: readonly RankedCase[], cursor: string): RankedCase[] {
  const [number = "", id = ""] = Buffer.from(cursor, "base64url").toString("utf8").split("|");
  const surprise = Number(number);
  if (number === "" || !Number.isFinite(surprise) || !/^[0-9a-f-]{36}$/.test(id)) throw notACursor("query.after");
  return cases.filter((row) => row.surprise < surprise || (row.surprise === surprise && row.comparisonId > id));
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
    const { decisionId } = ranked;
    return [
      {
        ...view,
        annotator: { ...annotator, reliability },
        ...{ queue, surprise, rewardMargin, slipProbability, categoryEvidence, votes: { same, other }, decisionId },
      },
    ];
  });
}
