/** Configuration of a reward-model run; every default is the paper's value unless the comment says "ours". Source: Llama 2 section 3.2.2, A.3. */
import { z } from "zod";
import { marginTableSchema } from "./margin";
import { taskSchema } from "./pair";

/** What can do the arithmetic, the preferred first. */
export const ENGINES = ["libtorch", "onnx", "webgpu", "tensorflow", "wasm"] as const;
export const ENGINE_NAMES = ["auto", ...ENGINES] as const;
export const PRECISIONS = ["float32", "bfloat16"] as const;
export const METHODS = ["full", "lora", "head", "probe"] as const;
/** Names of a layer's weights, as Hugging Face and PEFT write them. */
export const LORA_TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"] as const;
export type LoraTarget = (typeof LORA_TARGETS)[number];
export const RANKING_LOSSES = ["margin", "scaled"] as const;
export const OVERLONG_CHOICES = ["truncate", "drop"] as const;
export const BEST_BY = ["accuracy", "loss"] as const;

/** Schedule and AdamW, the same for reward models and supervised fine-tuning. */
export const optimizerFields = {
  learningRateFloorShare: z.number().min(0).max(1).default(0.1),
  warmupShare: z.number().min(0).max(1).default(0.03),
  warmupStepsMin: z.number().int().nonnegative().default(5),
  beta1: z.number().min(0).max(1).default(0.9),
  beta2: z.number().min(0).max(1).default(0.95),
  epsilon: z.number().positive().default(1e-5),
  weightDecay: z.number().nonnegative().default(0.1),
  gradientClipNorm: z.number().positive().default(1),
};

/** Which weights are trained. The paper trains all; the rest is ours. */
export const methodFields = {
  /**
   * All weights; low-rank additions to the weights and the head (LoRA, arXiv 2106.09685); the head alone; or a probe: a linear head on
   * the frozen model's states at a block chosen by cross-validation, fitted without steps (reward models only).
   */
  method: z.enum(METHODS).default("full"),
  /** The embedding and so many of the lowest layers stay as they are. 0 = none of them, the embedding included. */
  frozenLayers: z.number().int().nonnegative().default(0),
  /** Rank r of the additions B A. Used for method = lora only, as the next three. */
  loraRank: z.number().int().positive().default(16),
  /** The additions are multiplied by loraAlpha / loraRank. */
  loraAlpha: z.number().positive().default(32),
  /** Share of an addition's inputs that is set to zero while training; which ones, seed, step and micro-batch decide. */
  loraDropout: z.number().min(0).lt(1).default(0),
  /** Which weights of a layer get an addition. All of them by default (as QLoRA, arXiv 2305.14314, found needed). */
  loraTargets: z
    .array(z.enum(LORA_TARGETS))
    .min(1)
    .default([...LORA_TARGETS]),
};

/** How a step is computed. None of it changes what is computed beyond rounding. */
export const computeFields = {
  /** Of matrix products; master weights, moments, head and loss stay float32. */
  precision: z.enum(PRECISIONS).default("float32"),
  /** Packed tokens computed at once; null = what the engine prefers. */
  tokensPerMicroBatch: z.number().int().positive().nullable().default(null),
  /** Keep only each layer's input and compute the rest again going back: about a third more arithmetic, far less memory. */
  recompute: z.boolean().default(false),
};

/** Looking at the held-out split, stopping early, and what is kept. Ours: the paper says only that more than one epoch overfits. */
export const evaluationFields = {
  /** Also after the last step; null = never. */
  evaluateEverySteps: z.number().int().positive().nullable().default(null),
  /** Stop after so many evaluations in a row without a gain; null = go to the end. The best model is then the result, as with `keepBest`. */
  earlyStopPatience: z.number().int().positive().nullable().default(null),
  /** What counts as a gain, in the unit of `bestBy`. */
  earlyStopGainMin: z.number().nonnegative().default(0),
  /** The result is the model of the best evaluation instead of the last step's. */
  keepBest: z.boolean().default(false),
  /** Held-out accuracy (a tie goes to the lower loss), or held-out log-loss -log sigmoid(r_chosen - r_rejected). */
  bestBy: z.enum(BEST_BY).default("accuracy"),
  checkpointEverySteps: z.number().int().positive().default(50),
  /** The newest so many checkpoints stay while the run goes on. */
  checkpointsKept: z.number().int().positive().default(2),
};

