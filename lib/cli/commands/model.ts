/** train, evaluate, sample. */
import { existsSync } from "node:fs";
import path from "node:path";
import { type Command, Option } from "commander";
import { DomainError } from "@/lib/errors";
import type { ServiceContext } from "@/lib/services/context";
import { newestVariants } from "@/lib/services/rejection-sampling/plan";
import { getRewardModel, listRewardModels } from "@/lib/services/reward-models/read";
import { listSnapshots } from "@/lib/services/snapshots/read";
import { createTrainingRun } from "@/lib/services/training-runs/create";
import { getTrainingRun } from "@/lib/services/training-runs/read";
import { answer } from "@/lib/worker/answers";
import { homePath } from "@/lib/worker/base-model";
import { runEvaluation } from "@/lib/worker/run-evaluation";
import { runRecipe } from "@/lib/worker/run-recipe";
import { runTraining } from "@/lib/worker/run-training";
import type { AccuracyCell, EvaluationReport } from "@/trainer/format/evaluation";
import type { Message, Task } from "@/trainer/format/pair";
import { METHODS, type TrainingConfig, type TrainingMetric } from "@/trainer/format/training-config";
import * as options from "../options";
import { findProject, print, printJson, run } from "../session";

type Engine = TrainingConfig["engine"];

interface TrainOptions {
  project?: string;
  snapshot?: string;
  task: Task;
  base?: string;
  engine: Engine;
  stepsMax?: number;
  pairsPerStep?: number;
  learningRate?: number;
  tokensMax?: number;
  seed?: number;
  method?: TrainingConfig["method"];
}

async function snapshotOf(context: ServiceContext, projectId: string, given: string | undefined): Promise<string> {
  if (given) return given;
  const { rows } = await listSnapshots(context, { projectId, limit: 1 });
  if (!rows[0])
    throw new DomainError("conflict", "The project has no snapshot yet; make one with `pairwright snapshot`.");
  return rows[0].id;
}

/** "tiny" and "smollm2" are names; anything else is a path, made absolute so that the run can be resumed from anywhere. */
function baseModelOf(base: string | undefined): string | undefined {
  if (base === undefined || base === "tiny" || base === "smollm2") return base;
  const full = path.resolve(base);
  if (!existsSync(full))
    throw new DomainError("invalid", `--base: ${base} is neither tiny, smollm2 nor a file or folder that is there`);
  return full;
}

function metricLine(metric: TrainingMetric): string {
  const { step, stepsTotal, loss, accuracy, pairsPerSecond, tokensPerSecond } = metric;
  return `step ${step}/${stepsTotal}  loss ${loss.toFixed(4)}  accuracy ${accuracy.toFixed(3)}  ${pairsPerSecond.toFixed(2)} pairs/s  ${Math.round(tokensPerSecond)} tokens/s`;
}

/** Only what was given: everything else stays with the project's settings and the paper's values. */
function overridesOf(given: TrainOptions): Partial<Omit<TrainingConfig, "task">> {
  const named = {
    stepsMax: given.stepsMax,
    pairsPerStep: given.pairsPerStep,
    learningRateMax: given.learningRate,
    tokensPerRowMax: given.tokensMax,
    seed: given.seed,
    method: given.method,
  };
  const set = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  return { engine: given.engine, ...set };
}

async function trainCommand(given: TrainOptions): Promise<void> {
  await run(async ({ context, signal }) => {
    const projectId = await findProject(context, given.project);
    const snapshotId = await snapshotOf(context, projectId, given.snapshot);
    const baseModel = baseModelOf(given.base);
    const config = overridesOf(given);
    const { id } = await createTrainingRun(context, { projectId, snapshotId, task: given.task, baseModel, config });
    print(`training run ${id} on snapshot ${snapshotId}`);
    const result = await runTraining(context, {
      trainingRunId: id,
      signal,
      takeOver: true,
      onProgress: (metric) => print(metricLine(metric)),
      onNote: print,
    });
    if (result.status === "cancelled")
      throw new DomainError("conflict", `training run ${id} was cancelled; its checkpoint is kept`);
    const { directory } = await getTrainingRun(context, id);
    print(`reward model ${result.rewardModelId} in ${homePath(directory)}`);
  });
}

const percent = (value: number | null): string => (value === null ? "  -  " : `${(100 * value).toFixed(1)}%`);
const cellLine = ({ key, n, accuracy, low, high }: AccuracyCell): string =>
  `  ${key.padEnd(22)} ${percent(accuracy).padStart(6)}  [${percent(low)}, ${percent(high)}]  n=${n}`;

function printReport(report: EvaluationReport): void {
  print(`accuracy on ${report.n} held-out pairs (${report.task}), Wilson 95% intervals`);
  for (const cell of [report.overall, ...report.byStrength, ...report.bySafety]) if (cell.n > 0) print(cellLine(cell));
  const number = (value: number | null) => (value === null ? "-" : value.toFixed(4));
  print(
    `log loss ${number(report.logLoss)}, Brier ${number(report.brier)}, ECE ${number(report.ece)}, length correlation ${number(report.lengthCorrelation)}`,
  );
}

interface EvaluateOptions {
  project?: string;
  rewardModel?: string;
  snapshot?: string;
  task?: Task;
  engine: Engine;
  json?: boolean;
}

async function modelOf(context: ServiceContext, projectId: string, given: EvaluateOptions): Promise<string> {
  if (given.rewardModel) return given.rewardModel;
  const { rewardModels } = await listRewardModels(context, { projectId, limit: 200 });
  const newest = rewardModels.find(({ task }) => given.task === undefined || task === given.task);
  if (!newest)
    throw new DomainError("conflict", "The project has no such reward model yet; make one with `pairwright train`.");
  return newest.id;
}

