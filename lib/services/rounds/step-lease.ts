/**
 * How a worker holds a step of a round. Jobs are delivered at least once, so the step's row decides: claiming raises its
 * `attempt`, and every write of a result happens in a transaction that finds the attempt unchanged (security.md, pg-boss
 * row). A worker that was stopped or declared dead meanwhile cannot publish anything.
 */
import { and, eq, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { lockRoundWithSteps } from "@/db/queries/rounds";
import { roundStepLogs, roundSteps, rounds } from "@/db/schema";
import { type ProjectSettings, projectSettingsSchema } from "@/lib/domain/project-settings";
import { decideClaim, nextStep, type RoundStepKey } from "@/lib/domain/round";
import { auditActor, inTransaction, type ServiceContext } from "../context";
import { enqueueStep } from "./enqueue-step";

export interface StepLease {
  projectId: string;
  roundId: string;
  roundNumber: number;
  step: RoundStepKey;
  attempt: number;
  /** The project's settings when the round started. */
  config: ProjectSettings;
}

/** The step now belongs to another attempt, or the round was cancelled: stop and publish nothing. */
export class StepLostError extends Error {
  constructor(lease: StepLease) {
    super(`attempt ${lease.attempt} of step ${lease.step} is no longer the current one`);
    this.name = "StepLostError";
  }
}

const isStep = (roundId: string, step: RoundStepKey) => and(eq(roundSteps.roundId, roundId), eq(roundSteps.name, step));
const isAttempt = (lease: StepLease) =>
  and(isStep(lease.roundId, lease.step), eq(roundSteps.attempt, lease.attempt), eq(roundSteps.state, "running"));

export async function addStepLog(
  tx: Tx,
  lease: StepLease,
  message: string,
  level: "info" | "error" = "info",
): Promise<void> {
  await tx.insert(roundStepLogs).values({
    roundId: lease.roundId,
    step: lease.step,
    attempt: lease.attempt,
    level,
    message,
  });
}

async function auditStep(
  context: ServiceContext,
  tx: Tx,
  lease: StepLease,
  action: string,
  details = {},
): Promise<void> {
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action,
    objectType: "round",
    objectId: lease.roundId,
    projectId: lease.projectId,
    details: { step: lease.step, attempt: lease.attempt, ...details },
  });
}

/** Takes the step if it is its turn and nobody alive has it; null otherwise. */
export async function claimStep(
  context: ServiceContext,
  input: { roundId: string; step: RoundStepKey },
): Promise<StepLease | null> {
  return inTransaction(context, async (tx) => {
    const locked = await lockRoundWithSteps(tx, input.roundId);
    if (!locked) return null;
    const { round, steps } = locked;
    const mine = steps.find(({ name }) => name === input.step)!;
    const decision = decideClaim(round.state, steps, input.step);
    const lease: StepLease = {
      projectId: round.projectId,
      roundId: round.id,
      roundNumber: round.number,
      step: input.step,
      attempt: mine.attempt + 1,
      config: projectSettingsSchema.parse(round.config),
    };
    if (decision === "give_up") {
      await failLocked(
        context,
        tx,
        lease,
        `The worker died ${mine.takeovers} times on this step. Look at its log, then retry the step.`,
      );
      return null;
    }
    if (decision !== "start" && decision !== "take_over") return null;
    const again = decision === "take_over";
    await tx
      .update(roundSteps)
      .set({
        state: "running",
        attempt: lease.attempt,
        takeovers: again ? mine.takeovers + 1 : 0,
        heartbeatAt: sql`clock_timestamp()`,
        startedAt: again ? sql`coalesce(${roundSteps.startedAt}, now())` : sql`now()`,
        finishedAt: null,
        error: null,
      })
      .where(isStep(input.roundId, input.step));
    await addStepLog(tx, lease, again ? "Going on after the worker stopped." : "Started.");
    await auditStep(context, tx, lease, again ? "round.step_resumed" : "round.step_started");
    return lease;
  });
}