export const trainingConfigSchema = z.strictObject({
  task: taskSchema,
  engine: z.enum(ENGINE_NAMES).default("auto"),
  seed: z.number().int().nonnegative().default(1),
  epochs: z.number().positive().default(1),
  /** Pairs per optimizer step, reached by accumulating micro-batches. */
  pairsPerStep: z.number().int().positive().default(512),
  /** Rows longer than this lose tokens at the prompt's start, so that the answer and the last turn stay. Ours. */
  tokensPerRowMax: z.number().int().positive().default(512),
  learningRateMax: z.number().positive().default(1e-5),
  ...optimizerFields,
  /** Table 27; `small` has the best average in Table 28. `none` is plain Bradley-Terry. */
  marginTable: marginTableSchema.default("small"),
  /**
   * `margin`: the paper's loss, -log sigmoid(gap - m). `scaled`: m * -log sigmoid(gap) with m = 3, 2, 1 (HelpSteer2-Preference, arXiv
   * 2410.01257, which found it better than margins at 70B) and no margin; see `format/margin.ts` for what has no m there.
   */
  rankingLoss: z.enum(RANKING_LOSSES).default("margin"),
  /** Share of labels taken to be wrong: sigmoid(gap - m) is trained towards 1 - this. Ours; the paper has none. */
  labelSmoothing: z.number().min(0).lt(0.5).default(0),
  /** Weight of (r_chosen + r_rejected)^2, which keeps rewards around zero (TRL's center_rewards_coefficient; 0.01 there). Not in the paper. */
  centeringWeight: z.number().nonnegative().default(0),
  /** Weight of the safety auxiliary loss (formula and weight are ours: the paper gives neither). Used for task = safety only. */
  safetyAuxiliaryWeight: z.number().nonnegative().default(0.5),
  /** Share of the training pairs drawn from the other task and open sources; null = the paper's mix (0.5 helpfulness, 0.1 safety). */
  otherShare: z.number().min(0).max(1).nullable().default(null),
  /**
   * How often each pair of a named source is used per epoch, in place of the paper's mix: 1 = once, 0.5 = a random half, 2 = twice. A
   * source that is not named counts 1. Names: those of `--data NAME=PATH`, else a pair's `meta.source`, else "annotator" or "import". Ours.
   */
  sourceWeights: z.record(z.string().min(1), z.number().min(0).max(100)).nullable().default(null),
  /** What happens to rows over `tokensPerRowMax`: lose tokens at the prompt's start, or leave their pair out. Ours. */
  overlong: z.enum(OVERLONG_CHOICES).default("truncate"),
  ...methodFields,
  ...computeFields,
  ...evaluationFields,
  /** Stop after this many optimizer steps; null = run the whole epoch. Ours, for short trials. */
  stepsMax: z.number().int().positive().nullable().default(null),
});
export type TrainingConfig = z.infer<typeof trainingConfigSchema>;

type WithoutDefault<S> = S extends z.ZodDefault<infer Inner> ? Inner : S;
type Shape = Omit<typeof trainingConfigSchema.shape, "task">;

/**
 * Some fields of a configuration, to be laid over another one. Not `trainingConfigSchema.partial()`: that would fill
 * every absent field with its default, and so the later of two layers would undo the earlier one.
 */
export const trainingOverridesSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(trainingConfigSchema.omit({ task: true }).shape).map(([name, field]) => [
      name,
      (field instanceof z.ZodDefault ? (field.unwrap() as z.ZodType) : field).optional(),
    ]),
  ) as unknown as { [Name in keyof Shape]: z.ZodOptional<WithoutDefault<Shape[Name]>> },
);
export type TrainingOverrides = z.infer<typeof trainingOverridesSchema>;

/** One line of the metrics stream (`metrics.jsonl` and the console's live curves). Losses are means over the step's pairs. */
export const trainingMetricSchema = z.object({
  step: z.number().int().nonnegative(),
  stepsTotal: z.number().int().positive(),
  loss: z.number(),
  rankingLoss: z.number(),
  safetyLoss: z.number().nullable(),
  accuracy: z.number(),
  rewardMargin: z.number(),
  learningRate: z.number(),
  gradientNorm: z.number(),
  pairsPerSecond: z.number(),
  tokensPerSecond: z.number(),
  memoryBytes: z.number(),
  heldoutAccuracy: z.number().nullable().default(null),
  /** Mean of -log sigmoid(r_chosen - r_rejected) over the held-out pairs. */
  heldoutLoss: z.number().nullable().default(null),
  /**
   * Useful arithmetic done per second over the engine's measured matrix product speed; null where that is unknown. Each pair counts as
   * if it were alone: where several pairs share a prompt, less is computed, and this can exceed 1.
   */
  mfu: z.number().nullable().default(null),
  /** Groups of pairs that the step was computed in. */
  microBatches: z.number().int().nullable().default(null),
  /** How many of them ran out of memory and were split in two. */
  microBatchesSplit: z.number().int().default(0),
});
export type TrainingMetric = z.infer<typeof trainingMetricSchema>;
