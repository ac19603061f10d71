/** Guidelines are versioned: a change is a new version, and a comparison names the version its annotator saw. */
import { and, desc, eq, sql } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { guidelineVersions } from "@/db/schema";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { type Recertification, requireRecertification } from "../onboarding/recertify";

const view = (row: typeof guidelineVersions.$inferSelect) => ({
  id: row.id,
  task: row.task,
  version: row.version,
  locale: row.locale,
  body: row.body,
  createdAt: row.createdAt.toISOString(),
});

export async function listGuidelines(context: ServiceContext, projectId: string) {
  await requireProject(context, context.db, projectId);
  const rows = await context.db
    .select()
    .from(guidelineVersions)
    .where(eq(guidelineVersions.projectId, projectId))
    .orderBy(desc(guidelineVersions.createdAt));
  return { rows: rows.map(view) };
}

export async function createGuideline(
  context: ServiceContext,
  input: {
    projectId: string;
    task: "helpfulness" | "safety";
    locale: string;
    body: string;
    /** Left out: the certificates granted before stay. */
    certificates?: Recertification;
  },
) {
  const { certificates = { mode: "keep" as const }, ...fields } = input;
  return inTransaction(context, async (tx) => {
    await requireProject(context, tx, input.projectId, "lead");
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${input.projectId}, 1))`);
    const same = and(
      eq(guidelineVersions.projectId, input.projectId),
      eq(guidelineVersions.task, input.task),
      eq(guidelineVersions.locale, input.locale),
    );
    const [last] = await tx
      .select({ version: sql<number>`coalesce(max(${guidelineVersions.version}), 0)::int` })
      .from(guidelineVersions)
      .where(same);
    const createdBy = context.actor.kind === "user" ? context.actor.id : null;
    const [row] = await tx
      .insert(guidelineVersions)
      .values({ ...fields, version: last!.version + 1, createdBy })
      .returning();
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "guideline.published",
      objectType: "guideline",
      objectId: row!.id,
      projectId: input.projectId,
      details: { task: input.task, locale: input.locale, version: row!.version, certificates: certificates.mode },
    });
    const { projectId, task } = input;
    await requireRecertification(context, tx, { projectId, task, guidelineVersionId: row!.id, choice: certificates });
    return view(row!);
  });
}
