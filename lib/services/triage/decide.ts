/** What becomes of a surprising judgement. Once for each; a second decision is refused by the unique index. */
import { databaseError, type Tx } from "@/db/client";
import { newestAdjudicationId } from "@/db/queries/adjudications";
import { insertAudit } from "@/db/queries/audit";
import { comparisonProject, sendToReview } from "@/db/queries/reviews";
import { annotatorNotes, guidelineGaps, triageDecisions } from "@/db/schema";
import { DomainError, notFound } from "@/lib/errors";
import { adjudicate } from "../adjudications/decide";
import { auditActor, inTransaction, requireProject, requireUser, type ServiceContext } from "../context";
import { type RankedCase, rankTriage } from "./rank";

export type TriageAction = (typeof triageDecisions.$inferSelect)["action"];
export interface TriageInput {
  comparisonId: string;
  action: TriageAction;
  note: string;
}

/** Errors: `conflict` when the judgement does not wait here (any more), `forbidden` for one's own item as plurality. */
export async function decideTriage(context: ServiceContext, input: TriageInput) {
  const decider = requireUser(context);
  try {
    return await inTransaction(context, async (tx) => {
      const projectId = await comparisonProject(tx, input.comparisonId);
      if (!projectId) throw notFound("Comparison");
      await requireProject(context, tx, projectId, "reviewer").catch((error: Error) => {
        throw error.message === "Project not found" ? notFound("Comparison") : error;
      });
      const ranked = await rankTriage(tx, { projectId, viewerId: decider.id });
      const found = ranked.find(({ comparisonId }) => comparisonId === input.comparisonId);
      if (!found)
        throw new DomainError("conflict", "This judgement does not wait for triage: it is decided, replaced or yours.");
      const note = input.note.trim();
      const [row] = await tx
        .insert(triageDecisions)
        .values({ ...input, note, projectId, deciderId: decider.id, queue: found.queue })
        .returning();
      await carryOut(context, tx, { ...input, note, projectId, deciderId: decider.id, found });
      await insertAudit(tx, {
        actor: auditActor(context.actor),
        action: "triage.decide",
        objectType: "triage_decision",
        objectId: row!.id,
        projectId,
        details: { comparisonId: input.comparisonId, queue: found.queue, action: input.action },
      });
      const { id, comparisonId, action, createdAt } = row!;
      return { id, comparisonId, action, createdAt: createdAt.toISOString() };
    });
  } catch (error) {
    if (databaseError(error)?.constraint !== "triage_decisions_once") throw error;
    throw new DomainError("conflict", "Somebody has decided this in the meantime.");
  }
}

interface Order extends TriageInput {
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
