/** Evaluates a reward model on held-out pairs. */
import type { EvaluationReport } from "../format/evaluation";
import type { Task } from "../format/pair";
import { TrainingDataError } from "./errors";
import { buildReport } from "./evaluation-report";
import { loadPairs } from "./reward-data";
import { scorePairs } from "./score-pairs";
import { type ScoringOptions, withScorer } from "./scorer";

export interface EvaluateRewardOptions extends ScoringOptions {
  /** A snapshot directory (its `heldout` split), or a JSONL file of pairs. */
  data: string;
  /** Only pairs of this task are judged. */
  task: Task;
}

/** Errors: TrainingDataError when no pair is of the task; CheckpointError, SnapshotFormatError, EngineError, ModelError. */
export async function evaluateReward(options: EvaluateRewardOptions): Promise<EvaluationReport> {
  const { pairs, file } = await loadPairs(options.data, "heldout");
  const judged = pairs.filter((pair) => pair.task === options.task);
  if (judged.length === 0)
    throw new TrainingDataError(`${file}: none of its ${pairs.length} pairs is of the task ${options.task}`);
  return withScorer(options, async (scorer) => {
    const report = (done: number) => options.onProgress?.(done, judged.length);
    return buildReport(options.task, await scorePairs(scorer, judged, report, options.signal));
  });
}
