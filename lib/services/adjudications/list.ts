/** Disagreements as an adjudicator sees them: without names, in an order and on sides that tell nothing. */
import {
  claimDisagreements as claim,
  listDisagreements as list,
  type StoredDisagreement,
  viewDisagreements,
} from "@/db/queries/adjudications";
import type { Disagreement } from "@/lib/contracts/adjudications";
import { CLAIM_SECONDS } from "@/lib/contracts/reviews";
import { asSides, sideOf } from "@/lib/domain/preference";
import { caseSwapped } from "@/lib/domain/review";
import { sequenceCursor } from "../comparisons/read";
import { inTransaction, type ServiceContext } from "../context";
import { openQueue, type QueueFilter } from "../reviews/list";
import { pairView } from "../reviews/view";

type Filter = Pick<QueueFilter, "projectId" | "campaignId" | "language">;

function toDisagreement(row: StoredDisagreement, adjudicatorId: string): Disagreement {
  const swapped = caseSwapped(row.itemId, adjudicatorId);
  return {
    ...pairView(row, asSides(swapped, row.response1, row.response2)),
    judgements: row.votes.map(({ preferred, ...vote }) => ({ ...vote, preferred: sideOf(preferred, swapped) })),
    openedBy: row.openedBy,
    adjudicationId: row.adjudicationId,
  };
}

export async function listDisagreements(
  context: ServiceContext,
  input: Filter & { cursor?: string | undefined; limit: number },
) {
  const { cursor, ...filter } = input;
  const after = sequenceCursor(cursor);
  const { reviewerId } = await openQueue(context, input.projectId);
  const rows = await list(context.db, { ...filter, adjudicatorId: reviewerId, after });
  return {
    cases: rows.map((row) => toDisagreement(row, reviewerId)),
    nextCursor: rows.length === input.limit ? (rows.at(-1)?.sequence ?? null) : null,
  };
}

export async function claimDisagreements(
  context: ServiceContext,
  input: Filter & { exclude: string[]; limit: number },
): Promise<{ cases: Disagreement[] }> {
  const { reviewerId } = await openQueue(context, input.projectId);
  const ids = await inTransaction(context, (tx) =>
    claim(tx, { ...input, adjudicatorId: reviewerId, seconds: CLAIM_SECONDS }),
  );
  const rows = await viewDisagreements(context.db, ids, reviewerId);
  return { cases: rows.map((row) => toDisagreement(row, reviewerId)) };
}
