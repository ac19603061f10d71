import type { Tx } from "../client";
import { exports } from "../schema";

/** Returns the id of the record. */
export async function insertExport(
  tx: Tx,
  entry: { snapshotId: string; userId: string | null; format: string; rows: number },
): Promise<string> {
  const [row] = await tx.insert(exports).values(entry).returning({ id: exports.id });
  if (!row) throw new Error("the export's row did not come back");
  return row.id;
}
