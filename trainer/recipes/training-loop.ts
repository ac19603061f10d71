/** The loop that every training recipe shares: accumulate, clip, update, judge, record, save, stop cleanly. */
import type * as tf from "@tensorflow/tfjs-core";
import { disposeAbandonedTape } from "../core/abandoned-tape";
import { addGradients, disposeGradients, emptyGradientSum, type GradientSum } from "../core/gradients";
import type { PackedItem } from "../core/model/packing";
import { type LlamaModel, type Parameters, readVariables } from "../core/model/parameters";
import { applyAdamw, globalNorm, type OptimizerSettings, type OptimizerState, readOptimizer } from "../core/optimizer";
import { learningRateAt, type Schedule } from "../core/schedule";
import { type Engine, OutOfMemoryError } from "../engines";
import type { TrainingConfig } from "../format/training-config";
import { type Checkpoint, newestCheckpoint, saveBest, saveCheckpoint } from "./checkpoints";
import { ItemTooLargeError, TrainingDivergedError } from "./errors";
import {
  type BestSettings,
  type EvaluationState,
  type HeldoutResult,
  isStale,
  judge,
  wantsBest,
} from "./evaluation-state";
import { microBatches } from "./micro-batches";
import { appendMetric, type RunPaths } from "./run-directory";

/** What the loop itself knows after an optimizer step. */
export interface StepRecord {
  /** 1-based. */
  step: number;
  stepsTotal: number;
  /** Mean over the step. */
  loss: number;
  learningRate: number;
  /** Before clipping. */
  gradientNorm: number;
  seconds: number;
  memoryBytes: number;
  /** Groups of items that the step was computed in. */
  microBatches: number;
  /** How many of them ran out of memory and were split in two. */
  microBatchesSplit: number;
}

export type LoopItem = PackedItem & {
  /** For messages. */
  id: string;
  /** Of its packed row. */
  tokens: number;
};

type LoopSettings = OptimizerSettings &
  Omit<Schedule, "stepsTotal"> &
  BestSettings &
  Pick<TrainingConfig, "evaluateEverySteps" | "checkpointEverySteps" | "checkpointsKept">;

export interface TrainingLoop<Item extends LoopItem, Metric extends { step: number }> {
  engine: Engine;
  model: LlamaModel;
  /** The weights that are trained, by name. */
  trained: Parameters;
  optimizer: OptimizerState;
  settings: LoopSettings;
  /** The items of every optimizer step, in order. */
  steps: Item[][];
  /** Changed by `runTrainingLoop`: packed tokens per micro-batch, and less than that once it proved too much. */
  tokensPerMicroBatch: number;
  paths: RunPaths;
  fingerprint: string;
  evaluation: EvaluationState;
  /** A step's metric whose evaluation an earlier stop cut short. */
  unjudged: Metric | null;
  signal?: AbortSignal | undefined;
  /** Called before each micro-batch, with the number of the step and of the micro-batch in it. */
  beforeMicroBatch?: (step: number, microBatch: number) => void;
  /** A micro-batch's part of the step's mean loss. Runs inside the gradient; its tensors are freed. May be called again for a smaller group. */
  loss: (group: Item[], step: Item[]) => tf.Scalar;
  /** The group's gradients are in: what `loss` saw of it counts. */
  onComputed?: () => void;
  /** Makes the line of the metrics file, without the held-out figures. */
  metric: (record: StepRecord, step: Item[]) => Metric;
  /** Looks at the held-out items; null where there are none. Rejects with an AbortError when cancelled. */
  evaluate?: (signal: AbortSignal | undefined) => Promise<HeldoutResult | null>;
  withHeldout?: (metric: Metric, result: HeldoutResult) => Metric;
  onMetric?: ((metric: Metric) => void) | undefined;
  onNote: (note: string) => void;
}

/** Lets timers, signals and messages in: the engine's work never yields by itself. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

interface Accumulated extends GradientSum {
  microBatches: number;
  split: number;
}

function tokensOf(items: readonly LoopItem[]): number {
  return items.reduce((sum, { tokens }) => sum + tokens, 0);
}

/** After a group ran out of memory: its halves, and a smaller budget for the steps to come. Throws ItemTooLargeError for a single item. */
function splitGroup<Item extends LoopItem, Metric extends { step: number }>(
  loop: TrainingLoop<Item, Metric>,
  step: number,
  group: Item[],
  cause: OutOfMemoryError,
): [Item[], Item[]] {
  const [first] = group;
  if (first === undefined || group.length === 1)
    throw new ItemTooLargeError(step, first?.id ?? "(none)", first?.tokens ?? 0, { cause });
  const middle = Math.ceil(group.length / 2);
  const halves: [Item[], Item[]] = [group.slice(0, middle), group.slice(middle)];
  const tokens = Math.max(...halves.map(tokensOf));
  loop.tokensPerMicroBatch = Math.min(loop.tokensPerMicroBatch, tokens);
  loop.onNote(
    `step ${step}: ${group.length} items of ${tokensOf(group)} tokens do not fit in memory; going on with at most ${tokens} tokens at once`,
  );
  return halves;
}

