/**
 * How a worker (or the command line) holds a training run: as with round steps, claiming raises `attempt`, and metrics and
 * results are written only while the attempt is the current one.
 */
import { and, eq, gt, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { rewardModels, snapshots, trainingMetrics, trainingRuns } from "@/db/schema";
import { STEP_SILENT_SECONDS_MAX } from "@/lib/domain/round";
import { DomainError, notFound } from "@/lib/errors";
import { type TrainingConfig, type TrainingMetric, trainingConfigSchema } from "@/trainer/format/training-config";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";

export interface TrainingLease {
  trainingRunId: string;
  projectId: string;
  attempt: number;
  config: TrainingConfig;
  baseModel: string;
  /** Below PAIRWRIGHT_HOME. */
  directory: string;
  snapshotDirectory: string;
}

/** Somebody else runs it now, or it was ended: write nothing more. */
export class TrainingLostError extends Error {
  constructor(id: string) {
    super(`training run ${id} is no longer held by this attempt`);
    this.name = "TrainingLostError";
  }
}

const isAttempt = (lease: TrainingLease) =>
  and(
    eq(trainingRuns.id, lease.trainingRunId),
    eq(trainingRuns.attempt, lease.attempt),
    eq(trainingRuns.state, "running"),
  );

async function audit(
  context: ServiceContext,
  tx: Tx,
  lease: TrainingLease,
  action: string,
  details = {},
): Promise<void> {
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action: `training_run.${action}`,
    objectType: "training_run",
    objectId: lease.trainingRunId,
    projectId: lease.projectId,
    details: { attempt: lease.attempt, ...details },
  });
}

/**
 * Takes a queued run, or a running one whose worker fell silent. Errors: conflict when it is done, cancelled or failed
 * (resume it first), or when somebody alive runs it and `takeOver` does not say that the caller may.
 */
export async function claimTrainingRun(
  context: ServiceContext,
  trainingRunId: string,
  options: { takeOver?: boolean } = {},
): Promise<TrainingLease> {
  return inTransaction(context, async (tx) => {
    const [row] = await tx
      .select({
        run: trainingRuns,
        snapshotDirectory: snapshots.directory,
        alive: sql<boolean>`coalesce(${trainingRuns.heartbeatAt} > clock_timestamp() - make_interval(secs => ${STEP_SILENT_SECONDS_MAX}), false)`,
      })
      .from(trainingRuns)
      .innerJoin(snapshots, eq(snapshots.id, trainingRuns.snapshotId))
      .where(eq(trainingRuns.id, trainingRunId))
      .for("update", { of: trainingRuns });
    if (!row) throw notFound("Training run");
    const { run } = row;
    await requireProject(context, tx, run.projectId, "lead");
    if (run.state === "running" && row.alive && !options.takeOver)
      throw new DomainError("conflict", "The training run is already under way.");
    if (run.state !== "running" && run.state !== "queued")
      throw new DomainError("conflict", `The training run is ${run.state}; resume it to go on.`);
    const lease: TrainingLease = {
      trainingRunId,
      projectId: run.projectId,
      attempt: run.attempt + 1,
      config: trainingConfigSchema.parse(run.config),
      baseModel: run.baseModel,
      directory: run.directory,
      snapshotDirectory: row.snapshotDirectory,
    };
    await tx
      .update(trainingRuns)
      .set({
        state: "running",
        attempt: lease.attempt,
        heartbeatAt: sql`clock_timestamp()`,
        startedAt: sql`coalesce(${trainingRuns.startedAt}, now())`,
        finishedAt: null,
        error: null,
      })
      .where(eq(trainingRuns.id, trainingRunId));
    await audit(context, tx, lease, run.state === "running" ? "taken_over" : "started");
    return lease;
  });
}

