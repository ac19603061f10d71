/** The worker's side of live answers: claim, write as they stream, end, and turn both into messages (I8, I9). */
import { eq } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import {
  type ClaimedGeneration,
  claimGeneration as claimRow,
  endGeneration as endRow,
  type FinishedAnswer,
  finishedAnswers,
  type GenerationEnd,
  lockOpenLiveItem,
  type OpenLiveItem,
  writeProgress as writeRow,
} from "@/db/queries/live";
import { generations, items, messages } from "@/db/schema";
import { auditActor, inTransaction, systemContext } from "../context";
import { TAKEOVER_SECONDS } from "./limits";

export type { ClaimedGeneration, GenerationEnd };

export const claimGeneration = (db: Db, claim: string) => claimRow(db, claim, TAKEOVER_SECONDS);

/** Undefined = taken over by another worker: stop writing. */
export const writeProgress = (db: Db, id: string, claim: string, text: string) => writeRow(db, id, claim, text);

/** Ends an answer and, when it was the second of its item to end with text, fills in the item, all in one transaction. */
export async function endGeneration(db: Db, id: string, claim: string, end: GenerationEnd): Promise<void> {
  const context = systemContext(db, "worker");
  await inTransaction(context, async (tx) => {
    const itemId = await endRow(tx, id, claim, end);
    if (!itemId) return;
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: `generation.${end.state}`,
      objectType: "generation",
      objectId: id,
      details: { itemId, error: end.error },
    });
    // Locked before the answers are read: of two workers that end at once, the second sees both.
    const item = await lockOpenLiveItem(tx, itemId);
    if (!item) return;
    const answers = await finishedAnswers(tx, itemId);
    if (answers.length === 2) await storeAnswers(tx, itemId, item, answers);
  });
}

async function storeAnswers(tx: Tx, itemId: string, item: OpenLiveItem, answers: FinishedAnswer[]): Promise<void> {
  const ids: string[] = [];
  for (const answer of answers) {
    const { temperature, topP, topK, tokensMax, seed } = answer;
    const [message] = await tx
      .insert(messages)
      .values({
        dialogueId: item.dialogueId,
        parentId: item.contextMessageId,
        role: "assistant",
        content: answer.text,
        variantId: answer.variantId,
        sampling: { temperature, topP, topK, tokensMax, seed, ...answer.provenance },
        drawProbability: answer.drawProbability,
      })
      .returning({ id: messages.id });
    await tx.update(generations).set({ messageId: message!.id }).where(eq(generations.id, answer.id));
    ids.push(message!.id);
  }
  await tx.update(items).set({ response1Id: ids[0], response2Id: ids[1] }).where(eq(items.id, itemId));
}
