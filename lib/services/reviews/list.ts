/** The reviewers' queue: reading it, counting it, taking cases from it. */
import { countDisagreements } from "@/db/queries/adjudications";
import { claimCases, countCases, listReviewCases, viewCases } from "@/db/queries/reviews";
import { CLAIM_SECONDS, type ReviewCase } from "@/lib/contracts/reviews";
import { sequenceCursor } from "../comparisons/read";
import { inTransaction, requireProject, requireUser, type ServiceContext } from "../context";
import { BATCHES_PER_READ } from "../quality/agreement";
import { refreshQuality } from "../quality/refresh";
import { toReviewCase } from "./view";

export interface QueueFilter {
  projectId: string;
  reason?: string | undefined;
  userId?: string | undefined;
  campaignId?: string | undefined;
  language?: string | undefined;
}

/** Checks who asks, and takes in what was judged since, so that the queue is not a minute behind. */
export async function openQueue(context: ServiceContext, projectId: string): Promise<{ reviewerId: string }> {
  const reviewer = requireUser(context);
  await requireProject(context, context.db, projectId, "reviewer");
  await refreshQuality(context, BATCHES_PER_READ);
  return { reviewerId: reviewer.id };
}

export async function listReviewQueue(
  context: ServiceContext,
  input: QueueFilter & { cursor?: string | undefined; limit: number },
): Promise<{ cases: ReviewCase[]; nextCursor: string | null }> {
  const { cursor, ...filter } = input;
  const after = sequenceCursor(cursor);
  const rows = await listReviewCases(context.db, { ...filter, ...(await openQueue(context, input.projectId)), after });
  return {
    cases: rows.map(toReviewCase),
    nextCursor: rows.length === input.limit ? (rows.at(-1)?.sequence ?? null) : null,
  };
}

export async function countReviews(context: ServiceContext, filter: { projectId: string }) {
  const who = await openQueue(context, filter.projectId);
  const rows = await countCases(context.db, { ...filter, ...who });
  const of = (kind: (typeof rows)[number]["kind"]) =>
    rows.filter((row) => row.kind === kind).map(({ key, name, n }) => ({ key, name, count: n }));
  return {
    reasons: of("reason"),
    annotators: of("annotator"),
    campaigns: of("campaign"),
    languages: of("language"),
    disagreements: await countDisagreements(context.db, { ...filter, adjudicatorId: who.reviewerId }),
  };
}

/** The caller's cases from now on, oldest first; every other case that they held is free again. */
export async function claimReviews(
  context: ServiceContext,
  input: QueueFilter & { exclude: string[]; limit: number },
): Promise<{ cases: ReviewCase[] }> {
  const { reviewerId } = await openQueue(context, input.projectId);
  const ids = await inTransaction(context, (tx) => claimCases(tx, { ...input, reviewerId, seconds: CLAIM_SECONDS }));
  return { cases: (await viewCases(context.db, ids, reviewerId)).map(toReviewCase) };
}
