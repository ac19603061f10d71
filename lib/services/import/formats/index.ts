/** The import formats by name, and the guess from the first row. */
import { isTranscript, parseHhRow } from "./hh";
import { parseOwnRow } from "./own";
import type { ImportedRow } from "./row";
import { parseTrlRow } from "./trl";

export const IMPORT_FORMATS = ["jsonl", "trl", "hh"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

export const ROW_PARSERS: Record<ImportFormat, (row: Record<string, unknown>) => ImportedRow> = {
  jsonl: parseOwnRow,
  trl: parseTrlRow,
  hh: parseHhRow,
};

/**
 * hh-rlhf when both sides are transcripts and nothing else says the prompt; our own when the row has what only ours has
 * (a text answer below a message-list prompt, `responses`, or a prompt alone); TRL otherwise.
 */
export function detectFormat(row: Record<string, unknown>): ImportFormat {
  if (!("chosen" in row) && !("rejected" in row)) return "jsonl";
  if (!("prompt" in row) && isTranscript(row.chosen) && isTranscript(row.rejected)) return "hh";
  return Array.isArray(row.prompt) && typeof row.chosen === "string" ? "jsonl" : "trl";
}
