/** What becomes of a surprising judgement. Once for each, until it is taken back; a second decision is refused by unique indexes. */
import { databaseError, type Tx } from "@/db/client";
import { newestAdjudicationId } from "@/db/queries/adjudications";
import { comparisonProject, sendToReview } from "@/db/queries/reviews";
import { annotatorNotes, guidelineGaps } from "@/db/schema";
import { DomainError } from "@/lib/errors";
import { adjudicate } from "../adjudications/decide";
import { inTransaction, requireUser, type ServiceContext } from "../context";
import { type RankedCase, rankTriage } from "./rank";
import { requireTriage, storeDecision, type TriageAction } from "./store";
import { withdrawTriage } from "./withdraw";

export interface TriageInput {
  comparisonId: string;
  action: TriageAction;
  note: string;
  /** The decision that is taken back, or the withdrawn one before. */
  supersedesId?: string | null;
}

const ONE_CHAIN = new Set(["triage_decisions_once", "triage_decisions_next"]);

/** Errors: `conflict` when the judgement does not wait here (any more), `forbidden` for one's own item as plurality. */
export async function decideTriage(context: ServiceContext, input: TriageInput) {
  try {
    return await inTransaction(context, async (tx) => {
      if (input.action === "withdrawn") return withdrawTriage(context, tx, input);
      return decide(context, tx, { ...input, action: input.action });
    });
  } catch (error) {
    if (!ONE_CHAIN.has(databaseError(error)?.constraint ?? "")) throw error;
    throw new DomainError("conflict", "Somebody has decided this in the meantime.");
  }
}

type Decision = TriageInput & { action: Exclude<TriageAction, "withdrawn"> };

async function decide(context: ServiceContext, tx: Tx, input: Decision) {
  const { id: deciderId } = requireUser(context);
  const projectId = await requireTriage(context, tx, await comparisonProject(tx, input.comparisonId));
  const ranked = await rankTriage(tx, { projectId, viewerId: deciderId });
  const found = ranked.find(({ comparisonId }) => comparisonId === input.comparisonId);
  if (!found)
    throw new DomainError("conflict", "This judgement does not wait for triage: it is decided, replaced or yours.");
  if ((input.supersedesId ?? null) !== found.decisionId)
    throw new DomainError("conflict", "Somebody has decided this in the meantime.");
  const note = input.note.trim();
  const order = { ...input, note, projectId, deciderId };
  const made = await storeDecision(context, tx, { ...order, queue: found.queue });
  await carryOut(context, tx, { ...order, found });
  return made;
}

interface Order extends Decision {
  projectId: string;
  deciderId: string;
  found: RankedCase;
}

async function carryOut(context: ServiceContext, tx: Tx, order: Order): Promise<void> {
  const { projectId, comparisonId, note: body, deciderId, found } = order;
  const { itemId } = found;
  switch (order.action) {
    case "ask_annotator":
      // The note also opens the judgement to its annotator again (supersedeComparison).
      await tx
        .insert(annotatorNotes)
        .values({ projectId, userId: found.userId, authorId: deciderId, comparisonId, body });
      return;
    case "ask_lead":
      await tx
        .insert(guidelineGaps)
        .values({ projectId, itemId, category: found.category ?? "", note: body, raisedBy: deciderId });
      return;
    case "keep_plurality": {
      const supersedesId = await newestAdjudicationId(tx, itemId);
      await adjudicate(context, tx, { itemId, outcome: "plurality", note: body, supersedesId });
      return;
    }
    case "review":
      await sendToReview(tx, comparisonId, "triage");
      return;
    case "dismiss":
      return;
  }
}
