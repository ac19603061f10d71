/**
 * Trains a reward model: pairs and a base model in, a `*ForSequenceClassification` directory out. Source: Llama 2 section 3.2.2.
 * The same data, settings, base model and engine give the same weights; an interrupted run resumes bit-exactly on CPU.
 */
import * as tf from "@tensorflow/tfjs-core";
import { saveRewardModelDirectory } from "../core/checkpoint-directory";
import { saveAdapterDirectory } from "../core/lora-files";
import { logSigmoidOf, rankingLossOf, rewardLoss } from "../core/losses";
import { disposeModel, readVariables } from "../core/model/parameters";
import { pairRewards } from "../core/model/reward-pairs";
import { disposeOptimizer } from "../core/optimizer";
import type { TrainingMetric } from "../format/training-config";
import { loadBest, removeCheckpoints } from "./checkpoints";
import { type HeldoutResult, NO_EVALUATION } from "./evaluation-state";
import { type TrainingPair, usesSafetyLoss } from "./reward-data";
import { type OpenRun, openRewardRun, pairWork, prepareRewardRun, type RewardRunOptions } from "./reward-run";
import { lineageFile } from "./run-directory";
import { accuracyOf, scorePairs } from "./score-pairs";
import { loraSettings, mergedWeights } from "./trained-model";
import { addWork, NO_WORK, trainingFlops } from "./training-flops";
import { runTrainingLoop, type StepRecord } from "./training-loop";

export interface TrainRewardOptions extends RewardRunOptions {
  outDirectory: string;
  /** Aborting stops between micro-batches and leaves a checkpoint of the last whole step. */
  signal?: AbortSignal;
  /** Goes on from the newest checkpoint when there is one. */
  resume?: boolean;
  onMetric?: (metric: TrainingMetric) => void;
}

export interface TrainRewardResult {
  status: "completed" | "cancelled";
  step: number;
  stepsTotal: number;
  /** The step whose weights the model has, where the best was asked for; otherwise null (the last step's). */
  bestStep?: number | null;
  /** The finished model, or null when cancelled. */
  modelDirectory: string | null;
  /** LoRA's additions beside it, in PEFT's layout. */
  adapterDirectory?: string | null;
  /** Where to resume from, or null when completed. */
  checkpointDirectory: string | null;
}

