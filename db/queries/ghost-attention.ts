/** Reads of Ghost Attention dialogues with the verdicts annotators gave. */
import { and, asc, desc, eq, sql } from "drizzle-orm";
import type { Connection } from "../client";
import { ghostAttentionDialogues, policies, policyVariants, rounds, turnReviews } from "../schema";

const columns = {
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

export async function selectDialogues(connection: Connection, filter: DialogueFilter, limit: number, offset: number) {
  return connection
    .select(columns)
    .from(ghostAttentionDialogues)
    .innerJoin(rounds, eq(rounds.id, ghostAttentionDialogues.roundId))
    .innerJoin(policyVariants, eq(policyVariants.id, ghostAttentionDialogues.variantId))
    .innerJoin(policies, eq(policies.id, policyVariants.policyId))
    .where(conditionOf(filter))
    .orderBy(desc(rounds.number), asc(ghostAttentionDialogues.position))
    .limit(limit)
    .offset(offset);
}
export type DialogueRow = Awaited<ReturnType<typeof selectDialogues>>[number];

export async function countDialogues(connection: Connection, filter: DialogueFilter): Promise<number> {
  const [row] = await connection
    .select({ n: sql<number>`count(*)::int` })
    .from(ghostAttentionDialogues)
    .innerJoin(rounds, eq(rounds.id, ghostAttentionDialogues.roundId))
    .where(conditionOf(filter));
  return row?.n ?? 0;
}

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
