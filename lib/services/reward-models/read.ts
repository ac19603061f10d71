/** Reward models as people see them. */
import { type RewardModelRow, selectRewardModel, selectRewardModels } from "@/db/queries/training";
import type { RewardModel } from "@/lib/contracts/reward-models";
import { notFound } from "@/lib/errors";
import { evaluationReportSchema } from "@/trainer/format/evaluation";
import type { Task } from "@/trainer/format/pair";
import { requireProject, type ServiceContext } from "../context";
import { iso, isoOrNull } from "../instants";

export function rewardModelView({ model, roundId, snapshotId, report }: RewardModelRow): RewardModel {
  const overall = report === null ? null : evaluationReportSchema.parse(report).overall;
  return {
    id: model.id,
    projectId: model.projectId,
    trainingRunId: model.trainingRunId,
    roundId,
    snapshotId,
    task: model.task,
    state: model.state,
    directory: model.directory,
    weightsSha256: model.weightsSha256,
    createdAt: iso(model.createdAt),
    promotedAt: isoOrNull(model.promotedAt),
    heldout: overall && { n: overall.n, accuracy: overall.accuracy, low: overall.low, high: overall.high },
  };
}

export async function requireRewardModel(context: ServiceContext, id: string): Promise<RewardModelRow> {
  const row = await selectRewardModel(context.db, id);
  if (!row) throw notFound("Reward model");
  await requireProject(context, context.db, row.model.projectId, "lead");
  return row;
}

export async function getRewardModel(context: ServiceContext, id: string): Promise<RewardModel> {
  return rewardModelView(await requireRewardModel(context, id));
}

export async function listRewardModels(
  context: ServiceContext,
  input: { projectId: string; task?: Task; limit: number },
) {
  await requireProject(context, context.db, input.projectId, "lead");
  return { rewardModels: (await selectRewardModels(context.db, input)).map(rewardModelView) };
}

/** The models that a round's training runs made. */
export async function roundRewardModels(context: ServiceContext, input: { projectId: string; roundId: string }) {
  const rows = await selectRewardModels(context.db, { projectId: input.projectId, roundId: input.roundId, limit: 10 });
  return rows.map(({ model }) => ({ id: model.id, task: model.task }));
}
