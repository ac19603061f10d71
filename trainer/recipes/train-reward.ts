/**
 * Trains a reward model: pairs and a base model in, a `LlamaForSequenceClassification` directory out. Source: Llama 2 section 3.2.2.
 * The same data, settings, base model and engine give the same weights; an interrupted run resumes bit-exactly on CPU.
 */
import type * as tf from "@tensorflow/tfjs-core";
import { type LoadedModel, loadModelDirectory, saveRewardModelDirectory } from "../core/checkpoint-directory";
import { logSigmoidOf, rewardLoss } from "../core/losses";
import {
  createModel,
  disposeModel,
  type LlamaModel,
  parameterCount,
  REWARD_HEAD,
  readVariables,
} from "../core/model/parameters";
import { pairRewards } from "../core/model/reward-pairs";
import { createOptimizer, disposeOptimizer, type OptimizerState } from "../core/optimizer";
import { type ChatTokenizer, createTokenizer } from "../data/tokenizer";
import { checkTrainable, chooseEngine, type Engine } from "../engines";
import { type TrainingConfig, type TrainingMetric, trainingConfigSchema } from "../format/training-config";
import { TrainingDataError } from "./errors";
import { planSteps } from "./micro-batches";
import { loadPairs, type PairFile, prepareTrainingSet, type TrainingPair, usesSafetyLoss } from "./reward-data";
import {
  fingerprintOf,
  fingerprintTensors,
  isFinished,
  isThere,
  lineageFile,
  loadCheckpoint,
  openRunDirectory,
  type RunPaths,
  removeCheckpoints,
  rewindMetrics,
  runPaths,
  writeJson,
} from "./run-directory";
import { accuracyOf, scorePairs } from "./score-pairs";
import { runTrainingLoop, type StepRecord } from "./training-loop";

export interface TrainRewardOptions {
  /** Checked and completed with `trainingConfigSchema`; only `task` is required. */
  config: { task: TrainingConfig["task"] } & Partial<TrainingConfig>;
  /** A snapshot directory (its `train` split), or a JSONL file of pairs. */
  data: string;
  /** A Hugging Face directory or a GGUF file. */
  baseModel: string;
  outDirectory: string;
  /** Aborting stops between micro-batches and leaves a checkpoint of the last whole step. */
  signal?: AbortSignal;
  /** Goes on from the newest checkpoint when there is one. */
  resume?: boolean;
  onMetric?: (metric: TrainingMetric) => void;
  /** What was chosen and found, as sentences. */
  onNote?: (note: string) => void;
}

export interface TrainRewardResult {
  status: "completed" | "cancelled";
  step: number;
  stepsTotal: number;
  /** The finished model, or null when cancelled. */
  modelDirectory: string | null;
  /** Where to resume from, or null when completed. */
  checkpointDirectory: string | null;
}

interface Run {
  /** An earlier call already finished this very run. */
  finished: boolean;
  config: TrainingConfig;
  base: LoadedModel;
  tokenizer: ChatTokenizer;
  engine: Engine;
  model: LlamaModel;
  optimizer: OptimizerState;
  steps: TrainingPair[][];
  heldout: PairFile | null;
  paths: RunPaths;
  fingerprint: string;
}

