/** Projects: list, create, read, change. */
import { and, desc, eq, exists, isNull, sql } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { projectMembers, projects } from "@/db/schema";
import { type ProjectSettings, projectSettingsSchema } from "@/lib/domain/project-settings";
import { auditActor, inTransaction, requireProject, requireRole, requireUser, type ServiceContext } from "../context";

type Row = typeof projects.$inferSelect;

export const projectView = (row: Row) => ({
  id: row.id,
  name: row.name,
  description: row.description,
  settings: projectSettingsSchema.parse(row.settings),
  scheduleCron: row.scheduleCron,
  scheduleTimeZone: row.scheduleTimeZone,
  schedulePaused: row.schedulePaused,
  createdAt: row.createdAt.toISOString(),
  archivedAt: row.archivedAt?.toISOString() ?? null,
});

export async function listProjects(context: ServiceContext) {
  const user = context.actor.kind === "system" ? null : requireUser(context);
  const isMember = user
    ? exists(
        context.db
          .select({ one: sql`1` })
          .from(projectMembers)
          .where(and(eq(projectMembers.projectId, projects.id), eq(projectMembers.userId, user.id))),
      )
    : undefined;
  const rows = await context.db
    .select({
      id: projects.id,
      name: projects.name,
      description: projects.description,
      createdAt: projects.createdAt,
      openItems: sql<number>`(select count(*)::int from items where items.project_id = projects.id and items.state = 'open' and items.slots_remaining > 0 and items.purpose = 'work')`,
      comparisons: sql<number>`(select count(*)::int from comparisons where comparisons.project_id = projects.id)`,
    })
    .from(projects)
    .where(and(isNull(projects.archivedAt), user?.role === "admin" ? undefined : isMember))
    .orderBy(desc(projects.createdAt));
  return { rows: rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() })) };
}

export async function createProject(
  context: ServiceContext,
  input: { name: string; description: string; settings?: Partial<ProjectSettings> },
) {
  requireRole(context, "lead");
  const createdBy = context.actor.kind === "user" ? context.actor.id : null;
  return inTransaction(context, async (tx) => {
    const settings = projectSettingsSchema.parse(input.settings ?? {});
    const [row] = await tx
      .insert(projects)
      .values({ name: input.name, description: input.description, settings, createdBy })
      .returning();
    if (createdBy) await tx.insert(projectMembers).values({ projectId: row!.id, userId: createdBy });
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "project.created",
      objectType: "project",
      objectId: row!.id,
      projectId: row!.id,
    });
    return projectView(row!);
  });
}

export const getProject = async (context: ServiceContext, projectId: string) =>
  projectView(await requireProject(context, context.db, projectId, "lead"));

export async function updateProject(
  context: ServiceContext,
  input: { projectId: string; name?: string; description?: string; settings?: ProjectSettings; archived?: boolean },
) {
  return inTransaction(context, async (tx) => {
    const before = await requireProject(context, tx, input.projectId, "lead");
    const [row] = await tx
      .update(projects)
      .set({
        name: input.name ?? before.name,
        description: input.description ?? before.description,
        settings: input.settings ?? before.settings,
        archivedAt:
          input.archived === undefined ? before.archivedAt : input.archived ? (before.archivedAt ?? new Date()) : null,
      })
      .where(eq(projects.id, input.projectId))
      .returning();
    const { projectId, ...details } = input;
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "project.updated",
      objectType: "project",
      objectId: projectId,
      projectId,
      details,
    });
    return projectView(row!);
  });
}
