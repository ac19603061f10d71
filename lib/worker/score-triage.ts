/** Scores standing judgements with the models in service, newest first, and stores how much each surprises its model. */
import type { ServiceContext } from "@/lib/services/context";
import { adoptEvaluations, storeRewards, unscoredJudgements } from "@/lib/services/triage/score";
import { homePath } from "./base-model";
import { runRecipe } from "./run-recipe";

/** Judgements scored per loading of a model, and in one job: a killed worker loses the former, others wait for the latter. */
const JUDGEMENTS_AT_ONCE = 250;
const JUDGEMENTS_PER_JOB = 1000;

/** Errors: those of runRecipe. What was scored before stays. */
export async function scoreTriage(context: ServiceContext, projectId: string, signal: AbortSignal): Promise<void> {
  await adoptEvaluations(context, projectId);
  for (let done = 0; done < JUDGEMENTS_PER_JOB; ) {
    const found = await unscoredJudgements(context, projectId, JUDGEMENTS_AT_ONCE);
    if (found.length === 0) return;
    for (const rewardModelId of new Set(found.map((row) => row.rewardModelId))) {
      const rows = found.filter((row) => row.rewardModelId === rewardModelId);
      const items = rows.flatMap(({ comparisonId, prompt, chosen, rejected }) => [
        { id: `${comparisonId}/chosen`, prompt, response: chosen },
        { id: `${comparisonId}/rejected`, prompt, response: rejected },
      ]);
      const modelDirectory = homePath(rows[0]!.directory);
      const scored = await runRecipe("score", { modelDirectory, items, engine: "auto" }, { signal });
      const rewards = new Map(scored.map(({ id, reward }) => [id, reward]));
      await storeRewards(
        context,
        rewardModelId,
        rows.map(({ comparisonId }) => ({
          comparisonId,
          rewardChosen: rewards.get(`${comparisonId}/chosen`)!,
          rewardRejected: rewards.get(`${comparisonId}/rejected`)!,
        })),
      );
    }
    done += found.length;
  }
}
