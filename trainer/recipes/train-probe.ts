/**
 * A reward model in minutes: a linear head on a frozen model. One forward pass gives the states at every block; block, pooling and
 * penalty are chosen by cross-validation on the training pairs alone; the head is fitted to convergence. `probe-head.ts` says how
 * ranking and safety become one reward. Ours: the paper trains all weights.
 */
import path from "node:path";
import type { LoadedModel } from "../core/checkpoint-directory";
import { createModel, disposeModel, type LlamaModel } from "../core/model/parameters";
import { createTokenizer } from "../data/tokenizer";
import type { Engine } from "../engines";
import type { EvaluationReport } from "../format/evaluation";
import type { PreferencePair } from "../format/pair";
import type { TrainingConfig, TrainingMetric } from "../format/training-config";
import { answerStarts } from "./answer-start";
import { TrainingDataError, withDiskErrors } from "./errors";
import { buildReport } from "./evaluation-report";
import {
  describeSite,
  headKindOf,
  loadWholeModel,
  type ProbeFile,
  readProbe,
  saveProbeDirectory,
} from "./probe-directory";
import { chooseProbeEngine } from "./probe-engine";
import { type ProbeFeatures, type ProbePair, probeFeatures } from "./probe-features";
import { foldsByPrompt } from "./probe-folds";
import { fitProbeHead, type ProbeHead } from "./probe-head";
import { type NestedEstimate, nestedEstimate } from "./probe-nested";
import { blocksToRead, labelledResponses, rankingData, type Targets } from "./probe-problems";
import { type Selection, selectSite } from "./probe-selection";
import type { ProbeSite } from "./probe-site";
import {
  loadHeldout,
  loadSources,
  type PairFile,
  prepareTrainingSet,
  type TrainingSet,
  usesSafetyLoss,
} from "./reward-data";
import { estimateRun, parseTrainingConfig, type RewardRunOptions } from "./reward-run";
import {
  appendMetric,
  fingerprintOf,
  fingerprintTensors,
  isFinished,
  lineageFile,
  openRunDirectory,
  rewindMetrics,
  runPaths,
  writeJson,
} from "./run-directory";
import { scorePairs } from "./score-pairs";
import type { TrainRewardOptions, TrainRewardResult } from "./train-reward";

export interface TrainProbeOptions extends TrainRewardOptions {
  /** Also estimate, by nested cross-validation, what accuracy to expect on new prompts: about three times the work of choosing. */
  nested?: boolean;
  /** What is going on and how far it is. */
  onProgress?: (what: "features" | "sites" | "nested sites" | "held-out pairs", done: number, total: number) => void;
}

export interface TrainProbeResult extends TrainRewardResult {
  /** On the held-out pairs, where there are any. */
  evaluation: EvaluationReport | null;
  nested: NestedEstimate | null;
}

const FOLDS = 5;

interface Run {
  config: TrainingConfig;
  base: LoadedModel;
  model: LlamaModel;
  engine: Engine;
  set: TrainingSet;
  /** The pairs of the set, as they were read. */
  read: PreferencePair[];
  modelFingerprint: string;
  options: TrainProbeOptions;
}

/** The set's pairs as they were read: folds go by their prompts, and answers are found in their rows. */
function pairsAsRead(set: TrainingSet, source: PairFile): PreferencePair[] {
  const known = new Map<string, PreferencePair>();
  for (const pair of source.pairs) {
    const before = known.get(pair.id);
    if (before && JSON.stringify(before) !== JSON.stringify(pair))
      throw new TrainingDataError(`${source.file}: two different pairs are called "${pair.id}"`);
    known.set(pair.id, pair);
  }
  return set.pairs.map(({ id }) => known.get(id) as PreferencePair);
}