interface PairRewards {
  pair: TrainingPair;
  chosen: number;
  rejected: number;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The micro-batch's loss; notes every pair's rewards in `seen`. */
function lossOf({ config, model }: Run, group: TrainingPair[], step: TrainingPair[], seen: PairRewards[]): tf.Scalar {
  const { chosen, rejected } = pairRewards(model, group);
  const [chosenValues, rejectedValues] = [chosen.dataSync(), rejected.dataSync()];
  group.forEach((pair, index) => {
    seen.push({ pair, chosen: chosenValues[index] as number, rejected: rejectedValues[index] as number });
  });
  const labels = step.flatMap((pair) => [pair.chosenLabel, pair.rejectedLabel]).filter((label) => label !== null);
  return rewardLoss(chosen, rejected, group, {
    pairsInStep: step.length,
    labelsInStep: labels.length,
    safetyAuxiliaryWeight: usesSafetyLoss(config) ? config.safetyAuxiliaryWeight : 0,
    centering: 0,
  });
}

/** The safety term alone, without its weight; null where no bin tells. */
function safetyLossOf(rewards: readonly PairRewards[]): number | null {
  const terms = rewards.flatMap(({ chosen, rejected, pair }) => [
    ...(pair.chosenLabel === null ? [] : [-logSigmoidOf(pair.chosenLabel === 1 ? chosen : -chosen)]),
    ...(pair.rejectedLabel === null ? [] : [-logSigmoidOf(pair.rejectedLabel === 1 ? rejected : -rejected)]),
  ]);
  return terms.length === 0 ? null : mean(terms);
}

async function heldoutAccuracy(run: Run, signal: AbortSignal | undefined): Promise<number | null> {
  const { config, base, heldout, model, engine, tokenizer } = run;
  const pairs = heldout?.pairs.filter((pair) => pair.task === config.task) ?? [];
  if (pairs.length === 0) return null;
  const tokensPerRowMax = Math.min(config.tokensPerRowMax, base.config.positionsMax);
  const scored = await scorePairs({ model, engine, tokenizer, tokensPerRowMax }, pairs, undefined, signal).catch(
    (cause) => {
      if (signal?.aborted) return null; // The loop notices the cancellation next and saves.
      throw cause;
    },
  );
  if (scored === null) return null;
  return accuracyOf(scored.map(({ rewardChosen, rewardRejected }) => rewardChosen - rewardRejected));
}

function metricOf({ config }: Run, record: StepRecord, rewards: readonly PairRewards[]): TrainingMetric {
  const { seconds, ...rest } = record;
  const margins = rewards.map(({ chosen, rejected }) => chosen - rejected);
  return {
    ...rest,
    rankingLoss: mean(rewards.map(({ chosen, rejected, pair }) => -logSigmoidOf(chosen - rejected - pair.margin))),
    safetyLoss: usesSafetyLoss(config) ? safetyLossOf(rewards) : null,
    accuracy: accuracyOf(margins),
    rewardMargin: mean(margins),
    pairsPerSecond: rewards.length / seconds,
    tokensPerSecond: rewards.reduce((total, { pair }) => total + pair.tokens, 0) / seconds,
    heldoutAccuracy: null,
  };
}

function parseConfig(config: TrainRewardOptions["config"]): TrainingConfig {
  const parsed = trainingConfigSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new TrainingDataError(`training configuration: ${issue?.path.join(".") || "(whole)"}: ${issue?.message}`);
}

/** Everything that decides the weights. Where the run is written and how often it is saved or judged do not. */
function fingerprintRun(config: TrainingConfig, engine: Engine, data: PairFile, base: LoadedModel): string {
  const { checkpointEverySteps: _saving, evaluateEverySteps: _judging, engine: _asked, ...deciding } = config;
  const { name, precision } = engine.describe();
  const parts = { data: data.sha256, base: fingerprintTensors(base.tensors) };
  return fingerprintOf({ deciding, engine: { name, precision }, ...parts });
}

async function openRun(options: TrainRewardOptions): Promise<Run> {
  const note = options.onNote ?? (() => {});
  const config = parseConfig(options.config);
  const paths = runPaths(options.outDirectory);
  const data = await loadPairs(options.data, "train");
  const heldout = (await isThere(`${options.data}/manifest.json`)) ? await loadPairs(options.data, "heldout") : null;
  const base = await loadModelDirectory(options.baseModel);
  const tokenizer = createTokenizer(base.tokenizerFiles);
  const set = prepareTrainingSet(data, config, tokenizer, base.config.positionsMax);
  for (const mixNote of set.mix.notes) note(`mix: ${mixNote}`);
  const left = set.identical.length > 0 ? `, ${set.identical.length} left out (both responses alike)` : "";
  note(`data: ${set.pairs.length} pairs after mixing, ${set.truncated} shortened${left}`);
  const { engine, reason } = await chooseEngine(config.engine);
  note(`engine ${reason}`);
  checkTrainable(engine, parameterCount(base.config, "reward"));
  const fingerprint = fingerprintRun(config, engine, data, base);
  await openRunDirectory(paths, options.resume ?? false);
  const finished = (options.resume ?? false) && (await isFinished(paths, fingerprint));
  const saved = options.resume ? await loadCheckpoint(paths.root, fingerprint) : null;
  if (saved) note(`resuming after step ${saved.step}`);
  const steps = planSteps(set.pairs, { ...config, itemsPerStep: config.pairsPerStep });
  const model = createModel(base.config, saved?.model ?? base.tensors, "reward", config.seed);
  const optimizer = createOptimizer(
    model.parameters,
    saved ? { step: saved.step, tensors: saved.optimizer } : undefined,
  );
  if (!finished) await rewindMetrics(paths, optimizer.step);
  const { mix, truncated, identical } = set;
  await writeJson(paths.run, {
    format: "pairwright.run/1",
    kind: "reward",
    config,
    engine: engine.describe(),
    data: { source: options.data, sha256: data.sha256, pairs: set.pairs.length, truncated, identical, mix },
    baseModel: {
      source: options.baseModel,
      fingerprint: fingerprintTensors(base.tensors),
      newHead: !base.tensors.has(REWARD_HEAD),
      templateHash: tokenizer.templateHash,
    },
    stepsTotal: steps.length,
    fingerprint,
  });
  // The engine holds the weights now; the host's copy is as large again.
  base.tensors.clear();
  return { finished, config, base, tokenizer, engine, model, optimizer, steps, heldout, paths, fingerprint };
}

async function finish(run: Run): Promise<string> {
  const { config, base, model, optimizer, paths, fingerprint } = run;
  await saveRewardModelDirectory(paths.model, base.config, readVariables(model.parameters), base.tokenizerFiles, {
    files: lineageFile(fingerprint, { task: config.task, steps: optimizer.step }),
  });
  await removeCheckpoints(paths.root);
  return paths.model;
}

/**
 * Runs (or resumes) one training run. Errors: TrainingDataError, SnapshotFormatError, CheckpointError, ChatTemplateError, ModelError,
 * EngineError, RunDirectoryError, TrainingDivergedError; each says what and where.
 */
export async function trainReward(options: TrainRewardOptions): Promise<TrainRewardResult> {
  const run = await openRun(options);
  const { config, model, optimizer } = run;
  let seen: PairRewards[] = [];
  try {
    const stepsTotal = run.steps.length;
    if (run.finished)
      return {
        status: "completed",
        step: stepsTotal,
        stepsTotal,
        modelDirectory: run.paths.model,
        checkpointDirectory: null,
      };
    const outcome = await runTrainingLoop<TrainingPair, TrainingMetric>({
      ...run,
      settings: config,
      itemsPerMicroBatch: config.pairsPerMicroBatch,
      checkpointEverySteps: config.checkpointEverySteps,
      signal: options.signal,
      loss: (group, step) => lossOf(run, group, step, seen),
      metric: async (record) => {
        const metric = metricOf(run, record, seen);
        seen = [];
        if (config.evaluateEverySteps !== null && record.step % config.evaluateEverySteps === 0)
          metric.heldoutAccuracy = await heldoutAccuracy(run, options.signal);
        return metric;
      },
      onMetric: options.onMetric,
    });
    const result = { status: outcome.status, step: optimizer.step, stepsTotal };
    return outcome.status === "cancelled"
      ? { ...result, modelDirectory: null, checkpointDirectory: outcome.checkpointDirectory }
      : { ...result, modelDirectory: await finish(run), checkpointDirectory: null };
  } finally {
    disposeModel(model);
    disposeOptimizer(optimizer);
  }
}
