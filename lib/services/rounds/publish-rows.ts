/** Reads and writes of the publish step: campaigns with their items for annotators, and the fine-tuning set's row. */
import { randomUUID } from "node:crypto";
import { and, asc, eq, isNotNull, isNull, or } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import {
  campaigns,
  dialogues,
  ghostAttentionDialogues,
  items,
  messages,
  prompts,
  rejectionSamplingCandidates,
  rejectionSamplingGroups,
  rewardScores,
  sftDatasets,
} from "@/db/schema";
import type { Task } from "@/trainer/format/pair";
import { auditActor, type ServiceContext } from "../context";
import type { StepLease } from "./step-lease";

type Candidate = typeof rejectionSamplingCandidates.$inferSelect;
export interface PublishedGroup {
  group: typeof rejectionSamplingGroups.$inferSelect;
  prompt: typeof prompts.$inferSelect;
  best: Candidate;
  rival: Candidate | null;
}
export type GhostRow = typeof ghostAttentionDialogues.$inferSelect;

/** Scored groups of the round with their best and rival, in a fixed order. */
export async function loadGroups(context: ServiceContext, roundId: string): Promise<PublishedGroup[]> {
  const rows = await context.db
    .select({ group: rejectionSamplingGroups, prompt: prompts, candidate: rejectionSamplingCandidates })
    .from(rejectionSamplingGroups)
    .innerJoin(prompts, eq(prompts.id, rejectionSamplingGroups.promptId))
    .innerJoin(rejectionSamplingCandidates, eq(rejectionSamplingCandidates.groupId, rejectionSamplingGroups.id))
    .where(
      and(
        eq(rejectionSamplingGroups.roundId, roundId),
        isNotNull(rejectionSamplingGroups.scoredAt),
        or(eq(rejectionSamplingCandidates.isBest, true), eq(rejectionSamplingCandidates.isRival, true)),
      ),
    )
    .orderBy(asc(rejectionSamplingGroups.id));
  const best = rows.filter(({ candidate }) => candidate.isBest);
  return best.map(({ group, prompt, candidate }) => ({
    group,
    prompt,
    best: candidate,
    rival: rows.find((row) => row.group.id === group.id && row.candidate.isRival)?.candidate ?? null,
  }));
}

/** Dialogues that were not filtered out, in order. */
export async function loadGhostDialogues(context: ServiceContext, roundId: string): Promise<GhostRow[]> {
  return context.db
    .select()
    .from(ghostAttentionDialogues)
    .where(and(eq(ghostAttentionDialogues.roundId, roundId), isNull(ghostAttentionDialogues.filteredReason)))
    .orderBy(asc(ghostAttentionDialogues.position));
}

async function openCampaign(
  context: ServiceContext,
  tx: Tx,
  lease: StepLease,
  input: { name: string; kind: "rejection_sampling" | "ghost_attention"; task: Task; items: number },
): Promise<string> {
  const { name, kind, task } = input;
  const { overlap } = lease.config.publish;
  const [row] = await tx
    .insert(campaigns)
    .values({ projectId: lease.projectId, roundId: lease.roundId, name, kind, task, overlap })
    .returning({ id: campaigns.id });
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action: "campaign.created",
    objectType: "campaign",
    objectId: row!.id,
    projectId: lease.projectId,
    details: { name, kind, task, items: input.items, roundId: lease.roundId },
  });
  return row!.id;
}

type MessageRow = typeof messages.$inferInsert & { id: string };

/** The prompt's turns as a chain, then the two answers as siblings under its last turn. */
function pairMessages({ prompt, best, rival, group }: PublishedGroup & { rival: Candidate }, dialogueId: string) {
  const chain: MessageRow[] = [];
  for (const { role, content } of prompt.messages)
    chain.push({
      id: randomUUID(),
      dialogueId,
      parentId: chain.at(-1)?.id ?? null,
      role,
      content,
      source: prompt.source,
    });
  const answer = (candidate: Candidate): MessageRow => ({
    id: randomUUID(),
    dialogueId,
    parentId: chain.at(-1)?.id ?? null,
    role: "assistant",
    content: candidate.content,
    variantId: candidate.variantId,
    sampling: { ...(candidate.sampling as object), groupId: group.id, sampledInRound: candidate.sampledInRound },
  });
  return { chain, response1: answer(best), response2: answer(rival) };
}

