/** Makes training runs: by hand on any snapshot, or one per task by a round's train step. */
import { randomUUID } from "node:crypto";
import { and, eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { snapshots, trainingRuns } from "@/db/schema";
import type { TrainingRun } from "@/lib/contracts/training-runs";
import { type ProjectSettings, projectSettingsSchema } from "@/lib/domain/project-settings";
import { notFound } from "@/lib/errors";
import { enqueue } from "@/lib/jobs";
import type { Task } from "@/trainer/format/pair";
import { type TrainingConfig, trainingConfigSchema } from "@/trainer/format/training-config";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { getTrainingRun } from "./read";

type ConfigOverrides = Partial<Omit<TrainingConfig, "task">>;

/** Paper values, then the project's shared settings, then its settings of the task, then the run's own. */
export function trainingConfigOf(
  settings: ProjectSettings,
  task: Task,
  overrides: ConfigOverrides = {},
): TrainingConfig {
  const { shared, [task]: ofTask } = settings.training;
  return trainingConfigSchema.parse({ ...shared, ...ofTask, ...overrides, task });
}

async function insertRun(
  context: ServiceContext,
  tx: Tx,
  run: { projectId: string; roundId: string | null; snapshotId: string; config: TrainingConfig; baseModel: string },
): Promise<string> {
  const id = randomUUID();
  const { config, ...fields } = run;
  await tx.insert(trainingRuns).values({
    ...fields,
    id,
    task: config.task,
    config,
    directory: `runs/${id}`,
    createdBy: context.actor.kind === "user" ? context.actor.id : null,
  });
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action: "training_run.created",
    objectType: "training_run",
    objectId: id,
    projectId: run.projectId,
    details: { task: config.task, snapshotId: run.snapshotId, roundId: run.roundId, baseModel: run.baseModel },
  });
  return id;
}

/** Queues a run outside any round. */
export async function createTrainingRun(
  context: ServiceContext,
  input: { projectId: string; snapshotId: string; task: Task; baseModel?: string; config?: ConfigOverrides },
): Promise<TrainingRun> {
  const id = await inTransaction(context, async (tx) => {
    const project = await requireProject(context, tx, input.projectId, "lead");
    const [snapshot] = await tx
      .select({ id: snapshots.id })
      .from(snapshots)
      .where(and(eq(snapshots.id, input.snapshotId), eq(snapshots.projectId, project.id)));
    if (!snapshot) throw notFound("Snapshot");
    const settings = projectSettingsSchema.parse(project.settings);
    const trainingRunId = await insertRun(context, tx, {
      projectId: project.id,
      roundId: null,
      snapshotId: snapshot.id,
      config: trainingConfigOf(settings, input.task, input.config),
      baseModel: input.baseModel ?? settings.training.baseModel,
    });
    await enqueue(context.db, tx, "training.run", { projectId: project.id, trainingRunId }, { key: trainingRunId });
    return trainingRunId;
  });
  return getTrainingRun(context, id);
}

/** The run of a round's task, made on the first call (unique per round and task). */
export async function ensureRoundTrainingRun(
  context: ServiceContext,
  tx: Tx,
  input: { projectId: string; roundId: string; snapshotId: string; task: Task; settings: ProjectSettings },
): Promise<string> {
  const [known] = await tx
    .select({ id: trainingRuns.id })
    .from(trainingRuns)
    .where(and(eq(trainingRuns.roundId, input.roundId), eq(trainingRuns.task, input.task)));
  if (known) return known.id;
  return insertRun(context, tx, {
    projectId: input.projectId,
    roundId: input.roundId,
    snapshotId: input.snapshotId,
    config: trainingConfigOf(input.settings, input.task),
    baseModel: input.settings.training.baseModel,
  });
}
