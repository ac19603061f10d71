/** The job of one step; at most one waits per step. */
import type { Tx } from "@/db/client";
import type { JobPayload } from "@/lib/contracts/jobs";
import { enqueue } from "@/lib/jobs";
import type { ServiceContext } from "../context";

export async function enqueueStep(
  context: ServiceContext,
  tx: Tx,
  payload: JobPayload<"round.step">,
  startAfterSeconds?: number,
): Promise<void> {
  await enqueue(context.db, tx, "round.step", payload, {
    key: `${payload.roundId}:${payload.step}`,
    ...(startAfterSeconds === undefined ? {} : { startAfterSeconds }),
  });
}
