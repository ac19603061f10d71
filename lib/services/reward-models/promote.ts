/** Puts a reward model into service. One serves per project and task (unique index); the one it replaces is retired. */
import { and, eq, ne, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { rewardModels } from "@/db/schema";
import type { RewardModel } from "@/lib/contracts/reward-models";
import { notFound } from "@/lib/errors";
import { enqueue } from "@/lib/jobs";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { getRewardModel } from "./read";

/** Within the caller's transaction; `reason` says by which rule or by whom. Does nothing for a model that serves already. */
export async function putIntoService(
  context: ServiceContext,
  tx: Tx,
  rewardModelId: string,
  reason: string,
): Promise<void> {
  const [model] = await tx.select().from(rewardModels).where(eq(rewardModels.id, rewardModelId)).for("update");
  if (!model) throw notFound("Reward model");
  if (model.state === "serving") return;
  const retired = await tx
    .update(rewardModels)
    .set({ state: "retired" })
    .where(
      and(
        eq(rewardModels.projectId, model.projectId),
        eq(rewardModels.task, model.task),
        eq(rewardModels.state, "serving"),
        ne(rewardModels.id, model.id),
      ),
    )
    .returning({ id: rewardModels.id });
  await tx.update(rewardModels).set({ state: "serving", promotedAt: sql`now()` }).where(eq(rewardModels.id, model.id));
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action: "reward_model.promoted",
    objectType: "reward_model",
    objectId: model.id,
    projectId: model.projectId,
    details: { task: model.task, reason, retired: retired.map(({ id }) => id) },
  });
  const { projectId } = model;
  await enqueue(context.db, tx, "triage.score", { projectId }, { key: projectId });
}

export async function promoteRewardModel(context: ServiceContext, rewardModelId: string): Promise<RewardModel> {
  await inTransaction(context, async (tx) => {
    const [model] = await tx
      .select({ projectId: rewardModels.projectId })
      .from(rewardModels)
      .where(eq(rewardModels.id, rewardModelId));
    if (!model) throw notFound("Reward model");
    await requireProject(context, tx, model.projectId, "lead");
    await putIntoService(context, tx, rewardModelId, "Promoted by hand.");
  });
  return getRewardModel(context, rewardModelId);
}
