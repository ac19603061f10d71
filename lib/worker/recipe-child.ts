/**
 * Runs one recipe in a process of its own, so that the worker keeps streaming live answers while a model trains. It ends by
 * itself when the worker is gone: the channel closes with the worker, even one killed by SIGKILL.
 */
import type { TrainingMetric } from "@/trainer/format/training-config";
import { evaluateReward } from "@/trainer/recipes/evaluate-reward";
import { scoreResponses } from "@/trainer/recipes/score";
import { trainProbe } from "@/trainer/recipes/train-probe";
import { trainReward } from "@/trainer/recipes/train-reward";
import type { FromChild, ToChild } from "./recipe-protocol";

/** Errors whose message says what is wrong and where; all others are bugs. */
const EXPECTED = new Set([
  "TrainingDataError",
  "TrainingDivergedError",
  "ItemTooLargeError",
  "NotEnoughMemoryError",
  "UnknownSourceError",
  "RunDirectoryError",
  "SnapshotFormatError",
  "CheckpointError",
  "ChatTemplateError",
  "ModelError",
  "EngineError",
  "OutOfMemoryError",
]);

const cancel = new AbortController();
const tell = (message: FromChild): void => void process.send?.(message);

function runRecipe(call: Extract<ToChild, { type: "run" }>): Promise<unknown> {
  const { signal } = cancel;
  const onNote = (note: string): void => tell({ type: "note", note });
  const onProgress = (done: number, total: number): void => tell({ type: "progress", done, total });
  if (call.recipe === "train") {
    const options = { ...call.input, resume: true, signal, onNote };
    const onMetric = (metric: TrainingMetric): void => tell({ type: "metric", metric });
    return call.input.config.method === "probe"
      ? trainProbe({
          ...options,
          onMetric,
          // Nearly all of the time; what follows counts anew.
          onProgress: (what, done, total) => what === "features" && onProgress(done, total),
        })
      : trainReward({ ...options, onMetric });
  }
  if (call.recipe === "evaluate") return evaluateReward({ ...call.input, signal, onNote, onProgress });
  return scoreResponses({ ...call.input, signal, onNote, onProgress });
}

/** The last message must be through before the process goes. */
function tellAndExit(message: FromChild, code: number): void {
  if (!process.send) process.exit(code);
  process.send(message, () => process.exit(code));
}

process.on("disconnect", () => process.exit(1));
// A stop from the terminal reaches the whole process group; the worker decides what becomes of its child.
process.on("SIGINT", () => undefined);
process.on("message", (message: ToChild) => {
  if (message.type === "cancel") return cancel.abort();
  runRecipe(message).then(
    (output) => tellAndExit({ type: "done", output }, 0),
    (error: Error) => tellAndExit({ type: "failed", message: error.message, expected: EXPECTED.has(error.name) }, 1),
  );
});
