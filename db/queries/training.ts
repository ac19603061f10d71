/** Reads of training runs, metrics, reward models, evaluations and scoring requests. */
import { and, asc, desc, eq, gt, sql } from "drizzle-orm";
import type { Connection } from "../client";
import { evaluations, rewardModels, scoreRequests, trainingMetrics, trainingRuns } from "../schema";

type Task = "helpfulness" | "safety";

export type TrainingRunRow = typeof trainingRuns.$inferSelect & { rewardModelId: string | null };

const runColumns = { run: trainingRuns, rewardModelId: rewardModels.id };

export async function selectTrainingRuns(
  connection: Connection,
  filter: { projectId: string; roundId?: string; limit: number },
): Promise<TrainingRunRow[]> {
  const rows = await connection
    .select(runColumns)
    .from(trainingRuns)
    .leftJoin(rewardModels, eq(rewardModels.trainingRunId, trainingRuns.id))
    .where(
      and(
        eq(trainingRuns.projectId, filter.projectId),
        filter.roundId ? eq(trainingRuns.roundId, filter.roundId) : undefined,
      ),
    )
    .orderBy(desc(trainingRuns.createdAt), asc(trainingRuns.task))
    .limit(filter.limit);
  return rows.map(({ run, rewardModelId }) => ({ ...run, rewardModelId }));
}

export async function selectTrainingRun(connection: Connection, id: string): Promise<TrainingRunRow | undefined> {
  const [row] = await connection
    .select(runColumns)
    .from(trainingRuns)
    .leftJoin(rewardModels, eq(rewardModels.trainingRunId, trainingRuns.id))
    .where(eq(trainingRuns.id, id));
  return row ? { ...row.run, rewardModelId: row.rewardModelId } : undefined;
}

export async function selectMetrics(connection: Connection, trainingRunId: string, afterStep: number, limit: number) {
  return connection
    .select({ values: trainingMetrics.values })
    .from(trainingMetrics)
    .where(and(eq(trainingMetrics.trainingRunId, trainingRunId), gt(trainingMetrics.step, afterStep)))
    .orderBy(asc(trainingMetrics.step))
    .limit(limit);
}

/** A reward model with the run that made it and its newest evaluation's report. */
const modelColumns = {
  model: rewardModels,
  roundId: trainingRuns.roundId,
  snapshotId: trainingRuns.snapshotId,
  report: sql<unknown>`(select ${evaluations.report} from ${evaluations} where ${evaluations.rewardModelId} = ${rewardModels.id}
    order by ${evaluations.createdAt} desc limit 1)`,
};

export async function selectRewardModels(
  connection: Connection,
  filter: { projectId: string; task?: Task; state?: "serving"; roundId?: string; limit: number },
) {
  return connection
    .select(modelColumns)
    .from(rewardModels)
    .innerJoin(trainingRuns, eq(trainingRuns.id, rewardModels.trainingRunId))
    .where(
      and(
        eq(rewardModels.projectId, filter.projectId),
        filter.task ? eq(rewardModels.task, filter.task) : undefined,
        filter.state ? eq(rewardModels.state, filter.state) : undefined,
        filter.roundId ? eq(trainingRuns.roundId, filter.roundId) : undefined,
      ),
    )
    .orderBy(desc(rewardModels.createdAt), asc(rewardModels.task))
    .limit(filter.limit);
}
export type RewardModelRow = Awaited<ReturnType<typeof selectRewardModels>>[number];

export async function selectRewardModel(connection: Connection, id: string): Promise<RewardModelRow | undefined> {
  const [row] = await connection
    .select(modelColumns)
    .from(rewardModels)
    .innerJoin(trainingRuns, eq(trainingRuns.id, rewardModels.trainingRunId))
    .where(eq(rewardModels.id, id));
  return row;
}

const evaluationColumns = { evaluation: evaluations, task: rewardModels.task, projectId: rewardModels.projectId };

export async function selectEvaluations(
  connection: Connection,
  filter: { projectId: string; rewardModelId?: string; snapshotId?: string; limit: number },
) {
  return connection
    .select(evaluationColumns)
    .from(evaluations)
    .innerJoin(rewardModels, eq(rewardModels.id, evaluations.rewardModelId))
    .where(
      and(
        eq(rewardModels.projectId, filter.projectId),
        filter.rewardModelId ? eq(evaluations.rewardModelId, filter.rewardModelId) : undefined,
        filter.snapshotId ? eq(evaluations.snapshotId, filter.snapshotId) : undefined,
      ),
    )
    .orderBy(desc(evaluations.createdAt))
    .limit(filter.limit);
}
export type EvaluationRow = Awaited<ReturnType<typeof selectEvaluations>>[number];

export async function selectEvaluation(connection: Connection, id: string): Promise<EvaluationRow | undefined> {
  const [row] = await connection
    .select(evaluationColumns)
    .from(evaluations)
    .innerJoin(rewardModels, eq(rewardModels.id, evaluations.rewardModelId))
    .where(eq(evaluations.id, id));
  return row;
}

export async function selectScoreRequest(connection: Connection, id: string) {
  const [row] = await connection.select().from(scoreRequests).where(eq(scoreRequests.id, id));
  return row;
}
