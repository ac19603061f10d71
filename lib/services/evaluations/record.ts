/** Evaluations on request, and their storing. The same model on the same snapshot is evaluated once (unique index). */
import { and, eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { selectEvaluations } from "@/db/queries/training";
import { evaluations, rewardModels, snapshots } from "@/db/schema";
import { notFound } from "@/lib/errors";
import { enqueue } from "@/lib/jobs";
import { type EvaluationReport, evaluationReportSchema } from "@/trainer/format/evaluation";
import { auditActor, inTransaction, type ServiceContext } from "../context";
import { requireRewardModel } from "../reward-models/read";
import { evaluationView } from "./read";

/** Where the two things to compare lie, for the worker. Errors: not_found, also when they belong to different projects. */
export async function loadEvaluationInput(
  context: ServiceContext,
  input: { rewardModelId: string; snapshotId: string },
) {
  const { model } = await requireRewardModel(context, input.rewardModelId);
  const [snapshot] = await context.db
    .select({ directory: snapshots.directory })
    .from(snapshots)
    .where(and(eq(snapshots.id, input.snapshotId), eq(snapshots.projectId, model.projectId)));
  if (!snapshot) throw notFound("Snapshot");
  return { task: model.task, modelDirectory: model.directory, snapshotDirectory: snapshot.directory };
}

export async function findEvaluation(
  context: ServiceContext,
  input: { rewardModelId: string; snapshotId: string },
): Promise<EvaluationReport | null> {
  const [row] = await context.db
    .select({ report: evaluations.report })
    .from(evaluations)
    .where(and(eq(evaluations.rewardModelId, input.rewardModelId), eq(evaluations.snapshotId, input.snapshotId)));
  return row ? evaluationReportSchema.parse(row.report) : null;
}

/** Stores a report once; a second one for the same model and snapshot is dropped. */
export async function recordEvaluation(
  context: ServiceContext,
  input: { rewardModelId: string; snapshotId: string; report: EvaluationReport },
): Promise<void> {
  await inTransaction(context, (tx) => insertEvaluation(context, tx, input));
}

async function insertEvaluation(
  context: ServiceContext,
  tx: Tx,
  { report, ...ids }: { rewardModelId: string; snapshotId: string; report: EvaluationReport },
): Promise<void> {
  const [row] = await tx
    .insert(evaluations)
    .values({ ...ids, report })
    .onConflictDoNothing()
    .returning({ id: evaluations.id });
  if (!row) return;
  const [model] = await tx
    .select({ projectId: rewardModels.projectId })
    .from(rewardModels)
    .where(eq(rewardModels.id, ids.rewardModelId));
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action: "evaluation.recorded",
    objectType: "reward_model",
    objectId: ids.rewardModelId,
    projectId: model?.projectId,
    details: { evaluationId: row.id, snapshotId: ids.snapshotId, n: report.n, accuracy: report.overall.accuracy },
  });
}

export async function requestEvaluation(context: ServiceContext, input: { rewardModelId: string; snapshotId: string }) {
  const { model } = await requireRewardModel(context, input.rewardModelId);
  await loadEvaluationInput(context, input);
  const [known] = await selectEvaluations(context.db, { projectId: model.projectId, ...input, limit: 1 });
  if (known) return { queued: false, evaluation: evaluationView(known) };
  await inTransaction(context, (tx) =>
    enqueue(
      context.db,
      tx,
      "evaluation.run",
      { projectId: model.projectId, ...input },
      { key: `${input.rewardModelId}:${input.snapshotId}` },
    ),
  );
  return { queued: true, evaluation: null };
}
