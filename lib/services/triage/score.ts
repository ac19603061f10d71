/** Rewards for judgements: asked for here, computed by the worker, stored here. */
import { countUnscored, listUnscored, servingModels, storeSurprises } from "@/db/queries/triage";
import { surpriseOf } from "@/lib/domain/triage";
import { DomainError } from "@/lib/errors";
import { enqueue } from "@/lib/jobs";
import { inTransaction, requireProject, requireUser, type ServiceContext } from "../context";
import { UNSCORED_COUNTED_MAX } from "./list";

export interface Rewards {
  comparisonId: string;
  rewardChosen: number;
  rewardRejected: number;
}

/** Errors: `conflict` while no reward model serves. */
export async function requestTriageScores(context: ServiceContext, { projectId }: { projectId: string }) {
  requireUser(context);
  await requireProject(context, context.db, projectId, "reviewer");
  if ((await servingModels(context.db, projectId)).length === 0)
    throw new DomainError("conflict", "No reward model serves in this project yet. Promote one, then score.");
  await inTransaction(context, (tx) =>
    enqueue(context.db, tx, "triage.score", { projectId }, { key: projectId }).then(() => undefined),
  );
  return { unscored: await countUnscored(context.db, projectId, UNSCORED_COUNTED_MAX) };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Takes over what evaluations of the models in service have computed already: their worst pairs. */
export async function adoptEvaluations(context: ServiceContext, projectId: string): Promise<void> {
  for (const { id, worst } of await servingModels(context.db, projectId))
    await storeRewards(
      context,
      id,
      (worst ?? [])
        .filter(({ pairId }) => UUID.test(pairId))
        .map(({ pairId, ...rewards }) => ({ comparisonId: pairId, ...rewards })),
    );
}

export const unscoredJudgements = (context: ServiceContext, projectId: string, limit: number) =>
  listUnscored(context.db, projectId, limit);

export async function storeRewards(context: ServiceContext, rewardModelId: string, rows: Rewards[]): Promise<void> {
  const scored = rows.map((row) => ({ ...row, surprise: surpriseOf(row.rewardChosen - row.rewardRejected) }));
  await inTransaction(context, (tx) => storeSurprises(tx, rewardModelId, scored));
}
