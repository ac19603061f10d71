/** Tells the annotator while they type whether somebody has asked nearly the same. */
import { nearestAuthored } from "@/db/queries/live";
import { inTransaction, type ServiceContext } from "../context";
import { lockOwnTurn } from "./own-turn";

/** Enough to know a prompt again; comparing whole pages would only be slower. */
const CHARACTERS_MAX = 2000;

export async function checkNovelty(context: ServiceContext, input: { assignmentId: string; content: string }) {
  const turn = await inTransaction(context, (tx) => lockOwnTurn(context, tx, input.assignmentId));
  const content = input.content.trim().slice(0, CHARACTERS_MAX);
  const nearest = content === "" ? undefined : await nearestAuthored(context.db, turn, content);
  return { novelty: 1 - (nearest?.similarity ?? 0), nearest: nearest ?? null };
}
