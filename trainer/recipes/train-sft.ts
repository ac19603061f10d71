/**
 * Fine-tunes a language model on dialogues with loss masks (human answers, best-of-n answers, Ghost Attention). Source: Llama 2
 * section 3.1: cosine schedule from 2e-5, weight decay 0.1, batches of 64, loss on answers only, 2 epochs.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import type * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import { type LoadedModel, saveLanguageModelDirectory } from "../core/checkpoint-directory";
import { saveAdapterDirectory } from "../core/lora-files";
import { packedTargetLoss } from "../core/model/language-loss";
import { disposeModel, type LlamaModel, ModelError, readVariables } from "../core/model/parameters";
import { isRewardArchitecture, windowNote } from "../core/model-config";
import { createOptimizer, disposeOptimizer } from "../core/optimizer";
import { encodeWithLossMask, type SftRow, sftRowSchema, truncateMasked } from "../data/loss-mask";
import { type ChatTokenizer, createTokenizer } from "../data/tokenizer";
import { checkTrainable, chooseEngine, type Engine } from "../engines";
import { matmulGflopsOf } from "../engines/matmul-speed";
import { describeIssues, SnapshotFormatError } from "../format/snapshot";
import {
  computeFields,
  ENGINE_NAMES,
  evaluationFields,
  methodFields,
  optimizerFields,
} from "../format/training-config";
import { loadCheckpoint, removeCheckpoints, removeLeftovers } from "./checkpoints";
import { TrainingDataError } from "./errors";
import { type EstimateInput, estimateTraining } from "./estimate";
import { NO_EVALUATION } from "./evaluation-state";
import { describeEstimate, memoryProblem } from "./memory-check";
import { planSteps } from "./micro-batches";
import { loadWholeModel } from "./probe-directory";
import {
  fingerprintOf,
  fingerprintTensors,
  isFinished,
  lineageFile,
  openRunDirectory,
  rewindMetrics,
  runPaths,
  writeJson,
} from "./run-directory";
import { createTrainedModel, loraSettings, mergedWeights } from "./trained-model";
import { workOf } from "./training-flops";
import { runTrainingLoop } from "./training-loop";

/** Defaults are the paper's unless the comment says "ours". */
export const sftConfigSchema = z.strictObject({
  engine: z.enum(ENGINE_NAMES).default("auto"),
  seed: z.number().int().nonnegative().default(1),
  epochs: z.number().positive().default(2),
  rowsPerStep: z.number().int().positive().default(64),
  tokensPerRowMax: z.number().int().positive().default(4096),
  learningRateMax: z.number().positive().default(2e-5),
  /** Ours where section 3.1 says only "cosine" and "weight decay 0.1": as for reward models. */
  ...optimizerFields,
  ...methodFields,
  /** As for reward models, where a probe is one more. */
  method: z.enum(["full", "lora", "head"]).default("full"),
  ...computeFields,
  checkpointEverySteps: evaluationFields.checkpointEverySteps,
  checkpointsKept: evaluationFields.checkpointsKept,
  /** Ours, for short trials. */
  stepsMax: z.number().int().positive().nullable().default(null),
});
export type SftConfig = z.infer<typeof sftConfigSchema>;

export interface SftMetric {
  step: number;
  stepsTotal: number;
  /** Mean over the step's target tokens, natural log. */
  loss: number;
  learningRate: number;
  gradientNorm: number;
  rowsPerSecond: number;
  tokensPerSecond: number;
  memoryBytes: number;
  /** Groups of rows that the step was computed in. */
  microBatches: number;
  /** How many of them ran out of memory and were split in two. */
  microBatchesSplit: number;
}

export interface TrainSftOptions {
  config?: Partial<SftConfig>;
  /** JSONL of `{messages, lossOn}`. */
  data: string;
  baseModel: string;
  outDirectory: string;
  signal?: AbortSignal;
  resume?: boolean;
  /** Starts even where the estimate says that memory will not do. */
  force?: boolean;
  onMetric?: (metric: SftMetric) => void;
  onNote?: (note: string) => void;
}

export interface TrainSftResult {
  status: "completed" | "cancelled";
  step: number;
  stepsTotal: number;
  modelDirectory: string | null;
  checkpointDirectory: string | null;
}

/** A row ready for the model. */
interface SftItem {
  id: string;
  /** One row. */
  rows: [number[]];
  /** Positions whose next token is a target. */
  predictAt: number[];
  tokens: number;
}