function probePairs({ set, read, base, config }: Run): ProbePair[] {
  const tokenizer = createTokenizer(base.tokenizerFiles);
  const tokensPerRowMax = Math.min(config.tokensPerRowMax, base.config.positionsMax);
  return set.pairs.map(({ chosenIds, rejectedIds }, index) => {
    const { prompt, chosen, rejected } = read[index] as PreferencePair;
    const answers = [
      { text: chosen, ids: chosenIds },
      { text: rejected, ids: rejectedIds },
    ];
    const starts = answerStarts(tokenizer, prompt, answers, tokensPerRowMax);
    return { rows: [chosenIds, rejectedIds], answerStarts: [starts[0] as number, starts[1] as number] };
  });
}

function targetsOf({ set, read, config }: Run): Targets {
  return {
    folds: foldsByPrompt(
      read.map(({ prompt }) => prompt),
      FOLDS,
    ),
    margins: Float64Array.from(set.pairs, ({ margin }) => margin),
    weights: Float64Array.from(set.pairs, ({ weight }) => weight),
    labels: usesSafetyLoss(config) ? set.pairs.flatMap((pair) => [pair.chosenLabel, pair.rejectedLabel]) : null,
    safetyAuxiliaryWeight: config.safetyAuxiliaryWeight,
  };
}

async function readFeatures(run: Run, targets: Targets, directory: string): Promise<ProbeFeatures> {
  const { model, engine, config, options } = run;
  const pairs = probePairs(run);
  const withResponses = targets.labels?.some((label) => label !== null) ?? false;
  const { blocks, note } = blocksToRead(model.config, pairs.length, withResponses);
  if (note) options.onNote?.(note);
  let noted = false;
  return probeFeatures(pairs, {
    model,
    blocks,
    withResponses,
    tokensPerMicroBatch: config.tokensPerMicroBatch ?? engine.tokensPerMicroBatch,
    directory,
    modelFingerprint: run.modelFingerprint,
    signal: options.signal,
    onProgress: (done, total, fromDisk) => {
      if (fromDisk && !noted) options.onNote?.("features of an earlier run are used");
      noted ||= fromDisk;
      options.onProgress?.("features", done, total);
    },
  });
}

type Stage = Parameters<NonNullable<TrainProbeOptions["onProgress"]>>[0];

/** Reports progress, and lets signals in: fitting never yields by itself. */
function watcher(stage: Stage, total: number, options: TrainProbeOptions) {
  return async (done: number): Promise<void> => {
    options.onProgress?.(stage, done, total);
    await new Promise<void>((resolve) => setImmediate(resolve));
    options.signal?.throwIfAborted();
  };
}

interface Chosen extends Selection {
  nested: NestedEstimate | null;
}

async function choose(features: ProbeFeatures, targets: Targets, options: TrainProbeOptions): Promise<Chosen> {
  const { sites } = features;
  const load = (site: ProbeSite) => rankingData(features, site, targets);
  const selection = await selectSite(sites, load, watcher("sites", sites.length, options));
  const watch = watcher("nested sites", sites.length, options);
  return { ...selection, nested: options.nested ? await nestedEstimate(sites, load, watch) : null };
}

function describeChoice({ site, best, nested }: Chosen, pairs: number, folds: number): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const plain = `${describeSite(site)}, penalty ${best.l2}: cross-validated accuracy ${percent(best.accuracy)}, log-loss ${best.logLoss.toFixed(4)} (${pairs} pairs, ${folds} folds)`;
  if (nested === null) return [plain];
  const { accuracy, low, high, logLoss } = nested;
  return [
    plain,
    `to be expected on new prompts (nested cross-validation): ${percent(accuracy)} (95%: ${percent(low)} to ${percent(high)}), log-loss ${logLoss.toFixed(4)}`,
  ];
}

async function fit(features: ProbeFeatures, targets: Targets, { site, best }: Selection): Promise<ProbeHead> {
  const ranking = await rankingData(features, site, targets);
  const safety = await labelledResponses(features, site, targets);
  try {
    return await fitProbeHead({ ranking, validated: best, safety, mean: features.mean(site) });
  } finally {
    ranking.products.dispose();
    safety?.products.dispose();
  }
}

