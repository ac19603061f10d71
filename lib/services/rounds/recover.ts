/** Finds running rounds whose current step nobody works on and sends its job again: after a crash, a lost job, a first start. */
import { and, eq, isNull, sql } from "drizzle-orm";
import { lockRoundWithSteps } from "@/db/queries/rounds";
import { roundSteps, rounds } from "@/db/schema";
import { currentStep, STEP_SILENT_SECONDS_MAX } from "@/lib/domain/round";
import { inTransaction, type ServiceContext } from "../context";
import { enqueueStep } from "./enqueue-step";

/** Returns how many jobs were sent. A step that is merely waiting its turn in the queue gets no second job (short queue). */
export async function recoverRounds(context: ServiceContext): Promise<number> {
  const idle = await context.db
    .select({ id: rounds.id })
    .from(rounds)
    .where(
      and(
        eq(rounds.state, "running"),
        sql`not exists (select 1 from ${roundSteps} where ${roundSteps.roundId} = ${rounds.id} and ${roundSteps.state} = 'running'
          and ${roundSteps.heartbeatAt} > clock_timestamp() - make_interval(secs => ${STEP_SILENT_SECONDS_MAX}))`,
        isNull(rounds.finishedAt),
      ),
    );
  for (const { id } of idle)
    await inTransaction(context, async (tx) => {
      const locked = await lockRoundWithSteps(tx, id);
      const step = locked && currentStep(locked.steps);
      if (locked?.round.state !== "running" || !step) return;
      await enqueueStep(context, tx, { projectId: locked.round.projectId, roundId: id, step });
    });
  return idle.length;
}
