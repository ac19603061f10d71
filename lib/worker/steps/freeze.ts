/** Step 2: the snapshot. Freezing is idempotent per round: a second attempt finds the snapshot of the first. */
import { finishStep } from "@/lib/services/rounds/step-lease";
import { freezeSnapshot } from "@/lib/services/snapshots/freeze";
import { snapshotRows } from "../snapshot-rows";
import type { StepRun } from "./step";

export async function freeze({ context, lease }: StepRun): Promise<void> {
  const { projectId, roundId, roundNumber } = lease;
  const snapshot = await freezeSnapshot(context, { projectId, roundId, name: `Round ${roundNumber}` });
  const rows = await snapshotRows(context, roundId);
  const total = (split: "train" | "heldout"): number => rows.counts[split].helpfulness + rows.counts[split].safety;
  const output = { snapshotId: snapshot.id, train: total("train"), heldout: total("heldout"), byTask: rows.counts };
  const message = `Snapshot frozen: ${output.train} pairs to train on, ${output.heldout} held out.`;
  await finishStep(context, lease, async () => ({ output, message }));
}
