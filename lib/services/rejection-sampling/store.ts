/** Stores what the sample step makes, prompt by prompt, so that a killed worker loses one prompt's work at most. */
import { and, asc, desc, eq, inArray, isNotNull, isNull, lt, sql } from "drizzle-orm";
import type { Connection } from "@/db/client";
import { prompts, rejectionSamplingCandidates, rejectionSamplingGroups, rewardModels, rounds } from "@/db/schema";
import type { Task } from "@/trainer/format/pair";
import type { ServiceContext } from "../context";
import { type StepLease, withStep } from "../rounds/step-lease";

export interface NewCandidate {
  variantId: string;
  content: string;
  /** Temperature, topP, topK, tokensMax, seed, and what the policy said of itself. */
  sampling: Record<string, unknown>;
}

export async function promptsWithGroup(context: ServiceContext, roundId: string): Promise<Set<string>> {
  const rows = await context.db
    .select({ promptId: rejectionSamplingGroups.promptId })
    .from(rejectionSamplingGroups)
    .where(eq(rejectionSamplingGroups.roundId, roundId));
  return new Set(rows.map(({ promptId }) => promptId));
}

/**
 * The group of one prompt: this round's samples, then the best of every earlier round (paper, after RLHF-V3), texts that
 * are there already left out. A prompt that has its group keeps it.
 */
export async function storeGroup(
  context: ServiceContext,
  lease: StepLease,
  input: { promptId: string; candidates: readonly NewCandidate[] },
): Promise<void> {
  await withStep(context, lease, async (tx) => {
    const [group] = await tx
      .insert(rejectionSamplingGroups)
      .values({ roundId: lease.roundId, promptId: input.promptId })
      .onConflictDoNothing()
      .returning({ id: rejectionSamplingGroups.id });
    if (!group) return;
    const earlier = await tx
      .select({ candidate: rejectionSamplingCandidates })
      .from(rejectionSamplingCandidates)
      .innerJoin(rejectionSamplingGroups, eq(rejectionSamplingGroups.id, rejectionSamplingCandidates.groupId))
      .innerJoin(rounds, eq(rounds.id, rejectionSamplingGroups.roundId))
      .where(
        and(
          eq(rejectionSamplingGroups.promptId, input.promptId),
          eq(rejectionSamplingCandidates.isBest, true),
          eq(rounds.state, "done"),
          lt(rounds.number, lease.roundNumber),
        ),
      )
      .orderBy(desc(rounds.number));
    const seen = new Set(input.candidates.map(({ content }) => content));
    const kept = earlier.flatMap(({ candidate }) => {
      if (seen.has(candidate.content)) return [];
      seen.add(candidate.content);
      const { variantId, content, sampling, sampledInRound } = candidate;
      return [{ variantId, content, sampling, sampledInRound }];
    });
    const own = input.candidates.map((candidate) => ({ ...candidate, sampledInRound: lease.roundNumber }));
    await tx
      .insert(rejectionSamplingCandidates)
      .values([...own, ...kept].map((candidate, position) => ({ ...candidate, groupId: group.id, position })));
  });
}

export interface UnscoredGroup {
  groupId: string;
  safetyTagged: boolean;
  messages: (typeof prompts.$inferSelect)["messages"];
  candidates: { id: string; content: string; sampledInRound: number }[];
}

export async function unscoredGroups(
  context: ServiceContext,
  roundId: string,
  limit: number,
): Promise<UnscoredGroup[]> {
  const groups = await context.db
    .select({
      groupId: rejectionSamplingGroups.id,
      task: prompts.task,
      safetyTagged: prompts.safetyTagged,
      messages: prompts.messages,
    })
    .from(rejectionSamplingGroups)
    .innerJoin(prompts, eq(prompts.id, rejectionSamplingGroups.promptId))
    .where(and(eq(rejectionSamplingGroups.roundId, roundId), isNull(rejectionSamplingGroups.scoredAt)))
    .orderBy(asc(rejectionSamplingGroups.createdAt), asc(rejectionSamplingGroups.id))
    .limit(limit);
  if (groups.length === 0) return [];
  const candidates = await context.db
    .select()
    .from(rejectionSamplingCandidates)
    .where(
      inArray(
        rejectionSamplingCandidates.groupId,
        groups.map(({ groupId }) => groupId),
      ),
    )
    .orderBy(asc(rejectionSamplingCandidates.position));
  return groups.map(({ task, ...group }) => ({
    ...group,
    // A prompt of the safety task is adversarial by its instructions, whether or not it carries the tag.
    safetyTagged: group.safetyTagged || task === "safety",
    candidates: candidates
      .filter(({ groupId }) => groupId === group.groupId)
      .map(({ id, content, sampledInRound }) => ({ id, content, sampledInRound })),
  }));
}

export interface ServingModel {
  id: string;
  directory: string;
}

/** The reward models in service, by task; null where there is none. */
export async function servingModels(
  context: Pick<ServiceContext, "db">,
  projectId: string,
  connection: Connection = context.db,
): Promise<Record<Task, ServingModel | null>> {
  const rows = await connection
    .select({ id: rewardModels.id, directory: rewardModels.directory, task: rewardModels.task })
    .from(rewardModels)
    .where(and(eq(rewardModels.projectId, projectId), eq(rewardModels.state, "serving")));
  const of = (task: Task): ServingModel | null => {
    const row = rows.find((model) => model.task === task);
    return row ? { id: row.id, directory: row.directory } : null;
  };
  return { helpfulness: of("helpfulness"), safety: of("safety") };
}

export interface ScoredCandidate {
  id: string;
  helpfulnessReward: number | null;
  safetyReward: number | null;
  /** 0..1 */
  combinedReward: number;
}

export interface ScoredGroup {
  groupId: string;
  candidates: readonly ScoredCandidate[];
  bestId: string;
  rivalId: string | null;
  /** Chance with which this rival was drawn, 0..1; null without a rival. */
  pairProbability: number | null;
}

/** Rewards, best and rival of a group, with the models that gave them, in one transaction. */
export async function storeScores(
  context: ServiceContext,
  lease: StepLease,
  groups: readonly ScoredGroup[],
  models: Record<Task, ServingModel | null>,
): Promise<void> {
  await withStep(context, lease, async (tx) => {
    for (const { groupId, candidates, bestId, rivalId, pairProbability } of groups) {
      for (const { id, ...rewards } of candidates)
        await tx
          .update(rejectionSamplingCandidates)
          .set({ ...rewards, isBest: id === bestId, isRival: id === rivalId })
          .where(eq(rejectionSamplingCandidates.id, id));
      await tx
        .update(rejectionSamplingGroups)
        .set({
          scoredAt: sql`now()`,
          pairProbability,
          helpfulnessModelId: models.helpfulness?.id ?? null,
          safetyModelId: models.safety?.id ?? null,
        })
        .where(eq(rejectionSamplingGroups.id, groupId));
    }
  });
}

export async function countSampled(
  context: ServiceContext,
  roundId: string,
): Promise<{ groups: number; candidates: number }> {
  const [row] = await context.db
    .select({
      groups: sql<number>`count(distinct ${rejectionSamplingGroups.id})::int`,
      candidates: sql<number>`count(${rejectionSamplingCandidates.id})::int`,
    })
    .from(rejectionSamplingGroups)
    .leftJoin(rejectionSamplingCandidates, eq(rejectionSamplingCandidates.groupId, rejectionSamplingGroups.id))
    .where(and(eq(rejectionSamplingGroups.roundId, roundId), isNotNull(rejectionSamplingGroups.scoredAt)));
  return row ?? { groups: 0, candidates: 0 };
}
