/**
 * Trains a reward model: pairs and a base model in, a `LlamaForSequenceClassification` directory out. Source: Llama 2 section 3.2.2.
 * The same data, settings, base model and engine give the same weights; an interrupted run resumes bit-exactly on CPU.
 */
import type * as tf from "@tensorflow/tfjs-core";
import { type LoadedModel, loadModelDirectory, saveRewardModelDirectory } from "../core/checkpoint-directory";
import { addGradients, disposeGradients, emptyGradientSum, type GradientSum } from "../core/gradients";
import { logSigmoidOf, rewardLoss } from "../core/losses";
import { createModel, disposeModel, type LlamaModel, REWARD_HEAD, readVariables } from "../core/model/parameters";
import { pairRewards } from "../core/model/reward-pairs";
import {
  applyAdamw,
  createOptimizer,
  disposeOptimizer,
  globalNorm,
  type OptimizerState,
  readOptimizer,
} from "../core/optimizer";
import { learningRateAt } from "../core/schedule";
import { loadTokenizer } from "../data/tokenizer";
import { chooseEngine, type Engine } from "../engines";
import { type TrainingConfig, type TrainingMetric, trainingConfigSchema } from "../format/training-config";
import { RunDirectoryError, TrainingDivergedError } from "./errors";
import {
  loadPairs,
  microBatches,
  type PairFile,
  planSteps,
  prepareTrainingSet,
  type TrainingPair,
  usesSafetyLoss,
} from "./reward-data";
import {
  appendMetric,
  fingerprintOf,
  fingerprintTensors,
  isThere,
  loadCheckpoint,
  newestCheckpoint,
  openRunDirectory,
  type RunPaths,
  removeCheckpoints,
  rewindMetrics,
  runPaths,
  saveCheckpoint,
  writeJson,
} from "./run-directory";
import { accuracyOf, scorePairs } from "./score-pairs";

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
  config: TrainingConfig;
  engine: Engine;
  model: LlamaModel;
  optimizer: OptimizerState;
  steps: TrainingPair[][];
  heldout: PairFile | null;
  options: TrainRewardOptions;
  paths: RunPaths;
  fingerprint: string;
}

/** Loss and gradients of one optimizer step, or null when the run was cancelled in between. */
interface StepOutcome {
  sum: GradientSum;
  rewards: { chosen: number; rejected: number; pair: TrainingPair }[];
}

/** Lets timers, signals and messages in: the engine's work never yields by itself. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

async function computeStep(run: Run, pairs: TrainingPair[]): Promise<StepOutcome | null> {
  const { config, engine, model, options } = run;
  const labels = pairs.flatMap((pair) => [pair.chosenLabel, pair.rejectedLabel]).filter((label) => label !== null);
  const settings = {
    pairsInStep: pairs.length,
    labelsInStep: labels.length,
    safetyAuxiliaryWeight: usesSafetyLoss(config) ? config.safetyAuxiliaryWeight : 0,
    centering: 0,
  };
  const outcome: StepOutcome = { sum: emptyGradientSum(), rewards: [] };
  for (const group of microBatches(pairs, config.pairsPerMicroBatch, engine.tokensPerMicroBatchMax)) {
    await breathe();
    if (options.signal?.aborted) {
      disposeGradients(outcome.sum);
      return null;
    }
    addGradients(outcome.sum, model.parameters, () => {
      const { chosen, rejected } = pairRewards(model, group);
      const [chosenValues, rejectedValues] = [chosen.dataSync(), rejected.dataSync()];
      group.forEach((pair, index) => {
        outcome.rewards.push({
          pair,
          chosen: chosenValues[index] as number,
          rejected: rejectedValues[index] as number,
        });
      });
      return rewardLoss(chosen, rejected, group, settings) as tf.Scalar;
    });
  }
  return outcome;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The safety term alone, on the host, for the metrics. */
