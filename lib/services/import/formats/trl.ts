/**
 * TRL's preference format: explicit {prompt, chosen, rejected} or implicit {chosen, rejected}, as text or as message lists, with
 * an optional numeric `margin`. A margin alone does not tell which table made it, so it is kept as a column and never turned
 * into a strength; our own exports carry `strength` beside it. Pure.
 */
import { z } from "zod";
import { type Message, messageSchema } from "@/trainer/format/pair";
import { RowError } from "../safe-json";
import { commonPrefixLength, isTranscript, parseTranscript, splitTranscripts } from "./hh";
import {
  checkPrompt,
  guessLanguage,
  type ImportedRow,
  parseWith,
  restOf,
  VERDICT_COLUMNS,
  verdictColumnsSchema,
} from "./row";

const side = z.union([z.string(), z.array(messageSchema).min(1)], {
  error: "must be a text or a list of {role, content}",
});
const rowSchema = z
  .object({ prompt: side.optional(), chosen: side, rejected: side, margin: z.number().nullish() })
  .extend(verdictColumnsSchema.shape);

interface Split {
  prompt: Message[];
  chosen: string;
  rejected: string;
}

const sameMessage = (left: Message | undefined, right: Message | undefined): boolean =>
  left !== undefined && right !== undefined && left.role === right.role && left.content === right.content;

/** The last message of each side is the answer; everything before it must be shared and belongs to the prompt. */
function splitMessages(prompt: Message[], chosen: Message[], rejected: Message[]): Split {
  let shared = 0;
  while (shared < chosen.length - 1 && sameMessage(chosen[shared], rejected[shared])) shared += 1;
  // Some sets (UltraFeedback) give the prompt apart and once more at the head of both sides.
  const repeated = prompt.length <= shared && prompt.every((message, index) => sameMessage(message, chosen[index]));
  const answers = [chosen.slice(shared), rejected.slice(shared)];
  for (const [index, answer] of answers.entries()) {
    const name = index === 0 ? "chosen" : "rejected";
    if (answer.length !== 1)
      throw new RowError(
        `${name}: must differ from the other side in its last message only, but ${answer.length} are left`,
      );
    if (answer[0]?.role !== "assistant") throw new RowError(`${name}: the last message must be the assistant's`);
  }
  return {
    prompt: [...(repeated ? [] : prompt), ...chosen.slice(0, shared)],
    chosen: answers[0]?.[0]?.content ?? "",
    rejected: answers[1]?.[0]?.content ?? "",
  };
}

/** TRL cuts where the texts start to differ; we cut at the white space before, so that no word is split. */
function splitTexts(chosen: string, rejected: string): Split {
  if (isTranscript(chosen)) return splitTranscripts(chosen, rejected);
  const common = chosen.slice(0, commonPrefixLength(chosen, rejected));
  const cut = common.search(/\s\S*$/u);
  if (cut <= 0)
    throw new RowError("chosen and rejected share no beginning, so there is no prompt; add a `prompt` column");
  return {
    prompt: [{ role: "user", content: chosen.slice(0, cut).trim() }],
    chosen: chosen.slice(cut).trim(),
    rejected: rejected.slice(cut).trim(),
  };
}

function promptMessages(prompt: string | Message[]): Message[] {
  if (typeof prompt !== "string") return prompt;
  if (!isTranscript(prompt)) return [{ role: "user", content: prompt }];
  return parseTranscript(prompt.replace(/\s*\n\nAssistant:\s*$/u, ""));
}

function split(row: z.infer<typeof rowSchema>): Split {
  const { chosen, rejected } = row;
  if (typeof chosen === "string" && typeof rejected === "string")
    return row.prompt === undefined
      ? splitTexts(chosen, rejected)
      : { prompt: promptMessages(row.prompt), chosen, rejected };
  if (typeof chosen === "string" || typeof rejected === "string")
    throw new RowError("chosen and rejected must both be texts or both be message lists");
  return splitMessages(row.prompt === undefined ? [] : promptMessages(row.prompt), chosen, rejected);
}

export function parseTrlRow(row: Record<string, unknown>): ImportedRow {
  const parsed = parseWith(rowSchema, row);
  const { task, strength, safety, language, category, attackVector } = parsed;
  const pair = split(parsed);
  return {
    kind: "verdict",
    task,
    strength,
    safety,
    category,
    attackVector,
    ...pair,
    prompt: checkPrompt(pair.prompt),
    language: language ?? guessLanguage(pair.prompt),
    meta: restOf(row, ["prompt", "chosen", "rejected", ...VERDICT_COLUMNS]),
  };
}
