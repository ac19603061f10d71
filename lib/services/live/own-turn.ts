/** The caller's own live turn, locked. */
import type { Tx } from "@/db/client";
import { type LiveTurn, lockLiveTurn } from "@/db/queries/live";
import { DomainError, notFound } from "@/lib/errors";
import { annotator } from "../assignments/annotator";
import type { ServiceContext } from "../context";

export async function lockOwnTurn(context: ServiceContext, tx: Tx, assignmentId: string): Promise<LiveTurn> {
  const turn = await lockLiveTurn(tx, assignmentId, annotator(context));
  if (!turn) throw notFound("Assignment");
  if (turn.itemKind !== "live") throw new DomainError("conflict", "This item is not a live dialogue.");
  return turn;
}

export function requireLeased(turn: LiveTurn): void {
  if (turn.assignmentState === "leased") return;
  if (turn.assignmentState === "expired") throw new DomainError("lease_expired");
  throw new DomainError("conflict", `This assignment is ${turn.assignmentState} already.`);
}
