/** `evaluate-reward`, `score`, `parity`: commands that judge a model or an engine. */
import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { chooseEngine } from "../engines";
import type { AccuracyCell, EvaluationReport } from "../format/evaluation";
import type { Task } from "../format/pair";
import { PRECISIONS, type TrainingConfig } from "../format/training-config";
import { evaluateReward } from "../recipes/evaluate-reward";
import { checkParity } from "../recipes/parity";
import { scoreItemSchema, scoreResponses } from "../recipes/score";
import { cancellation } from "./cancellation";
import { readJsonLines } from "./jsonl";
import { type EngineChoice, given, realNumber, taskName, wholeNumber, withEngine } from "./options";
import { createReporter, progressText, type Reporter } from "./output";

const EXIT_OUTSIDE_TOLERANCE = 1;

function progress(report: Reporter, what: string) {
  return (done: number, total: number) =>
    report.progress(progressText(done, total, what), { progress: what, done, total });
}

function cellText(cell: AccuracyCell): string {
  if (cell.accuracy === null || cell.low === null || cell.high === null) return `  ${cell.key.padEnd(22)} no pairs`;
  const percent = (value: number) => `${(100 * value).toFixed(1)}%`;
  return `  ${cell.key.padEnd(22)} ${percent(cell.accuracy).padStart(6)}  (95%: ${percent(cell.low)} to ${percent(cell.high)}, n = ${cell.n})`;
}

export function reportText(report: EvaluationReport): string {
  const figure = (value: number | null) => (value === null ? "none" : value.toFixed(3));
  return [
    `accuracy on ${report.n} held-out ${report.task} pairs`,
    ...[report.overall, ...report.byStrength, ...report.bySafety].map(cellText),
    `log-loss ${figure(report.logLoss)}  Brier ${figure(report.brier)}  ECE ${figure(report.ece)}  mean margin ${figure(report.meanRewardMargin)}`,
    `length correlation ${figure(report.lengthCorrelation)}  recall of unsafe responses ${figure(report.unsafeRecall.recall)} (n = ${report.unsafeRecall.n})`,
  ].join("\n");
}

interface JudgeFlags {
  model: string;
  data: string;
  task: Task;
  engine: EngineChoice;
  precision?: TrainingConfig["precision"];
  tokensPerRow?: number;
  out?: string;
}

async function runEvaluate(flags: JudgeFlags): Promise<void> {
  const report = createReporter();
  const evaluation = await evaluateReward({
    modelDirectory: flags.model,
    data: flags.data,
    task: flags.task,
    engine: flags.engine,
    ...given({ precision: flags.precision, tokensPerRowMax: flags.tokensPerRow }),
    signal: cancellation(report),
    onNote: report.note,
    onProgress: progress(report, "pairs"),
  });
  if (flags.out !== undefined) await writeFile(flags.out, `${JSON.stringify(evaluation, null, 2)}\n`);
  report.result(reportText(evaluation), evaluation);
}

async function runScore(flags: Omit<JudgeFlags, "task">): Promise<void> {
  const report = createReporter();
  const items = await readJsonLines(flags.data, scoreItemSchema);
  const rewards = await scoreResponses({
    modelDirectory: flags.model,
    items,
    engine: flags.engine,
    ...given({ precision: flags.precision, tokensPerRowMax: flags.tokensPerRow }),
    signal: cancellation(report),
    onNote: report.note,
  });
  const lines = rewards.map((scored) => JSON.stringify(scored));
  if (flags.out === undefined) process.stdout.write(lines.map((line) => `${line}\n`).join(""));
  else {
    await writeFile(flags.out, lines.map((line) => `${line}\n`).join(""));
    report.result(`${rewards.length} responses scored: ${flags.out}`, { scored: rewards.length, out: flags.out });
  }
}

async function runParity(flags: { reference: string; engine: EngineChoice; tolerance: number }): Promise<void> {
  const report = createReporter();
  const { reason } = await chooseEngine(flags.engine);
  report.note(`engine ${reason}`);
  const results = await checkParity(flags.reference, flags.tolerance);
  for (const result of results) {
    const verdict = result.withinTolerance ? "ok " : "OFF";
    report.result(
      `${verdict} ${result.case}: ${result.quantity}: ${result.difference.toExponential(2)} (${result.at})`,
      result,
    );
  }
  const outside = results.filter((result) => !result.withinTolerance).length;
  report.note(`${results.length - outside} of ${results.length} quantities within ${flags.tolerance}`);
  if (outside > 0) process.exitCode = EXIT_OUTSIDE_TOLERANCE;
}

export function judgeCommands(): Command[] {
  const evaluate = withEngine(new Command("evaluate-reward").description("judge a reward model on held-out pairs"))
    .requiredOption("--model <directory>", "the reward model or probe")
    .addOption(new Option("--precision <name>", "of matrix products (default: float32)").choices(PRECISIONS))
    .requiredOption("--data <path>", "a snapshot directory (its held-out split), or a JSONL file of pairs")
    .requiredOption("--task <name>", "helpfulness or safety", taskName)
    .option("--tokens-per-row <n>", "longest row", wholeNumber)
    .option("--out <file>", "also write the report as JSON")
    .action(runEvaluate);
  const score = withEngine(new Command("score").description("score responses: one raw reward (logit) each"))
    .requiredOption("--model <directory>", "the reward model or probe")
    .addOption(new Option("--precision <name>", "of matrix products (default: float32)").choices(PRECISIONS))
    .requiredOption("--data <file>", 'JSONL of {"id", "prompt": [messages], "response"}; - reads standard input')
    .option("--tokens-per-row <n>", "longest row", wholeNumber)
    .option("--out <file>", "write JSONL here instead of standard output")
    .action(runScore);
  const parity = withEngine(new Command("parity").description("compare an engine with reference numbers from PyTorch"))
    .requiredOption("--reference <directory>", "cases as tests/parity/make_reference.py writes them")
    .option("--tolerance <x>", "largest relative difference", realNumber, 1e-4)
    .action(runParity);
  return [evaluate, score, parity];
}
