/** How many pairs of each task a round's snapshot holds, by split; streamed, so that the size does not matter. */
import path from "node:path";
import type { ServiceContext } from "@/lib/services/context";
import { requireRoundSnapshot } from "@/lib/services/rounds/snapshot";
import type { Task } from "@/trainer/format/pair";
import { readManifest, readPairs, SPLITS, type Split } from "@/trainer/format/snapshot";
import { homePath } from "./base-model";

export interface SnapshotRows {
  snapshotId: string;
  directory: string;
  counts: Record<Split, Record<Task, number>>;
}

export async function snapshotRows(context: ServiceContext, roundId: string): Promise<SnapshotRows> {
  const { id, directory } = await requireRoundSnapshot(context, roundId);
  const manifest = await readManifest(homePath(directory));
  const counts = { train: { helpfulness: 0, safety: 0 }, heldout: { helpfulness: 0, safety: 0 } };
  for (const split of SPLITS)
    for await (const pair of readPairs(path.join(homePath(directory), manifest.files[split].name)))
      counts[split][pair.task] += 1;
  return { snapshotId: id, directory, counts };
}