function factsOf(run: Run, targets: Targets, { site, best, table, nested }: Chosen, head: ProbeHead): ProbeFile {
  const { config, base, set } = run;
  const { hiddenSize, layerCount } = base.config;
  return {
    format: "pairwright.probe/1",
    task: config.task,
    ...site,
    finalNorm: site.block === layerCount,
    hiddenSize,
    modelLayers: layerCount,
    l2: best.l2,
    scales: head.scales,
    crossValidation: { folds: targets.folds.count, pairs: set.pairs.length, sites: table, nested },
    safetyAccuracy: head.safetyAccuracy,
  };
}

async function evaluate(run: Run, directory: string, heldout: PairFile | null): Promise<EvaluationReport | null> {
  const { config, model, engine, base, options } = run;
  const pairs = heldout?.pairs.filter((pair) => pair.task === config.task) ?? [];
  if (pairs.length === 0) return null;
  const tokensPerRowMax = Math.min(config.tokensPerRowMax, base.config.positionsMax);
  const tokenizer = createTokenizer(base.tokenizerFiles);
  const scorer = { model, engine, tokenizer, tokensPerRowMax, probe: await readProbe(directory) };
  const onProgress = (done: number) => options.onProgress?.("held-out pairs", done, pairs.length);
  return buildReport(config.task, await scorePairs(scorer, pairs, onProgress, options.signal));
}

interface Finished {
  selection: Selection;
  evaluation: EvaluationReport | null;
  seconds: number;
}

/** The run as one step, so that logs and the console show it as they show training. Losses are of pairs that the head had not seen. */
function metricOf({ engine, set }: Run, { selection: { best }, evaluation, seconds }: Finished): TrainingMetric {
  const gaps = [...best.outOfFold];
  return {
    step: 1,
    stepsTotal: 1,
    loss: best.logLoss,
    rankingLoss: best.logLoss,
    safetyLoss: null,
    accuracy: best.accuracy,
    rewardMargin: gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
    learningRate: 0,
    gradientNorm: 0,
    pairsPerSecond: set.pairs.length / seconds,
    tokensPerSecond: set.pairs.reduce((sum, { tokens }) => sum + tokens, 0) / seconds,
    memoryBytes: engine.memoryBytes(),
    heldoutAccuracy: evaluation?.overall.accuracy ?? null,
    heldoutLoss: evaluation?.logLoss ?? null,
    mfu: null,
    microBatches: null,
    microBatchesSplit: 0,
  };
}

async function openRun(options: RewardRunOptions, config: TrainingConfig) {
  const note = options.onNote ?? (() => {});
  const source = await loadSources(options.data, "train");
  const heldout = await loadHeldout(options.data, options.heldout);
  const base = await loadWholeModel(options.baseModel);
  const set = prepareTrainingSet(source, config, createTokenizer(base.tokenizerFiles), base.config.positionsMax);
  for (const sentence of set.notes) note(sentence);
  if (config.labelSmoothing > 0 || config.centeringWeight > 0)
    note(
      "labelSmoothing and centeringWeight do not apply to a probe: its rewards are calibrated and centred as they are",
    );
  const read = pairsAsRead(set, source);
  const { engine, reason } = await chooseProbeEngine(config.engine, options.config.precision);
  note(`engine ${reason}`);
  const { name, precision } = engine.describe();
  const tokensPerMicroBatch = config.tokensPerMicroBatch ?? engine.tokensPerMicroBatch;
  const passes = { base, config: { ...config, precision }, set, steps: [set.pairs], tokensPerMicroBatch, engine };
  const estimated = await estimateRun(passes, note);
  const baseFingerprint = fingerprintTensors(base.tensors);
  const modelFingerprint = fingerprintOf({ base: baseFingerprint, config: base.config, name, precision });
  const { task, seed, tokensPerRowMax, marginTable, rankingLoss, safetyAuxiliaryWeight, otherShare, sourceWeights } =
    config;
  const deciding = {
    task,
    seed,
    tokensPerRowMax,
    marginTable,
    rankingLoss,
    safetyAuxiliaryWeight,
    otherShare,
    sourceWeights,
  };
  const fingerprint = fingerprintOf({
    kind: "probe",
    deciding,
    overlong: config.overlong,
    data: source.sha256,
    modelFingerprint,
  });
  return { source, heldout, base, set, read, engine, baseFingerprint, modelFingerprint, fingerprint, ...estimated };
}

