/** The worker's sign of life, read by /readyz and the console. */
import { eq, sql } from "drizzle-orm";
import { workerHeartbeats } from "@/db/schema";
import type { ServiceContext } from "../context";

export async function beatWorker(context: ServiceContext, workerId: string): Promise<void> {
  await context.db
    .insert(workerHeartbeats)
    .values({ workerId })
    .onConflictDoUpdate({ target: workerHeartbeats.workerId, set: { seenAt: sql`now()` } });
}

/** A worker that stops in order leaves no trace; rows of killed ones go after a day. */
export async function removeWorker(context: ServiceContext, workerId: string): Promise<void> {
  await context.db.delete(workerHeartbeats).where(eq(workerHeartbeats.workerId, workerId));
}

export async function removeDeadWorkers(context: ServiceContext): Promise<void> {
  await context.db.delete(workerHeartbeats).where(sql`${workerHeartbeats.seenAt} < now() - interval '1 day'`);
}
