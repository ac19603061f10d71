/** `train-reward`, `estimate` and `train-sft`. Ctrl-C or SIGTERM leaves a checkpoint that `--resume` goes on from. */
import { Command } from "commander";
import { estimateReward, type TrainRewardOptions, trainReward } from "../recipes/train-reward";
import { type SftConfig, trainSft } from "../recipes/train-sft";
import { cancellation, EXIT_CANCELLED, EXIT_FAILED } from "./cancellation";
import { wholeNumber } from "./options";
import { createReporter, type Reporter } from "./output";
import { probeCommand } from "./probe";
import {
  dataOf,
  outputOptions,
  type RewardFlags,
  readConfigFile,
  rewardConfig,
  rewardOptions,
  type SharedFlags,
  sharedConfig,
  trainingOptions,
} from "./training-options";
import { createPanel, type PanelMetric } from "./training-panel";

interface Result {
  status: "completed" | "cancelled";
  step: number;
  stepsTotal: number;
  modelDirectory: string | null;
  adapterDirectory?: string | null;
  checkpointDirectory: string | null;
}

function reportEnd(report: Reporter, result: Result): void {
  if (result.status === "completed") {
    const adapter = result.adapterDirectory ? ` (LoRA's additions alone: ${result.adapterDirectory})` : "";
    report.result(`done after ${result.step} steps: ${result.modelDirectory}${adapter}`, result);
    return;
  }
  const text = `stopped after step ${result.step} of ${result.stepsTotal}; resume with the same command and --resume (${result.checkpointDirectory})`;
  report.result(text, result);
  process.exitCode = EXIT_CANCELLED;
}

function progressOf(report: Reporter) {
  const panel = createPanel();
  return <Metric extends PanelMetric>(metric: Metric) =>
    report.progress(panel.add(metric, report.columns), { ...metric });
}

async function reportEstimate(report: Reporter, options: TrainRewardOptions): Promise<void> {
  const estimate = await estimateReward({ ...options, onNote: report.note });
  const fits = estimate.memoryProblem === null;
  report.result(estimate.memoryProblem ?? "the run fits", estimate);
  if (!fits) process.exitCode = EXIT_FAILED;
}

async function rewardCommand(flags: RewardFlags & { dryRun?: boolean; nested?: boolean }): Promise<void> {
  const report = createReporter();
  const options: TrainRewardOptions = {
    config: rewardConfig(flags, await readConfigFile(flags.config)) as TrainRewardOptions["config"],
    data: dataOf(flags.data),
    heldout: flags.heldout,
    baseModel: flags.base,
    outDirectory: flags.out,
    resume: flags.resume,
    force: flags.force,
  };
  if (flags.dryRun) {
    await reportEstimate(report, options);
    return;
  }
  if (options.config.method === "probe") {
    await probeCommand(report, { ...options, nested: flags.nested ?? false });
    return;
  }
  const { note: onNote } = report;
  const result = await trainReward({ ...options, onNote, signal: cancellation(report), onMetric: progressOf(report) });
  reportEnd(report, result);
}

interface SftFlags extends SharedFlags {
  data: string;
  rowsPerStep?: number;
}

async function sftCommand(flags: SftFlags): Promise<void> {
  const report = createReporter();
  const rows = flags.rowsPerStep === undefined ? {} : { rowsPerStep: flags.rowsPerStep };
  const config = { ...sharedConfig(flags, await readConfigFile(flags.config)), ...rows } as Partial<SftConfig>;
  const result = await trainSft({
    config,
    data: flags.data,
    baseModel: flags.base,
    outDirectory: flags.out,
    resume: flags.resume,
    force: flags.force,
    signal: cancellation(report),
    onNote: report.note,
    onMetric: progressOf(report),
  });
  reportEnd(report, result);
}

export function trainCommands(): Command[] {
  const reward = outputOptions(
    rewardOptions(new Command("train-reward").description("train a reward model on preference pairs")),
  )
    .option("--nested", "method probe: also estimate the accuracy on new prompts by nested cross-validation", false)
    .option("--dry-run", "only say what the run would need (as `estimate`), and stop", false)
    .action(rewardCommand);
  const estimate = rewardOptions(
    new Command("estimate").description("say what train-reward would need: memory, arithmetic, hours; writes nothing"),
  ).action((flags: RewardFlags) => rewardCommand({ ...flags, out: "", resume: false, dryRun: true }));
  const sft = outputOptions(
    trainingOptions(
      new Command("train-sft").description("fine-tune a language model on dialogues with loss masks"),
      ["full", "lora", "head"],
      "row",
    ),
  )
    .requiredOption("--data <file>", 'JSONL of {"messages": [...], "lossOn": [...]}')
    .option("--rows-per-step <n>", "dialogues per optimizer step (paper: 64)", wholeNumber)
    .action(sftCommand);
  return [reward, estimate, sft];
}
