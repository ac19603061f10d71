/** Streams one split of a snapshot (or both, as a data set) in the asked format, in constant memory, and records that it was taken. */
import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import path from "node:path";
import { insertAudit } from "@/db/queries/audit";
import { insertExport } from "@/db/queries/export";
import type { ExportFormat } from "@/lib/contracts/snapshots";
import { env } from "@/lib/env";
import { DomainError } from "@/lib/errors";
import type { PreferencePair } from "@/trainer/format/pair";
import { readPairs, type SnapshotManifest, SPLITS, type Split } from "@/trainer/format/snapshot";
import { auditActor, inTransaction, type ServiceContext } from "../context";
import { loadSnapshot } from "../snapshots/read";
import { type ArchiveEntry, datasetEntries } from "./dataset";
import { CSV_HEADER, csvLine, FormatFitError, hhLine, trlLine } from "./formats";
import { parquetBytes } from "./parquet";
import { zipBytes } from "./zip";

export interface ExportFile {
  /** Made by us from ids; safe in a header and on a disk. */
  fileName: string;
  contentType: string;
  rows: number;
  bytes: AsyncIterable<Buffer>;
}

const KINDS: Record<ExportFormat, { extension: string; contentType: string }> = {
  jsonl: { extension: "jsonl", contentType: "application/x-ndjson" },
  trl: { extension: "trl.jsonl", contentType: "application/x-ndjson" },
  hh: { extension: "hh.jsonl", contentType: "application/x-ndjson" },
  parquet: { extension: "parquet", contentType: "application/vnd.apache.parquet" },
  csv: { extension: "csv", contentType: "text/csv; charset=utf-8" },
  datasets: { extension: "zip", contentType: "application/zip" },
};

const CHUNK_CHARACTERS = 64 * 1024;

/** Lines gathered into chunks, so that a slow reader holds back the file and not memory. */
async function* lineBytes(
  pairs: AsyncIterable<PreferencePair>,
  line: (pair: PreferencePair) => string,
  header = "",
): AsyncGenerator<Buffer> {
  let text = header;
  for await (const pair of pairs) {
    text += line(pair);
    if (text.length >= CHUNK_CHARACTERS) {
      yield Buffer.from(text, "utf8");
      text = "";
    }
  }
  if (text !== "") yield Buffer.from(text, "utf8");
}

function bytesOf(file: string, format: Exclude<ExportFormat, "datasets">): AsyncIterable<Buffer> {
  if (format === "jsonl") return createReadStream(file) as AsyncIterable<Buffer>;
  const pairs = readPairs(file);
  if (format === "parquet") return parquetBytes(pairs);
  if (format === "csv") return lineBytes(pairs, csvLine, CSV_HEADER);
  return lineBytes(pairs, format === "trl" ? trlLine : hhLine);
}

/** hh-rlhf cannot hold every dialogue: read once before the first byte leaves, so that nobody gets half a file. */
async function checkFits(file: string, format: ExportFormat): Promise<void> {
  if (format !== "hh") return;
  try {
    for await (const pair of readPairs(file)) hhLine(pair);
  } catch (error) {
    if (error instanceof FormatFitError) throw new DomainError("conflict", `${error.message}.`);
    throw error;
  }
}

export interface ExportInput {
  id: string;
  format: ExportFormat;
  /** `datasets` takes both. */
  split: Split;
  /** For the card of `datasets`. */
  license?: string;
}

type SnapshotRow = Awaited<ReturnType<typeof loadSnapshot>>;

/** Where a split's JSONL file is, and its number of pairs. */
function splitOf(row: SnapshotRow, split: Split): { file: string; rows: number } {
  const known = (row.manifest as SnapshotManifest).files?.[split];
  const name = path.basename(known?.name ?? `${split}.jsonl`);
  return { file: path.join(env().PAIRWRIGHT_HOME, row.directory, name), rows: known?.rows ?? 0 };
}

async function record(context: ServiceContext, row: SnapshotRow, input: ExportInput, rows: number): Promise<void> {
  const { format } = input;
  const split = format === "datasets" ? "both" : input.split;
  await inTransaction(context, async (tx) => {
    const userId = context.actor.kind === "user" ? context.actor.id : null;
    const id = await insertExport(tx, { snapshotId: row.id, userId, format, rows });
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "snapshot.exported",
      objectType: "export",
      objectId: id,
      projectId: row.projectId,
      details: { snapshotId: row.id, format, split, rows },
    });
  });
}

/** The row, its splits that are asked for, and that their files are here. Errors: `unavailable`, `conflict`; recorded as taken. */
async function prepare(context: ServiceContext, input: ExportInput) {
  const row = await loadSnapshot(context, input.id);
  const splits = input.format === "datasets" ? SPLITS : [input.split];
  const sources = splits.map((split) => splitOf(row, split));
  for (const { file } of sources)
    await access(file).catch(() => {
      throw new DomainError("unavailable", "The snapshot's files are not in this machine's data folder.");
    });
  const rows = sources.reduce((sum, source) => sum + source.rows, 0);
  await checkFits(sources[0]?.file ?? "", input.format);
  await record(context, row, input, rows);
  return { row, rows, file: sources[0]?.file ?? "" };
}

function entriesOf(row: SnapshotRow, license: string | undefined): AsyncGenerator<ArchiveEntry> {
  return datasetEntries({
    name: row.name,
    snapshotId: row.id,
    manifestSha256: row.manifestSha256,
    manifest: row.manifest as SnapshotManifest,
    license: license ?? "unknown",
    fileOf: (split) => splitOf(row, split).file,
  });
}

/** Errors: DomainError `conflict` when the format cannot hold the data, `unavailable` when the files are not on this machine. */
export async function exportSnapshot(context: ServiceContext, input: ExportInput): Promise<ExportFile> {
  const { row, rows, file } = await prepare(context, input);
  const { extension, contentType } = KINDS[input.format];
  const short = `pairwright-${row.id.slice(0, 8)}`;
  if (input.format === "datasets")
    return { fileName: `${short}.${extension}`, contentType, rows, bytes: zipBytes(entriesOf(row, input.license)) };
  const fileName = `${short}-${input.split}.${extension}`;
  return { fileName, contentType, rows, bytes: bytesOf(file, input.format) };
}

export interface ExportFolder {
  folderName: string;
  rows: number;
  entries: AsyncIterable<ArchiveEntry>;
}

/** The files of the data set one by one, for a folder. Errors: as `exportSnapshot`. */
export async function exportDataset(
  context: ServiceContext,
  input: { id: string; license?: string },
): Promise<ExportFolder> {
  const { row, rows } = await prepare(context, { ...input, format: "datasets", split: "train" });
  return { folderName: `pairwright-${row.id.slice(0, 8)}`, rows, entries: entriesOf(row, input.license) };
}