/** Streams the rows of an SFT file. Errors: SnapshotFormatError with file and line. */
export async function* readSftRows(file: string): AsyncGenerator<{ row: SftRow; line: number }> {
  if (!(await stat(file).catch(() => null))?.isFile()) throw new SnapshotFormatError(file, null, "no such file");
  let line = 0;
  for await (const text of createInterface({
    input: createReadStream(file, "utf8"),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    line += 1;
    if (text.trim() === "") continue;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (cause) {
      throw new SnapshotFormatError(file, line, `not JSON: ${(cause as Error).message}`);
    }
    const parsed = sftRowSchema.safeParse(json);
    if (!parsed.success) throw new SnapshotFormatError(file, line, describeIssues(parsed.error));
    yield { row: parsed.data, line };
  }
}

async function loadItems(
  file: string,
  tokenizer: ChatTokenizer,
  tokensPerRowMax: number,
): Promise<{ items: SftItem[]; empty: number }> {
  const items: SftItem[] = [];
  let empty = 0;
  for await (const { row, line } of readSftRows(file)) {
    const { ids, mask } = truncateMasked(encodeWithLossMask(tokenizer, row), tokensPerRowMax);
    const predictAt = mask.flatMap((carries, index) => (carries === 1 && index > 0 ? [index - 1] : []));
    if (predictAt.length === 0) empty += 1;
    else items.push({ id: `line ${line}`, rows: [ids], predictAt, tokens: ids.length });
  }
  if (items.length === 0)
    throw new TrainingDataError(
      `${file}: ${empty === 0 ? "no rows to train on" : `none of its ${empty} rows has a token that carries loss`}`,
    );
  return { items, empty };
}

/** Mean cross entropy over the step's target tokens: this micro-batch's part. */
function lossOf(model: LlamaModel, group: readonly SftItem[], step: readonly SftItem[], recompute: boolean): tf.Scalar {
  const targetsInStep = step.reduce((sum, item) => sum + item.predictAt.length, 0);
  return packedTargetLoss(model, group, 1 / targetsInStep, { recompute });
}

function parseConfig(config: Partial<SftConfig> | undefined): SftConfig {
  const parsed = sftConfigSchema.safeParse(config ?? {});
  if (parsed.success) return parsed.data;
  throw new TrainingDataError(`fine-tuning configuration: ${describeIssues(parsed.error)}`);
}

/** Says what the run needs and refuses what cannot fit. */
async function checkEstimate(
  options: TrainSftOptions,
  run: { config: SftConfig; base: LoadedModel; engine: Engine; items: SftItem[]; steps: SftItem[][]; tokens: number },
): Promise<void> {
  const { config, base, engine, items, steps } = run;
  const input: EstimateInput = {
    config: base.config,
    head: "language-model",
    settings: config,
    work: items.map((item) => workOf({ shared: item.tokens, branches: [] }, true)),
    itemsTotal: steps.reduce((sum, step) => sum + step.length, 0),
    stepsTotal: steps.length,
    tokensPerMicroBatch: run.tokens,
    engine: engine.name,
    matmulGflops: await matmulGflopsOf(`${engine.name} ${config.precision}`),
  };
  const estimate = estimateTraining(input);
  for (const sentence of describeEstimate(estimate, "row")) options.onNote?.(sentence);
  checkTrainable(engine, estimate.trainableParameters);
  const problem = memoryProblem(engine, input, estimate);
  if (problem !== null && !options.force) throw problem;
}

async function prepareSftRun(options: TrainSftOptions) {
  const note = options.onNote ?? (() => {});
  const config = parseConfig(options.config);
  const base: LoadedModel = await loadWholeModel(options.baseModel);
  if (isRewardArchitecture(base.config))
    throw new ModelError(`${options.baseModel} is a ${base.config.architecture}; fine-tuning needs a language model`);
  const tokenizer = createTokenizer(base.tokenizerFiles);
  const tokensPerRowMax = Math.min(config.tokensPerRowMax, base.config.positionsMax);
  const limit = windowNote(base.config);
  if (limit !== null) note(limit);
  const { items, empty } = await loadItems(options.data, tokenizer, tokensPerRowMax);
  note(`data: ${items.length} rows${empty > 0 ? `, ${empty} left out (no token carries loss)` : ""}`);
  const { engine, reason } = await chooseEngine(config.engine, { precision: config.precision, onNote: note });
  note(`engine ${reason}`);
  const tokensPerMicroBatch = Math.min(
    config.tokensPerMicroBatch ?? engine.tokensPerMicroBatch,
    engine.tokensPerMicroBatchMax ?? Number.POSITIVE_INFINITY,
  );
  const steps = planSteps(items, { ...config, itemsPerStep: config.rowsPerStep });
  await checkEstimate(options, { config, base, engine, items, steps, tokens: tokensPerMicroBatch });
  const { checkpointEverySteps: _saving, checkpointsKept: _kept, engine: _asked, ...deciding } = config;
  const { name, precision } = engine.describe();
  const baseFingerprint = fingerprintTensors(base.tensors);
  const parts = { items, base: baseFingerprint, tokensPerMicroBatch };
  const fingerprint = fingerprintOf({ deciding, engine: { name, precision }, ...parts });
  const record = {
    format: "pairwright.run/1",
    kind: "sft",
    config,
    engine: engine.describe(),
    data: { source: options.data, rows: items.length, empty },
    baseModel: { source: options.baseModel, fingerprint: baseFingerprint, templateHash: tokenizer.templateHash },
    stepsTotal: steps.length,
    fingerprint,
  };
  return { config, base, engine, steps, tokensPerMicroBatch, fingerprint, record };
}

async function openSftRun(options: TrainSftOptions) {
  const resume = options.resume ?? false;
  const { record, ...prepared } = await prepareSftRun(options);
  const { config, base, fingerprint } = prepared;
  const paths = runPaths(options.outDirectory);
  await openRunDirectory(paths, resume);
  const finished = resume && (await isFinished(paths, fingerprint));
  if (resume) await removeLeftovers(paths.root);
  const saved = resume ? await loadCheckpoint(paths.root, fingerprint) : null;
  if (saved && !finished) options.onNote?.(`resuming after step ${saved.step}`);
  const built = createTrainedModel(base, "language-model", config, saved?.model ?? null);
  // The engine holds the weights now; the host's copy is as large again.
  base.tensors.clear();
  const optimizer = createOptimizer(built.trained, saved ? { step: saved.step, tensors: saved.optimizer } : undefined);
  if (!finished) {
    await rewindMetrics(paths, optimizer.step);
    await writeJson(paths.run, record);
  }
  return { ...prepared, ...built, finished, optimizer, paths };
}

type SftRun = Awaited<ReturnType<typeof openSftRun>>;

/** Writes the model, and the additions beside it where such were trained. */
async function finish({ config, base, model, trained, optimizer, paths, fingerprint }: SftRun, baseModel: string) {
  const files = lineageFile(fingerprint, { kind: "sft", steps: optimizer.step });
  const tensors = readVariables(trained);
  if (config.method === "lora") {
    const { layerCount } = base.config;
    const adapter = { settings: loraSettings(config), layerCount, baseModel, head: "language-model" as const, tensors };
    await saveAdapterDirectory(paths.adapter, adapter, files);
  }
  const weights = mergedWeights({ model, trained }, config, tensors);
  await saveLanguageModelDirectory(paths.model, base.config, weights, base.tokenizerFiles, { files });
}

function loopOf(run: SftRun, options: TrainSftOptions) {
  return runTrainingLoop<SftItem, SftMetric>({
    ...run,
    settings: {
      ...run.config,
      evaluateEverySteps: null,
      earlyStopPatience: null,
      earlyStopGainMin: 0,
      keepBest: false,
      bestBy: "loss",
    },
    evaluation: NO_EVALUATION,
    unjudged: null,
    signal: options.signal,
    beforeMicroBatch: (step, microBatch) => Object.assign(run.moment, { step, microBatch }),
    loss: (group, step) => lossOf(run.model, group, step, run.config.recompute),
    metric: ({ seconds, ...record }, step) => ({
      ...record,
      rowsPerSecond: step.length / seconds,
      tokensPerSecond: step.reduce((sum, item) => sum + item.tokens, 0) / seconds,
    }),
    onMetric: options.onMetric,
    onNote: options.onNote ?? (() => {}),
  });
}

/** Runs (or resumes) one fine-tuning run. Errors: as `trainReward`, and LossMaskError. */
export async function trainSft(options: TrainSftOptions): Promise<TrainSftResult> {
  const run = await openSftRun(options);
  const { model, optimizer, steps, paths } = run;
  const stepsTotal = steps.length;
  try {
    if (run.finished) {
      await removeCheckpoints(paths.root);
      const done = { status: "completed", step: stepsTotal, stepsTotal } as const;
      return { ...done, modelDirectory: paths.model, checkpointDirectory: null };
    }
    const outcome = await loopOf(run, options);
    const result = { status: outcome.status, step: optimizer.step, stepsTotal };
    if (outcome.status === "cancelled")
      return { ...result, modelDirectory: null, checkpointDirectory: outcome.checkpointDirectory };
    await finish(run, options.baseModel);
    await removeCheckpoints(paths.root);
    return { ...result, modelDirectory: paths.model, checkpointDirectory: null };
  } finally {
    disposeModel(model);
    disposeOptimizer(optimizer);
  }
}