function safetyLossOf(rewards: StepOutcome["rewards"]): number | null {
  const terms = rewards.flatMap(({ chosen, rejected, pair }) => [
    ...(pair.chosenLabel === null ? [] : [-logSigmoidOf(pair.chosenLabel === 1 ? chosen : -chosen)]),
    ...(pair.rejectedLabel === null ? [] : [-logSigmoidOf(pair.rejectedLabel === 1 ? rejected : -rejected)]),
  ]);
  return terms.length === 0 ? null : mean(terms);
}

/** One optimizer step; the number of the step is 1-based. Returns null when cancelled. Throws TrainingDivergedError. */
async function trainStep(run: Run, step: number): Promise<TrainingMetric | null> {
  const { config, model, optimizer } = run;
  const started = performance.now();
  const pairs = run.steps[step - 1] as TrainingPair[];
  const outcome = await computeStep(run, pairs);
  if (outcome === null) return null;
  const { sum, rewards } = outcome;
  const gradientNorm = globalNorm(sum.gradients);
  if (!Number.isFinite(sum.loss) || !Number.isFinite(gradientNorm)) {
    disposeGradients(sum);
    const what = Number.isFinite(sum.loss) ? "the gradient's norm" : "the loss";
    throw new TrainingDivergedError(step, what, await newestCheckpoint(run.paths.root));
  }
  const stepsTotal = run.steps.length;
  const learningRate = learningRateAt({ ...config, stepsTotal }, step);
  applyAdamw(model.parameters, sum.gradients, optimizer, config, { learningRate, gradientNorm });
  disposeGradients(sum);
  const seconds = (performance.now() - started) / 1000;
  const margins = rewards.map(({ chosen, rejected }) => chosen - rejected);
  return {
    step,
    stepsTotal,
    loss: sum.loss,
    rankingLoss: mean(rewards.map(({ chosen, rejected, pair }) => -logSigmoidOf(chosen - rejected - pair.margin))),
    safetyLoss: usesSafetyLoss(config) ? safetyLossOf(rewards) : null,
    accuracy: accuracyOf(margins),
    rewardMargin: mean(margins),
    learningRate,
    gradientNorm,
    pairsPerSecond: pairs.length / seconds,
    tokensPerSecond: pairs.reduce((total, pair) => total + pair.tokens, 0) / seconds,
    memoryBytes: run.engine.memoryBytes(),
    heldoutAccuracy: null,
  };
}

async function heldoutAccuracy(run: Run, base: LoadedModel): Promise<number | null> {
  if (run.heldout === null) return null;
  const pairs = run.heldout.pairs.filter((pair) => pair.task === run.config.task);
  if (pairs.length === 0) return null;
  const tokenizer = await loadTokenizer(run.options.baseModel);
  const tokensPerRowMax = Math.min(run.config.tokensPerRowMax, base.config.positionsMax);
  const scored = await scorePairs({ model: run.model, engine: run.engine, tokenizer, tokensPerRowMax }, pairs);
  return accuracyOf(scored.map(({ rewardChosen, rewardRejected }) => rewardChosen - rewardRejected));
}

function checkpoint(run: Run): Promise<string> {
  return saveCheckpoint(run.paths.root, {
    step: run.optimizer.step,
    fingerprint: run.fingerprint,
    model: readVariables(run.model.parameters),
    optimizer: readOptimizer(run.optimizer),
  });
}

async function trainSteps(run: Run, base: LoadedModel): Promise<"completed" | "cancelled"> {
  const { config, options, paths } = run;
  for (let step = run.optimizer.step + 1; step <= run.steps.length; step += 1) {
    const metric = await trainStep(run, step);
    if (metric === null) return "cancelled";
    if (config.evaluateEverySteps !== null && step % config.evaluateEverySteps === 0)
      metric.heldoutAccuracy = await heldoutAccuracy(run, base);
    await appendMetric(paths, metric);
    options.onMetric?.(metric);
    if (step % config.checkpointEverySteps === 0 && step < run.steps.length) await checkpoint(run);
  }
  return "completed";
}

function parseConfig(config: TrainRewardOptions["config"]): TrainingConfig {
  const parsed = trainingConfigSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new RunDirectoryError(`training configuration: ${issue?.path.join(".") || "(whole)"}: ${issue?.message}`);
}

