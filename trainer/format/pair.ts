/**
 * The vocabulary of a preference pair, shared by the annotation platform and the trainer.
 * Source: Llama 2 (arXiv 2307.09288) section 3.2.1 and appendix A.3. No tensors and no I/O here.
 */
import { z } from "zod";

/** The 4-point answer to "how much better", from most to least decided. `negligibly_better` means "negligibly better or unsure". */
export const STRENGTHS = ["significantly_better", "better", "slightly_better", "negligibly_better"] as const;
export const strengthSchema = z.enum(STRENGTHS);
export type Strength = z.infer<typeof strengthSchema>;

/** The three safety bins that training uses. The fourth combination (chosen unsafe, other safe) never reaches a snapshot. */
export const SAFETY_BINS = ["preferred_safe", "both_safe", "both_unsafe"] as const;
export const safetyBinSchema = z.enum(SAFETY_BINS);
export type SafetyBin = z.infer<typeof safetyBinSchema>;

export const TASKS = ["helpfulness", "safety"] as const;
export const taskSchema = z.enum(TASKS);
export type Task = z.infer<typeof taskSchema>;

export const ROLES = ["system", "user", "assistant"] as const;
export const messageSchema = z.strictObject({ role: z.enum(ROLES), content: z.string() });
export type Message = z.infer<typeof messageSchema>;

/** One judged pair: the whole dialogue before the response, and the two responses as text. */
export const preferencePairSchema = z.strictObject({
  id: z.string().min(1),
  prompt: z.array(messageSchema).min(1),
  chosen: z.string(),
  rejected: z.string(),
  /** `null` when the source gave no strength (for example hh-rlhf); such a pair has margin 0. */
  strength: strengthSchema.nullable(),
  safety: safetyBinSchema.nullable(),
  task: taskSchema,
  /** Where the pair was judged: our annotators or an imported open-source set. The data mixes need it (paper section 3.2.2). */
  source: z.enum(["annotator", "import"]),
  /** Free columns that trainers ignore: ids of policies, round, guideline version, hashed annotator. */
  meta: z.record(z.string(), z.unknown()).optional(),
});
export type PreferencePair = z.infer<typeof preferencePairSchema>;
