/** What an import reads rows from: lines of JSON, or Parquet files (lib/services/import/parquet.ts). */
import type { ByteSource, LineLimits } from "./lines";
import { readLines } from "./lines";
import { parseJsonLine, RowError } from "./safe-json";

/** A row by its place in its file, from 1, or why it cannot be read. */
export type SourceRow = { line: number; value: Record<string, unknown> } | { line: number; problem: string };
/** Some rows at a time, as they come from the disk: waiting for each one by itself would cost more than parsing it. */
export type RowSource = AsyncIterable<SourceRow[]>;

export async function* jsonRows(source: ByteSource, limits: LineLimits): AsyncGenerator<SourceRow[]> {
  for await (const lines of readLines(source, limits))
    yield lines.flatMap((line): SourceRow[] => {
      if ("problem" in line) return [{ line: line.number, problem: line.problem }];
      return line.text.trim() === "" ? [] : [jsonRow(line.number, line.text)];
    });
}

function jsonRow(line: number, text: string): SourceRow {
  try {
    return { line, value: parseJsonLine(text) };
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    return { line, problem: error.message };
  }
}
