/** Finds runs outside rounds that nobody works on and sends their job again. Runs of a round follow the round's train step. */
import { and, inArray, isNull, sql } from "drizzle-orm";
import { trainingRuns } from "@/db/schema";
import { STEP_SILENT_SECONDS_MAX } from "@/lib/domain/round";
import { enqueue } from "@/lib/jobs";
import { inTransaction, type ServiceContext } from "../context";

export async function recoverTrainingRuns(context: ServiceContext): Promise<number> {
  const idle = await context.db
    .select({ trainingRunId: trainingRuns.id, projectId: trainingRuns.projectId })
    .from(trainingRuns)
    .where(
      and(
        isNull(trainingRuns.roundId),
        inArray(trainingRuns.state, ["queued", "running"]),
        sql`coalesce(${trainingRuns.heartbeatAt}, ${trainingRuns.createdAt}) < clock_timestamp() - make_interval(secs => ${STEP_SILENT_SECONDS_MAX})`,
      ),
    );
  for (const run of idle)
    await inTransaction(context, (tx) => enqueue(context.db, tx, "training.run", run, { key: run.trainingRunId }));
  return idle.length;
}
