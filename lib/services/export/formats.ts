/** One pair -> one line of each text format. Pure. What other tools ignore rides along as extra columns, so that a re-import loses nothing. */
import { marginOf } from "@/trainer/format/margin";
import type { Message, PreferencePair } from "@/trainer/format/pair";

/** A pair that a format cannot hold; names the pair. */
export class FormatFitError extends Error {
  override name = "FormatFitError";
}

/** Columns that every tabular format shares, in order. */
export const COLUMNS = [
  "id",
  "prompt",
  "chosen",
  "rejected",
  "strength",
  "safety",
  "task",
  "source",
  "margin",
  "meta",
] as const;
export type ExportRow = Record<(typeof COLUMNS)[number], string | number | null>;

/** TRL's `margin`, from the table `small` (Llama 2, Table 28); 0 when the source gave no strength. */
export const margin = (pair: PreferencePair): number => marginOf("small", pair.strength);

const extras = ({ id, strength, safety, task, source }: PreferencePair) => ({ id, strength, safety, task, source });

export const languageOf = (pair: PreferencePair): string => String(pair.meta?.language ?? "en");

/** TRL preference, explicit and conversational. */
export function trlLine(pair: PreferencePair): string {
  const answer = (content: string): Message[] => [{ role: "assistant", content }];
  const { prompt, chosen, rejected } = pair;
  return `${JSON.stringify({ prompt, chosen: answer(chosen), rejected: answer(rejected), margin: margin(pair), ...extras(pair), language: languageOf(pair) })}\n`;
}

const MARKERS = { user: "\n\nHuman: ", assistant: "\n\nAssistant: " } as const;
const MARKER = /\n\n(?:Human|Assistant):/u;

/** hh-rlhf transcripts know two roles: a system message, or a turn that itself looks like a transcript, does not fit. */
export function hhLine(pair: PreferencePair): string {
  const turns = pair.prompt.map(({ role, content }, index) => {
    if (role === "system")
      throw new FormatFitError(
        `pair ${pair.id} has a system message, which hh-rlhf transcripts cannot hold; export it as trl`,
      );
    if (MARKER.test(`\n\n${content}`))
      throw new FormatFitError(
        `pair ${pair.id}: prompt.${index} holds "Human:" or "Assistant:" as a paragraph of its own; export it as trl`,
      );
    return `${MARKERS[role]}${content}`;
  });
  const start = `${turns.join("")}${MARKERS.assistant}`;
  const { id, strength, safety, task, source } = extras(pair);
  return `${JSON.stringify({ chosen: `${start}${pair.chosen}`, rejected: `${start}${pair.rejected}`, id, strength, safety, task, source, language: languageOf(pair) })}\n`;
}

/** Prompt and meta as JSON texts, for formats with flat columns. */
export function flatRow(pair: PreferencePair): ExportRow {
  const { id, prompt, chosen, rejected, strength, safety, task, source } = pair;
  return {
    id,
    prompt: JSON.stringify(prompt),
    chosen,
    rejected,
    strength,
    safety,
    task,
    source,
    margin: margin(pair),
    meta: JSON.stringify(pair.meta ?? {}),
  };
}

const GUARDED = "=+-@\t\r\n\u0000'＝＋－＠";

/**
 * One CSV cell: RFC 4180 quoting, and a leading apostrophe where a spreadsheet would take the cell for a formula (ASVS 1.2.10).
 * Cells that begin with an apostrophe get one too, so that dropping one leading apostrophe gives back the text.
 */
export function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const guarded = GUARDED.includes(value.charAt(0)) && value !== "" ? `'${value}` : value;
  return `"${guarded.replaceAll('"', '""')}"`;
}

export const CSV_HEADER = `${COLUMNS.join(",")}\r\n`;
export const csvLine = (pair: PreferencePair): string => {
  const row = flatRow(pair);
  return `${COLUMNS.map((name) => csvCell(row[name])).join(",")}\r\n`;
};
