/** `train-reward --method probe`. */
import { type TrainProbeOptions, trainProbe } from "../recipes/train-probe";
import { cancellation, EXIT_CANCELLED } from "./cancellation";
import { reportText } from "./judge";
import { progressText, type Reporter } from "./output";

export async function probeCommand(report: Reporter, options: TrainProbeOptions): Promise<void> {
  const result = await trainProbe({
    ...options,
    onNote: report.note,
    signal: cancellation(report),
    onMetric: (metric) => report.progress("", { ...metric }),
    onProgress: (what, done, total) =>
      report.progress(progressText(done, total, what), { progress: what, done, total }),
  });
  if (result.status === "completed") {
    const judged = result.evaluation ? `\n${reportText(result.evaluation)}` : "";
    report.result(`done: ${result.modelDirectory}${judged}`, result);
    return;
  }
  const where = `the features so far are in ${result.checkpointDirectory}`;
  report.result(`stopped; ${where}: the same command with --resume goes on from them`, result);
  process.exitCode = EXIT_CANCELLED;
}