/** Everything that decides the weights. Where the run is written and how often it is saved do not. */
function fingerprintRun(config: TrainingConfig, engine: Engine, data: PairFile, base: LoadedModel): string {
  const { checkpointEverySteps: _saving, evaluateEverySteps: _evaluating, engine: _asked, ...deciding } = config;
  const { name, precision } = engine.describe();
  return fingerprintOf({
    deciding,
    engine: { name, precision },
    data: data.sha256,
    base: fingerprintTensors(base.tensors),
  });
}

async function heldoutOf(options: TrainRewardOptions): Promise<PairFile | null> {
  return (await isThere(`${options.data}/manifest.json`)) ? loadPairs(options.data, "heldout") : null;
}

async function openRun(options: TrainRewardOptions, config: TrainingConfig, base: LoadedModel): Promise<Run> {
  const note = options.onNote ?? (() => {});
  const paths = runPaths(options.outDirectory);
  await openRunDirectory(paths, options.resume ?? false);
  const data = await loadPairs(options.data, "train");
  const set = prepareTrainingSet(data, config, await loadTokenizer(options.baseModel), base.config.positionsMax);
  const left = set.identical.length > 0 ? `, ${set.identical.length} left out (both responses alike)` : "";
  for (const mixNote of set.mix.notes) note(`mix: ${mixNote}`);
  note(`data: ${set.pairs.length} pairs after mixing, ${set.truncated} shortened${left}`);
  const { engine, reason } = await chooseEngine(config.engine);
  note(`engine ${reason}`);
  const fingerprint = fingerprintRun(config, engine, data, base);
  const saved = options.resume ? await loadCheckpoint(paths.root, fingerprint) : null;
  if (saved) note(`resuming after step ${saved.step}`);
  const model = createModel(base.config, saved?.model ?? base.tensors, "reward", config.seed);
  const optimizer = createOptimizer(
    model.parameters,
    saved ? { step: saved.step, tensors: saved.optimizer } : undefined,
  );
  await rewindMetrics(paths, optimizer.step);
  const steps = planSteps(set.pairs, config);
  await writeJson(paths.run, {
    format: "pairwright.run/1",
    kind: "reward",
    config,
    engine: engine.describe(),
    data: {
      source: options.data,
      sha256: data.sha256,
      pairs: set.pairs.length,
      truncated: set.truncated,
      identical: set.identical,
      mix: set.mix,
    },
    baseModel: {
      source: options.baseModel,
      fingerprint: fingerprintTensors(base.tensors),
      newHead: !base.tensors.has(REWARD_HEAD),
    },
    stepsTotal: steps.length,
    fingerprint,
  });
  return { config, engine, model, optimizer, steps, heldout: await heldoutOf(options), options, paths, fingerprint };
}

/**
 * Runs (or resumes) one training run. Errors: TrainingDataError, SnapshotFormatError, CheckpointError, ModelError, EngineError,
 * RunDirectoryError, TrainingDivergedError; each says what and where.
 */
export async function trainReward(options: TrainRewardOptions): Promise<TrainRewardResult> {
  const config = parseConfig(options.config);
  const base = await loadModelDirectory(options.baseModel);
  const run = await openRun(options, config, base);
  const { model, optimizer, paths } = run;
  try {
    const status = await trainSteps(run, base);
    const result = { status, step: optimizer.step, stepsTotal: run.steps.length };
    if (status === "cancelled") return { ...result, modelDirectory: null, checkpointDirectory: await checkpoint(run) };
    const lineage = { task: config.task, steps: optimizer.step, fingerprint: run.fingerprint };
    await saveRewardModelDirectory(paths.model, base.config, readVariables(model.parameters), base.tokenizerFiles, {
      files: new Map([["pairwright.json", `${JSON.stringify(lineage, null, 2)}\n`]]),
    });
    await removeCheckpoints(paths.root);
    return { ...result, modelDirectory: paths.model, checkpointDirectory: null };
  } finally {
    disposeModel(model);
    disposeOptimizer(optimizer);
  }
}
