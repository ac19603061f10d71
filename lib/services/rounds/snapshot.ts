/** The snapshot that a round froze. */
import { eq } from "drizzle-orm";
import { snapshots } from "@/db/schema";
import { notFound } from "@/lib/errors";
import type { ServiceContext } from "../context";

export async function requireRoundSnapshot(
  context: ServiceContext,
  roundId: string,
): Promise<{ id: string; directory: string }> {
  const [row] = await context.db
    .select({ id: snapshots.id, directory: snapshots.directory })
    .from(snapshots)
    .where(eq(snapshots.roundId, roundId));
  if (!row) throw notFound("The round's snapshot");
  return row;
}
