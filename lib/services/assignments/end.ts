/** Ends a lease without a judgement; its slot goes back to the queue. */
import { endLease, type LeaseEnd, ownLease } from "@/db/queries/queue";
import { DomainError, notFound } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { annotator } from "./annotator";
import { retrying } from "./retrying";

type Ended = { assignmentId: string; state: "skipped" | "released" };

export async function skipAssignment(
  context: ServiceContext,
  input: { assignmentId: string; mode: NonNullable<LeaseEnd["skipMode"]>; reason: string },
): Promise<Ended> {
  return end(context, {
    assignmentId: input.assignmentId,
    state: "skipped",
    skipMode: input.mode,
    skipReason: input.reason,
  });
}

export async function releaseAssignment(context: ServiceContext, input: { assignmentId: string }): Promise<Ended> {
  return end(context, { assignmentId: input.assignmentId, state: "released", skipMode: null, skipReason: null });
}

/** A repeat of the same request, whose first answer was lost, gets the same answer. */
async function end(context: ServiceContext, request: Omit<LeaseEnd, "userId">): Promise<Ended> {
  const user = annotator(context);
  return retrying(async () => {
    const before = await ownLease(context.db, request.assignmentId, user);
    if (!before) throw notFound("Assignment");
    const ended = await endLease(context.db, { ...request, userId: user.id });
    const state = ended
      ? request.state
      : ((await ownLease(context.db, request.assignmentId, user))?.state ?? before.state);
    if (state === request.state) return { assignmentId: request.assignmentId, state: request.state };
    if (state === "expired") throw new DomainError("lease_expired");
    throw new DomainError("conflict", `This assignment is ${state} already.`);
  });
}
