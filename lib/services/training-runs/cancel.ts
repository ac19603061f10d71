/** Cancels and resumes training runs. */
import { and, eq, inArray, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { lockRoundWithSteps } from "@/db/queries/rounds";
import { trainingRuns } from "@/db/schema";
import type { TrainingRun } from "@/lib/contracts/training-runs";
import { DomainError, notFound } from "@/lib/errors";
import { enqueue } from "@/lib/jobs";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { retryStep } from "../rounds/retry-step";
import { getTrainingRun, requireTrainingRun } from "./read";

async function audit(
  context: ServiceContext,
  tx: Tx,
  run: { id: string; projectId: string },
  action: string,
): Promise<void> {
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action: `training_run.${action}`,
    objectType: "training_run",
    objectId: run.id,
    projectId: run.projectId,
  });
}

/** Asks the worker to stop at its next micro-batch and keep a checkpoint. A queued run is cancelled at once. */
export async function cancelTraining(context: ServiceContext, trainingRunId: string): Promise<TrainingRun> {
  await inTransaction(context, async (tx) => {
    const [run] = await tx.select().from(trainingRuns).where(eq(trainingRuns.id, trainingRunId)).for("update");
    if (!run) throw notFound("Training run");
    await requireProject(context, tx, run.projectId, "lead");
    if (run.state === "cancelled") return;
    if (run.state !== "queued" && run.state !== "running")
      throw new DomainError("conflict", `The training run is ${run.state}: there is nothing to cancel.`);
    const queued = run.state === "queued";
    await tx
      .update(trainingRuns)
      .set({ cancelRequested: true, ...(queued ? { state: "cancelled" as const, finishedAt: sql`now()` } : {}) })
      .where(eq(trainingRuns.id, run.id));
    await audit(context, tx, run, queued ? "cancelled" : "cancel_requested");
  });
  return getTrainingRun(context, trainingRunId);
}

/** Puts a cancelled or failed run back in the queue; it goes on from its last checkpoint. */
export async function requeueTrainingRun(context: ServiceContext, tx: Tx, trainingRunId: string): Promise<void> {
  const [run] = await tx
    .update(trainingRuns)
    .set({ state: "queued", cancelRequested: false, error: null, finishedAt: null })
    .where(and(eq(trainingRuns.id, trainingRunId), inArray(trainingRuns.state, ["cancelled", "failed"])))
    .returning({ id: trainingRuns.id, projectId: trainingRuns.projectId });
  if (run) await audit(context, tx, run, "resumed");
}

/** A run of a round is resumed by retrying the round's train step, so that the round goes on too. */
export async function resumeTraining(context: ServiceContext, trainingRunId: string): Promise<TrainingRun> {
  const run = await requireTrainingRun(context, trainingRunId);
  if (run.state !== "cancelled" && run.state !== "failed")
    throw new DomainError(
      "conflict",
      `The training run is ${run.state}: only a cancelled or failed one can be resumed.`,
    );
  const roundWaits = run.roundId !== null && (await failedAtTraining(context, run.roundId));
  await inTransaction(context, async (tx) => {
    await requeueTrainingRun(context, tx, run.id);
    if (!roundWaits)
      await enqueue(
        context.db,
        tx,
        "training.run",
        { projectId: run.projectId, trainingRunId: run.id },
        { key: run.id },
      );
  });
  if (roundWaits) await retryStep(context, { roundId: run.roundId!, step: "train" });
  return getTrainingRun(context, trainingRunId);
}

async function failedAtTraining(context: ServiceContext, roundId: string): Promise<boolean> {
  return context.db.transaction(async (tx) => {
    const locked = await lockRoundWithSteps(tx, roundId);
    return (
      locked?.round.state === "failed" && locked.steps.some((step) => step.name === "train" && step.state === "failed")
    );
  });
}