async function evaluateCommand(given: EvaluateOptions): Promise<void> {
  await run(async ({ context, signal }) => {
    const projectId = await findProject(context, given.project);
    const rewardModelId = await modelOf(context, projectId, given);
    const snapshotId = await snapshotOf(context, projectId, given.snapshot);
    const report = await runEvaluation(context, { rewardModelId, snapshotId, engine: given.engine, signal });
    if (given.json) return printJson(report);
    print(`reward model ${rewardModelId} on snapshot ${snapshotId}`);
    printReport(report);
  });
}

interface SampleOptions {
  project?: string;
  variant?: string;
  prompt: string;
  count: number;
  temperature?: number;
  topP?: number;
  topK?: number;
  tokensMax?: number;
  seed: number;
  rewardModel?: string;
  engine: Engine;
}

async function sampleCommand(given: SampleOptions): Promise<void> {
  await run(async ({ context, signal }) => {
    const projectId = await findProject(context, given.project);
    const variants = await newestVariants(context, projectId);
    const variant = variants.find(
      ({ id, name }) => given.variant === undefined || id === given.variant || name === given.variant,
    );
    if (!variant)
      throw new DomainError(
        "not_found",
        `No active variant "${given.variant}". There are: ${variants.map(({ name }) => name).join(", ")}`,
      );
    const {
      temperature = variant.temperature,
      topP = variant.topP,
      topK = variant.topK,
      tokensMax = variant.tokensMax,
    } = given;
    const prompt: Message[] = [{ role: "user", content: given.prompt }];
    const items: { id: string; prompt: Message[]; response: string }[] = [];
    for (let index = 0; index < given.count; index += 1) {
      const sampling = { temperature, topP, topK, tokensMax, seed: given.seed + index };
      const sampled = await answer(variant, prompt, sampling, signal);
      if (sampled) items.push({ id: String(index + 1), prompt, response: sampled.text });
    }
    const rewards = await rewardsOf(context, given, items, signal);
    const best = Math.max(...rewards.values());
    for (const { id, response } of items) {
      const reward = rewards.get(id);
      print(
        `--- ${id}${reward === undefined ? "" : `  reward ${reward.toFixed(4)}${reward === best ? "  best" : ""}`}`,
      );
      print(response);
    }
  });
}

async function rewardsOf(
  context: ServiceContext,
  given: SampleOptions,
  items: { id: string; prompt: Message[]; response: string }[],
  signal: AbortSignal,
): Promise<Map<string, number>> {
  if (!given.rewardModel || items.length === 0) return new Map();
  const { directory } = await getRewardModel(context, given.rewardModel);
  const scored = await runRecipe(
    "score",
    { modelDirectory: homePath(directory), items, engine: given.engine },
    { signal },
  );
  return new Map(scored.map(({ id, reward }) => [id, reward]));
}

export function addModelCommands(program: Command): void {
  program
    .command("train")
    .description("train a reward model on a snapshot; Ctrl-C leaves a checkpoint to resume from")
    .addOption(options.project())
    .addOption(options.task("which reward model").makeOptionMandatory())
    .option("-s, --snapshot <id>", "the data (default: the newest snapshot)")
    .option(
      "-b, --base <model>",
      "tiny, smollm2, a Hugging Face folder or a GGUF file (default: the project's setting)",
    )
    .addOption(options.engine())
    .option("--steps-max <n>", "stop after so many optimizer steps", options.wholeNumber(1))
    .option("--pairs-per-step <n>", "pairs per optimizer step (paper: 512)", options.wholeNumber(1))
    .option("--learning-rate <x>", "highest learning rate (paper: 1e-5)", options.numberBetween(1e-9, 1))
    .option("--tokens-max <n>", "tokens per row; longer rows lose their beginning", options.wholeNumber(16))
    .option("--seed <n>", "order of the data and initial head", options.wholeNumber(0))
    .addOption(
      new Option("--method <name>", "which weights are trained; probe: none, a head in minutes").choices(METHODS),
    )
    .action(trainCommand);
  program
    .command("evaluate")
    .description("accuracy of a reward model on a snapshot's held-out pairs, by strength and safety bin")
    .addOption(options.project())
    .option("-m, --reward-model <id>", "the model (default: the newest)")
    .addOption(options.task("the newest model of this task"))
    .option("-s, --snapshot <id>", "the data (default: the newest snapshot)")
    .addOption(options.engine())
    .option("--json", "print the whole report as JSON")
    .action(evaluateCommand);
  program
    .command("sample")
    .description("sample answers to a prompt from the newest policy, scored when a reward model is given")
    .addOption(options.project())
    .requiredOption("--prompt <text>", "what the user says")
    .option("--variant <name or id>", "the policy variant (default: the first active one)")
    .option("-k, --count <n>", "how many answers", options.wholeNumber(1), 4)
    .option("--temperature <x>", "sampling temperature (default: the variant's)", options.numberBetween(0, 5))
    .option("--top-p <x>", "nucleus (default: the variant's)", options.numberBetween(0, 1))
    .option("--top-k <n>", "0 = all tokens (default: the variant's)", options.wholeNumber(0))
    .option("--tokens-max <n>", "tokens per answer (default: the variant's)", options.wholeNumber(1))
    .option("--seed <n>", "seed of the first answer; each next one is one higher", options.wholeNumber(0), 1)
    .option("-m, --reward-model <id>", "score the answers with this model")
    .addOption(options.engine())
    .action(sampleCommand);
}
