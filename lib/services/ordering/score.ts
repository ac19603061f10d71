/** Rewards behind the order by uncertainty. The worker computes them; here they are asked for and kept. */
import { expireOrders, unscoredPairs as selectUnscored, type UnscoredPair } from "@/db/queries/ordering";
import { rewardScores } from "@/db/schema";
import { DomainError } from "@/lib/errors";
import { inTransaction, type ServiceContext } from "../context";

export type { UnscoredPair };

export async function unscoredPairs(
  context: ServiceContext,
  projectId: string,
  limit: number,
): Promise<UnscoredPair[]> {
  if (context.actor.kind !== "system") throw new DomainError("forbidden");
  return selectUnscored(context.db, projectId, limit);
}

/** `scores`: raw rewards (logits) of the responses of `pairs`. */
export async function keepScores(
  context: ServiceContext,
  scores: readonly (typeof rewardScores.$inferInsert)[],
  pairs: readonly Pick<UnscoredPair, "campaignId">[],
): Promise<void> {
  if (scores.length === 0) return;
  await inTransaction(context, async (tx) => {
    await tx
      .insert(rewardScores)
      .values([...scores])
      .onConflictDoNothing();
    await expireOrders(tx, [...new Set(pairs.map(({ campaignId }) => campaignId))]);
  });
}