/** A sign of life. Says whether a cancel was asked for; null when the attempt is no longer current. */
export async function beatTrainingRun(
  context: ServiceContext,
  lease: TrainingLease,
): Promise<{ cancel: boolean } | null> {
  const [row] = await context.db
    .update(trainingRuns)
    .set({ heartbeatAt: sql`clock_timestamp()` })
    .where(isAttempt(lease))
    .returning({ cancel: trainingRuns.cancelRequested });
  return row ?? null;
}

async function whileHeld<T>(context: ServiceContext, lease: TrainingLease, work: (tx: Tx) => Promise<T>): Promise<T> {
  return inTransaction(context, async (tx) => {
    const [held] = await tx.select({ id: trainingRuns.id }).from(trainingRuns).where(isAttempt(lease)).for("update");
    if (!held) throw new TrainingLostError(lease.trainingRunId);
    return work(tx);
  });
}

/** What will do the arithmetic and why. */
export async function noteEngine(
  context: ServiceContext,
  lease: TrainingLease,
  engine: string,
  reason: string,
): Promise<void> {
  await context.db.update(trainingRuns).set({ engine, engineReason: reason }).where(isAttempt(lease));
}

/** How far a run without steps is (a probe reading its features), 0..1. */
export async function noteProgress(context: ServiceContext, lease: TrainingLease, progress: number): Promise<void> {
  await context.db.update(trainingRuns).set({ progress }).where(isAttempt(lease));
}

/** Stores metrics by step. A resumed run makes steps after its checkpoint again: later lines of an older attempt go. */
export async function addTrainingMetrics(
  context: ServiceContext,
  lease: TrainingLease,
  metrics: readonly TrainingMetric[],
): Promise<void> {
  const last = metrics.at(-1);
  if (!last) return;
  await whileHeld(context, lease, async (tx) => {
    await tx
      .delete(trainingMetrics)
      .where(and(eq(trainingMetrics.trainingRunId, lease.trainingRunId), gt(trainingMetrics.step, last.step)));
    await tx
      .insert(trainingMetrics)
      .values(metrics.map((values) => ({ trainingRunId: lease.trainingRunId, step: values.step, values })))
      .onConflictDoUpdate({
        target: [trainingMetrics.trainingRunId, trainingMetrics.step],
        set: { values: sql`excluded.values`, createdAt: sql`now()` },
      });
    await tx
      .update(trainingRuns)
      .set({ progress: last.step / last.stepsTotal, heartbeatAt: sql`clock_timestamp()` })
      .where(isAttempt(lease));
  });
}

/** Publishes the finished weights as a candidate reward model; once per run. Returns the model's id. */
export async function finishTrainingRun(
  context: ServiceContext,
  lease: TrainingLease,
  model: { directory: string; weightsSha256: string },
): Promise<string> {
  return whileHeld(context, lease, async (tx) => {
    const [row] = await tx
      .insert(rewardModels)
      .values({ projectId: lease.projectId, trainingRunId: lease.trainingRunId, task: lease.config.task, ...model })
      .returning({ id: rewardModels.id });
    await tx
      .update(trainingRuns)
      .set({ state: "done", progress: 1, heartbeatAt: null, finishedAt: sql`now()` })
      .where(isAttempt(lease));
    await audit(context, tx, lease, "done", { rewardModelId: row!.id, weightsSha256: model.weightsSha256 });
    return row!.id;
  });
}

/** Ends the attempt: `failed` with a reason, `cancelled`, or back to `queued` for the next worker. */
export async function endTrainingAttempt(
  context: ServiceContext,
  lease: TrainingLease,
  state: "failed" | "cancelled" | "queued",
  error: string | null,
): Promise<void> {
  await whileHeld(context, lease, async (tx) => {
    await tx
      .update(trainingRuns)
      .set({ state, error, heartbeatAt: null, finishedAt: state === "queued" ? null : sql`now()` })
      .where(isAttempt(lease));
    await audit(context, tx, lease, state, error ? { error } : {});
  });
}
