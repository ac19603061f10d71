/** Settings of a project, with the paper's values as defaults where it gives them ("ours" elsewhere). A round freezes a copy. */
import { z } from "zod";
import { trainingOverridesSchema } from "@/trainer/format/training-config";

/** Names and defaults that the settings form shows; pages may not import the trainer themselves. */
export { MARGIN_TABLES } from "@/trainer/format/margin";
export {
  BEST_BY,
  ENGINE_NAMES,
  METHODS,
  OVERLONG_CHOICES,
  PRECISIONS,
  RANKING_LOSSES,
  trainingConfigSchema,
} from "@/trainer/format/training-config";

export const projectSettingsSchema = z.object({
  /** Share of prompts held out for ever, by prompt hash. The paper holds out 1,000 examples a batch; a share is ours. */
  heldoutShare: z.number().min(0).max(0.9).default(0.1),
  /** A round needs at least this many usable comparisons in all. Ours. */
  comparisonsMin: z.number().int().nonnegative().default(20),
  training: z
    .object({
      /** "tiny" (made from scratch), "smollm2", or a Hugging Face directory or GGUF file. */
      baseModel: z.string().min(1).default("smollm2"),
      shared: trainingOverridesSchema.default({}),
      helpfulness: trainingOverridesSchema.default({}),
      safety: trainingOverridesSchema.default({}),
    })
    .prefault({}),
  sampling: z
    .object({
      promptsPerRound: z.number().int().positive().default(50),
      candidatesPerPrompt: z.number().int().min(2).max(100).default(8),
      /** The paper found 1.2-1.3 best for 10-100 samples of an RLHF model (section 3.2.3). */
      temperature: z.number().min(0).max(5).default(1.2),
      topP: z.number().gt(0).max(1).default(0.95),
      topK: z.number().int().nonnegative().default(0),
      tokensMax: z.number().int().positive().default(256),
      seed: z.number().int().nonnegative().default(1),
    })
    .prefault({}),
  ghostAttention: z
    .object({
      dialoguesPerRound: z.number().int().nonnegative().default(10),
      turns: z.number().int().min(2).max(20).default(4),
    })
    .prefault({}),
  publish: z
    .object({
      overlap: z.number().int().min(1).max(10).default(1),
    })
    .prefault({}),
});
export type ProjectSettings = z.infer<typeof projectSettingsSchema>;
