/** Which guideline versions a person has read. */
import { and, desc, eq, lt } from "drizzle-orm";
import type { Connection } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { guidelineReads, guidelineVersions } from "@/db/schema";
import type { GuidelineChanges } from "@/lib/contracts/guideline-reads";
import { notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, requireUser, type ServiceContext } from "../context";

const columns = { id: guidelineVersions.id, version: guidelineVersions.version, body: guidelineVersions.body };

async function requireGuideline(context: ServiceContext, connection: Connection, id: string) {
  const [row] = await connection.select().from(guidelineVersions).where(eq(guidelineVersions.id, id));
  if (!row) throw notFound("Guideline");
  await requireProject(context, connection, row.projectId);
  return row;
}

export async function guidelineChanges(context: ServiceContext, id: string): Promise<GuidelineChanges> {
  const row = await requireGuideline(context, context.db, id);
  const userId = requireUser(context).id;
  const own = eq(guidelineReads.userId, userId);
  const [read] = await context.db
    .select({ at: guidelineReads.readAt })
    .from(guidelineReads)
    .where(and(own, eq(guidelineReads.guidelineVersionId, id)));
  const [since] = await context.db
    .select(columns)
    .from(guidelineReads)
    .innerJoin(guidelineVersions, eq(guidelineVersions.id, guidelineReads.guidelineVersionId))
    .where(
      and(
        own,
        eq(guidelineVersions.projectId, row.projectId),
        eq(guidelineVersions.task, row.task),
        eq(guidelineVersions.locale, row.locale),
        lt(guidelineVersions.version, row.version),
      ),
    )
    .orderBy(desc(guidelineVersions.version))
    .limit(1);
  const { version, body, task } = row;
  return { id, version, body, task, read: read !== undefined, since: since ?? null };
}

export async function readGuideline(context: ServiceContext, id: string): Promise<{ read: true }> {
  return inTransaction(context, async (tx) => {
    const row = await requireGuideline(context, tx, id);
    const userId = requireUser(context).id;
    const [added] = await tx
      .insert(guidelineReads)
      .values({ userId, guidelineVersionId: id })
      .onConflictDoNothing()
      .returning();
    if (added)
      await insertAudit(tx, {
        actor: auditActor(context.actor),
        action: "guideline.read",
        objectType: "guideline",
        objectId: id,
        projectId: row.projectId,
        details: { task: row.task, version: row.version },
      });
    return { read: true };
  });
}
