/** Training runs and their metrics as people see them. */
import { selectMetrics, selectTrainingRun, selectTrainingRuns, type TrainingRunRow } from "@/db/queries/training";
import type { TrainingRun } from "@/lib/contracts/training-runs";
import { notFound } from "@/lib/errors";
import { trainingConfigSchema, trainingMetricSchema } from "@/trainer/format/training-config";
import { requireProject, type ServiceContext } from "../context";
import { iso, isoOrNull } from "../instants";

export function trainingRunView(run: TrainingRunRow): TrainingRun {
  return {
    id: run.id,
    projectId: run.projectId,
    roundId: run.roundId,
    snapshotId: run.snapshotId,
    task: run.task,
    state: run.state,
    config: trainingConfigSchema.parse(run.config),
    baseModel: run.baseModel,
    directory: run.directory,
    engine: run.engine,
    engineReason: run.engineReason,
    progress: run.progress,
    error: run.error,
    cancelRequested: run.cancelRequested,
    rewardModelId: run.rewardModelId,
    createdBy: run.createdBy,
    createdAt: iso(run.createdAt),
    startedAt: isoOrNull(run.startedAt),
    finishedAt: isoOrNull(run.finishedAt),
  };
}

export async function requireTrainingRun(context: ServiceContext, id: string): Promise<TrainingRunRow> {
  const run = await selectTrainingRun(context.db, id);
  if (!run) throw notFound("Training run");
  await requireProject(context, context.db, run.projectId, "lead");
  return run;
}

export async function getTrainingRun(context: ServiceContext, id: string): Promise<TrainingRun> {
  return trainingRunView(await requireTrainingRun(context, id));
}

export async function listTrainingRuns(
  context: ServiceContext,
  input: { projectId: string; roundId?: string; limit: number },
) {
  await requireProject(context, context.db, input.projectId, "lead");
  return { trainingRuns: (await selectTrainingRuns(context.db, input)).map(trainingRunView) };
}

export async function listTrainingMetrics(
  context: ServiceContext,
  input: { trainingRunId: string; afterStep: number; limit: number },
) {
  const run = await requireTrainingRun(context, input.trainingRunId);
  const rows = await selectMetrics(context.db, run.id, input.afterStep, input.limit);
  return {
    state: run.state,
    progress: run.progress,
    metrics: rows.map(({ values }) => trainingMetricSchema.parse(values)),
  };
}
