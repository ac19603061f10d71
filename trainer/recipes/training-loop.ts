/** The loop that every training recipe shares: accumulate, clip, update, record, save, stop cleanly. */
import type * as tf from "@tensorflow/tfjs-core";
import { addGradients, disposeGradients, emptyGradientSum } from "../core/gradients";
import { type LlamaModel, readVariables } from "../core/model/parameters";
import { applyAdamw, globalNorm, type OptimizerSettings, type OptimizerState, readOptimizer } from "../core/optimizer";
import { learningRateAt, type Schedule } from "../core/schedule";
import type { Engine } from "../engines";
import { TrainingDivergedError } from "./errors";
import { microBatches } from "./micro-batches";
import { appendMetric, newestCheckpoint, type RunPaths, saveCheckpoint } from "./run-directory";

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
}

export interface TrainingLoop<Item extends { tokens: number }, Metric extends { step: number }> {
  engine: Engine;
  model: LlamaModel;
  optimizer: OptimizerState;
  settings: OptimizerSettings & Omit<Schedule, "stepsTotal">;
  /** The items of every optimizer step, in order. */
  steps: Item[][];
  itemsPerMicroBatch: number;
  paths: RunPaths;
  fingerprint: string;
  checkpointEverySteps: number;
  signal?: AbortSignal | undefined;
  /** A micro-batch's part of the step's mean loss. Runs inside the gradient; its tensors are freed. */
  loss: (group: Item[], step: Item[]) => tf.Scalar;
  /** Makes the line of the metrics file. */
  metric: (record: StepRecord, step: Item[]) => Metric | Promise<Metric>;
  onMetric?: ((metric: Metric) => void) | undefined;
}

/** Lets timers, signals and messages in: the engine's work never yields by itself. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Loss and gradients of a step, or null when cancelled in between (the step then never happened). */
async function computeStep<Item extends { tokens: number }, Metric extends { step: number }>(
  loop: TrainingLoop<Item, Metric>,
  items: Item[],
) {
  const sum = emptyGradientSum();
  for (const group of microBatches(items, loop.itemsPerMicroBatch, loop.engine.tokensPerMicroBatchMax)) {
    await breathe();
    if (loop.signal?.aborted) {
      disposeGradients(sum);
      return null;
    }
    addGradients(sum, loop.model.parameters, () => loop.loss(group, items));
  }
  return sum;
}

async function trainStep<Item extends { tokens: number }, Metric extends { step: number }>(
  loop: TrainingLoop<Item, Metric>,
  step: number,
): Promise<StepRecord | null> {
  const started = performance.now();
  const sum = await computeStep(loop, loop.steps[step - 1] ?? []);
  if (sum === null) return null;
  try {
    const gradientNorm = globalNorm(sum.gradients);
    if (!Number.isFinite(sum.loss) || !Number.isFinite(gradientNorm)) {
      const what = Number.isFinite(sum.loss) ? "the gradient's norm" : "the loss";
      throw new TrainingDivergedError(step, what, await newestCheckpoint(loop.paths.root));
    }
    const stepsTotal = loop.steps.length;
    const learningRate = learningRateAt({ ...loop.settings, stepsTotal }, step);
    applyAdamw(loop.model.parameters, sum.gradients, loop.optimizer, loop.settings, { learningRate, gradientNorm });
    const seconds = (performance.now() - started) / 1000;
    const memoryBytes = loop.engine.memoryBytes();
    return { step, stepsTotal, loss: sum.loss, learningRate, gradientNorm, seconds, memoryBytes };
  } finally {
    disposeGradients(sum);
  }
}

function checkpoint(
  loop: Pick<TrainingLoop<never, never>, "model" | "optimizer" | "fingerprint" | "paths">,
): Promise<string> {
  return saveCheckpoint(loop.paths.root, {
    step: loop.optimizer.step,
    fingerprint: loop.fingerprint,
    model: readVariables(loop.model.parameters),
    optimizer: readOptimizer(loop.optimizer),
  });
}

export type LoopOutcome = { status: "completed" } | { status: "cancelled"; checkpointDirectory: string };

/** Runs the steps that are left. Throws TrainingDivergedError. */
export async function runTrainingLoop<Item extends { tokens: number }, Metric extends { step: number }>(
  loop: TrainingLoop<Item, Metric>,
): Promise<LoopOutcome> {
  for (let step = loop.optimizer.step + 1; step <= loop.steps.length; step += 1) {
    const record = await trainStep(loop, step);
    if (record === null) return { status: "cancelled", checkpointDirectory: await checkpoint(loop) };
    const metric = await loop.metric(record, loop.steps[step - 1] ?? []);
    await appendMetric(loop.paths, metric);
    loop.onMetric?.(metric);
    if (step % loop.checkpointEverySteps === 0 && step < loop.steps.length) await checkpoint(loop);
  }
  return { status: "completed" };
}
