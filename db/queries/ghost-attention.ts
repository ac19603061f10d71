/** Reads of Ghost Attention dialogues with the verdicts annotators gave. */
import { and, desc, eq, sql } from "drizzle-orm";
import type { Connection } from "../client";
import { ghostAttentionDialogues, policies, policyVariants, rounds, turnReviews } from "../schema";
import { type Keyset, keysetAt, keysetBelow } from "./keyset";

const columns = {
  id: ghostAttentionDialogues.id,
  at: keysetAt(ghostAttentionDialogues.createdAt),
  dialogue: ghostAttentionDialogues,
  roundNumber: rounds.number,
  projectId: rounds.projectId,
  variantName: policyVariants.name,
  policyName: policies.name,
  reviews: sql<
    string[][]
  >`coalesce((select jsonb_agg(to_jsonb(${turnReviews.verdicts}) order by ${turnReviews.createdAt})
    from ${turnReviews} where ${turnReviews.itemId} = ${ghostAttentionDialogues.itemId}), '[]'::jsonb)`,
};

export interface DialogueFilter {
  projectId: string;
  roundId?: string;
}
const conditionOf = (filter: DialogueFilter) =>
  and(eq(rounds.projectId, filter.projectId), filter.roundId ? eq(rounds.id, filter.roundId) : undefined);

/** Newest first, which is the newest round first. */
export async function selectDialogues(
  connection: Connection,
  filter: DialogueFilter,
  page: { after: Keyset | undefined; limit: number },
) {
  const { createdAt, id } = ghostAttentionDialogues;
  return connection
    .select(columns)
    .from(ghostAttentionDialogues)
    .innerJoin(rounds, eq(rounds.id, ghostAttentionDialogues.roundId))
    .innerJoin(policyVariants, eq(policyVariants.id, ghostAttentionDialogues.variantId))
    .innerJoin(policies, eq(policies.id, policyVariants.policyId))
    .where(and(conditionOf(filter), keysetBelow(createdAt, id, page.after)))
    .orderBy(desc(createdAt), desc(id))
    .limit(page.limit);
}
export type DialogueRow = Awaited<ReturnType<typeof selectDialogues>>[number];

export async function selectDialogue(connection: Connection, dialogueId: string): Promise<DialogueRow | undefined> {
  const [row] = await connection
    .select(columns)
    .from(ghostAttentionDialogues)
    .innerJoin(rounds, eq(rounds.id, ghostAttentionDialogues.roundId))
    .innerJoin(policyVariants, eq(policyVariants.id, ghostAttentionDialogues.variantId))
    .innerJoin(policies, eq(policies.id, policyVariants.policyId))
    .where(eq(ghostAttentionDialogues.id, dialogueId));
  return row;
}
