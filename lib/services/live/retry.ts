/** Asks the same variant again after an answer failed, timed out, or was stopped. A new attempt; the old one stays on record. */
import { eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { type LiveTurn, type NewestGeneration, newestGeneration, notifyGenerationRequested } from "@/db/queries/live";
import { generations } from "@/db/schema";
import { type Position, positionOf, type Side } from "@/lib/domain/preference";
import { DomainError } from "@/lib/errors";
import { auditActor, inTransaction, type ServiceContext } from "../context";
import { SILENT_SECONDS_MAX } from "../generations/limits";
import { lockOwnTurn, requireLeased } from "./own-turn";
import { getLiveState } from "./read";
import { randomSeed } from "./send-prompt";

export async function retryLive(context: ServiceContext, input: { assignmentId: string; side: Side }) {
  await inTransaction(context, async (tx) => {
    const turn = await lockOwnTurn(context, tx, input.assignmentId);
    requireLeased(turn);
    const position = positionOf(input.side, turn.swapped);
    const newest = await newestGeneration(tx, turn.itemId, position);
    if (!newest) throw new DomainError("conflict", "Send the prompt first.");
    if (turn.response1Id !== null || newest.state === "done")
      throw new DomainError("conflict", "This answer is finished.");
    const alive = newest.state === "queued" || newest.state === "running";
    if (alive && newest.silentSeconds <= SILENT_SECONDS_MAX) return;
    await askAgain(context, tx, turn, position, newest);
  });
  return getLiveState(context, input);
}

async function askAgain(
  context: ServiceContext,
  tx: Tx,
  turn: LiveTurn,
  position: Position,
  newest: NewestGeneration,
): Promise<void> {
  if (newest.state === "queued" || newest.state === "running")
    await tx.update(generations).set({ state: "failed", error: "timeout" }).where(eq(generations.id, newest.id));
  const [row] = await tx
    .insert(generations)
    .values({
      itemId: turn.itemId,
      position,
      attempt: newest.attempt + 1,
      variantId: newest.variantId,
      drawProbability: newest.drawProbability,
      seed: randomSeed(),
    })
    .returning({ id: generations.id });
  await notifyGenerationRequested(tx, row!.id);
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action: "live.retry",
    objectType: "generation",
    objectId: row!.id,
    projectId: turn.projectId,
    details: { itemId: turn.itemId, attempt: newest.attempt + 1 },
  });
}
