/** Gold items with what annotators make of them, and pairs that could become some. */
import { CANDIDATE_ANNOTATORS_MIN, type GoldRow, selectCandidates, selectGold } from "@/db/queries/gold";
import type { GoldCandidate, GoldItem } from "@/lib/contracts/gold";
import { isSuspectGold, SUSPECT_MISSES_MIN } from "@/lib/domain/gold";
import { projectSettingsSchema } from "@/lib/domain/project-settings";
import { requireProject, type ServiceContext } from "../context";
import { decodeKeyset, notACursor, pageFrom } from "../paging";
import { BATCHES_PER_READ } from "../quality/agreement";
import { refreshQuality } from "../quality/refresh";

const toGoldItem = ({ at: _at, createdAtMs, retiredAtMs, ...row }: GoldRow, goodShare: number): GoldItem => ({
  ...row,
  createdAt: new Date(createdAtMs).toISOString(),
  retiredAt: retiredAtMs === null ? null : new Date(retiredAtMs).toISOString(),
  suspect: retiredAtMs === null && isSuspectGold(row.goodSeen, row.goodMissed, goodShare),
});

export interface GoldFilter {
  projectId: string;
  state: "active" | "suspect" | "retired";
  after?: string;
  limit: number;
}

/** The suspect ones are paged over all that good annotators missed now and then, so a page may hold fewer than asked for. */
export async function listGoldItems(context: ServiceContext, filter: GoldFilter) {
  const project = await requireProject(context, context.db, filter.projectId, "lead");
  await refreshQuality(context, BATCHES_PER_READ);
  const { goldGoodShare } = projectSettingsSchema.parse(project.settings).annotators;
  const cursor = decodeKeyset(filter.after);
  const suspect = filter.state === "suspect";
  const rows = await selectGold(context.db, {
    projectId: filter.projectId,
    state: filter.state === "retired" ? "retired" : "active",
    goodMissedMin: suspect ? SUSPECT_MISSES_MIN : null,
    goodShare: goldGoodShare,
    after: cursor ?? null,
    limit: filter.limit + 1,
  });
  const page = pageFrom(
    rows.map((row) => ({ at: row.at, id: row.itemId, row })),
    filter.limit,
    ({ row }) => toGoldItem(row, goldGoodShare),
  );
  return suspect ? { ...page, rows: page.rows.filter((row) => row.suspect) } : page;
}

export async function listGoldCandidates(
  context: ServiceContext,
  filter: { projectId: string; annotatorsMin: number; after?: string; limit: number },
): Promise<{ rows: GoldCandidate[]; next: string | null }> {
  await requireProject(context, context.db, filter.projectId, "lead");
  await refreshQuality(context, BATCHES_PER_READ);
  if (filter.after !== undefined && !/^[0-9a-f-]{36}$/.test(filter.after)) throw notACursor("query.after");
  const rows = await selectCandidates(context.db, {
    projectId: filter.projectId,
    annotatorsMin: Math.max(filter.annotatorsMin, CANDIDATE_ANNOTATORS_MIN),
    itemIds: null,
    after: filter.after ?? null,
    limit: filter.limit + 1,
  });
  const page = rows.slice(0, filter.limit);
  return { rows: page, next: rows.length > filter.limit ? (page.at(-1)?.itemId ?? null) : null };
}
