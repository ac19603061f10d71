/** Takes a triage decision back together with what it set going, as long as nobody has acted on that. */
import type { Tx } from "@/db/client";
import {
  adjudicationOf,
  type TakenDecision,
  takeBackCase,
  takeBackGap,
  takeBackQuestion,
  takenDecision,
} from "@/db/queries/triage";
import { DomainError, notFound } from "@/lib/errors";
import { adjudicate } from "../adjudications/decide";
import { requireUser, type ServiceContext } from "../context";
import { requireTriage, storeDecision } from "./store";

/** Errors: `conflict` for somebody else's decision, one that is taken back already, or one that had its effect. */
export async function withdrawTriage(
  context: ServiceContext,
  tx: Tx,
  input: { comparisonId: string; note: string; supersedesId?: string | null },
) {
  const { id: deciderId } = requireUser(context);
  const decisionId = input.supersedesId ?? "";
  const decision = decisionId ? await takenDecision(tx, decisionId) : undefined;
  if (decision?.comparisonId !== input.comparisonId) throw notFound("Triage decision");
  const projectId = await requireTriage(context, tx, decision.projectId);
  if (decision.deciderId !== deciderId || decision.action === "withdrawn")
    throw new DomainError("conflict", "There is no decision of yours to take back.");
  if (decision.isReplaced) throw new DomainError("conflict", "This decision was taken back already.");
  // The row first: of two who take it back at once, the unique index lets one through.
  const { comparisonId, queue } = decision;
  const row = { projectId, comparisonId, deciderId, queue, note: input.note.trim(), supersedesId: decisionId };
  const made = await storeDecision(context, tx, { ...row, action: "withdrawn" });
  await takeBack(context, tx, decision, decisionId);
  return made;
}

const tooLate = (message: string): DomainError => new DomainError("conflict", message);

async function takeBack(context: ServiceContext, tx: Tx, decision: TakenDecision, decisionId: string): Promise<void> {
  switch (decision.action) {
    case "ask_annotator":
      if (!(await takeBackQuestion(tx, decisionId))) throw tooLate("The annotator has read the question already.");
      return;
    case "ask_lead":
      if (!(await takeBackGap(tx, decisionId))) throw tooLate("A lead has settled the question already.");
      return;
    case "review":
      if (!(await takeBackCase(tx, decisionId))) throw tooLate("A reviewer has decided on the judgement already.");
      return;
    case "keep_plurality": {
      const supersedesId = await adjudicationOf(tx, decisionId);
      if (!supersedesId) throw tooLate("Somebody has settled the item otherwise in the meantime.");
      await adjudicate(context, tx, { itemId: decision.itemId, outcome: "withdrawn", note: "", supersedesId });
      return;
    }
    case "dismiss":
    case "withdrawn":
      return;
  }
}
