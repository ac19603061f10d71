/** hh-rlhf transcripts: {chosen, rejected}, two whole texts with "\n\nHuman:" and "\n\nAssistant:"; they share all but the last answer. Pure. */
import { z } from "zod";
import type { Message } from "@/trainer/format/pair";
import { RowError } from "../safe-json";
import {
  checkPrompt,
  guessLanguage,
  type ImportedRow,
  parseWith,
  restOf,
  VERDICT_COLUMNS,
  verdictColumnsSchema,
} from "./row";

const HUMAN = "\n\nHuman:";
const ASSISTANT = "\n\nAssistant:";
const TURN = /\n\n(Human|Assistant):/gu;

const rowSchema = z.object({ chosen: z.string(), rejected: z.string() }).extend(verdictColumnsSchema.shape);

export const isTranscript = (text: unknown): boolean => typeof text === "string" && text.startsWith(HUMAN);

/** A transcript's turns; text before the first marker is refused, white space around a turn is dropped. */
export function parseTranscript(text: string, path = "prompt"): Message[] {
  const marks = [...text.matchAll(TURN)];
  if (marks.length === 0 || marks[0]?.index !== 0)
    throw new RowError(`${path}: a transcript starts with an empty line and "Human:"`);
  return marks.map((mark, index) => ({
    role: mark[1] === "Human" ? "user" : "assistant",
    content: text.slice(mark.index + mark[0].length, marks[index + 1]?.index ?? text.length).trim(),
  }));
}

export function commonPrefixLength(left: string, right: string): number {
  let length = 0;
  while (length < left.length && length < right.length && left[length] === right[length]) length += 1;
  return length;
}

/**
 * The prompt is the common part up to the last "Assistant:" in it; what follows on each side is the response, also where it
 * holds further turns (about 0.2% of the published rows diverge early), so that no judged text is lost.
 */
export function splitTranscripts(
  chosen: string,
  rejected: string,
): { prompt: Message[]; chosen: string; rejected: string } {
  const common = chosen.slice(0, commonPrefixLength(chosen, rejected));
  const cut = common.lastIndexOf(ASSISTANT);
  if (cut === -1) throw new RowError("chosen and rejected have no common prompt that ends before an Assistant turn");
  const answersAt = cut + ASSISTANT.length;
  return {
    prompt: parseTranscript(chosen.slice(0, cut)).filter((message) => message.content !== ""),
    chosen: chosen.slice(answersAt).trim(),
    rejected: rejected.slice(answersAt).trim(),
  };
}

export function parseHhRow(row: Record<string, unknown>): ImportedRow {
  const { chosen, rejected, language, ...columns } = parseWith(rowSchema, row);
  if (!isTranscript(chosen)) throw new RowError('chosen: a transcript starts with an empty line and "Human:"');
  const split = splitTranscripts(chosen, rejected);
  return {
    kind: "verdict",
    ...columns,
    ...split,
    prompt: checkPrompt(split.prompt),
    language: language ?? guessLanguage(split.prompt),
    meta: restOf(row, ["chosen", "rejected", ...VERDICT_COLUMNS]),
  };
}
