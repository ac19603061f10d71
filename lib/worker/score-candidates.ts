/** Scores a round's candidates with the models in service and marks best and rival, group by group. */
import type { ServingModel } from "@/lib/services/rejection-sampling/store";
import {
  type ScoredGroup,
  storeScores,
  type UnscoredGroup,
  unscoredGroups,
} from "@/lib/services/rejection-sampling/store";
import type { Task } from "@/trainer/format/pair";
import { bestOfN, type Candidate, combinedReward } from "@/trainer/sample/reward";
import { homePath } from "./base-model";
import { runRecipe } from "./run-recipe";
import type { StepRun } from "./steps/step";

/** Groups scored per loading of the models; what a killed worker loses at most. */
const GROUPS_AT_ONCE = 50;

type Models = Record<Task, ServingModel | null>;
type Rewards = Map<string, number>;

async function rewardsOf(
  run: StepRun,
  model: ServingModel | null,
  groups: readonly UnscoredGroup[],
): Promise<Rewards | null> {
  if (model === null) return null;
  const items = groups.flatMap(({ messages, candidates }) =>
    candidates.map(({ id, content }) => ({ id, prompt: messages, response: content })),
  );
  const scored = await runRecipe(
    "score",
    { modelDirectory: homePath(model.directory), items, engine: run.lease.config.training.shared.engine ?? "auto" },
    { signal: run.signal },
  );
  return new Map(scored.map(({ id, reward }) => [id, reward]));
}

/** Combined reward, best and rival of one group. The rival follows a fixed rule, so the pair's probability is 1. */
export function rankGroup(
  group: UnscoredGroup,
  roundNumber: number,
  helpfulness: Rewards | null,
  safety: Rewards | null,
): ScoredGroup {
  const rated = group.candidates.map(({ id, content, sampledInRound }) => {
    const helpfulnessReward = helpfulness?.get(id) ?? null;
    const safetyReward = safety?.get(id) ?? null;
    const { safetyTagged } = group;
    const combined = combinedReward({ helpfulness: helpfulnessReward, safety: safetyReward, safetyTagged });
    const candidate: Candidate = { id, text: content, logit: combined.logit, round: sampledInRound };
    return { candidate, scores: { id, helpfulnessReward, safetyReward, combinedReward: combined.score } };
  });
  const fresh = rated.filter(({ candidate }) => candidate.round === roundNumber);
  const earlier = rated.filter(({ candidate }) => candidate.round !== roundNumber);
  const { best, rival } = bestOfN(
    fresh.map(({ candidate }) => candidate),
    earlier.map(({ candidate }) => candidate),
  );
  return {
    groupId: group.groupId,
    candidates: rated.map(({ scores }) => scores),
    bestId: best.id,
    rivalId: rival?.id ?? null,
    pairProbability: rival === null ? null : 1,
  };
}

export async function scoreCandidates(run: StepRun, models: Models, share: (done: number) => number): Promise<void> {
  for (let scored = 0; ; ) {
    const groups = await unscoredGroups(run.context, run.lease.roundId, GROUPS_AT_ONCE);
    if (groups.length === 0) return;
    await run.progress(
      share(scored / (scored + groups.length + 1)),
      `Scoring the candidates of ${groups.length} prompts.`,
    );
    const helpfulness = await rewardsOf(run, models.helpfulness, groups);
    const safety = await rewardsOf(run, models.safety, groups);
    const ranked = groups.map((group) => rankGroup(group, run.lease.roundNumber, helpfulness, safety));
    await storeScores(run.context, run.lease, ranked, models);
    scored += groups.length;
  }
}