interface PairRewards {
  pair: TrainingPair;
  chosen: number;
  rejected: number;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A micro-batch's rewards, still on the engine: reading them inside the gradient would cut the engine's work in two. */
interface UnreadRewards {
  group: TrainingPair[];
  chosen: tf.Tensor1D;
  rejected: tf.Tensor1D;
}

function disposeUnread(unread: UnreadRewards | null): void {
  if (unread) tf.dispose([unread.chosen, unread.rejected]);
}

function readRewards(unread: UnreadRewards): PairRewards[] {
  const [chosen, rejected] = [unread.chosen.dataSync(), unread.rejected.dataSync()];
  disposeUnread(unread);
  return unread.group.map((pair, index) => ({
    pair,
    chosen: chosen[index] as number,
    rejected: rejected[index] as number,
  }));
}

/** The micro-batch's loss, and its pairs' rewards, which the caller disposes of. */
function lossOf(
  { config, model }: OpenRun,
  group: TrainingPair[],
  step: TrainingPair[],
): { loss: tf.Scalar; unread: UnreadRewards } {
  const { chosen, rejected } = pairRewards(model, group, { recompute: config.recompute });
  const unread = { group, chosen: tf.keep(chosen), rejected: tf.keep(rejected) };
  const labels = step.flatMap((pair) => [pair.chosenLabel, pair.rejectedLabel]).filter((label) => label !== null);
  const loss = rewardLoss(chosen, rejected, group, {
    pairsInStep: step.length,
    labelsInStep: labels.length,
    safetyAuxiliaryWeight: usesSafetyLoss(config) ? config.safetyAuxiliaryWeight : 0,
    centering: config.centeringWeight,
    labelSmoothing: config.labelSmoothing,
  });
  return { loss, unread };
}

/** The safety term alone, without its weight; null where no bin tells. */
function safetyLossOf(rewards: readonly PairRewards[]): number | null {
  const terms = rewards.flatMap(({ chosen, rejected, pair }) => [
    ...(pair.chosenLabel === null ? [] : [-logSigmoidOf(pair.chosenLabel === 1 ? chosen : -chosen)]),
    ...(pair.rejectedLabel === null ? [] : [-logSigmoidOf(pair.rejectedLabel === 1 ? rejected : -rejected)]),
  ]);
  return terms.length === 0 ? null : mean(terms);
}

async function evaluateHeldout(run: OpenRun, signal: AbortSignal | undefined): Promise<HeldoutResult | null> {
  const { config, base, heldout, model, engine, tokenizer } = run;
  const pairs = heldout?.pairs.filter((pair) => pair.task === config.task) ?? [];
  if (pairs.length === 0) return null;
  const tokensPerRowMax = Math.min(config.tokensPerRowMax, base.config.positionsMax);
  const scored = await scorePairs({ model, engine, tokenizer, tokensPerRowMax }, pairs, undefined, signal);
  const gaps = scored.map(({ rewardChosen, rewardRejected }) => rewardChosen - rewardRejected);
  return { accuracy: accuracyOf(gaps), loss: mean(gaps.map((gap) => -logSigmoidOf(gap))) };
}

/** Useful arithmetic of the step over what the engine's matrix products could have done in its time. */
function mfuOf({ config, base, estimate }: OpenRun, step: readonly TrainingPair[], seconds: number): number | null {
  if (estimate.matmulGflops === null) return null;
  const work = step.map(pairWork).reduce(addWork, NO_WORK);
  return trainingFlops(base.config, work, config).useful / seconds / (estimate.matmulGflops * 1e9);
}

function metricOf(
  run: OpenRun,
  record: StepRecord,
  step: readonly TrainingPair[],
  rewards: readonly PairRewards[],
): TrainingMetric {
  const { config } = run;
  const { seconds, ...rest } = record;
  const margins = rewards.map(({ chosen, rejected }) => chosen - rejected);
  return {
    ...rest,
    rankingLoss: mean(
      rewards.map(({ chosen, rejected, pair }) => rankingLossOf(chosen - rejected, pair, config.labelSmoothing)),
    ),
    safetyLoss: usesSafetyLoss(config) ? safetyLossOf(rewards) : null,
    accuracy: accuracyOf(margins),
    rewardMargin: mean(margins),
    pairsPerSecond: step.length / seconds,
    tokensPerSecond: step.reduce((total, pair) => total + pair.tokens, 0) / seconds,
    heldoutAccuracy: null,
    heldoutLoss: null,
    mfu: mfuOf(run, step, seconds),
  };
}

/** Writes the model (and the additions beside it), then removes what was kept to get there. */
async function finish(run: OpenRun, bestStep: number | null): Promise<string> {
  const { config, base, model, trained, optimizer, paths, fingerprint } = run;
  const tensors = bestStep === null ? readVariables(trained) : await loadBest(paths.root, bestStep);
  const facts = { task: config.task, steps: optimizer.step, ...(bestStep === null ? {} : { bestStep }) };
  const files = lineageFile(fingerprint, facts);
  if (config.method === "lora") {
    const { layerCount } = base.config;
    const adapter = {
      settings: loraSettings(config),
      layerCount,
      baseModel: run.baseModel,
      head: "reward" as const,
      tensors,
    };
    await saveAdapterDirectory(paths.adapter, adapter, files);
  }
  const weights = mergedWeights({ model, trained }, config, tensors);
  await saveRewardModelDirectory(paths.model, base.config, weights, base.tokenizerFiles, { files });
  return paths.model;
}

function loopOf(run: OpenRun, options: TrainRewardOptions) {
  const { config, saved, moment } = run;
  let latest: UnreadRewards | null = null;
  let seen: PairRewards[] = [];
  return runTrainingLoop<TrainingPair, TrainingMetric>({
    ...run,
    settings: config,
    evaluation: saved?.evaluation ?? NO_EVALUATION,
    unjudged: (saved?.unjudged ?? null) as TrainingMetric | null,
    signal: options.signal,
    beforeMicroBatch: (step, microBatch) => Object.assign(moment, { step, microBatch }),
    loss: (group, step) => {
      disposeUnread(latest); // There only after a micro-batch that ran out of memory.
      const { loss, unread } = lossOf(run, group, step);
      latest = unread;
      return loss;
    },
    onComputed: () => {
      if (latest) seen.push(...readRewards(latest));
      latest = null;
    },
    metric: (record, step) => {
      const metric = metricOf(run, record, step, seen);
      seen = [];
      return metric;
    },
    evaluate: (signal) => evaluateHeldout(run, signal),
    withHeldout: (metric, { accuracy, loss }) => ({ ...metric, heldoutAccuracy: accuracy, heldoutLoss: loss }),
    onMetric: options.onMetric,
    onNote: options.onNote ?? (() => {}),
  });
}

/**
 * Runs (or resumes) one training run. Errors: TrainingDataError, SnapshotFormatError, CheckpointError, ChatTemplateError, ModelError,
 * EngineError (NotEnoughMemoryError), RunDirectoryError, ItemTooLargeError, TrainingDivergedError; each says what and where.
 */
export async function trainReward(options: TrainRewardOptions): Promise<TrainRewardResult> {
  if (options.config.method === "probe") return (await import("./train-probe")).trainProbe(options);
  const run = await openRewardRun(options);
  const { config, model, optimizer, paths } = run;
  const stepsTotal = run.steps.length;
  const adapterDirectory = config.method === "lora" ? paths.adapter : null;
  try {
    if (run.finished) {
      await removeCheckpoints(paths.root);
      const done = { status: "completed", step: stepsTotal, stepsTotal, bestStep: null } as const;
      return { ...done, modelDirectory: paths.model, adapterDirectory, checkpointDirectory: null };
    }
    const outcome = await loopOf(run, options);
    const result = { status: outcome.status, step: optimizer.step, stepsTotal, bestStep: null };
    if (outcome.status === "cancelled")
      return {
        ...result,
        modelDirectory: null,
        adapterDirectory: null,
        checkpointDirectory: outcome.checkpointDirectory,
      };
    const { bestStep, stoppedEarly } = outcome;
    if (stoppedEarly)
      options.onNote?.(
        `stopped early after step ${optimizer.step} of ${stepsTotal}: no gain in ${config.earlyStopPatience} evaluations`,
      );
    if (bestStep !== null) options.onNote?.(`the model is that of step ${bestStep}, the best on the held-out pairs`);
    const modelDirectory = await finish(run, bestStep);
    await removeCheckpoints(paths.root);
    return { ...result, bestStep, modelDirectory, adapterDirectory, checkpointDirectory: null };
  } finally {
    disposeModel(model);
    disposeOptimizer(optimizer);
  }
}

/** What a run would need and whether it fits, without starting it. Errors: as `trainReward`. */
export async function estimateReward(options: RewardRunOptions) {
  const probes = options.config.method === "probe";
  const { estimate, engine, memoryProblem } = probes
    ? await (await import("./train-probe")).estimateProbe(options)
    : await prepareRewardRun(options);
  return { ...estimate, engine: engine.describe(), memoryProblem: memoryProblem?.message ?? null };
}
