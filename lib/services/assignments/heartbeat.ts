/** Keeps a lease alive while the annotator works on it. */
import { extendLease, ownLease } from "@/db/queries/queue";
import { DomainError, notFound } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { annotator } from "./annotator";
import { retrying } from "./retrying";

export async function heartbeatAssignment(context: ServiceContext, input: { assignmentId: string }) {
  const user = annotator(context);
  return retrying(async () => {
    const expiresAtMs = await extendLease(context.db, input.assignmentId, user);
    if (expiresAtMs !== undefined) return { expiresAt: new Date(expiresAtMs).toISOString() };
    const lease = await ownLease(context.db, input.assignmentId, user);
    if (!lease) throw notFound("Assignment");
    if (lease.state === "leased" || lease.state === "expired") throw new DomainError("lease_expired");
    throw new DomainError("conflict", `This assignment is ${lease.state} already.`);
  });
}
