/** The list of a project's prompts. */
import { type PromptRow, selectPrompts } from "@/db/queries/prompts";
import type { ListedPrompt, PromptFilter } from "@/lib/contracts/lists";
import { requireProject, type ServiceContext } from "../context";
import { decodeKeyset, pageFrom } from "../paging";
import { CSV_PAGE_ROWS, type CsvColumns, type CsvFile, chooseColumns, csvBytes } from "./csv";
import { tellExport } from "./tell-export";

const view = ({ at, ...row }: PromptRow): ListedPrompt => ({ ...row, createdAt: new Date(at).toISOString() });

type Page = PromptFilter & { projectId: string; after?: string | undefined; limit: number };

async function pageOf(context: ServiceContext, { projectId, after, limit, ...filter }: Page) {
  const page = { after: decodeKeyset(after), limit: limit + 1 };
  return pageFrom(await selectPrompts(context.db, projectId, filter, page), limit, view);
}

export async function listPrompts(context: ServiceContext, input: Page) {
  await requireProject(context, context.db, input.projectId, "lead");
  return pageOf(context, input);
}

const COLUMNS: CsvColumns<ListedPrompt> = {
  id: (prompt) => prompt.id,
  text: (prompt) => prompt.text,
  task: (prompt) => prompt.task,
  language: (prompt) => prompt.language,
  category: (prompt) => prompt.category,
  safetyTagged: (prompt) => prompt.safetyTagged,
  turns: (prompt) => prompt.turns,
  source: (prompt) => prompt.source,
  created: (prompt) => prompt.createdAt,
};

export async function exportPrompts(
  context: ServiceContext,
  input: PromptFilter & { projectId: string; columns?: string | undefined },
): Promise<CsvFile> {
  await requireProject(context, context.db, input.projectId, "lead");
  const { columns, ...filter } = input;
  const names = chooseColumns(COLUMNS, columns);
  await tellExport(context, { projectId: input.projectId, screen: "prompts", filter });
  const page = (after: string | undefined) => pageOf(context, { ...filter, after, limit: CSV_PAGE_ROWS });
  return { fileName: "prompts.csv", bytes: csvBytes(COLUMNS, names, page) };
}
