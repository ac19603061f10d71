/**
 * Settles a disagreement (docs/decisions/0005). The annotators' judgements stay as they are; what snapshots make of the item
 * follows the newest adjudication.
 */
import type { z } from "zod";
import type { Tx } from "@/db/client";
import {
  type AdjudicationSubject,
  lockAdjudicationSubject,
  settleDisagreement,
  withdrawGap,
} from "@/db/queries/adjudications";
import { insertAudit } from "@/db/queries/audit";
import { adjudications, guidelineGaps } from "@/db/schema";
import type { adjudicationBodySchema } from "@/lib/contracts/adjudications";
import { positionOf } from "@/lib/domain/preference";
import { caseSwapped } from "@/lib/domain/review";
import { safetyProblem } from "@/lib/domain/safety";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, requireUser, type ServiceContext } from "../context";

export type AdjudicationInput = z.input<typeof adjudicationBodySchema> & { itemId: string };

/** Errors: `forbidden` on an item one judged oneself, `conflict` when somebody else was first or there is nothing to settle. */
export async function adjudicateItem(context: ServiceContext, input: AdjudicationInput) {
  return inTransaction(context, (tx) => adjudicate(context, tx, input));
}

/** Within the caller's transaction. */
export async function adjudicate(context: ServiceContext, tx: Tx, input: AdjudicationInput) {
  const { id: adjudicatorId } = requireUser(context);
  const subject = await lockAdjudicationSubject(tx, input.itemId, adjudicatorId);
  if (!subject) throw notFound("Item");
  await requireProject(context, tx, subject.projectId, "reviewer").catch((error: Error) => {
    throw error.message === "Project not found" ? notFound("Item") : error;
  });
  requireTurn(subject, input, adjudicatorId);
  const swapped = caseSwapped(input.itemId, adjudicatorId);
  const { projectId } = subject;
  const note = input.note?.trim() ?? "";
  const [row] = await tx
    .insert(adjudications)
    .values({ projectId, itemId: input.itemId, adjudicatorId, swapped, note, ...verdictOf(subject, input, swapped) })
    .returning();
  await settleDisagreement(tx, input.itemId, input.outcome !== "withdrawn");
  if (input.outcome === "withdrawn" && subject.newest) await withdrawGap(tx, subject.newest.id);
  if (input.outcome === "guideline_gap")
    await tx
      .insert(guidelineGaps)
      .values({ projectId, itemId: input.itemId, category: subject.category, note, raisedBy: adjudicatorId });
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action: "adjudication.create",
    objectType: "adjudication",
    objectId: row!.id,
    projectId,
    details: {
      itemId: input.itemId,
      outcome: input.outcome,
      ...(subject.newest ? { supersedesId: subject.newest.id } : {}),
    },
  });
  const { id, itemId, outcome, createdAt } = row!;
  return { id, itemId, outcome, preferred: input.preferred ?? null, createdAt: createdAt.toISOString() };
}

function requireTurn(subject: AdjudicationSubject, input: AdjudicationInput, adjudicatorId: string): void {
  if (subject.judges.includes(adjudicatorId))
    throw new DomainError("forbidden", "Nobody settles a disagreement in which they took part.");
  if (subject.judges.length < 2)
    throw new DomainError("conflict", "There is nothing to settle: fewer than two annotators have judged this item.");
  if (subject.openedBy) throw new DomainError("conflict", `${subject.openedBy} has this case open just now.`);
  const { newest } = subject;
  if ((newest?.id ?? null) !== (input.supersedesId ?? null))
    throw new DomainError(
      "conflict",
      "Somebody has settled this in the meantime, or the adjudication to replace is not the newest one.",
      [{ path: "body.supersedesId", message: newest ? `the newest is ${newest.id}` : "there is none yet" }],
    );
  const withdrawable = newest && newest.outcome !== "withdrawn" && newest.adjudicatorId === adjudicatorId;
  if (input.outcome === "withdrawn" && !withdrawable)
    throw new DomainError("conflict", "There is no adjudication of yours to withdraw.");
}

function verdictOf(subject: AdjudicationSubject, input: AdjudicationInput, swapped: boolean) {
  const { outcome, preferred, strength, safety } = input;
  if (outcome !== "verdict" || !preferred || !strength) return { outcome };
  const problem = safetyProblem(subject.task, safety);
  if (problem) throw new DomainError("invalid", `body.safety: ${problem}`, [{ path: "body.safety", message: problem }]);
  return { outcome, preferred: positionOf(preferred, swapped), strength, safety: safety ?? null };
}
