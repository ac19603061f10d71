/** Runs a failed step again. */
import { and, eq, sql } from "drizzle-orm";
import { databaseError, type Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { lockRoundWithSteps } from "@/db/queries/rounds";
import { roundStepLogs, roundSteps, rounds } from "@/db/schema";
import type { Round } from "@/lib/contracts/rounds";
import type { RoundStepKey } from "@/lib/domain/round";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { enqueueStep } from "./enqueue-step";
import { getRound } from "./read";

/** Errors: conflict when the step has not failed, or another round of the project runs. */
export async function retryStep(
  context: ServiceContext,
  input: { roundId: string; step: RoundStepKey },
): Promise<Round> {
  try {
    await inTransaction(context, (tx) => reopen(context, tx, input));
  } catch (error) {
    if (databaseError(error)?.constraint !== "rounds_one_running") throw error;
    throw new DomainError("conflict", "Another round of this project is running. Wait for its end or cancel it first.");
  }
  return getRound(context, input.roundId);
}

async function reopen(context: ServiceContext, tx: Tx, { roundId, step }: { roundId: string; step: RoundStepKey }) {
  const locked = await lockRoundWithSteps(tx, roundId);
  if (!locked) throw notFound("Round");
  const { round, steps } = locked;
  await requireProject(context, tx, round.projectId, "lead");
  const mine = steps.find(({ name }) => name === step)!;
  if (mine.state !== "failed")
    throw new DomainError("conflict", `The step "${step}" is ${mine.state}: only a failed step can be retried.`);
  await tx.update(rounds).set({ state: "running", finishedAt: null }).where(eq(rounds.id, roundId));
  await tx
    .update(roundSteps)
    .set({ state: "waiting", error: null, takeovers: 0, heartbeatAt: null, startedAt: sql`now()`, finishedAt: null })
    .where(and(eq(roundSteps.roundId, roundId), eq(roundSteps.name, step)));
  await tx.insert(roundStepLogs).values({ roundId, step, attempt: mine.attempt, message: "Retry asked for." });
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action: "round.step_retried",
    objectType: "round",
    objectId: roundId,
    projectId: round.projectId,
    details: { step, attempt: mine.attempt },
  });
  await enqueueStep(context, tx, { projectId: round.projectId, roundId, step });
}
