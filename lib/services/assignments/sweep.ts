/** Ends leases past their time; the worker's job calls it every minute, and leasing itself when it finds nothing. */
import { sweepExpiredLeases } from "@/db/queries/queue";
import { DomainError } from "@/lib/errors";
import type { ServiceContext } from "../context";

/** How many leases ended. System actors only. */
export async function sweepLeases(context: ServiceContext, input: { projectId?: string } = {}): Promise<number> {
  if (context.actor.kind !== "system") throw new DomainError("forbidden");
  return sweepExpiredLeases(context.db, input.projectId ?? null);
}
