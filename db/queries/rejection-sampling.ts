/** Reads of rejection-sampling groups and their candidates. */
import { and, asc, desc, eq, sql } from "drizzle-orm";
import type { Connection } from "../client";
import {
  policies,
  policyVariants,
  prompts,
  rejectionSamplingCandidates,
  rejectionSamplingGroups,
  rounds,
} from "../schema";
import { type Keyset, keysetAt, keysetBelow } from "./keyset";
import { promptTextLike } from "./prompts";

type Task = "helpfulness" | "safety";
export interface GroupFilter {
  projectId: string;
  roundId?: string;
  task?: Task;
  /** Part of the prompt's text. */
  search?: string;
}

const inGroup = sql`from ${rejectionSamplingCandidates} where ${rejectionSamplingCandidates.groupId} = ${rejectionSamplingGroups.id}`;

const groupColumns = {
  id: rejectionSamplingGroups.id,
  roundId: rejectionSamplingGroups.roundId,
  roundNumber: rounds.number,
  projectId: rounds.projectId,
  promptId: rejectionSamplingGroups.promptId,
  task: prompts.task,
  safetyTagged: prompts.safetyTagged,
  messages: prompts.messages,
  itemId: rejectionSamplingGroups.itemId,
  createdAt: rejectionSamplingGroups.createdAt,
  at: keysetAt(rejectionSamplingGroups.createdAt),
  candidates: sql<number>`(select count(*)::int ${inGroup})`,
  bestReward: sql<number | null>`(select max(${rejectionSamplingCandidates.combinedReward}) ${inGroup})`,
  medianReward: sql<
    number | null
  >`(select percentile_cont(0.5) within group (order by ${rejectionSamplingCandidates.combinedReward}) ${inGroup})`,
  rewards: sql<
    (number | null)[]
  >`(select coalesce(array_agg(${rejectionSamplingCandidates.combinedReward} order by ${rejectionSamplingCandidates.position}), '{}') ${inGroup})`,
};

const conditionOf = (filter: GroupFilter) =>
  and(
    eq(rounds.projectId, filter.projectId),
    filter.roundId ? eq(rounds.id, filter.roundId) : undefined,
    filter.task ? eq(prompts.task, filter.task) : undefined,
    filter.search ? promptTextLike(sql`${prompts.messages}`, filter.search) : undefined,
  );

/** Newest first, which is the newest round first. */
export async function selectGroups(
  connection: Connection,
  filter: GroupFilter,
  page: { after: Keyset | undefined; limit: number },
) {
  const { createdAt, id } = rejectionSamplingGroups;
  return connection
    .select(groupColumns)
    .from(rejectionSamplingGroups)
    .innerJoin(rounds, eq(rounds.id, rejectionSamplingGroups.roundId))
    .innerJoin(prompts, eq(prompts.id, rejectionSamplingGroups.promptId))
    .where(and(conditionOf(filter), keysetBelow(createdAt, id, page.after)))
    .orderBy(desc(createdAt), desc(id))
    .limit(page.limit);
}
export type GroupRow = Awaited<ReturnType<typeof selectGroups>>[number];

export async function selectGroup(connection: Connection, groupId: string): Promise<GroupRow | undefined> {
  const [row] = await connection
    .select(groupColumns)
    .from(rejectionSamplingGroups)
    .innerJoin(rounds, eq(rounds.id, rejectionSamplingGroups.roundId))
    .innerJoin(prompts, eq(prompts.id, rejectionSamplingGroups.promptId))
    .where(eq(rejectionSamplingGroups.id, groupId));
  return row;
}

/** Candidates with the names of what sampled them, best first once scored. */
export async function selectCandidates(connection: Connection, groupId: string) {
  return connection
    .select({ candidate: rejectionSamplingCandidates, variantName: policyVariants.name, policyName: policies.name })
    .from(rejectionSamplingCandidates)
    .innerJoin(policyVariants, eq(policyVariants.id, rejectionSamplingCandidates.variantId))
    .innerJoin(policies, eq(policies.id, policyVariants.policyId))
    .where(eq(rejectionSamplingCandidates.groupId, groupId))
    .orderBy(
      desc(rejectionSamplingCandidates.isBest),
      sql`${rejectionSamplingCandidates.combinedReward} desc nulls last`,
      asc(rejectionSamplingCandidates.position),
    );
}
