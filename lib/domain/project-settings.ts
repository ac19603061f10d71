/** Settings of a project, with the paper's values as defaults where it gives them ("ours" elsewhere). A round freezes a copy. */
import { z } from "zod";
import { trainingOverridesSchema } from "@/trainer/format/training-config";
import { SEQUENTIAL_TEST_DEFAULTS, type SequentialTestSettings } from "./sequential-test";

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
  /** When annotators are paused, and when they hear of the gold items that they missed. All ours. */
  annotators: z
    .object({
      /** Share of gold items right: of an annotator to be kept, and of one to be paused. */
      goldGoodShare: z.number().gt(0).lt(1).default(SEQUENTIAL_TEST_DEFAULTS.goodShare),
      goldBadShare: z.number().gt(0).lt(1).default(SEQUENTIAL_TEST_DEFAULTS.badShare),
      falsePauseRate: z.number().gt(0).max(0.5).default(SEQUENTIAL_TEST_DEFAULTS.falsePauseRate),
      falsePassRate: z.number().gt(0).max(0.5).default(SEQUENTIAL_TEST_DEFAULTS.falsePassRate),
      /** Missed gold items are explained after so many days, all of a day together, so that they cannot be spotted. */
      goldFeedbackDays: z.number().int().min(0).max(365).default(7),
      /** Share of judgements below the campaign's time floor that is put up with. */
      hasteShareMax: z.number().gt(0).lt(1).default(0.1),
      hasteFalsePauseRate: z.number().gt(0).max(0.5).default(0.00005),
    })
    .refine(({ goldBadShare, goldGoodShare }) => goldBadShare < goldGoodShare, {
      path: ["goldBadShare"],
      message: "must lie below the share of a good annotator",
    })
    .prefault({}),
  /** Which judgements reviewers see besides the flagged and the unsafe ones. Both ours. */
  review: z
    .object({
      /** Share drawn by chance, from now on; a campaign may set its own. */
      share: z.number().min(0).max(1).default(0.05),
      /** An annotator's first so many in the project. */
      firstJudgements: z.number().int().min(0).max(1000).default(10),
    })
    .prefault({}),
  publish: z
    .object({
      overlap: z.number().int().min(1).max(10).default(1),
    })
    .prefault({}),
});
export type ProjectSettings = z.infer<typeof projectSettingsSchema>;

export const sequentialSettingsOf = ({ annotators }: ProjectSettings): SequentialTestSettings => ({
  goodShare: annotators.goldGoodShare,
  badShare: annotators.goldBadShare,
  falsePauseRate: annotators.falsePauseRate,
  falsePassRate: annotators.falsePassRate,
});
