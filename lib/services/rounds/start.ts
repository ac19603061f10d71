/** Starts a round: the row, its six steps and the first job, in one transaction. */
import { eq, sql } from "drizzle-orm";
import { databaseError } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { selectRunningRound } from "@/db/queries/rounds";
import { roundSteps, rounds } from "@/db/schema";
import type { Round, RoundTrigger } from "@/lib/contracts/rounds";
import { projectSettingsSchema } from "@/lib/domain/project-settings";
import { ROUND_STEP_ORDER } from "@/lib/domain/round";
import { DomainError } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { enqueueStep } from "./enqueue-step";
import { getRound } from "./read";

const ONE_RUNNING = new Set(["rounds_one_running", "rounds_number"]);

/**
 * Starts a round, or gives the one that runs: a unique index allows one per project, so a double click, a retry and the
 * schedule together still start one. The project's settings are frozen into the round.
 */
export async function startRound(
  context: ServiceContext,
  input: { projectId: string; trigger: RoundTrigger },
): Promise<Round> {
  try {
    return await getRound(context, await insertRound(context, input));
  } catch (error) {
    if (!ONE_RUNNING.has(databaseError(error)?.constraint ?? "")) throw error;
    const running = await selectRunningRound(context.db, input.projectId);
    if (!running)
      throw new DomainError("conflict", "Another round of this project started and ended meanwhile. Try again.");
    return getRound(context, running.id);
  }
}

async function insertRound(
  context: ServiceContext,
  input: { projectId: string; trigger: RoundTrigger },
): Promise<string> {
  return inTransaction(context, async (tx) => {
    const project = await requireProject(context, tx, input.projectId, "lead");
    if (project.archivedAt) throw new DomainError("conflict", "The project is archived: it starts no rounds.");
    const running = await selectRunningRound(tx, project.id);
    if (running) return running.id;
    const [last] = await tx
      .select({ number: sql<number>`coalesce(max(${rounds.number}), 0)::int` })
      .from(rounds)
      .where(eq(rounds.projectId, project.id));
    const number = (last?.number ?? 0) + 1;
    const [round] = await tx
      .insert(rounds)
      .values({
        projectId: project.id,
        number,
        trigger: input.trigger,
        config: projectSettingsSchema.parse(project.settings),
        startedBy: context.actor.kind === "user" ? context.actor.id : null,
      })
      .returning({ id: rounds.id });
    const roundId = round!.id;
    await tx.insert(roundSteps).values(ROUND_STEP_ORDER.map((name) => ({ roundId, name })));
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "round.started",
      objectType: "round",
      objectId: roundId,
      projectId: project.id,
      details: { number, trigger: input.trigger },
    });
    await enqueueStep(context, tx, { projectId: project.id, roundId, step: ROUND_STEP_ORDER[0] });
    return roundId;
  });
}
