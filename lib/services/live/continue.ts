/** After the judgement of a turn: the dialogue goes on from the chosen answer, or ends. */
import { eq, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { chosenMessage, countExposure, type LiveTurn, labelsForNextTurn } from "@/db/queries/live";
import { endLease } from "@/db/queries/queue";
import { assignments, items } from "@/db/schema";
import { isHarmful } from "@/lib/domain/red-team";
import { DomainError } from "@/lib/errors";
import { requireView, toLeasedAssignment } from "../assignments/payload";
import { auditActor, inTransaction, requireUser, type ServiceContext } from "../context";
import { lockOwnTurn } from "./own-turn";

/** The next turn, leased to the caller. Asked twice, it is the same turn. */
export async function continueLive(context: ServiceContext, input: { assignmentId: string }) {
  const assignmentId = await inTransaction(context, async (tx) => {
    const turn = await lockOwnTurn(context, tx, input.assignmentId);
    if (turn.assignmentState !== "submitted")
      throw new DomainError("conflict", "Judge this turn before the dialogue goes on.");
    const existing = await nextTurn(tx, turn.itemId);
    if (existing) return existing;
    if (turn.turn >= turn.turnsMax)
      throw new DomainError("conflict", `A dialogue of this campaign has at most ${turn.turnsMax} turns.`);
    if (turn.campaignState !== "open") throw new DomainError("conflict", `This campaign is ${turn.campaignState}.`);
    return openNextTurn(context, tx, turn);
  });
  return toLeasedAssignment(await requireView(context, assignmentId));
}

async function nextTurn(tx: Tx, itemId: string): Promise<string | undefined> {
  const [row] = await tx
    .select({ id: assignments.id })
    .from(items)
    .innerJoin(assignments, eq(assignments.itemId, items.id))
    .where(eq(items.previousItemId, itemId))
    .orderBy(assignments.leasedAt)
    .limit(1);
  return row?.id;
}

async function openNextTurn(context: ServiceContext, tx: Tx, turn: LiveTurn): Promise<string> {
  const userId = requireUser(context).id;
  const parentMessageId = await chosenMessage(tx, turn.itemId, userId);
  if (!parentMessageId || !turn.dialogueId) throw new DomainError("conflict", "This turn has no judgement of yours.");
  const { projectId, campaignId } = turn;
  const labels = await labelsForNextTurn(tx, turn.itemId);
  const [item] = await tx
    .insert(items)
    .values({
      projectId,
      campaignId,
      ...labels,
      kind: "live",
      dialogueId: turn.dialogueId,
      previousItemId: turn.itemId,
      turn: turn.turn + 1,
      payload: { parentMessageId },
      overlap: 1,
      slotsRemaining: 0,
    })
    .returning({ id: items.id });
  const [assignment] = await tx
    .insert(assignments)
    .values({
      itemId: item!.id,
      projectId,
      userId,
      expiresAt: sql`now() + make_interval(secs => ${turn.leaseSecondsMax})`,
    })
    .returning({ id: assignments.id });
  if (isHarmful(turn.task, labels?.category ?? null)) await countExposure(tx, { userId, campaignId, projectId });
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action: "live.continue",
    objectType: "assignment",
    objectId: assignment!.id,
    projectId,
    details: { itemId: item!.id, previousItemId: turn.itemId, turn: turn.turn + 1 },
  });
  return assignment!.id;
}

/** Ends the dialogue. A turn that was begun and not judged goes back to the queue as a release; an untouched later turn is withdrawn. */
export async function finishLive(
  context: ServiceContext,
  input: { assignmentId: string },
): Promise<{ finished: true }> {
  await inTransaction(context, async (tx) => {
    const turn = await lockOwnTurn(context, tx, input.assignmentId);
    if (turn.assignmentState !== "leased") return;
    const userId = requireUser(context).id;
    await endLease(tx, {
      assignmentId: turn.assignmentId,
      userId,
      state: "released",
      skipMode: null,
      skipReason: null,
    });
    // A later turn without a prompt is nothing to hand to somebody else.
    if (turn.turn > 1 && turn.contextMessageId === null)
      await tx.update(items).set({ state: "withdrawn" }).where(eq(items.id, turn.itemId));
  });
  return { finished: true };
}
