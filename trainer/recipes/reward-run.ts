/** Everything of a reward-model run before its first step: settings, data, base model, engine, estimate, and what an earlier call left. */
import type { LoadedModel } from "../core/checkpoint-directory";
import { disposeModel, REWARD_HEAD } from "../core/model/parameters";
import { windowNote } from "../core/model-config";
import { createOptimizer, type OptimizerState } from "../core/optimizer";
import { type ChatTokenizer, createTokenizer } from "../data/tokenizer";
import { checkTrainable, chooseEngine, type Engine } from "../engines";
import { matmulGflopsOf } from "../engines/matmul-speed";
import { type TrainingConfig, trainingConfigSchema } from "../format/training-config";
import { type Checkpoint, loadCheckpoint, removeLeftovers } from "./checkpoints";
import { TrainingDataError } from "./errors";
import { type EstimateInput, estimateTraining, type TrainingEstimate } from "./estimate";
import { wantsBest } from "./evaluation-state";
import { describeEstimate, memoryProblem, type NotEnoughMemoryError } from "./memory-check";
import { planSteps } from "./micro-batches";
import { loadWholeModel } from "./probe-directory";
import {
  type DataSource,
  loadHeldout,
  loadSources,
  type PairFile,
  prepareTrainingSet,
  type TrainingPair,
  type TrainingSet,
} from "./reward-data";
import {
  fingerprintOf,
  fingerprintTensors,
  isFinished,
  openRunDirectory,
  type RunPaths,
  rewindMetrics,
  runPaths,
  writeJson,
} from "./run-directory";
import { createTrainedModel, type TrainedModel } from "./trained-model";
import { workOf } from "./training-flops";

export interface RewardRunOptions {
  /** Checked and completed with `trainingConfigSchema`; only `task` is required. */
  config: { task: TrainingConfig["task"] } & Partial<TrainingConfig>;
  /** A snapshot directory (its `train` split), a JSONL file of pairs, or several of either with names for `sourceWeights`. */
  data: string | readonly DataSource[];
  /** Pairs to evaluate on; without it, the held-out split of the snapshots among the data. */
  heldout?: string | undefined;
  /** A Hugging Face directory or a GGUF file. */
  baseModel: string;
  /** Starts even where the estimate says that memory will not do. */
  force?: boolean;
  /** What was chosen and found, as sentences. */
  onNote?: (note: string) => void;
}

export interface PreparedRun {
  config: TrainingConfig;
  data: PairFile;
  heldout: PairFile | null;
  base: LoadedModel;
  tokenizer: ChatTokenizer;
  set: TrainingSet;
  /** The pairs of every optimizer step. */
  steps: TrainingPair[][];
  engine: Engine;
  tokensPerMicroBatch: number;
  estimate: TrainingEstimate;
  /** Why the run should not start, where memory will not do. */
  memoryProblem: NotEnoughMemoryError | null;
}

/** Errors: TrainingDataError naming the field. */
export function parseTrainingConfig(config: RewardRunOptions["config"]): TrainingConfig {
  const parsed = trainingConfigSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new TrainingDataError(`training configuration: ${issue?.path.join(".") || "(whole)"}: ${issue?.message}`);
}

/** Early stop and the best model need something to judge by. */
function checkEvaluation(config: TrainingConfig, heldout: PairFile | null): void {
  if (!wantsBest(config)) return;
  const what = config.keepBest ? "keepBest" : "earlyStopPatience";
  if (config.evaluateEverySteps === null)
    throw new TrainingDataError(`${what} needs evaluateEverySteps: without evaluations no model is the best`);
  if (!heldout?.pairs.some((pair) => pair.task === config.task))
    throw new TrainingDataError(
      `${what} needs held-out pairs of the task ${config.task}: ${heldout ? `${heldout.file} has none` : "give a snapshot, or a held-out file"}`,
    );
}

/** What the estimate and the metrics count of a pair. */
export function pairWork({ chosenIds, rejectedIds, tokens }: TrainingPair) {
  const shared = chosenIds.length + rejectedIds.length - tokens;
  return workOf({ shared, branches: [chosenIds.length - shared, rejectedIds.length - shared] });
}

/** Estimates the run, tells `note` of it, and says what is wrong where it will not fit. */
export async function estimateRun(
  run: Pick<PreparedRun, "base" | "config" | "set" | "steps" | "tokensPerMicroBatch" | "engine">,
  note: (sentence: string) => void,
): Promise<Pick<PreparedRun, "estimate" | "memoryProblem">> {
  const { base, config, set, steps, tokensPerMicroBatch, engine } = run;
  const input: EstimateInput = {
    config: base.config,
    head: "reward",
    settings: config,
    work: set.pairs.map(pairWork),
    itemsTotal: steps.reduce((sum, step) => sum + step.length, 0),
    stepsTotal: steps.length,
    tokensPerMicroBatch,
    engine: engine.name,
    matmulGflops: await matmulGflopsOf(`${engine.name} ${config.precision}`),
  };
  const estimate = estimateTraining(input);
  for (const sentence of describeEstimate(estimate, "pair")) note(sentence);
  return { estimate, memoryProblem: memoryProblem(engine, input, estimate) };
}

