/** One handler per job. The rows hold the truth, so each of them may run twice, late, or for something that is over. */
import { DomainError } from "@/lib/errors";
import type { JobHandlers } from "@/lib/jobs/boss";
import { sweepLeases } from "@/lib/services/assignments/sweep";
import { sealAudit } from "@/lib/services/audit/chain";
import type { ServiceContext } from "@/lib/services/context";
import { keepMirrors } from "@/lib/services/mirrors/create";
import { sweepOnboarding } from "@/lib/services/onboarding/sweep";
import { refreshQueue } from "@/lib/services/ordering/refresh";
import { refreshQuality } from "@/lib/services/quality/refresh";
import { refreshNovelty, refreshRedTeam } from "@/lib/services/red-team/refresh";
import { answerScoreRequest, loadScoreRequest } from "@/lib/services/reward-models/score";
import { startRound } from "@/lib/services/rounds/start";
import { homePath } from "./base-model";
import { checkPolicy } from "./check-policy";
import { runEvaluation } from "./run-evaluation";
import { RecipeDiedError, RecipeError, runRecipe } from "./run-recipe";
import { explain, runStep } from "./run-step";
import { runTraining } from "./run-training";
import { scoreOrder } from "./score-order";
import { scoreTriage } from "./score-triage";

/** A conflict says that there is nothing left to do; a failed recipe is told by the run's row. Neither is the job's failure. */
async function settled(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (error instanceof DomainError && (error.code === "conflict" || error.code === "not_found")) return;
    if (error instanceof RecipeError) return;
    throw error;
  });
}

async function score(context: ServiceContext, scoreRequestId: string, signal: AbortSignal): Promise<void> {
  const request = await loadScoreRequest(context, scoreRequestId);
  if (!request) return;
  try {
    const scored = await runRecipe(
      "score",
      { modelDirectory: homePath(request.directory), items: request.items, engine: "auto" },
      { signal },
    );
    await answerScoreRequest(context, scoreRequestId, { rewards: scored.map(({ reward }) => reward) });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RecipeError) && !(error instanceof RecipeDiedError)) throw error;
    await answerScoreRequest(context, scoreRequestId, { error: explain(error) });
  }
}

/** `stop` is the worker's own: it ends whatever runs, and what was not finished goes on in another worker. */
export function createHandlers(context: ServiceContext, stop: AbortSignal): JobHandlers {
  const until = (signal: AbortSignal): AbortSignal => AbortSignal.any([stop, signal]);
  return {
    "round.start": ({ projectId }) => settled(startRound(context, { projectId, trigger: "schedule" })),
    "round.step": (payload, signal) => runStep(context, payload, until(signal)),
    "training.run": ({ trainingRunId }, signal) =>
      settled(runTraining(context, { trainingRunId, signal: until(signal) })),
    "evaluation.run": ({ rewardModelId, snapshotId }, signal) =>
      settled(runEvaluation(context, { rewardModelId, snapshotId, signal: until(signal) })),
    "score.run": ({ scoreRequestId }, signal) => score(context, scoreRequestId, until(signal)),
    "policy.check": ({ policyCheckId }, signal) => checkPolicy(context, policyCheckId, until(signal)),
    "order.score": ({ projectId }, signal) => settled(scoreOrder(context, projectId, until(signal))),
    "triage.score": ({ projectId }, signal) => settled(scoreTriage(context, projectId, until(signal))),
    "leases.expire": async () => {
      await sweepLeases(context);
      await sweepOnboarding(context);
    },
    "audit.seal": async () => {
      await sealAudit(context);
    },
    "queue.refresh": async () => {
      await refreshQueue(context);
    },
    "quality.refresh": async () => {
      await refreshQuality(context, undefined, { gently: true });
      await refreshRedTeam(context);
      await refreshNovelty(context, null);
    },
    "mirrors.keep": async () => {
      await keepMirrors(context);
    },
  };
}
