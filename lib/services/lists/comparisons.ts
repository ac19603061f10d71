/** The list of a project's judgements, and one of them with its pair. */
import {
  type ListedComparisonRow,
  selectListedComparisons,
  selectShownComparison,
} from "@/db/queries/listed-comparisons";
import type { ComparisonFilter, ListedComparison, ShownComparison } from "@/lib/contracts/lists";
import { notFound } from "@/lib/errors";
import { sequenceCursor } from "../comparisons/read";
import { requireProject, type ServiceContext } from "../context";
import { CSV_PAGE_ROWS, type CsvColumns, type CsvFile, chooseColumns, csvBytes } from "./csv";
import { tellExport } from "./tell-export";

function view({ at, sequence: _sequence, ...row }: ListedComparisonRow): ListedComparison {
  return { ...row, createdAt: new Date(at).toISOString() };
}

type Page = ComparisonFilter & { projectId: string; after?: string | undefined; limit: number };

async function pageOf(context: ServiceContext, { projectId, after, limit, ...filter }: Page) {
  const before = sequenceCursor(after) ?? undefined;
  const rows = await selectListedComparisons(context.db, projectId, filter, { before, limit: limit + 1 });
  const page = rows.slice(0, limit);
  return { rows: page.map(view), next: rows.length > limit ? (page.at(-1)?.sequence ?? null) : null };
}

export async function listComparisons(context: ServiceContext, input: Page) {
  await requireProject(context, context.db, input.projectId, "lead");
  return pageOf(context, input);
}

const COLUMNS: CsvColumns<ListedComparison> = {
  id: (row) => row.id,
  prompt: (row) => row.prompt,
  annotator: (row) => row.annotator ?? row.sourceName,
  campaign: (row) => row.campaign,
  task: (row) => row.task,
  strength: (row) => row.strength,
  safety: (row) => row.safety,
  seconds: (row) => (row.durationMs === null ? null : row.durationMs / 1000),
  review: (row) => row.review,
  superseded: (row) => row.superseded,
  created: (row) => row.createdAt,
};

export async function exportComparisons(
  context: ServiceContext,
  input: ComparisonFilter & { projectId: string; columns?: string | undefined },
): Promise<CsvFile> {
  await requireProject(context, context.db, input.projectId, "lead");
  const { columns, ...filter } = input;
  const names = chooseColumns(COLUMNS, columns);
  await tellExport(context, { projectId: input.projectId, screen: "comparisons", filter });
  const page = (after: string | undefined) => pageOf(context, { ...filter, after, limit: CSV_PAGE_ROWS });
  return { fileName: "comparisons.csv", bytes: csvBytes(COLUMNS, names, page) };
}

export async function showComparison(
  context: ServiceContext,
  input: { projectId: string; comparisonId: string },
): Promise<ShownComparison> {
  await requireProject(context, context.db, input.projectId, "lead");
  const row = await selectShownComparison(context.db, input.projectId, input.comparisonId);
  if (!row) throw notFound("Comparison");
  const { at, sequence: _sequence, reviews, ...rest } = row;
  return {
    ...rest,
    createdAt: new Date(at).toISOString(),
    reviews: reviews.map((review) => ({ ...review, createdAt: new Date(review.createdAt).toISOString() })),
  };
}
