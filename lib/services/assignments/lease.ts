/** Hands the next item to the annotator. */
import { databaseError } from "@/db/client";
import type { AssignmentView } from "@/db/queries/assignment-view";
import { leaseItem, sweepExpiredLeases } from "@/db/queries/queue";
import { LEASES_HELD_MAX, type LeasedAssignment } from "@/lib/contracts/assignments";
import { DomainError } from "@/lib/errors";
import { requireProject, type ServiceContext } from "../context";
import { annotator } from "./annotator";
import { toLeasedAssignment, withRemaining } from "./payload";
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
  return retrying(async () => {
    const view = await takeItem(context, input);
    if (view) return toLeasedAssignment(await withRemaining(context, view, true));
    await requireProject(context, context.db, input.projectId);
    return null;
  });
}

/** Fresh items first; then those that expired leases give back; then what the annotator asked to meet again. */
async function takeItem(context: ServiceContext, input: LeaseInput): Promise<AssignmentView | undefined> {
  const user = annotator(context);
  const { projectId, campaignId = null, afterAssignmentId: afterId = null, resume } = input;
  const request = { projectId, user, locale: user.locale, campaignId, afterId, resume, coin: Math.random() };
  const lease = (how: { direct?: boolean; includeSkipped?: boolean }) =>
    leaseItem(context.db, { ...request, direct: false, includeSkipped: false, ...how });
  try {
    const fresh = (resume ? undefined : await lease({ direct: true })) ?? (await lease({}));
    if (fresh) return fresh;
    const swept = await sweepExpiredLeases(context.db, input.projectId);
    const returned = swept > 0 ? await lease({}) : undefined;
    return returned ?? (await lease({ includeSkipped: true }));
  } catch (error) {
    if (databaseError(error)?.constraint !== "assignments_held_max") throw error;
    throw new DomainError(
      "conflict",
      `You hold ${LEASES_HELD_MAX} items already. Finish or release one, or ask with "resume": true to get one of them back.`,
    );
  }
}
