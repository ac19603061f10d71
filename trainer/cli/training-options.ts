/** Options of the training commands and the configuration that they make. What each default is, `format/training-config.ts` says. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { MARGIN_TABLES } from "../format/margin";
import {
  BEST_BY,
  LORA_TARGETS,
  METHODS,
  OVERLONG_CHOICES,
  PRECISIONS,
  RANKING_LOSSES,
  type TrainingConfig,
} from "../format/training-config";
import { TrainingDataError } from "../recipes/errors";
import type { DataSource } from "../recipes/reward-data";
import { given, realNumber, taskName, wholeNumber, withEngine } from "./options";

/** A JSON file of settings; options on the command line win over it. Errors: TrainingDataError. */
export async function readConfigFile(file: string | undefined): Promise<Record<string, unknown>> {
  if (file === undefined) return {};
  const text = await readFile(file, "utf8").catch((cause: Error) => {
    throw new TrainingDataError(`${file}: ${cause.message}`);
  });
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new TrainingDataError(`${file}: not JSON: ${(cause as Error).message}`);
  }
}

function positiveOrNull(value: string): number {
  const number = wholeNumber(value);
  if (number === 0) throw new InvalidArgumentError("a whole number, 1 or more, is needed.");
  return number;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

function weightOf(value: string, before: Record<string, number> = {}): Record<string, number> {
  const at = value.lastIndexOf("=");
  if (at < 1) throw new InvalidArgumentError("NAME=WEIGHT is needed.");
  return { ...before, [value.slice(0, at)]: realNumber(value.slice(at + 1)) };
}

function loraTargets(value: string): string[] {
  const names = value.split(",").map((name) => name.trim());
  for (const name of names)
    if (!LORA_TARGETS.some((known) => known === name))
      throw new InvalidArgumentError(`${name || "an empty name"} is none of ${LORA_TARGETS.join(", ")}.`);
  return names;
}

const oneOf = (flags: string, text: string, choices: readonly string[]) => new Option(flags, text).choices(choices);

/** What both recipes share. `methods`: those that the recipe knows. */
export function trainingOptions(command: Command, methods: readonly string[], unit: string): Command {
  return withEngine(command)
    .requiredOption("--base <path>", "base model: a Hugging Face directory or a .gguf file")
    .option("--config <file>", "JSON file of settings; options given here win over it")
    .option("--seed <n>", "seed of head, mix, order and dropout", wholeNumber)
    .option("--epochs <x>", "passes over the data", realNumber)
    .option("--steps <n>", "stop after so many steps", positiveOrNull)
    .option("--learning-rate <x>", "largest learning rate", realNumber)
    .option("--tokens-per-row <n>", "longest row; longer ones lose tokens at the prompt's start", positiveOrNull)
    .addOption(oneOf("--method <name>", "which weights are trained (default: all of them)", methods))
    .option("--frozen-layers <n>", "leave the embedding and so many of the lowest layers as they are", wholeNumber)
    .option("--lora-rank <n>", "rank of LoRA's additions (default: 16)", positiveOrNull)
    .option("--lora-alpha <x>", "they count alpha / rank times (default: 32)", realNumber)
    .option("--lora-dropout <x>", "share of their inputs set to zero (default: 0)", realNumber)
    .option(
      "--lora-targets <names>",
      `weights that get one, with commas (default: all of ${LORA_TARGETS.join(", ")})`,
      loraTargets,
    )
    .addOption(oneOf("--precision <name>", "of matrix products (default: float32)", PRECISIONS))
    .option(
      "--tokens-per-micro-batch <n>",
      `packed tokens computed at once (default: what the engine prefers); whole ${unit}s`,
      positiveOrNull,
    )
    .option("--recompute", "compute activations a second time instead of keeping them: less memory, a third more time")
    .option("--checkpoint-every <n>", "steps between checkpoints (default: 50)", positiveOrNull)
    .option("--checkpoints-kept <n>", "how many of the newest stay while it runs (default: 2)", positiveOrNull)
    .option("--force", "start even where the memory estimate says no", false);
}

export function outputOptions(command: Command): Command {
  return command
    .requiredOption("--out <directory>", "where the run is written; the finished model is in its model/ folder")
    .option("--resume", "go on from the newest checkpoint in --out", false);
}

export function rewardOptions(command: Command): Command {
  return trainingOptions(command, METHODS, "pair")
    .requiredOption(
      "--data <path>",
      "a snapshot directory or a JSONL file of pairs; several as NAME=PATH each",
      collect,
    )
    .option(
      "--weight <name=x>",
      "use each pair of a source x times per epoch (0.5: a random half), not the paper's mix",
      weightOf,
    )
    .option("--heldout <path>", "pairs to evaluate on (default: the held-out split of a snapshot)")
    .option("--task <name>", "helpfulness or safety", taskName)
    .option("--pairs-per-step <n>", "pairs per optimizer step (paper: 512)", positiveOrNull)
    .addOption(oneOf("--loss <name>", "margin (the paper's) or scaled (log-loss times strength)", RANKING_LOSSES))
    .addOption(oneOf("--margin <table>", "margins by strength (default: small)", MARGIN_TABLES))
    .option("--label-smoothing <x>", "share of labels taken to be wrong (default: 0)", realNumber)
    .option("--centering <x>", "weight of (r_chosen + r_rejected)^2 (default: 0; TRL's suggestion: 0.01)", realNumber)
    .option("--safety-weight <x>", "weight of the safety loss, task safety only (default: 0.5)", realNumber)
    .option("--other-share <x>", "share drawn from the other task and open sources (default: the paper's)", realNumber)
    .addOption(oneOf("--overlong <what>", "rows over --tokens-per-row (default: truncate)", OVERLONG_CHOICES))
    .option("--evaluate-every <n>", "steps between looks at the held-out pairs", positiveOrNull)
    .option("--early-stop <n>", "stop after so many looks without a gain; the best model is the result", positiveOrNull)
    .option("--early-stop-gain <x>", "what counts as a gain (default: any)", realNumber)
    .option("--keep-best", "the best model by the held-out pairs is the result, not the last")
    .addOption(oneOf("--best-by <figure>", "accuracy or loss (default: accuracy)", BEST_BY));
}

export interface SharedFlags {
  base: string;
  out: string;
  config?: string;
  engine: TrainingConfig["engine"];
  seed?: number;
  epochs?: number;
  learningRate?: number;
  tokensPerRow?: number;
  steps?: number;
  method?: TrainingConfig["method"];
  frozenLayers?: number;
  loraRank?: number;
  loraAlpha?: number;
  loraDropout?: number;
  loraTargets?: TrainingConfig["loraTargets"];
  precision?: TrainingConfig["precision"];
  tokensPerMicroBatch?: number;
  recompute?: true;
  checkpointEvery?: number;
  checkpointsKept?: number;
  resume: boolean;
  force: boolean;
}

export interface RewardFlags extends SharedFlags {
  data: string[];
  weight?: Record<string, number>;
  heldout?: string;
  task?: TrainingConfig["task"];
  pairsPerStep?: number;
  loss?: TrainingConfig["rankingLoss"];
  margin?: TrainingConfig["marginTable"];
  labelSmoothing?: number;
  centering?: number;
  safetyWeight?: number;
  otherShare?: number;
  overlong?: TrainingConfig["overlong"];
  evaluateEvery?: number;
  earlyStop?: number;
  earlyStopGain?: number;
  keepBest?: true;
  bestBy?: TrainingConfig["bestBy"];
}

export function sharedConfig(flags: SharedFlags, fromFile: Record<string, unknown>): Record<string, unknown> {
  return {
    ...fromFile,
    ...(flags.engine === "auto" && fromFile.engine !== undefined ? {} : { engine: flags.engine }),
    ...given({
      seed: flags.seed,
      epochs: flags.epochs,
      learningRateMax: flags.learningRate,
      tokensPerRowMax: flags.tokensPerRow,
      stepsMax: flags.steps,
      method: flags.method,
      frozenLayers: flags.frozenLayers,
      loraRank: flags.loraRank,
      loraAlpha: flags.loraAlpha,
      loraDropout: flags.loraDropout,
      loraTargets: flags.loraTargets,
      precision: flags.precision,
      tokensPerMicroBatch: flags.tokensPerMicroBatch,
      recompute: flags.recompute,
      checkpointEverySteps: flags.checkpointEvery,
      checkpointsKept: flags.checkpointsKept,
    }),
  };
}

export function rewardConfig(flags: RewardFlags, fromFile: Record<string, unknown>): Record<string, unknown> {
  return {
    ...sharedConfig(flags, fromFile),
    ...given({
      task: flags.task,
      pairsPerStep: flags.pairsPerStep,
      rankingLoss: flags.loss,
      marginTable: flags.margin,
      labelSmoothing: flags.labelSmoothing,
      centeringWeight: flags.centering,
      safetyAuxiliaryWeight: flags.safetyWeight,
      otherShare: flags.otherShare,
      sourceWeights: flags.weight,
      overlong: flags.overlong,
      evaluateEverySteps: flags.evaluateEvery,
      earlyStopPatience: flags.earlyStop,
      earlyStopGainMin: flags.earlyStopGain,
      keepBest: flags.keepBest,
      bestBy: flags.bestBy,
    }),
  };
}

/** One plain path, or several NAME=PATH; a path that is there is never taken for a name. Errors: TrainingDataError. */
export function dataOf(values: readonly string[]): string | DataSource[] {
  const [only] = values;
  const named = (value: string): DataSource | null => {
    const at = value.indexOf("=");
    return at < 1 || existsSync(value) ? null : { name: value.slice(0, at), path: value.slice(at + 1) };
  };
  if (values.length === 1 && only !== undefined) {
    const source = named(only);
    return source === null ? only : [source];
  }
  return values.map((value) => {
    const source = named(value);
    if (source === null) throw new TrainingDataError(`--data ${value}: several sources need names: --data NAME=PATH`);
    return source;
  });
}
