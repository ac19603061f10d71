import { and, desc, eq, getTableColumns } from "drizzle-orm";
import { keysetAt, keysetBelow } from "@/db/queries/keyset";
import { snapshots } from "@/db/schema";
import type { Snapshot } from "@/lib/contracts/snapshots";
import { notFound } from "@/lib/errors";
import type { SnapshotManifest } from "@/trainer/format/snapshot";
import { requireProject, type ServiceContext } from "../context";
import { decodeKeyset, pageFrom } from "../paging";

type Row = typeof snapshots.$inferSelect;

export const snapshotView = (row: Row): Snapshot => ({
  id: row.id,
  projectId: row.projectId,
  roundId: row.roundId,
  name: row.name,
  manifest: row.manifest as SnapshotManifest,
  manifestSha256: row.manifestSha256,
  createdAt: row.createdAt.toISOString(),
});

/** The stored row, for those who may see it: a snapshot of somebody else's project is not found. */
export async function loadSnapshot(context: ServiceContext, id: string): Promise<Row> {
  const [row] = await context.db.select().from(snapshots).where(eq(snapshots.id, id));
  if (!row) throw notFound("Snapshot");
  await requireProject(context, context.db, row.projectId, "lead").catch((error: Error) => {
    throw error.message === "Project not found" ? notFound("Snapshot") : error;
  });
  return row;
}

export async function getSnapshot(context: ServiceContext, id: string): Promise<Snapshot> {
  return snapshotView(await loadSnapshot(context, id));
}

export async function listSnapshots(
  context: ServiceContext,
  input: { projectId: string; after?: string; limit: number },
): Promise<{ rows: Snapshot[]; next: string | null }> {
  await requireProject(context, context.db, input.projectId, "lead");
  const rows = await context.db
    .select({ ...getTableColumns(snapshots), at: keysetAt(snapshots.createdAt) })
    .from(snapshots)
    .where(
      and(
        eq(snapshots.projectId, input.projectId),
        keysetBelow(snapshots.createdAt, snapshots.id, decodeKeyset(input.after)),
      ),
    )
    .orderBy(desc(snapshots.createdAt), desc(snapshots.id))
    .limit(input.limit + 1);
  return pageFrom(rows, input.limit, snapshotView);
}