/** Reads, checks, chooses and estimates; writes nothing. Errors: as `trainReward`. */
export async function prepareRewardRun(options: RewardRunOptions): Promise<PreparedRun> {
  const note = options.onNote ?? (() => {});
  const config = parseTrainingConfig(options.config);
  if (config.method === "probe")
    throw new TrainingDataError(
      "method probe has no training steps: trainProbe (`train-reward --method probe`) fits it",
    );
  const data = await loadSources(options.data, "train");
  const heldout = await loadHeldout(options.data, options.heldout);
  checkEvaluation(config, heldout);
  const base = await loadWholeModel(options.baseModel);
  const tokenizer = createTokenizer(base.tokenizerFiles);
  const set = prepareTrainingSet(data, config, tokenizer, base.config.positionsMax);
  const limit = windowNote(base.config);
  for (const sentence of limit === null ? set.notes : [limit, ...set.notes]) note(sentence);
  const { engine, reason } = await chooseEngine(config.engine, { precision: config.precision, onNote: note });
  note(`engine ${reason}`);
  const tokensPerMicroBatch = Math.min(
    config.tokensPerMicroBatch ?? engine.tokensPerMicroBatch,
    engine.tokensPerMicroBatchMax ?? Number.POSITIVE_INFINITY,
  );
  const steps = planSteps(set.pairs, { ...config, itemsPerStep: config.pairsPerStep });
  const partial = { config, base, set, steps, engine, tokensPerMicroBatch };
  const estimated = await estimateRun(partial, note);
  checkTrainable(engine, estimated.estimate.trainableParameters);
  return { ...partial, data, heldout, tokenizer, ...estimated };
}

/** Everything that decides the weights. Where the run is written and how often it is saved or merely judged do not. */
function fingerprintRun({ config, engine, data, heldout, base, tokensPerMicroBatch }: PreparedRun): string {
  const {
    checkpointEverySteps: _saving,
    checkpointsKept: _kept,
    engine: _asked,
    evaluateEverySteps,
    ...deciding
  } = config;
  const { name, precision } = engine.describe();
  const judged = wantsBest(config) ? { evaluateEverySteps, heldout: heldout?.sha256 } : null;
  const parts = { data: data.sha256, base: fingerprintTensors(base.tensors), judged, tokensPerMicroBatch };
  return fingerprintOf({ deciding, engine: { name, precision }, ...parts });
}

export interface OpenRun extends PreparedRun, TrainedModel {
  /** An earlier call already finished this very run. */
  finished: boolean;
  optimizer: OptimizerState;
  saved: Pick<Checkpoint, "evaluation" | "unjudged"> | null;
  paths: RunPaths;
  fingerprint: string;
  /** As the run was given it. */
  baseModel: string;
}

function runRecord(run: PreparedRun, options: RewardRunOptions, fingerprint: string) {
  const { config, data, set, base, tokenizer, steps, engine, estimate } = run;
  const { mix, truncated, findings } = set;
  return {
    format: "pairwright.run/1",
    kind: "reward",
    config,
    engine: engine.describe(),
    data: { source: options.data, sha256: data.sha256, pairs: set.pairs.length, truncated, ...findings, mix },
    baseModel: {
      source: options.baseModel,
      fingerprint: fingerprintTensors(base.tensors),
      newHead: !base.tensors.has(REWARD_HEAD),
      templateHash: tokenizer.templateHash,
    },
    estimate,
    stepsTotal: steps.length,
    fingerprint,
  };
}

/** Prepares, then opens the output directory and puts model and optimizer on the engine, where an earlier call left them. */
export async function openRewardRun(
  options: RewardRunOptions & { outDirectory: string; resume?: boolean },
): Promise<OpenRun> {
  const resume = options.resume ?? false;
  const prepared = await prepareRewardRun(options);
  if (prepared.memoryProblem !== null && !options.force) throw prepared.memoryProblem;
  const { config, base } = prepared;
  const paths = runPaths(options.outDirectory);
  const fingerprint = fingerprintRun(prepared);
  await openRunDirectory(paths, resume);
  const finished = resume && (await isFinished(paths, fingerprint));
  if (resume) await removeLeftovers(paths.root);
  const saved = resume ? await loadCheckpoint(paths.root, fingerprint) : null;
  if (saved && !finished) options.onNote?.(`resuming after step ${saved.step}`);
  const built = createTrainedModel(base, "reward", config, saved?.model ?? null);
  try {
    const state = saved ? { step: saved.step, tensors: saved.optimizer } : undefined;
    const optimizer = createOptimizer(built.trained, state);
    if (!finished) {
      await rewindMetrics(paths, saved?.unjudged ? optimizer.step - 1 : optimizer.step);
      await writeJson(paths.run, runRecord(prepared, options, fingerprint));
    }
    // The engine holds the weights now; the host's copy is as large again.
    base.tensors.clear();
    const left = saved && { evaluation: saved.evaluation, unjudged: saved.unjudged };
    return {
      ...prepared,
      ...built,
      finished,
      optimizer,
      saved: left,
      paths,
      fingerprint,
      baseModel: options.baseModel,
    };
  } catch (cause) {
    disposeModel(built.model);
    throw cause;
  }
}
