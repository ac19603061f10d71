/** Runs one training run from its row to a reward model's row. Used by the round's train step, the training job and the command line. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import path from "node:path";
import { isRetryable } from "@/db/client";
import { DomainError } from "@/lib/errors";
import type { ServiceContext } from "@/lib/services/context";
import * as lease from "@/lib/services/training-runs/run-lease";
import type { TrainingMetric } from "@/trainer/format/training-config";
import { homePath, resolveBaseModel } from "./base-model";
import { RecipeDiedError, runRecipe } from "./run-recipe";

const BEAT_MS = 2000;
const FLUSH_MS = 400;

export interface RunTrainingInput {
  trainingRunId: string;
  /** Aborting stops with a checkpoint and puts the run back in the queue. */
  signal: AbortSignal;
  onProgress?: (metric: TrainingMetric) => void;
  onNote?: (note: string) => void;
  /** The caller already holds what the run belongs to (a round's step), so an earlier attempt is fenced off at once. */
  takeOver?: boolean;
}
export type RunTrainingResult = { status: "done"; rewardModelId: string } | { status: "cancelled" };

class CancelRequested extends Error {}

/** Metrics on their way to the database: nothing is lost while it restarts, and the training never waits for it. */
class MetricWriter {
  private waiting: TrainingMetric[] = [];
  private readonly timer: NodeJS.Timeout;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: ServiceContext,
    private readonly held: lease.TrainingLease,
  ) {
    this.timer = setInterval(() => this.flush(), FLUSH_MS);
  }

  add(metric: TrainingMetric): void {
    this.waiting.push(metric);
  }

  private flush(): void {
    this.writing = this.writing.then(() => this.write()).catch(() => undefined);
  }

  private async write(): Promise<void> {
    const metrics = this.waiting;
    if (metrics.length === 0) return;
    this.waiting = [];
    try {
      await lease.addTrainingMetrics(this.context, this.held, metrics);
    } catch (error) {
      this.waiting = [...metrics, ...this.waiting];
      throw error;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    await this.write();
  }
}

/** Of a model's weights; of a probe's head as well, since the same frozen weights carry many. */
async function sha256OfWeights(modelDirectory: string): Promise<string> {
  const hash = createHash("sha256");
  const probe = path.join(modelDirectory, "probe.safetensors");
  const files = [path.join(modelDirectory, "model.safetensors"), ...(existsSync(probe) ? [probe] : [])];
  for (const file of files) for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Beats until closed; aborts `control` when the run is lost or a cancel is asked for. */
function keepAlive(context: ServiceContext, held: lease.TrainingLease, control: AbortController): () => void {
  const timer = setInterval(() => {
    lease.beatTrainingRun(context, held).then(
      (beat) => {
        if (beat === null) control.abort(new lease.TrainingLostError(held.trainingRunId));
        else if (beat.cancel) control.abort(new CancelRequested());
      },
      () => undefined, // The database restarts: the next beat tells.
    );
  }, BEAT_MS);
  return () => clearInterval(timer);
}

function progressWriter(context: ServiceContext, held: lease.TrainingLease) {
  let wroteAt = 0;
  return (done: number, total: number): void => {
    if (Date.now() - wroteAt < BEAT_MS) return;
    wroteAt = Date.now();
    void lease.noteProgress(context, held, done / total).catch(() => undefined);
  };
}

async function train(
  context: ServiceContext,
  held: lease.TrainingLease,
  input: RunTrainingInput,
  signal: AbortSignal,
): Promise<string | null> {
  const onNote = (note: string): void => {
    const engine = /^engine (\w+): /.exec(note);
    if (engine) void lease.noteEngine(context, held, engine[1]!, note.slice("engine ".length)).catch(() => undefined);
    input.onNote?.(note);
  };
  const baseModel = await resolveBaseModel(held.baseModel, { signal, onNote });
  const metrics = new MetricWriter(context, held);
  try {
    const result = await runRecipe(
      "train",
      {
        config: held.config,
        data: homePath(held.snapshotDirectory),
        baseModel,
        outDirectory: homePath(held.directory),
      },
      {
        signal,
        onNote,
        onProgress: progressWriter(context, held),
        onMetric: (metric) => {
          metrics.add(metric);
          input.onProgress?.(metric);
        },
      },
    );
    return result.modelDirectory;
  } finally {
    await metrics.close();
  }
}

/** Records how the attempt ended and throws on: the reason of a stop, or the failure. */
async function endBadly(
  context: ServiceContext,
  held: lease.TrainingLease,
  error: unknown,
  stopped: boolean,
): Promise<never> {
  if (error instanceof lease.TrainingLostError) throw error;
  const goesOn = stopped || error instanceof RecipeDiedError || isRetryable(error);
  const message = error instanceof Error ? error.message : String(error);
  await lease
    .endTrainingAttempt(context, held, goesOn ? "queued" : "failed", goesOn ? null : message)
    .catch((cause) => {
      if (!(cause instanceof lease.TrainingLostError) && !isRetryable(cause)) throw cause;
    });
  throw error;
}

/**
 * Trains (or goes on with) a run. Errors: DomainError `conflict` when it is not to be run, the signal's reason, TrainingLostError,
 * RecipeError and others after the run was marked as failed.
 */
export async function runTraining(context: ServiceContext, input: RunTrainingInput): Promise<RunTrainingResult> {
  const held = await lease.claimTrainingRun(context, input.trainingRunId, { takeOver: input.takeOver });
  const control = new AbortController();
  const stop = (): void => control.abort(input.signal.reason);
  input.signal.addEventListener("abort", stop, { once: true });
  const quiet = keepAlive(context, held, control);
  try {
    input.signal.throwIfAborted();
    const modelDirectory = await train(context, held, input, control.signal);
    if (modelDirectory === null)
      throw control.signal.reason ?? new DomainError("conflict", "The training run stopped.");
    const weightsSha256 = await sha256OfWeights(modelDirectory);
    const directory = path.posix.join(held.directory, "model");
    return {
      status: "done",
      rewardModelId: await lease.finishTrainingRun(context, held, { directory, weightsSha256 }),
    };
  } catch (error) {
    if (!(error instanceof CancelRequested)) return await endBadly(context, held, error, input.signal.aborted);
    await lease.endTrainingAttempt(context, held, "cancelled", null);
    return { status: "cancelled" };
  } finally {
    quiet();
    input.signal.removeEventListener("abort", stop);
  }
}
