/** Evaluations as people see them. */
import { type EvaluationRow, selectEvaluation, selectEvaluations } from "@/db/queries/training";
import type { Evaluation, WorstPair } from "@/lib/contracts/reward-models";
import { notFound } from "@/lib/errors";
import { evaluationReportSchema } from "@/trainer/format/evaluation";
import { requireProject, type ServiceContext } from "../context";
import { iso } from "../instants";
import { worstPairs } from "./worst-pairs";

export function evaluationView({ evaluation, task }: EvaluationRow): Evaluation {
  return {
    id: evaluation.id,
    rewardModelId: evaluation.rewardModelId,
    snapshotId: evaluation.snapshotId,
    task,
    report: evaluationReportSchema.parse(evaluation.report),
    createdAt: iso(evaluation.createdAt),
  };
}

export async function getEvaluation(
  context: ServiceContext,
  id: string,
): Promise<Evaluation & { worstPairs: WorstPair[] }> {
  const row = await selectEvaluation(context.db, id);
  if (!row) throw notFound("Evaluation");
  await requireProject(context, context.db, row.projectId, "lead");
  const view = evaluationView(row);
  return { ...view, worstPairs: await worstPairs(context, { snapshotId: view.snapshotId, worst: view.report.worst }) };
}

export async function listEvaluations(
  context: ServiceContext,
  input: { projectId: string; rewardModelId?: string; snapshotId?: string; limit: number },
) {
  await requireProject(context, context.db, input.projectId, "lead");
  return { evaluations: (await selectEvaluations(context.db, input)).map(evaluationView) };
}
