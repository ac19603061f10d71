/** One training comparison's settings and pairs, once, for both sides: same rows, same order, same steps, same AdamW. */
import path from "node:path";
import { loadTokenizer } from "../data/tokenizer";
import type { PreferencePair } from "../format/pair";
import { type TrainingConfig, trainingConfigSchema } from "../format/training-config";
import { planSteps } from "../recipes/micro-batches";
import { loadPairs, prepareTrainingSet, type TrainingPair } from "../recipes/reward-data";
import type { FlopsRow } from "./flops";
import type { BenchModels } from "./models";
import { type EncodedBenchPair, takePairs, writePairs } from "./pairs";

export const PAIRS_PER_STEP = 8;

export interface TrainingSettings {
  /** Timed pairs; the warm-up step's come on top. */
  pairs: number;
  heldout: number;
  learningRate: number;
  seed: number;
  /** 8 where absent, as TRL's default batch. */
  pairsPerStep?: number;
}

export interface TrainingRequest {
  config: TrainingConfig;
  /** Our JSONL. */
  data: string;
  heldoutFile: string | null;
  /** In the order of the steps, the warm-up step's first. */
  rows: FlopsRow[];
  heldoutRows: FlopsRow[];
  steps: number;
  /** Pairs after the warm-up step: what the clock sees. */
  pairsTimed: number;
  /** Packed tokens of the timed pairs. */
  tokensTimed: number;
}

const rowOf = ({ chosenIds, rejectedIds }: Pick<TrainingPair, "chosenIds" | "rejectedIds">): FlopsRow => ({
  chosen_ids: chosenIds,
  rejected_ids: rejectedIds,
});

/** A constant learning rate, plain Bradley-Terry, no weight decay: settings that both sides have and mean alike. */
function configOf(settings: Omit<TrainingSettings, "pairs" | "heldout">, tokensPerRowMax: number): TrainingConfig {
  const { learningRate, seed, pairsPerStep = PAIRS_PER_STEP } = settings;
  return trainingConfigSchema.parse({
    task: "helpfulness",
    seed,
    epochs: 1,
    pairsPerStep,
    tokensPerRowMax,
    learningRateMax: learningRate,
    learningRateFloorShare: 1,
    warmupShare: 0,
    warmupStepsMin: 0,
    weightDecay: 0,
    checkpointEverySteps: 1_000_000,
  });
}

/** Writes our pairs to `directory` and puts the peers' rows in the order in which our recipe will train. */
export async function requestOf(
  models: BenchModels,
  pairs: readonly PreferencePair[],
  heldout: readonly EncodedBenchPair[],
  settings: Omit<TrainingSettings, "pairs" | "heldout">,
  directory: string,
): Promise<TrainingRequest> {
  const config = configOf(settings, models.tokensPerRowMax);
  const tokenizer = await loadTokenizer(models.reward);
  const data = path.join(directory, "pairs.jsonl");
  await writePairs(data, pairs);
  const heldoutFile = heldout.length === 0 ? null : path.join(directory, "heldout.jsonl");
  if (heldoutFile !== null)
    await writePairs(
      heldoutFile,
      heldout.map(({ pair }) => pair),
    );
  const set = prepareTrainingSet(await loadPairs(data, "train"), config, tokenizer, models.config.positionsMax);
  const steps = planSteps(set.pairs, { ...config, itemsPerStep: config.pairsPerStep });
  const timed = steps.slice(1).flat();
  return {
    config,
    data,
    heldoutFile,
    rows: steps.flat().map(rowOf),
    heldoutRows: heldout.map(rowOf),
    steps: steps.length,
    pairsTimed: timed.length,
    tokensTimed: timed.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}

/** The first fitting pairs of a file: the held-out ones, then the warm-up step's and the timed ones. */
export async function trainingRequest(
  models: BenchModels,
  dataFile: string,
  settings: TrainingSettings,
  directory: string,
): Promise<TrainingRequest> {
  const tokenizer = await loadTokenizer(models.reward);
  const count = settings.pairs + (settings.pairsPerStep ?? PAIRS_PER_STEP);
  const limit = { tokensPerRowMax: models.tokensPerRowMax };
  const heldout =
    settings.heldout === 0 ? [] : await takePairs(dataFile, tokenizer, { count: settings.heldout, ...limit });
  const chosen = await takePairs(dataFile, tokenizer, { count, skip: settings.heldout, ...limit });
  return requestOf(
    models,
    chosen.map(({ pair }) => pair),
    heldout,
    settings,
    directory,
  );
}
