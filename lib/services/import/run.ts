/** Imports a file of pairs or prompts: all or nothing, one transaction, bad lines listed by number, duplicates skipped and told. */
import { randomUUID } from "node:crypto";
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
import { type ByteSource, LINE_LIMITS, type LineLimits } from "./lines";
import { RowError } from "./safe-json";
import { jsonRows, type RowSource, type SourceRow } from "./sources";
import { type ImportCampaign, ImportWriter, type NumberedRow } from "./writer";

export const PROBLEMS_MAX = 50;
/** A batch is written while the next one is read; memory holds two. */
const BATCH_ROWS_MAX = 2000;
const BATCH_CHARACTERS_MAX = 8 * 2 ** 20;

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

/** `open` is called once per attempt, since a transaction that lost its connection runs again from the first byte. */
export async function importRows(
  context: ServiceContext,
  input: ImportInput,
  open: () => ByteSource,
): Promise<ImportReport> {
  return importFrom(context, input, () => jsonRows(open(), input.limits ?? LINE_LIMITS));
}

/** As `importRows`, from rows of any file. Errors: DomainError `invalid` with line-numbered problems. */
export async function importFrom(
  context: ServiceContext,
  input: ImportInput,
  open: () => RowSource,
): Promise<ImportReport> {
  await requireProject(context, context.db, input.projectId, "lead");
  return inTransaction(context, (tx) => importInto(context, tx, input, open()));
}

async function importInto(
  context: ServiceContext,
  tx: Tx,
  input: ImportInput,
  source: RowSource,
): Promise<ImportReport> {
  const { projectId, sourceName } = input;
  const actor = auditActor(context.actor);
  await lockImports(tx, projectId);
  const campaign = await openCampaign(tx, input);
  const importId = randomUUID();
  const writer = await ImportWriter.create(tx, { projectId, importId, sourceName, campaign, actor });
  const { format, rows } = await readInto(writer, input, source);
  const report: ImportReport = { importId, format, rows, ...writer.report() };
  const { skippedLines: _, ...figures } = report;
  const details = { ...figures, sourceName };
  const action = "import.finished";
  await insertAudit(tx, { actor, action, objectType: "import", objectId: importId, projectId, details });
  return report;
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

/** Parses each row of the source as the format of the first one. Throws when a row is bad, after the last row or enough bad ones. */
async function readInto(
  writer: ImportWriter,
  input: ImportInput,
  source: RowSource,
): Promise<{ format: ImportFormat; rows: number }> {
  const parser = new RowParser(input, writer.campaign);
  const batches = new Batches(writer);
  const { problems } = parser;
  try {
    for await (const entries of source) {
      for (const entry of entries) {
        const row = parser.parse(entry);
        if (problems.length >= PROBLEMS_MAX) break;
        if (row !== null && problems.length === 0) batches.add(row);
        if (batches.isFull) await batches.flush();
      }
      if (problems.length >= PROBLEMS_MAX) break;
    }
    if (problems.length === 0) await batches.flush();
  } finally {
    await batches.settle();
  }
  await batches.written();
  const { format, rows } = parser;
  if (problems.length > 0) throw badLines(problems);
  if (rows === 0 || format === null) throw new DomainError("invalid", "The file holds no rows. Nothing was imported.");
  return { format, rows };
}

/** Rows one by one, and what was wrong with them. */
class RowParser {
  rows = 0;
  readonly problems: FieldProblem[] = [];
  /** The first row decides, where the caller did not. */
  format: ImportFormat | null;

  constructor(
    private readonly input: ImportInput,
    private readonly campaign: ImportCampaign | null,
  ) {
    this.format = input.format && input.format !== "auto" ? input.format : null;
  }

  /** Null for a bad row. */
  parse(entry: SourceRow): NumberedRow | null {
    try {
      if ("problem" in entry) throw new RowError(entry.problem);
      this.format ??= detectFormat(entry.value);
      const row = ROW_PARSERS[this.format](entry.value);
      const task = taskOf(row, this.input, this.campaign);
      this.rows += 1;
      return { line: entry.line, task, row };
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      this.problems.push({ line: entry.line, message: error.message });
      return null;
    }
  }
}

/** Writes a batch while the next one is read. */
class Batches {
  private rows = 0;
  private characters = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly writer: ImportWriter) {}

  add(row: NumberedRow): void {
    this.writer.add(row);
    this.rows += 1;
    this.characters += sizeOf(row.row);
  }

  get isFull(): boolean {
    return this.rows >= BATCH_ROWS_MAX || this.characters >= BATCH_CHARACTERS_MAX;
  }

  /** Makes ready what was gathered, and starts to write it once the batch before it is written. Throws what that one threw. */
  async flush(): Promise<void> {
    if (this.rows === 0) return;
    this.rows = 0;
    this.characters = 0;
    const batch = await this.writer.prepare(this.writing);
    await this.writing;
    this.writing = this.writer.write(batch);
    // Awaited later; until then a failure is nobody's, and must not end the process.
    this.writing.catch(() => undefined);
  }

  /** Waits until no write is under way, whatever came of it: the connection is about to leave the transaction. */
  async settle(): Promise<void> {
    await this.writing.catch(() => undefined);
  }

  async written(): Promise<void> {
    await this.writing;
  }
}

function sizeOf(row: ImportedRow): number {
  let characters = 0;
  for (const { content } of row.prompt) characters += content.length;
  if (row.kind === "verdict") return characters + row.chosen.length + row.rejected.length;
  return row.kind === "open" ? characters + row.responses[0].length + row.responses[1].length : characters;
}

function badLines(problems: FieldProblem[]): DomainError {
  const first = problems[0];
  const count =
    problems.length >= PROBLEMS_MAX ? `The first ${PROBLEMS_MAX} bad lines are listed` : `${problems.length} bad`;
  const what = problems.length >= PROBLEMS_MAX ? count : `${count} line${problems.length === 1 ? "" : "s"}`;
  return new DomainError("invalid", `${what}; nothing was imported. Line ${first?.line}: ${first?.message}`, problems);
}

/** The row's own task, else the import's, else the campaign's; a row for a campaign must agree with it. */
function taskOf(row: ImportedRow, input: ImportInput, campaign: ImportCampaign | null): Task {
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