/** What `trainProbe` would need: one forward pass over all pairs; fitting the head costs little beside it. Writes nothing. */
export async function estimateProbe(options: RewardRunOptions) {
  return openRun(options, parseTrainingConfig(options.config));
}

async function train(run: Run, fingerprint: string, heldout: PairFile | null, directory: string) {
  const { options, config, base, set } = run;
  const paths = runPaths(options.outDirectory);
  const started = performance.now();
  const targets = targetsOf(run);
  const features = await readFeatures(run, targets, directory);
  const chosen = await choose(features, targets, options);
  const head = await fit(features, targets, chosen);
  for (const sentence of describeChoice(chosen, set.pairs.length, targets.folds.count)) options.onNote?.(sentence);
  const facts = factsOf(run, targets, chosen, head);
  const files = lineageFile(fingerprint, { task: config.task, method: "probe" });
  await withDiskErrors(paths.model, () => saveProbeDirectory(paths.model, { base, facts, head, files }));
  const evaluation = await evaluate(run, paths.model, heldout);
  if (evaluation) await writeJson(path.join(paths.root, "evaluation.json"), evaluation);
  const metric = metricOf(run, { selection: chosen, evaluation, seconds: (performance.now() - started) / 1000 });
  await rewindMetrics(paths, 0);
  await appendMetric(paths, metric);
  options.onMetric?.(metric);
  return { evaluation, nested: chosen.nested };
}

type Opened = Awaited<ReturnType<typeof openRun>>;

async function recordRun(options: TrainProbeOptions, config: TrainingConfig, opened: Opened): Promise<void> {
  const { set, engine, baseFingerprint, fingerprint } = opened;
  const { truncated, findings, mix } = set;
  await writeJson(runPaths(options.outDirectory).run, {
    format: "pairwright.run/1",
    kind: "probe",
    config,
    engine: engine.describe(),
    data: { source: options.data, pairs: set.pairs.length, truncated, findings, mix },
    baseModel: { source: options.baseModel, fingerprint: baseFingerprint },
    stepsTotal: 1,
    fingerprint,
  });
}

/**
 * Trains a probe, or goes on with a stopped run. Errors: as `trainReward`, but a run cannot diverge; TrainingDataError also when all
 * pairs have one prompt, which leaves nothing to cross-validate.
 */
export async function trainProbe(options: TrainProbeOptions): Promise<TrainProbeResult> {
  const config = parseTrainingConfig(options.config);
  const paths = runPaths(options.outDirectory);
  const opened = await openRun(options, config);
  const { base, fingerprint, memoryProblem } = opened;
  if (memoryProblem !== null && !options.force) throw memoryProblem;
  await openRunDirectory(paths, options.resume ?? false);
  const rest = { step: 1, stepsTotal: 1, bestStep: null, adapterDirectory: null, evaluation: null, nested: null };
  const done = { ...rest, status: "completed", modelDirectory: paths.model, checkpointDirectory: null } as const;
  if (options.resume && (await isFinished(paths, fingerprint))) return done;
  await recordRun(options, config, opened);
  const directory = path.join(paths.root, "features");
  const model = createModel(base.config, base.tensors, headKindOf(base.tensors), config.seed);
  try {
    const run: Run = { ...opened, config, model, options };
    return { ...done, ...(await train(run, fingerprint, opened.heldout, directory)) };
  } catch (cause) {
    if (!options.signal?.aborted) throw cause;
    return { ...rest, status: "cancelled", step: 0, modelDirectory: null, checkpointDirectory: directory };
  } finally {
    disposeModel(model);
  }
}
