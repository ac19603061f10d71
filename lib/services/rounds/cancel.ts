/** Cancels a round. The worker notices within seconds; what was made so far stays. */
import { and, eq, inArray, sql } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { lockRoundWithSteps } from "@/db/queries/rounds";
import { roundSteps, rounds, trainingRuns } from "@/db/schema";
import type { Round } from "@/lib/contracts/rounds";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { getRound } from "./read";

export async function cancelRound(context: ServiceContext, roundId: string): Promise<Round> {
  await inTransaction(context, async (tx) => {
    const locked = await lockRoundWithSteps(tx, roundId);
    if (!locked) throw notFound("Round");
    const { round } = locked;
    await requireProject(context, tx, round.projectId, "lead");
    if (round.state === "cancelled") return;
    if (round.state === "done") throw new DomainError("conflict", "The round is done: there is nothing to cancel.");
    await tx.update(rounds).set({ state: "cancelled", finishedAt: sql`now()` }).where(eq(rounds.id, roundId));
    await tx
      .update(roundSteps)
      .set({ state: "cancelled", heartbeatAt: null, finishedAt: sql`now()` })
      .where(and(eq(roundSteps.roundId, roundId), inArray(roundSteps.state, ["waiting", "running", "failed"])));
    await tx
      .update(trainingRuns)
      .set({ cancelRequested: true })
      .where(and(eq(trainingRuns.roundId, roundId), inArray(trainingRuns.state, ["queued", "running"])));
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "round.cancelled",
      objectType: "round",
      objectId: roundId,
      projectId: round.projectId,
      details: { number: round.number },
    });
  });
  return getRound(context, roundId);
}
