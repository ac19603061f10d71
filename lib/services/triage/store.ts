/** What deciding and taking back share. */
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { triageDecisions } from "@/db/schema";
import { notFound } from "@/lib/errors";
import { auditActor, requireProject, type ServiceContext } from "../context";

type Stored = typeof triageDecisions.$inferSelect;
export type TriageAction = Stored["action"];

/** The project of the judgement, for its reviewers; to others the judgement does not exist. */
export async function requireTriage(context: ServiceContext, tx: Tx, projectId: string | undefined): Promise<string> {
  if (!projectId) throw notFound("Comparison");
  await requireProject(context, tx, projectId, "reviewer").catch((error: Error) => {
    throw error.message === "Project not found" ? notFound("Comparison") : error;
  });
  return projectId;
}

type NewDecision = Pick<Stored, "projectId" | "comparisonId" | "deciderId" | "queue" | "action" | "note"> & {
  supersedesId?: string | null;
};

export async function storeDecision(context: ServiceContext, tx: Tx, decision: NewDecision) {
  const { projectId, comparisonId, deciderId, queue, action, note, supersedesId = null } = decision;
  const [row] = await tx
    .insert(triageDecisions)
    .values({ projectId, comparisonId, deciderId, queue, action, note, supersedesId })
    .returning();
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action: action === "withdrawn" ? "triage.withdraw" : "triage.decide",
    objectType: "triage_decision",
    objectId: row!.id,
    projectId,
    details: { comparisonId, queue, action, ...(supersedesId ? { supersedesId } : {}) },
  });
  return { id: row!.id, comparisonId, action, createdAt: row!.createdAt.toISOString() };
}
