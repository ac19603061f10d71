/** Configuration of a reward-model run; every default is the paper's value unless the comment says "ours". Source: Llama 2 section 3.2.2, A.3. */
import { z } from "zod";
import { marginTableSchema } from "./margin";
import { taskSchema } from "./pair";

/** What can do the arithmetic, the preferred first. */
export const ENGINES = ["libtorch", "onnx", "webgpu", "tensorflow", "wasm"] as const;
export const ENGINE_NAMES = ["auto", ...ENGINES] as const;

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

export const trainingConfigSchema = z.strictObject({
  task: taskSchema,
  engine: z.enum(ENGINE_NAMES).default("auto"),
  seed: z.number().int().nonnegative().default(1),
  epochs: z.number().positive().default(1),
  /** Pairs per optimizer step, reached by accumulating micro-batches. */
  pairsPerStep: z.number().int().positive().default(512),
  pairsPerMicroBatch: z.number().int().positive().default(1),
  /** Rows longer than this lose tokens at the prompt's start, so that the answer and the last turn stay. Ours. */
  tokensPerRowMax: z.number().int().positive().default(512),
  learningRateMax: z.number().positive().default(1e-5),
  ...optimizerFields,
  /** Table 27; `small` has the best average in Table 28. */
  marginTable: marginTableSchema.default("small"),
  /** Weight of the safety auxiliary loss (formula and weight are ours: the paper gives neither). Used for task = safety only. */
  safetyAuxiliaryWeight: z.number().nonnegative().default(0.5),
  /** Share of the training pairs drawn from the other task and open sources; null = the paper's mix (0.5 helpfulness, 0.1 safety). */
  otherShare: z.number().min(0).max(1).nullable().default(null),
  evaluateEverySteps: z.number().int().positive().nullable().default(null),
  checkpointEverySteps: z.number().int().positive().default(50),
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
});
export type TrainingMetric = z.infer<typeof trainingMetricSchema>;