/** Loss and gradients of a step, or null when cancelled in between (the step then never happened). */
async function computeStep<Item extends LoopItem, Metric extends { step: number }>(
  loop: TrainingLoop<Item, Metric>,
  step: number,
  items: Item[],
): Promise<Accumulated | null> {
  const sum: Accumulated = { ...emptyGradientSum(), microBatches: 0, split: 0 };
  const waiting = microBatches(items, loop.tokensPerMicroBatch);
  try {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
      await breathe();
      if (loop.signal?.aborted) {
        disposeGradients(sum);
        return null;
      }
      const current = group;
      const before = new Map(sum.gradients);
      loop.beforeMicroBatch?.(step, sum.microBatches);
      try {
        addGradients(sum, loop.trained, () => loop.loss(current, items));
      } catch (cause) {
        // Where the group is already part of some sums, computing it again would count it twice.
        const added = [...sum.gradients].some(([name, gradient]) => before.get(name) !== gradient);
        if (!(cause instanceof OutOfMemoryError) || added) throw cause;
        disposeAbandonedTape();
        waiting.unshift(...splitGroup(loop, step, current, cause));
        sum.split += 1;
        continue;
      }
      loop.onComputed?.();
      sum.microBatches += 1;
    }
  } catch (cause) {
    disposeGradients(sum);
    throw cause;
  }
  return sum;
}

async function trainStep<Item extends LoopItem, Metric extends { step: number }>(
  loop: TrainingLoop<Item, Metric>,
  step: number,
): Promise<StepRecord | null> {
  const started = performance.now();
  const sum = await computeStep(loop, step, loop.steps[step - 1] ?? []);
  if (sum === null) return null;
  try {
    const gradientNorm = globalNorm(sum.gradients);
    if (!Number.isFinite(sum.loss) || !Number.isFinite(gradientNorm)) {
      const what = Number.isFinite(sum.loss) ? "the gradient's norm" : "the loss";
      throw new TrainingDivergedError(step, what, await newestCheckpoint(loop.paths.root));
    }
    const stepsTotal = loop.steps.length;
    const learningRate = learningRateAt({ ...loop.settings, stepsTotal }, step);
    applyAdamw(loop.trained, sum.gradients, loop.optimizer, loop.settings, { learningRate, gradientNorm });
    const seconds = (performance.now() - started) / 1000;
    const memoryBytes = loop.engine.memoryBytes();
    const groups = { microBatches: sum.microBatches, microBatchesSplit: sum.split };
    return { step, stepsTotal, loss: sum.loss, learningRate, gradientNorm, seconds, memoryBytes, ...groups };
  } finally {
    disposeGradients(sum);
  }
}

type Saved<Metric> = Pick<
  TrainingLoop<never, never>,
  "trained" | "optimizer" | "fingerprint" | "paths" | "settings" | "evaluation"
> & { unjudged: Metric | null };

function checkpoint<Metric>(loop: Saved<Metric>): Promise<string> {
  const saved: Checkpoint = {
    step: loop.optimizer.step,
    fingerprint: loop.fingerprint,
    evaluation: loop.evaluation,
    unjudged: loop.unjudged as Record<string, unknown> | null,
    model: readVariables(loop.trained),
    optimizer: readOptimizer(loop.optimizer),
  };
  return saveCheckpoint(loop.paths.root, saved, loop.settings.checkpointsKept);
}

function isDue<Item extends LoopItem, Metric extends { step: number }>(
  { settings, steps, evaluate }: TrainingLoop<Item, Metric>,
  step: number,
): boolean {
  const every = settings.evaluateEverySteps;
  return evaluate !== undefined && every !== null && (step % every === 0 || step === steps.length);
}

/** Judges the step where that is due, then records its metric. False when cancelled before the judgement was there. */
async function concludeStep<Item extends LoopItem, Metric extends { step: number }>(
  loop: TrainingLoop<Item, Metric>,
  metric: Metric,
): Promise<boolean> {
  let complete = metric;
  if (isDue(loop, metric.step)) {
    loop.unjudged = metric;
    const result = await loop.evaluate?.(loop.signal).catch((cause: Error) => {
      if (loop.signal?.aborted) return "cancelled" as const;
      throw cause;
    });
    if (result === "cancelled") return false;
    if (result) {
      loop.evaluation = judge(loop.evaluation, metric.step, result, loop.settings);
      if (wantsBest(loop.settings) && loop.evaluation.best?.step === metric.step)
        await saveBest(loop.paths.root, metric.step, readVariables(loop.trained));
      complete = loop.withHeldout?.(metric, result) ?? metric;
    }
    loop.unjudged = null;
  }
  await appendMetric(loop.paths, complete);
  loop.onMetric?.(complete);
  return true;
}

export type LoopOutcome =
  | { status: "completed"; stoppedEarly: boolean; bestStep: number | null }
  | { status: "cancelled"; checkpointDirectory: string };

/** Runs the steps that are left. Throws TrainingDivergedError, ItemTooLargeError, RunDirectoryError. */
export async function runTrainingLoop<Item extends LoopItem, Metric extends { step: number }>(
  loop: TrainingLoop<Item, Metric>,
): Promise<LoopOutcome> {
  const { settings, steps } = loop;
  const cancelled = async (): Promise<LoopOutcome> => ({
    status: "cancelled",
    checkpointDirectory: await checkpoint(loop),
  });
  if (loop.unjudged !== null && !(await concludeStep(loop, loop.unjudged))) return cancelled();
  for (let step = loop.optimizer.step + 1; step <= steps.length; step += 1) {
    if (isStale(loop.evaluation, settings)) break;
    const record = await trainStep(loop, step);
    if (record === null) return cancelled();
    if (!(await concludeStep(loop, loop.metric(record, steps[step - 1] ?? [])))) return cancelled();
    if (step % settings.checkpointEverySteps === 0 && step < steps.length) await checkpoint(loop);
  }
  const stoppedEarly = loop.optimizer.step < steps.length;
  return {
    status: "completed",
    stoppedEarly,
    bestStep: wantsBest(settings) ? (loop.evaluation.best?.step ?? null) : null,
  };
}
