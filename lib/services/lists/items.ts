/** The list of a project's items. */
import { type ItemRow, selectItems } from "@/db/queries/items";
import type { ItemFilter, ListedItem } from "@/lib/contracts/lists";
import { requireProject, type ServiceContext } from "../context";
import { decodeKeyset, pageFrom } from "../paging";
import { CSV_PAGE_ROWS, type CsvColumns, type CsvFile, chooseColumns, csvBytes } from "./csv";
import { tellExport } from "./tell-export";

const view = ({ at, ...row }: ItemRow): ListedItem => ({ ...row, createdAt: new Date(at).toISOString() });

async function pageOf(
  context: ServiceContext,
  input: ItemFilter & { projectId: string; after?: string | undefined; limit: number },
) {
  const { projectId, after, limit, ...filter } = input;
  const page = { after: decodeKeyset(after), limit: limit + 1 };
  return pageFrom(await selectItems(context.db, projectId, filter, page), limit, view);
}

/** Newest first; a page stays what it is while items are added. */
export async function listItems(
  context: ServiceContext,
  input: ItemFilter & { projectId: string; after?: string | undefined; limit: number },
) {
  await requireProject(context, context.db, input.projectId, "lead");
  return pageOf(context, input);
}

const COLUMNS: CsvColumns<ListedItem> = {
  id: (item) => item.id,
  prompt: (item) => item.prompt,
  campaign: (item) => item.campaign,
  state: (item) => item.state,
  kind: (item) => item.kind,
  purpose: (item) => item.purpose,
  language: (item) => item.language,
  category: (item) => item.category,
  judgements: (item) => item.judgements,
  overlap: (item) => item.overlap,
  inWork: (item) => item.inWork,
  order: (item) => item.order,
  created: (item) => item.createdAt,
};

export async function exportItems(
  context: ServiceContext,
  input: ItemFilter & { projectId: string; columns?: string | undefined },
): Promise<CsvFile> {
  await requireProject(context, context.db, input.projectId, "lead");
  const { columns, ...filter } = input;
  const names = chooseColumns(COLUMNS, columns);
  await tellExport(context, { projectId: input.projectId, screen: "items", filter });
  const page = (after: string | undefined) => pageOf(context, { ...filter, after, limit: CSV_PAGE_ROWS });
  return { fileName: "items.csv", bytes: csvBytes(COLUMNS, names, page) };
}
