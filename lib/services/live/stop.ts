/** Stops one answer. The worker ends it within its next flush and keeps the text so far. */
import { eq } from "drizzle-orm";
import { newestGeneration, notifyGenerationRequested } from "@/db/queries/live";
import { generations } from "@/db/schema";
import { positionOf, type Side } from "@/lib/domain/preference";
import { inTransaction, type ServiceContext } from "../context";
import { lockOwnTurn, requireLeased } from "./own-turn";
import { getLiveState } from "./read";

export async function stopLive(context: ServiceContext, input: { assignmentId: string; side: Side }) {
  await inTransaction(context, async (tx) => {
    const turn = await lockOwnTurn(context, tx, input.assignmentId);
    requireLeased(turn);
    const newest = await newestGeneration(tx, turn.itemId, positionOf(input.side, turn.swapped));
    if (!newest || (newest.state !== "queued" && newest.state !== "running")) return;
    await tx.update(generations).set({ stopRequested: true }).where(eq(generations.id, newest.id));
    await notifyGenerationRequested(tx, newest.id);
  });
  return getLiveState(context, input);
}
