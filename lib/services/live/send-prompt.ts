/** The annotator's prompt of this turn: stored as a message, and two variants are drawn to answer it (I8). */
import { randomInt } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { drawableVariants, type LiveTurn, messageContent, notifyGenerationRequested } from "@/db/queries/live";
import { dialogues, generations, items, messages, prompts } from "@/db/schema";
import { type DrawnPair, drawPair } from "@/lib/domain/draw-pair";
import { contentHash, promptHash } from "@/lib/domain/holdout";
import { detectLanguage } from "@/lib/domain/language";
import { DomainError } from "@/lib/errors";
import { auditActor, inTransaction, requireUser, type ServiceContext } from "../context";
import { lockOwnTurn, requireLeased } from "./own-turn";
import { getLiveState } from "./read";

/** 2^31: seeds are stored as Postgres integers. */
const SEEDS = 2 ** 31;
export const randomSeed = () => randomInt(SEEDS - 1);
const randomUnit = () => randomInt(2 ** 47) / 2 ** 47;

export async function sendLivePrompt(context: ServiceContext, input: { assignmentId: string; content: string }) {
  await inTransaction(context, async (tx) => {
    const turn = await lockOwnTurn(context, tx, input.assignmentId);
    if (turn.contextMessageId !== null) {
      // The same prompt again is a retry whose first answer was lost.
      if ((await messageContent(tx, turn.contextMessageId)) === input.content) return;
      throw new DomainError("conflict", "This turn has its prompt already.");
    }
    requireLeased(turn);
    const pair = drawPair(await drawableVariants(tx, turn.projectId), randomUnit);
    if (!pair)
      throw new DomainError("conflict", "The project needs two active policy variants with a weight to answer live.");
    await storePrompt(context, tx, turn, input.content, pair);
    await requestAnswers(tx, turn.itemId, pair);
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "live.prompt",
      objectType: "item",
      objectId: turn.itemId,
      projectId: turn.projectId,
      details: { assignmentId: turn.assignmentId, variantIds: [pair.first.id, pair.second.id] },
    });
  });
  return getLiveState(context, input);
}

async function storePrompt(
  context: ServiceContext,
  tx: Tx,
  turn: LiveTurn,
  content: string,
  pair: DrawnPair<{ id: string; weight: number }>,
): Promise<void> {
  const authorId = requireUser(context).id;
  const dialogueId = turn.dialogueId ?? (await openDialogue(tx, turn, content, authorId));
  const [message] = await tx
    .insert(messages)
    .values({ dialogueId, parentId: turn.parentMessageId, role: "user", content, authorId })
    .returning({ id: messages.id });
  await tx
    .update(items)
    .set({
      dialogueId,
      contextMessageId: message!.id,
      pairProbability: pair.pairProbability,
      language: sql`coalesce(${items.language}, ${detectLanguage(content)})`,
    })
    .where(eq(items.id, turn.itemId));
}

/** The first turn also joins the project's prompts, which later rounds sample from. */
async function openDialogue(tx: Tx, turn: LiveTurn, content: string, userId: string): Promise<string> {
  const first = [{ role: "user" as const, content }];
  const language = detectLanguage(content);
  const { projectId, task } = turn;
  const hash = promptHash(first);
  const hashOfAll = contentHash(first);
  await tx
    .insert(prompts)
    .values({
      projectId,
      task,
      messages: first,
      promptHash: hash,
      contentHash: hashOfAll,
      language,
      safetyTagged: task === "safety",
      source: "annotator",
    })
    .onConflictDoNothing();
  const [prompt] = await tx
    .select({ id: prompts.id })
    .from(prompts)
    .where(and(eq(prompts.projectId, projectId), eq(prompts.task, task), eq(prompts.contentHash, hashOfAll)));
  const [dialogue] = await tx
    .insert(dialogues)
    .values({ projectId, promptId: prompt?.id ?? null, userId, promptHash: hash, language })
    .returning({ id: dialogues.id });
  return dialogue!.id;
}

async function requestAnswers(tx: Tx, itemId: string, pair: DrawnPair<{ id: string; weight: number }>): Promise<void> {
  const rows = await tx
    .insert(generations)
    .values(
      [pair.first, pair.second].map((variant, index) => ({
        itemId,
        position: index + 1,
        variantId: variant.id,
        drawProbability: Math.min(1, pair.inclusionProbabilities[index as 0 | 1]),
        seed: randomSeed(),
      })),
    )
    .returning({ id: generations.id });
  for (const row of rows) await notifyGenerationRequested(tx, row.id);
}