function scoresOf(messageId: string, candidate: Candidate, group: PublishedGroup["group"]) {
  const scores = [
    { rewardModelId: group.helpfulnessModelId, reward: candidate.helpfulnessReward },
    { rewardModelId: group.safetyModelId, reward: candidate.safetyReward },
  ];
  return scores.flatMap(({ rewardModelId, reward }) =>
    rewardModelId !== null && reward !== null ? [{ messageId, rewardModelId, reward }] : [],
  );
}

/** One pair item: best against rival. Which of them is A is drawn anew at every lease (I7). */
async function insertPairItem(
  tx: Tx,
  lease: StepLease,
  campaignId: string,
  published: PublishedGroup & { rival: Candidate },
) {
  const { group, prompt, best, rival } = published;
  const [dialogueId, itemId] = [randomUUID(), randomUUID()];
  const { chain, response1, response2 } = pairMessages(published, dialogueId);
  const { projectId } = lease;
  const { promptHash, language } = prompt;
  await tx.insert(dialogues).values({ id: dialogueId, projectId, promptId: prompt.id, promptHash, language });
  await tx.insert(messages).values([...chain, response1, response2]);
  await tx.insert(items).values({
    id: itemId,
    projectId,
    campaignId,
    kind: "pair",
    language,
    category: prompt.category,
    promptId: prompt.id,
    dialogueId,
    contextMessageId: chain.at(-1)?.id,
    response1Id: response1.id,
    response2Id: response2.id,
    pairProbability: group.pairProbability,
    overlap: lease.config.publish.overlap,
    slotsRemaining: lease.config.publish.overlap,
  });
  await tx.update(rejectionSamplingGroups).set({ itemId }).where(eq(rejectionSamplingGroups.id, group.id));
  const scores = [...scoresOf(response1.id, best, group), ...scoresOf(response2.id, rival, group)];
  if (scores.length > 0) await tx.insert(rewardScores).values(scores);
}

/** Opens one rejection-sampling campaign per task that has pairs: guidelines and safety bins belong to a task. */
export async function openRejectionSampling(
  context: ServiceContext,
  tx: Tx,
  lease: StepLease,
  groups: readonly PublishedGroup[],
): Promise<string[]> {
  const opened: string[] = [];
  const pairs = groups.flatMap(({ rival, ...rest }) => (rival === null ? [] : [{ ...rest, rival }]));
  for (const task of ["helpfulness", "safety"] as const) {
    const ofTask = pairs.filter(({ prompt }) => prompt.task === task);
    if (ofTask.length === 0) continue;
    const name = `Rejection sampling, round ${lease.roundNumber}, ${task}`;
    const campaignId = await openCampaign(context, tx, lease, {
      name,
      kind: "rejection_sampling",
      task,
      items: ofTask.length,
    });
    for (const pair of ofTask) await insertPairItem(tx, lease, campaignId, pair);
    opened.push(campaignId);
  }
  return opened;
}

/** Opens the campaign in which annotators say, turn by turn, whether the instruction was kept. */
export async function openGhostAttention(
  context: ServiceContext,
  tx: Tx,
  lease: StepLease,
  rows: readonly GhostRow[],
): Promise<string | null> {
  if (rows.length === 0) return null;
  const campaignId = await openCampaign(context, tx, lease, {
    name: `Ghost Attention, round ${lease.roundNumber}`,
    kind: "ghost_attention",
    task: "helpfulness",
    items: rows.length,
  });
  const { overlap } = lease.config.publish;
  for (const row of rows) {
    const itemId = randomUUID();
    await tx.insert(items).values({
      id: itemId,
      projectId: lease.projectId,
      campaignId,
      kind: "turn_review",
      payload: { instruction: row.instruction, ghostAttentionDialogueId: row.id },
      overlap,
      slotsRemaining: overlap,
    });
    await tx.update(ghostAttentionDialogues).set({ itemId }).where(eq(ghostAttentionDialogues.id, row.id));
  }
  return campaignId;
}

export async function recordSftDataset(
  tx: Tx,
  lease: StepLease,
  file: { path: string; rows: number; sha256: string },
): Promise<string> {
  const [row] = await tx
    .insert(sftDatasets)
    .values({ roundId: lease.roundId, ...file })
    .returning({ id: sftDatasets.id });
  return row!.id;
}
