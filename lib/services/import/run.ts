/** Imports a file of pairs or prompts: all or nothing, one transaction, bad lines listed by number, duplicates skipped and told. */
import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { and, eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { lockImports } from "@/db/queries/import";
import { campaigns } from "@/db/schema";
import { DomainError, type FieldProblem, notFound } from "@/lib/errors";
import type { Task } from "@/trainer/format/pair";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { detectFormat, type ImportFormat, ROW_PARSERS } from "./formats";
import type { ImportedRow } from "./formats/row";
import { type ByteSource, LINE_LIMITS, type LineLimits, readLines } from "./lines";
import { parseJsonLine, RowError } from "./safe-json";
import { type ImportCampaign, ImportWriter, type NumberedRow } from "./writer";

export const PROBLEMS_MAX = 50;
const BATCH_ROWS = 500;

export interface ImportInput {
  projectId: string;
  format?: ImportFormat | "auto";
  /** For rows that do not say their task. */
  task?: Task;
  /** Where pairs without a verdict go. */
  campaignId?: string;
  /** Name of the set, stored with every comparison and message. */
  sourceName: string;
  limits?: LineLimits;
}

export interface ImportReport {
  importId: string;
  format: ImportFormat;
  rows: number;
  comparisons: number;
  items: number;
  prompts: number;
  skipped: number;
  /** The first 50 of them. */
  skippedLines: { line: number; reason: string }[];
}

/** Imports a local file; `file` is trusted, its content is not. Errors: DomainError `invalid` with line-numbered problems. */
export async function importFile(context: ServiceContext, input: ImportInput, file: string): Promise<ImportReport> {
  return importRows(context, input, () => createReadStream(file));
}

/** `open` is called once per attempt, since a transaction that lost its connection runs again from the first byte. */
export async function importRows(
  context: ServiceContext,
  input: ImportInput,
  open: () => ByteSource,
): Promise<ImportReport> {
  await requireProject(context, context.db, input.projectId, "lead");
  return inTransaction(context, async (tx) => {
    await lockImports(tx, input.projectId);
    const campaign = await openCampaign(tx, input);
    const importId = randomUUID();
    const writer = new ImportWriter(tx, { ...input, importId, campaign, actor: auditActor(context.actor) });
    const { format, rows } = await readInto(writer, input, open());
    const report: ImportReport = { importId, format, rows, ...writer.report() };
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "import.finished",
      objectType: "import",
      objectId: importId,
      projectId: input.projectId,
      details: { ...report, skippedLines: undefined, sourceName: input.sourceName },
    });
    return report;
  });
}

async function openCampaign(tx: Tx, input: ImportInput): Promise<ImportCampaign | null> {
  if (!input.campaignId) return null;
  const [campaign] = await tx
    .select({ id: campaigns.id, task: campaigns.task, overlap: campaigns.overlap, state: campaigns.state })
    .from(campaigns)
    .where(and(eq(campaigns.id, input.campaignId), eq(campaigns.projectId, input.projectId)));
  if (!campaign) throw notFound("Campaign");
  if (campaign.state === "closed") throw new DomainError("conflict", "The campaign is closed.");
  return campaign;
}

async function readInto(
  writer: ImportWriter,
  input: ImportInput,
  source: ByteSource,
): Promise<{ format: ImportFormat; rows: number }> {
  let format: ImportFormat | null = input.format && input.format !== "auto" ? input.format : null;
  const problems: FieldProblem[] = [];
  let batch: NumberedRow[] = [];
  let rows = 0;
  for await (const line of readLines(source, input.limits ?? LINE_LIMITS)) {
    try {
      if ("problem" in line) throw new RowError(line.problem);
      if (line.text.trim() === "") continue;
      const value = parseJsonLine(line.text);
      format ??= detectFormat(value);
      const row = ROW_PARSERS[format](value);
      batch.push({ line: line.number, task: taskOf(row, input, writer), row });
      rows += 1;
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      problems.push({ line: line.number, message: error.message });
      if (problems.length >= PROBLEMS_MAX) break;
    }
    if (batch.length >= BATCH_ROWS) {
      if (problems.length === 0) await writer.write(batch);
      batch = [];
    }
  }
  if (problems.length > 0) throw badLines(problems);
  if (rows === 0 || format === null) throw new DomainError("invalid", "The file holds no rows. Nothing was imported.");
  if (batch.length > 0) await writer.write(batch);
  return { format, rows };
}

function badLines(problems: FieldProblem[]): DomainError {
  const first = problems[0];
  const count =
    problems.length >= PROBLEMS_MAX ? `The first ${PROBLEMS_MAX} bad lines are listed` : `${problems.length} bad`;
  const what = problems.length >= PROBLEMS_MAX ? count : `${count} line${problems.length === 1 ? "" : "s"}`;
  return new DomainError("invalid", `${what}; nothing was imported. Line ${first?.line}: ${first?.message}`, problems);
}

/** The row's own task, else the import's, else the campaign's; a row for a campaign must agree with it. */
function taskOf(row: ImportedRow, input: ImportInput, writer: ImportWriter): Task {
  const { campaign } = writer;
  if (row.kind === "open") {
    if (!campaign) throw new RowError("a pair without a verdict needs a campaign to go to (campaignId)");
    const task = row.task ?? input.task ?? campaign.task;
    if (task !== campaign.task) throw new RowError(`task is ${task}, but the campaign's is ${campaign.task}`);
    return task;
  }
  const task = row.task ?? input.task;
  if (!task) throw new RowError("task: the row does not say it, so the import must (helpfulness or safety)");
  return task;
}
