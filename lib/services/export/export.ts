/** Streams one split of a snapshot in the asked format, in constant memory, and records that it was taken. */

import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import path from "node:path";
import { insertAudit } from "@/db/queries/audit";
import { insertExport } from "@/db/queries/export";
import type { ExportFormat } from "@/lib/contracts/snapshots";
import { env } from "@/lib/env";
import { DomainError } from "@/lib/errors";
import type { PreferencePair } from "@/trainer/format/pair";
import { readPairs, type SnapshotManifest, type Split } from "@/trainer/format/snapshot";
import { auditActor, inTransaction, type ServiceContext } from "../context";
import { loadSnapshot } from "../snapshots/read";
import { CSV_HEADER, csvLine, FormatFitError, hhLine, trlLine } from "./formats";
import { parquetBytes } from "./parquet";

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

function bytesOf(file: string, format: ExportFormat): AsyncIterable<Buffer> {
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

/** Errors: DomainError `conflict` when the format cannot hold the data, `unavailable` when the files are not on this machine. */
export async function exportSnapshot(
  context: ServiceContext,
  input: { id: string; format: ExportFormat; split: Split },
): Promise<ExportFile> {
  const row = await loadSnapshot(context, input.id);
  const { name, rows } = (row.manifest as SnapshotManifest).files?.[input.split] ?? {
    name: `${input.split}.jsonl`,
    rows: 0,
  };
  const file = path.join(env().PAIRWRIGHT_HOME, row.directory, path.basename(name));
  await access(file).catch(() => {
    throw new DomainError("unavailable", "The snapshot's files are not in this machine's data folder.");
  });
  await checkFits(file, input.format);
  await inTransaction(context, async (tx) => {
    const userId = context.actor.kind === "user" ? context.actor.id : null;
    const id = await insertExport(tx, { snapshotId: row.id, userId, format: input.format, rows });
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "snapshot.exported",
      objectType: "export",
      objectId: id,
      projectId: row.projectId,
      details: { snapshotId: row.id, format: input.format, split: input.split, rows },
    });
  });
  const { extension, contentType } = KINDS[input.format];
  const fileName = `pairwright-${row.id.slice(0, 8)}-${input.split}.${extension}`;
  return { fileName, contentType, rows, bytes: bytesOf(file, input.format) };
}
