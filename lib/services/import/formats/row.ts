/** What every import format is turned into, and the checks they share. Pure. */
import { z } from "zod";
import { type Message, safetyBinSchema, strengthSchema, taskSchema } from "@/trainer/format/pair";
import { describeIssues } from "@/trainer/format/snapshot";
import { RowError } from "../safe-json";

interface Shared {
  prompt: Message[];
  /** `null`: the row does not say; the import's own task is used. */
  task: z.infer<typeof taskSchema> | null;
  language: string;
  /** Risk category and attack vector of the prompt, where the row says them. */
  category: string | null;
  attackVector: string | null;
  /** The source's other columns, kept with the item; at most 64 KiB as JSON. */
  meta: Record<string, unknown>;
}
export interface VerdictRow extends Shared {
  kind: "verdict";
  chosen: string;
  rejected: string;
  strength: z.infer<typeof strengthSchema> | null;
  safety: z.infer<typeof safetyBinSchema> | null;
}
/** Two responses without a verdict: work for annotators. */
export interface OpenRow extends Shared {
  kind: "open";
  responses: [string, string];
}
export interface PromptRow extends Shared {
  kind: "prompt";
  safetyTagged: boolean;
}
export type ImportedRow = VerdictRow | OpenRow | PromptRow;
const META_BYTES_MAX = 64 * 1024;

export function parseWith<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new RowError(describeIssues(parsed.error));
  return parsed.data;
}

/** Language of a prompt by its script: Hangul means Korean, everything else is called English unless the row says. Ours. */
export function guessLanguage(messages: readonly Message[]): string {
  return messages.some((message) => message.role === "user" && /\p{Script=Hangul}/u.test(message.content))
    ? "ko"
    : "en";
}

/** A judged prompt ends with the user's turn, holds a system message only in front, and no empty turn. */
export function checkPrompt(prompt: Message[], path = "prompt"): Message[] {
  if (prompt.length === 0) throw new RowError(`${path}: has no messages`);
  for (const [index, message] of prompt.entries()) {
    if (message.role === "system" && index > 0) throw new RowError(`${path}.${index}: a system message must be first`);
    if (message.content.trim() === "") throw new RowError(`${path}.${index}: is empty`);
  }
  if (prompt.at(-1)?.role !== "user") throw new RowError(`${path}: must end with a user message`);
  return prompt;
}

/** The columns that have no meaning here, so that they survive the trip. */
export function restOf(row: Record<string, unknown>, known: readonly string[]): Record<string, unknown> {
  const rest = Object.entries(row).filter(([key]) => !known.includes(key));
  if (rest.length === 0) return {};
  const columns = Object.fromEntries(rest);
  if (Buffer.byteLength(JSON.stringify(columns)) > META_BYTES_MAX)
    throw new RowError(`the columns besides the pair are larger than ${META_BYTES_MAX} bytes`);
  return columns;
}

/** Risk category or attack vector; absent, null and empty all mean none. */
export const labelSchema = z
  .string()
  .trim()
  .max(100)
  .nullish()
  .transform((value) => value || null);

const foreignLabelSchema = labelSchema.catch(null);

/** Our own columns that exports of other formats carry along; a foreign column of that name and another type is an error. */
export const verdictColumnsSchema = z.object({
  task: taskSchema.nullish().transform((value) => value ?? null),
  strength: strengthSchema.nullish().transform((value) => value ?? null),
  safety: safetyBinSchema.nullish().transform((value) => value ?? null),
  language: z.string().min(2).max(35).nullish(),
  category: foreignLabelSchema,
  attackVector: foreignLabelSchema,
});
/** Kept nowhere else. The labels stay among the other columns too: a foreign column of that name may mean something else. */
export const VERDICT_COLUMNS = ["task", "strength", "safety", "language"] as const;
