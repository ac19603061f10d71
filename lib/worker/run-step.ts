/** Runs one step of a round: takes it, keeps it alive, and turns every way it can end into the step's state. */
import { databaseError, isRetryable } from "@/db/client";
import type { JobPayload } from "@/lib/contracts/jobs";
import { type RoundStepKey, STEP_HEARTBEAT_SECONDS } from "@/lib/domain/round";
import { log } from "@/lib/log";
import type { ServiceContext } from "@/lib/services/context";
import {
  beatStep,
  claimStep,
  failStep,
  releaseStep,
  reportStep,
  type StepLease,
  StepLostError,
} from "@/lib/services/rounds/step-lease";
import { TrainingLostError } from "@/lib/services/training-runs/run-lease";
import { RecipeDiedError } from "./run-recipe";
import { collect } from "./steps/collect";
import { evaluate } from "./steps/evaluate";
import { freeze } from "./steps/freeze";
import { publish } from "./steps/publish";
import { sample } from "./steps/sample";
import type { Step, StepRun } from "./steps/step";
import { train } from "./steps/train";

const STEPS: Record<RoundStepKey, Step> = { collect, freeze, train, evaluate, sample, publish };
const RETRY_SECONDS = 5;
const MESSAGE_CHARACTERS = 1000;

/** For the console: no SQL and no stack. */
export function explain(error: unknown): string {
  const refused = databaseError(error);
  if (refused)
    return `The database refused a change (SQLSTATE ${refused.code}${refused.constraint ? `, ${refused.constraint}` : ""}). The worker's log has the details.`;
  const message = error instanceof Error ? error.message : String(error);
  return message.slice(0, MESSAGE_CHARACTERS) || "Unknown error; the worker's log has the details.";
}

function stepRun(context: ServiceContext, lease: StepLease, signal: AbortSignal): StepRun {
  let share = 0;
  return {
    context,
    lease,
    signal,
    async progress(done, message) {
      signal.throwIfAborted();
      share = done;
      await reportStep(context, lease, { share, message });
    },
    async log(message) {
      await reportStep(context, lease, { share, message, log: true });
    },
  };
}

async function end(context: ServiceContext, lease: StepLease, error: unknown, stopping: boolean): Promise<void> {
  const lost = error instanceof StepLostError || error instanceof TrainingLostError;
  const facts = { roundId: lease.roundId, step: lease.step, attempt: lease.attempt };
  if (lost) return log("round").warn(facts, "the step belongs to another attempt now");
  if (stopping) return releaseStep(context, lease, "The worker stops; the step goes on when one starts.");
  log("round").error({ ...facts, err: error }, "step ended with an error");
  if (error instanceof RecipeDiedError || isRetryable(error))
    return releaseStep(context, lease, `Interrupted, trying again: ${explain(error)}`, RETRY_SECONDS);
  return failStep(context, lease, explain(error));
}

/** Does nothing when it is not the step's turn. Never throws for a step that failed: the row says so. */
export async function runStep(
  context: ServiceContext,
  { roundId, step }: Pick<JobPayload<"round.step">, "roundId" | "step">,
  stop: AbortSignal,
): Promise<void> {
  const lease = await claimStep(context, { roundId, step });
  if (!lease) return;
  const control = new AbortController();
  const onStop = (): void => control.abort(stop.reason);
  stop.addEventListener("abort", onStop, { once: true });
  if (stop.aborted) onStop();
  const beat = setInterval(() => {
    beatStep(context, lease).then(
      (held) => {
        if (!held) control.abort(new StepLostError(lease));
      },
      () => undefined, // The database restarts: the next beat tells.
    );
  }, STEP_HEARTBEAT_SECONDS * 1000);
  try {
    await STEPS[step](stepRun(context, lease, control.signal));
  } catch (error) {
    const cause = control.signal.aborted && !stop.aborted ? control.signal.reason : error;
    await end(context, lease, cause, stop.aborted).catch((failed: unknown) => {
      if (failed instanceof StepLostError) return;
      // The database is away: the step's silence tells the next worker.
      log("round").error({ err: failed, roundId, step }, "could not record how the step ended");
    });
  } finally {
    clearInterval(beat);
    stop.removeEventListener("abort", onStop);
  }
}
