/** Evaluates a reward model on a snapshot's held-out pairs and stores the report. Used by the round, the job and the command line. */
import type { ServiceContext } from "@/lib/services/context";
import { findEvaluation, loadEvaluationInput, recordEvaluation } from "@/lib/services/evaluations/record";
import type { EvaluationReport } from "@/trainer/format/evaluation";
import type { TrainingConfig } from "@/trainer/format/training-config";
import { homePath } from "./base-model";
import { runRecipe } from "./run-recipe";

export interface RunEvaluationInput {
  rewardModelId: string;
  snapshotId: string;
  engine?: TrainingConfig["engine"];
  signal: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/** The stored report when there is one already: the same model on the same snapshot gives the same. Errors: RecipeError, RecipeDiedError. */
export async function runEvaluation(context: ServiceContext, input: RunEvaluationInput): Promise<EvaluationReport> {
  const ids = { rewardModelId: input.rewardModelId, snapshotId: input.snapshotId };
  const { task, modelDirectory, snapshotDirectory } = await loadEvaluationInput(context, ids);
  const known = await findEvaluation(context, ids);
  if (known) return known;
  const report = await runRecipe(
    "evaluate",
    {
      modelDirectory: homePath(modelDirectory),
      data: homePath(snapshotDirectory),
      task,
      engine: input.engine ?? "auto",
    },
    { signal: input.signal, onProgress: input.onProgress },
  );
  await recordEvaluation(context, { ...ids, report });
  return report;
}
