/** Imports a file or folder on this machine: lines of JSON (plain or gzip), Parquet, or a zip or folder of Parquet files. */
import { createReadStream } from "node:fs";
import { mkdtemp, open, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DomainError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { type ParquetFile, parquetRows } from "./parquet";
import { type ImportInput, type ImportReport, importFrom, importRows } from "./run";
import { unpackParquet } from "./zip";

const FOLDER_DEPTH_MAX = 3;

async function firstBytes(file: string): Promise<string> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The Parquet files of a data set's folder as the hub lays it out (`data/train-00000-of-00002.parquet`), by name. */
async function folderFiles(folder: string): Promise<ParquetFile[]> {
  const names = (await readdir(folder, { recursive: true }))
    .map((name) => name.replaceAll(path.sep, "/"))
    .filter((name) => name.endsWith(".parquet") && name.split("/").length <= FOLDER_DEPTH_MAX)
    .sort();
  const files = names.map((name) => ({ path: path.join(folder, name), name }));
  if (files.length === 0) throw new DomainError("invalid", `${folder}: holds no .parquet file. Nothing was imported.`);
  return files;
}

/** What a file is, its first bytes say. `file` is trusted, its content is not. Errors: as `importFrom`. */
export async function importFile(context: ServiceContext, input: ImportInput, file: string): Promise<ImportReport> {
  if ((await stat(file)).isDirectory()) {
    const files = await folderFiles(file);
    return importFrom(context, input, () => parquetRows(files));
  }
  const magic = await firstBytes(file);
  if (magic === "PAR1") return importFrom(context, input, () => parquetRows([{ path: file, name: input.sourceName }]));
  if (magic !== "PK\u0003\u0004") return importRows(context, input, () => createReadStream(file));
  const folder = await mkdtemp(path.join(tmpdir(), "pairwright-unpacked-"));
  try {
    const files = await unpackParquet(file, folder);
    return await importFrom(context, input, () => parquetRows(files));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
