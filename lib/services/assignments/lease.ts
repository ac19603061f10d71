/** Hands the next item to the annotator. */
import { databaseError } from "@/db/client";
import { heldLease, leaseItem, sweepExpiredLeases } from "@/db/queries/queue";
import { LEASES_HELD_MAX, type LeasedAssignment } from "@/lib/contracts/assignments";
import { DomainError } from "@/lib/errors";
import { requireProject, type ServiceContext } from "../context";
import { annotator } from "./annotator";
import { requireView, toLeasedAssignment } from "./payload";
import { retrying } from "./retrying";

export interface LeaseInput {
  projectId: string;
  campaignId?: string;
  /** Prefetch: the lease on screen. */
  afterAssignmentId?: string;
  /** Give back a lease that the caller still holds, if any. */
  resume: boolean;
}

/** Null when there is nothing for this annotator now. */
export async function leaseAssignment(context: ServiceContext, input: LeaseInput): Promise<LeasedAssignment | null> {
  const user = annotator(context);
  return retrying(async () => {
    const held = input.resume
      ? await heldLease(context.db, {
          projectId: input.projectId,
          userId: user.id,
          campaignId: input.campaignId ?? null,
          exceptId: input.afterAssignmentId ?? null,
        })
      : undefined;
    const assignmentId = held ?? (await takeItem(context, input));
    if (!assignmentId) {
      await requireProject(context, context.db, input.projectId);
      return null;
    }
    return toLeasedAssignment(await requireView(context, assignmentId));
  });
}

/** Fresh items first; then those that expired leases give back; then what the annotator asked to meet again. */
async function takeItem(context: ServiceContext, input: LeaseInput): Promise<string | undefined> {
  const user = annotator(context);
  const request = { projectId: input.projectId, user, campaignId: input.campaignId ?? null };
  try {
    const fresh = await leaseItem(context.db, { ...request, includeSkipped: false });
    if (fresh) return fresh;
    const swept = await sweepExpiredLeases(context.db, input.projectId);
    const returned = swept > 0 ? await leaseItem(context.db, { ...request, includeSkipped: false }) : undefined;
    return returned ?? (await leaseItem(context.db, { ...request, includeSkipped: true }));
  } catch (error) {
    if (databaseError(error)?.constraint !== "assignments_held_max") throw error;
    throw new DomainError(
      "conflict",
      `You hold ${LEASES_HELD_MAX} items already. Finish or release one, or ask with "resume": true to get one of them back.`,
    );
  }
}
