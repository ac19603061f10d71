/** `train-reward` and `train-sft`. Ctrl-C leaves a checkpoint that `--resume` goes on from. */
import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { MARGIN_TABLES } from "../format/margin";
import type { TrainingConfig } from "../format/training-config";
import { TrainingDataError } from "../recipes/errors";
import { type TrainRewardOptions, trainReward } from "../recipes/train-reward";
import { type SftConfig, trainSft } from "../recipes/train-sft";
import { cancellation, EXIT_CANCELLED } from "./cancellation";
import { given, realNumber, taskName, wholeNumber, withEngine } from "./options";
import { createReporter, progressText, type Reporter } from "./output";

async function readConfigFile(file: string | undefined): Promise<Record<string, unknown>> {
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

function trainingOptions(command: Command): Command {
  return withEngine(command)
    .requiredOption("--base <path>", "base model: a Hugging Face directory or a .gguf file")
    .requiredOption("--out <directory>", "where the run is written; the finished model is in its model/ folder")
    .option("--config <file>", "JSON file of settings; options given here win over it")
    .option("--seed <n>", "seed of head, mix and order", wholeNumber)
    .option("--epochs <x>", "passes over the data", realNumber)
    .option("--learning-rate <x>", "largest learning rate", realNumber)
    .option("--tokens-per-row <n>", "longest row; longer ones lose tokens at the prompt's start", wholeNumber)
    .option("--steps <n>", "stop after so many steps", wholeNumber)
    .option("--checkpoint-every <n>", "steps between checkpoints", wholeNumber)
    .option("--resume", "go on from the newest checkpoint in --out", false);
}

interface SharedFlags {
  data: string;
  base: string;
  out: string;
  config?: string;
  engine: TrainingConfig["engine"];
  seed?: number;
  epochs?: number;
  learningRate?: number;
  tokensPerRow?: number;
  steps?: number;
  checkpointEvery?: number;
  resume: boolean;
}

function sharedConfig(flags: SharedFlags, fromFile: Record<string, unknown>) {
  return {
    ...fromFile,
    ...(flags.engine === "auto" && fromFile.engine !== undefined ? {} : { engine: flags.engine }),
    ...given({
      seed: flags.seed,
      epochs: flags.epochs,
      learningRateMax: flags.learningRate,
      tokensPerRowMax: flags.tokensPerRow,
      stepsMax: flags.steps,
      checkpointEverySteps: flags.checkpointEvery,
    }),
  };
}

interface Result {
  status: "completed" | "cancelled";
  step: number;
  stepsTotal: number;
  modelDirectory: string | null;
  checkpointDirectory: string | null;
}

function reportEnd(report: Reporter, result: Result): void {
  if (result.status === "completed") {
    report.result(`done after ${result.step} steps: ${result.modelDirectory}`, result);
    return;
  }
  const text = `stopped after step ${result.step} of ${result.stepsTotal}; resume with the same command and --resume (${result.checkpointDirectory})`;
  report.result(text, result);
  process.exitCode = EXIT_CANCELLED;
}

interface RewardFlags extends SharedFlags {
  task?: TrainingConfig["task"];
  pairsPerStep?: number;
  pairsPerMicroBatch?: number;
  margin?: TrainingConfig["marginTable"];
  evaluateEvery?: number;
}

async function runTrainReward(flags: RewardFlags): Promise<void> {
  const report = createReporter();
  const fromFile = await readConfigFile(flags.config);
  const config = {
    ...sharedConfig(flags, fromFile),
    ...given({
      task: flags.task,
      pairsPerStep: flags.pairsPerStep,
      pairsPerMicroBatch: flags.pairsPerMicroBatch,
      marginTable: flags.margin,
      evaluateEverySteps: flags.evaluateEvery,
    }),
  } as TrainRewardOptions["config"];
  const result = await trainReward({
    config,
    data: flags.data,
    baseModel: flags.base,
    outDirectory: flags.out,
    resume: flags.resume,
    signal: cancellation(report),
    onNote: report.note,
    onMetric: (metric) => {
      const numbers = `loss ${metric.loss.toFixed(4)}  accuracy ${(100 * metric.accuracy).toFixed(1)}%  ${Math.round(metric.tokensPerSecond)} tokens/s`;
      report.progress(progressText(metric.step, metric.stepsTotal, numbers), metric);
    },
  });
  reportEnd(report, result);
}

interface SftFlags extends SharedFlags {
  rowsPerStep?: number;
  rowsPerMicroBatch?: number;
}

async function runTrainSft(flags: SftFlags): Promise<void> {
  const report = createReporter();
  const fromFile = await readConfigFile(flags.config);
  const config = {
    ...sharedConfig(flags, fromFile),
    ...given({ rowsPerStep: flags.rowsPerStep, rowsPerMicroBatch: flags.rowsPerMicroBatch }),
  } as Partial<SftConfig>;
  const result = await trainSft({
    config,
    data: flags.data,
    baseModel: flags.base,
    outDirectory: flags.out,
    resume: flags.resume,
    signal: cancellation(report),
    onNote: report.note,
    onMetric: (metric) => {
      const numbers = `loss ${metric.loss.toFixed(4)}  ${Math.round(metric.tokensPerSecond)} tokens/s`;
      report.progress(progressText(metric.step, metric.stepsTotal, numbers), { ...metric });
    },
  });
  reportEnd(report, result);
}

export function trainCommands(): Command[] {
  const reward = trainingOptions(new Command("train-reward").description("train a reward model on preference pairs"))
    .requiredOption("--data <path>", "a snapshot directory, or a JSONL file of pairs")
    .option("--task <name>", "helpfulness or safety", taskName)
    .option("--pairs-per-step <n>", "pairs per optimizer step (paper: 512)", wholeNumber)
    .option("--pairs-per-micro-batch <n>", "pairs computed at once", wholeNumber)
    .option("--margin <table>", `margin table: ${MARGIN_TABLES.join(", ")}`)
    .option("--evaluate-every <n>", "steps between looks at the held-out split", wholeNumber)
    .action(runTrainReward);
  const sft = trainingOptions(
    new Command("train-sft").description("fine-tune a language model on dialogues with loss masks"),
  )
    .requiredOption("--data <file>", 'JSONL of {"messages": [...], "lossOn": [...]}')
    .option("--rows-per-step <n>", "dialogues per optimizer step (paper: 64)", wholeNumber)
    .option("--rows-per-micro-batch <n>", "dialogues computed at once", wholeNumber)
    .action(runTrainSft);
  return [reward, sft];
}
