/** What the console's lists know: their names, what can be done to many rows at once, and why a row is left alone. */
import { z } from "zod";

export const LIST_SCREENS = [
  "items",
  "prompts",
  "comparisons",
  "audit",
  "training-runs",
  "rejection-sampling",
  "users",
] as const;
export type ListScreen = (typeof LIST_SCREENS)[number];

/** A bulk action changes at most so many rows: it is one transaction, and its rows are kept for undo. */
export const BULK_ROWS_MAX = 50_000;
/** Rows picked one by one. */
export const BULK_IDS_MAX = 5000;
export const UNDO_HOURS_MAX = 24;

export const OVERLAP_MAX = 100;
export const ITEM_ORDERS = ["last", "normal"] as const;
export type ItemOrder = (typeof ITEM_ORDERS)[number];

const LETTERS = /[\p{L}\p{N}]/gu;
const SYLLABLES = /[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * Whether a text search can be answered without reading every row: three letters make a trigram, which the index knows. Two are enough
 * in scripts that write a whole word with them (휴가, 旅行); such a word is found where it begins (db/queries/prompts.ts). Ours.
 */
export const isSearchable = (text: string): boolean =>
  (text.match(LETTERS)?.length ?? 0) >= (SYLLABLES.test(text) ? 2 : 3);

/** A language as in BCP 47, as it is stored with prompts. */
export const languageTagSchema = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$/, "not a language tag");
export const categorySchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Surrogate}]*$/u, "holds control characters");

export const itemBulkActionSchema = z.discriminatedUnion("kind", [
  /** Open items are served no more; leases under way may still be finished. */
  z.strictObject({ kind: z.literal("withdraw") }),
  /** What was withdrawn or marked unusable is served again. */
  z.strictObject({ kind: z.literal("reopen") }),
  z.strictObject({ kind: z.literal("mark_unusable") }),
  z.strictObject({ kind: z.literal("set_overlap"), overlap: z.number().int().min(1).max(OVERLAP_MAX) }),
  /** Put off until all others of their campaign are judged, or back to where chance had put them. */
  z.strictObject({ kind: z.literal("set_order"), order: z.enum(ITEM_ORDERS) }),
  /** To another campaign of the same kind and task; only items that nobody has judged yet. */
  z.strictObject({ kind: z.literal("move"), campaignId: z.uuid() }),
]);
export type ItemBulkAction = z.infer<typeof itemBulkActionSchema>;

export const promptBulkActionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("set_category"), category: categorySchema.nullable() }),
  z.strictObject({ kind: z.literal("set_language"), language: languageTagSchema }),
]);
export type PromptBulkAction = z.infer<typeof promptBulkActionSchema>;

/** Why a row stays as it is. */
export const SKIP_REASONS = [
  "same",
  "not_open",
  "not_set_aside",
  "fully_judged",
  "in_work",
  "one_judgement_only",
  "already_judged",
  "other_kind",
  "ranked",
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];