/** A sign of life; false when the attempt is no longer current. */
export async function beatStep(context: ServiceContext, lease: StepLease): Promise<boolean> {
  const rows = await context.db
    .update(roundSteps)
    .set({ heartbeatAt: sql`clock_timestamp()` })
    .where(isAttempt(lease))
    .returning({ name: roundSteps.name });
  return rows.length === 1;
}

/** Progress 0..1 and a short sentence for the console. Errors: StepLostError. */
export async function reportStep(
  context: ServiceContext,
  lease: StepLease,
  progress: { share: number; message: string; log?: boolean },
): Promise<void> {
  await withStep(context, lease, async (tx) => {
    const share = Math.max(0, Math.min(1, progress.share));
    await tx
      .update(roundSteps)
      .set({ progress: share, message: progress.message, heartbeatAt: sql`clock_timestamp()` })
      .where(isAttempt(lease));
    if (progress.log) await addStepLog(tx, lease, progress.message);
  });
}

/** A transaction that holds the step's row and commits only for the current attempt of a running round. Errors: StepLostError. */
export async function withStep<T>(context: ServiceContext, lease: StepLease, work: (tx: Tx) => Promise<T>): Promise<T> {
  return inTransaction(context, async (tx) => {
    const [current] = await tx
      .select({ round: rounds.state })
      .from(roundSteps)
      .innerJoin(rounds, eq(rounds.id, roundSteps.roundId))
      .where(isAttempt(lease))
      .for("update", { of: roundSteps });
    if (current?.round !== "running") throw new StepLostError(lease);
    return work(tx);
  });
}

/**
 * Publishes a step: `write` stores what it made and returns the ids and counts for its row. The next step's job, or the
 * round's end, belongs to the same transaction. Run twice, the second finds the attempt gone and changes nothing.
 */
export async function finishStep(
  context: ServiceContext,
  lease: StepLease,
  write: (tx: Tx) => Promise<{ output: Record<string, unknown>; message: string }>,
): Promise<void> {
  await withStep(context, lease, async (tx) => {
    const { output, message } = await write(tx);
    await tx
      .update(roundSteps)
      .set({ state: "done", progress: 1, message, output, heartbeatAt: null, finishedAt: sql`now()` })
      .where(isAttempt(lease));
    await addStepLog(tx, lease, message);
    await auditStep(context, tx, lease, "round.step_done", { output });
    const following = nextStep(lease.step);
    if (following) {
      await enqueueStep(context, tx, { projectId: lease.projectId, roundId: lease.roundId, step: following });
      return;
    }
    await tx.update(rounds).set({ state: "done", finishedAt: sql`now()` }).where(eq(rounds.id, lease.roundId));
    await auditStep(context, tx, lease, "round.done", { number: lease.roundNumber });
  });
}

async function failLocked(context: ServiceContext, tx: Tx, lease: StepLease, error: string): Promise<void> {
  await tx
    .update(roundSteps)
    .set({ state: "failed", error, heartbeatAt: null, finishedAt: sql`now()` })
    .where(isStep(lease.roundId, lease.step));
  await tx.update(rounds).set({ state: "failed", finishedAt: sql`now()` }).where(eq(rounds.id, lease.roundId));
  await addStepLog(tx, lease, error, "error");
  await auditStep(context, tx, lease, "round.step_failed", { error });
}

/** Ends the round with a failed step; what was made stays, and the step can be retried. Errors: StepLostError. */
export async function failStep(context: ServiceContext, lease: StepLease, error: string): Promise<void> {
  await withStep(context, lease, (tx) => failLocked(context, tx, lease, error));
}

/** Gives the step back unfinished (the worker stops, or lost something that comes back); another attempt goes on. */
export async function releaseStep(
  context: ServiceContext,
  lease: StepLease,
  reason: string,
  startAfterSeconds?: number,
): Promise<void> {
  await withStep(context, lease, async (tx) => {
    await tx.update(roundSteps).set({ heartbeatAt: null }).where(isAttempt(lease));
    await addStepLog(tx, lease, reason);
    const { projectId, roundId, step } = lease;
    await enqueueStep(context, tx, { projectId, roundId, step }, startAfterSeconds);
  });
}
