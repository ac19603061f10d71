/** Our own JSONL: judged pairs (trainer/format/pair.ts), pairs to be judged {prompt, responses}, and prompts {prompt}. Pure. */
import { z } from "zod";
import { messageSchema, preferencePairSchema, taskSchema } from "@/trainer/format/pair";
import { RowError } from "../safe-json";
import { checkPrompt, guessLanguage, type ImportedRow, labelSchema, parseWith, restOf } from "./row";

const promptSchema = z.union([
  z
    .string()
    .min(1)
    .transform((content) => [{ role: "user" as const, content }]),
  z.array(messageSchema).min(1),
]);
const language = z.string().min(2).max(35).optional();
const meta = z.record(z.string(), z.unknown()).optional();
const labels = { category: labelSchema, attackVector: labelSchema };

const judgedSchema = preferencePairSchema.partial({ id: true, source: true }).extend({ language, ...labels });
const openSchema = z.strictObject({
  id: z.string().optional(),
  prompt: promptSchema,
  responses: z.tuple([z.string(), z.string()]),
  task: taskSchema.optional(),
  language,
  ...labels,
  meta,
});
const promptRowSchema = z.strictObject({
  id: z.string().optional(),
  prompt: promptSchema,
  task: taskSchema.optional(),
  language,
  category: labelSchema,
  safetyTagged: z.boolean().optional(),
  meta,
});

export function parseOwnRow(row: Record<string, unknown>): ImportedRow {
  if ("chosen" in row || "rejected" in row) {
    const pair = parseWith(judgedSchema, row);
    const { prompt, chosen, rejected, strength, safety, task } = pair;
    const own = { ...(pair.id ? { sourceId: pair.id } : {}), ...pair.meta };
    return {
      kind: "verdict",
      prompt: checkPrompt(prompt),
      chosen,
      rejected,
      strength,
      safety,
      task,
      language: pair.language ?? textIn(pair.meta, "language") ?? guessLanguage(prompt),
      category: pair.category ?? textIn(pair.meta, "category") ?? null,
      attackVector: pair.attackVector ?? textIn(pair.meta, "attackVector") ?? null,
      meta: restOf(own, []),
    };
  }
  if ("responses" in row) {
    const open = parseWith(openSchema, row);
    const [first, second] = open.responses;
    if (first === second) throw new RowError("responses: both are the same text");
    return {
      kind: "open",
      prompt: checkPrompt(open.prompt),
      responses: open.responses,
      task: open.task ?? null,
      language: open.language ?? guessLanguage(open.prompt),
      category: open.category,
      attackVector: open.attackVector,
      meta: restOf({ ...(open.id ? { sourceId: open.id } : {}), ...open.meta }, []),
    };
  }
  if (!("prompt" in row)) throw new RowError("needs `prompt` with `chosen` and `rejected`, with `responses`, or alone");
  const only = parseWith(promptRowSchema, row);
  return {
    kind: "prompt",
    prompt: checkPrompt(only.prompt),
    task: only.task ?? null,
    language: only.language ?? guessLanguage(only.prompt),
    category: only.category,
    attackVector: null,
    safetyTagged: only.safetyTagged ?? only.task === "safety",
    meta: restOf(only.meta ?? {}, []),
  };
}

const textIn = (meta: Record<string, unknown> | undefined, key: string): string | undefined =>
  typeof meta?.[key] === "string" ? meta[key] : undefined;
