/**
 * Fine-tunes a language model on dialogues with loss masks (human answers, best-of-n answers, Ghost Attention). Source: Llama 2
 * section 3.1: cosine schedule from 2e-5, weight decay 0.1, batches of 64, loss on answers only, 2 epochs.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import type * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import { type LoadedModel, loadModelDirectory, saveLanguageModelDirectory } from "../core/checkpoint-directory";
import { packedTargetLoss } from "../core/model/language-loss";
import {
  createModel,
  disposeModel,
  type LlamaModel,
  ModelError,
  parameterCount,
  readVariables,
} from "../core/model/parameters";
import { isRewardArchitecture } from "../core/model-config";
import { createOptimizer, disposeOptimizer } from "../core/optimizer";
import { encodeWithLossMask, type SftRow, sftRowSchema, truncateMasked } from "../data/loss-mask";
import { type ChatTokenizer, createTokenizer } from "../data/tokenizer";
import { checkTrainable, chooseEngine } from "../engines";
import { describeIssues, SnapshotFormatError } from "../format/snapshot";
import { ENGINE_NAMES, optimizerFields } from "../format/training-config";
import { TrainingDataError } from "./errors";
import { planSteps } from "./micro-batches";
import {
  fingerprintOf,
  fingerprintTensors,
  isFinished,
  lineageFile,
  loadCheckpoint,
  openRunDirectory,
  removeCheckpoints,
  rewindMetrics,
  runPaths,
  writeJson,
} from "./run-directory";
import { runTrainingLoop } from "./training-loop";

/** Defaults are the paper's unless the comment says "ours". */
export const sftConfigSchema = z.strictObject({
  engine: z.enum(ENGINE_NAMES).default("auto"),
  seed: z.number().int().nonnegative().default(1),
  epochs: z.number().positive().default(2),
  rowsPerStep: z.number().int().positive().default(64),
  rowsPerMicroBatch: z.number().int().positive().default(1),
  tokensPerRowMax: z.number().int().positive().default(4096),
  learningRateMax: z.number().positive().default(2e-5),
  /** Ours where section 3.1 says only "cosine" and "weight decay 0.1": as for reward models. */
  ...optimizerFields,
  checkpointEverySteps: z.number().int().positive().default(50),
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
}

export interface TrainSftOptions {
  config?: Partial<SftConfig>;
  /** JSONL of `{messages, lossOn}`. */
  data: string;
  baseModel: string;
  outDirectory: string;
  signal?: AbortSignal;
  resume?: boolean;
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
  for await (const { row } of readSftRows(file)) {
    const { ids, mask } = truncateMasked(encodeWithLossMask(tokenizer, row), tokensPerRowMax);
    const predictAt = mask.flatMap((carries, index) => (carries === 1 && index > 0 ? [index - 1] : []));
    if (predictAt.length === 0) empty += 1;
    else items.push({ rows: [ids], predictAt, tokens: ids.length });
  }
  if (items.length === 0)
    throw new TrainingDataError(
      `${file}: ${empty === 0 ? "no rows to train on" : `none of its ${empty} rows has a token that carries loss`}`,
    );
  return { items, empty };
}

/** Mean cross entropy over the step's target tokens: this micro-batch's part. */
function lossOf(model: LlamaModel, group: readonly SftItem[], step: readonly SftItem[]): tf.Scalar {
  const targetsInStep = step.reduce((sum, item) => sum + item.predictAt.length, 0);
  return packedTargetLoss(model, group, 1 / targetsInStep);
}

function parseConfig(config: Partial<SftConfig> | undefined): SftConfig {
  const parsed = sftConfigSchema.safeParse(config ?? {});
  if (parsed.success) return parsed.data;
  throw new TrainingDataError(`fine-tuning configuration: ${describeIssues(parsed.error)}`);
}

async function openSftRun(options: TrainSftOptions) {
  const note = options.onNote ?? (() => {});
  const config = parseConfig(options.config);
  const paths = runPaths(options.outDirectory);
  const base: LoadedModel = await loadModelDirectory(options.baseModel);
  if (isRewardArchitecture(base.config))
    throw new ModelError(`${options.baseModel} is a ${base.config.architecture}; fine-tuning needs a language model`);
  const tokenizer = createTokenizer(base.tokenizerFiles);
  const { items, empty } = await loadItems(
    options.data,
    tokenizer,
    Math.min(config.tokensPerRowMax, base.config.positionsMax),
  );
  note(`data: ${items.length} rows${empty > 0 ? `, ${empty} left out (no token carries loss)` : ""}`);
  const { engine, reason } = await chooseEngine(config.engine);
  note(`engine ${reason}`);
  checkTrainable(engine, parameterCount(base.config, "language-model"));
  const { checkpointEverySteps: _saving, engine: _asked, ...deciding } = config;
  const { name, precision } = engine.describe();
  const baseFingerprint = fingerprintTensors(base.tensors);
  const fingerprint = fingerprintOf({ deciding, engine: { name, precision }, items, base: baseFingerprint });
  await openRunDirectory(paths, options.resume ?? false);
  const finished = (options.resume ?? false) && (await isFinished(paths, fingerprint));
  const saved = options.resume ? await loadCheckpoint(paths.root, fingerprint) : null;
  if (saved) note(`resuming after step ${saved.step}`);
  const steps = planSteps(items, { ...config, itemsPerStep: config.rowsPerStep });
  const model = createModel(base.config, saved?.model ?? base.tensors, "language-model", config.seed);
  // The engine holds the weights now; the host's copy is as large again.
  base.tensors.clear();
  const optimizer = createOptimizer(
    model.parameters,
    saved ? { step: saved.step, tensors: saved.optimizer } : undefined,
  );
  if (!finished) await rewindMetrics(paths, optimizer.step);
  await writeJson(paths.run, {
    format: "pairwright.run/1",
    kind: "sft",
    config,
    engine: engine.describe(),
    data: { source: options.data, rows: items.length, empty },
    baseModel: { source: options.baseModel, fingerprint: baseFingerprint, templateHash: tokenizer.templateHash },
    stepsTotal: steps.length,
    fingerprint,
  });
  return { finished, config, base, engine, model, optimizer, steps, paths, fingerprint };
}

/** Runs (or resumes) one fine-tuning run. Errors: as `trainReward`, and LossMaskError. */
export async function trainSft(options: TrainSftOptions): Promise<TrainSftResult> {
  const run = await openSftRun(options);
  const { config, base, model, optimizer, steps, paths } = run;
  try {
    const stepsTotal = steps.length;
    if (run.finished)
      return {
        status: "completed",
        step: stepsTotal,
        stepsTotal,
        modelDirectory: paths.model,
        checkpointDirectory: null,
      };
    const outcome = await runTrainingLoop<SftItem, SftMetric>({
      ...run,
      settings: config,
      itemsPerMicroBatch: config.rowsPerMicroBatch,
      checkpointEverySteps: config.checkpointEverySteps,
      signal: options.signal,
      loss: (group, step) => lossOf(model, group, step),
      metric: ({ seconds, ...record }, step) => ({
        ...record,
        rowsPerSecond: step.length / seconds,
        tokensPerSecond: step.reduce((sum, item) => sum + item.tokens, 0) / seconds,
      }),
      onMetric: options.onMetric,
    });
    const result = { status: outcome.status, step: optimizer.step, stepsTotal };
    if (outcome.status === "cancelled")
      return { ...result, modelDirectory: null, checkpointDirectory: outcome.checkpointDirectory };
    await saveLanguageModelDirectory(paths.model, base.config, readVariables(model.parameters), base.tokenizerFiles, {
      files: lineageFile(run.fingerprint, { kind: "sft", steps: optimizer.step }),
    });
    await removeCheckpoints(paths.root);
    return { ...result, modelDirectory: paths.model, checkpointDirectory: null };
  } finally {
    disposeModel(model);
    disposeOptimizer(optimizer);
  }
}
