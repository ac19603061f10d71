/** Scores open pairs with the models in service, so that those come first of which a model is unsure. */
import type { ServiceContext } from "@/lib/services/context";
import { keepScores, type UnscoredPair, unscoredPairs } from "@/lib/services/ordering/score";
import { homePath } from "./base-model";
import { runRecipe } from "./run-recipe";

/** Pairs of one job; the refresh that follows asks for the next ones. */
const PAIRS_PER_JOB = 250;

/** Errors: those of runRecipe. */
export async function scoreOrder(context: ServiceContext, projectId: string, signal: AbortSignal): Promise<void> {
  const pairs = await unscoredPairs(context, projectId, PAIRS_PER_JOB);
  for (const rewardModelId of new Set(pairs.map((pair) => pair.rewardModelId))) {
    const ofModel = pairs.filter((pair) => pair.rewardModelId === rewardModelId);
    const items = [...new Map(ofModel.flatMap(responsesOf).map((item) => [item.id, item])).values()];
    const modelDirectory = homePath(ofModel[0]!.directory);
    const scored = await runRecipe("score", { modelDirectory, items, engine: "auto" }, { signal });
    const scores = scored.map(({ id, reward }) => ({ messageId: id, rewardModelId, reward }));
    await keepScores(context, scores, ofModel);
  }
}

const responsesOf = (pair: UnscoredPair) => [
  { id: pair.response1Id, prompt: pair.prompt, response: pair.response1 },
  { id: pair.response2Id, prompt: pair.prompt, response: pair.response2 },
];
