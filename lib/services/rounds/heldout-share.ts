/** The share of prompts held out for ever in a project: the largest that any snapshot used, since a prompt once held out stays so (I6). */
import { heldoutShareMax } from "@/db/queries/snapshots";
import type { ServiceContext } from "../context";
import type { StepLease } from "./step-lease";

export async function heldoutShareInForce(context: ServiceContext, lease: StepLease): Promise<number> {
  const used = await context.db.transaction((tx) => heldoutShareMax(tx, lease.projectId));
  return Math.max(used, lease.config.heldoutShare);
}
