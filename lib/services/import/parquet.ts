/** Rows of Parquet files, one row group in memory at a time. What Parquet knows beyond JSON is brought to JSON's values. */
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import {
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from "hyparquet";
import { z } from "zod";
import { DomainError } from "@/lib/errors";
import { messageSchema } from "@/trainer/format/pair";
import { checkRow, RowError } from "./safe-json";
import type { SourceRow } from "./sources";

export interface ParquetFile {
  /** Where it is on this machine. */
  path: string;
  /** What people call it; named in errors. */
  name: string;
}

/** Unpacked size of a row group, which is read as a whole, and of all files. As declared in the file. */
const GROUP_BYTES_MAX = 2 ** 30;
const BYTES_MAX = 8 * 2 ** 30;

const ROWS_AT_ONCE = 100;

/** Snappy comes with the reader. */
const compressors: Compressors = {
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
};

const damaged = (name: string, error: unknown) =>
  new DomainError(
    "invalid",
    `${name}: not a Parquet file that can be read: ${(error as Error).message}. Nothing was imported.`,
  );

/** Rows of all files in order, numbered through. Errors: DomainError `invalid` naming the file. */
export async function* parquetRows(files: readonly ParquetFile[]): AsyncGenerator<SourceRow[]> {
  let line = 0;
  let bytes = 0;
  for (const { path, name } of files) {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
      throw damaged(name, error);
    });
    const place = files.length > 1 ? `${name}: ` : "";
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      bytes += checkSize(name, group, bytes);
      const rowEnd = rowStart + Number(group.num_rows);
      const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors }).catch(
        (error: unknown) => {
          throw damaged(name, error);
        },
      );
      rowStart = rowEnd;
      for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
        const some = rows.slice(start, start + ROWS_AT_ONCE);
        yield some.map((row, index) => sourceRow(line + index + 1, place, row, metadata));
        line += some.length;
      }
    }
  }
}

function checkSize(name: string, group: FileMetaData["row_groups"][number], before: number): number {
  const size = group.columns.reduce(
    (sum, { meta_data: chunk }) => sum + Number(chunk?.total_uncompressed_size ?? 0),
    0,
  );
  if (size > GROUP_BYTES_MAX)
    throw new DomainError(
      "too_large",
      `${name}: a row group unpacks to ${size} bytes, more than ${GROUP_BYTES_MAX}; write the file with smaller row groups.`,
    );
  if (before + size > BYTES_MAX)
    throw new DomainError("too_large", `The files unpack to more than ${BYTES_MAX} bytes.`);
  return size;
}

function sourceRow(line: number, place: string, row: Record<string, unknown>, metadata: FileMetaData): SourceRow {
  try {
    const plain = jsonValue(row) as Record<string, unknown>;
    return { line, value: checkRow(metadata.created_by === "pairwright" ? ownColumns(plain) : plain) };
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    return { line, problem: `${place}${error.message}` };
  }
}

/** Columns and fields without a value are left out, as are raw bytes, which no pair holds. */
function jsonValue(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return undefined;
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, jsonValue);
  if (Array.isArray(value)) return value.map((entry) => jsonValue(entry) ?? null);
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, entry]) => [key, jsonValue(entry)] as const)
      .filter(([, entry]) => entry !== null && entry !== undefined),
  );
}

const messagesSchema = z.array(messageSchema);

function jsonIn(text: string, column: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RowError(`${column}: is not JSON`);
  }
}

/** Our own export with flat columns holds prompt and meta as JSON texts; its margin follows from the strength. */
function ownColumns(row: Record<string, unknown>): Record<string, unknown> {
  const meta = typeof row.meta === "string" ? { meta: jsonIn(row.meta, "meta") } : {};
  if (typeof row.prompt !== "string") return { ...row, ...meta };
  const prompt = messagesSchema.safeParse(jsonIn(row.prompt, "prompt"));
  if (!prompt.success) throw new RowError("prompt: is not a list of messages");
  const { margin: _, ...rest } = row;
  return { strength: null, safety: null, ...rest, prompt: prompt.data, ...meta };
}
