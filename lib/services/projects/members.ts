/** Who belongs to a project. */
import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { projectMembers, users } from "@/db/schema";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";

const columns = (projectId: string) => ({
  userId: users.id,
  name: users.name,
  email: users.email,
  role: users.role,
  comparisons: sql<number>`(select count(*)::int from comparisons where comparisons.user_id = ${users.id} and comparisons.project_id = ${projectId})`,
});

export async function listMembers(context: ServiceContext, projectId: string) {
  await requireProject(context, context.db, projectId, "lead");
  const rows = await context.db
    .select(columns(projectId))
    .from(projectMembers)
    .innerJoin(users, eq(users.id, projectMembers.userId))
    .where(eq(projectMembers.projectId, projectId))
    .orderBy(asc(users.name), asc(users.id));
  return { rows };
}

/** Errors: `invalid` when no active account has this e-mail. Adding twice is fine. */
export async function addMember(context: ServiceContext, input: { projectId: string; email: string }) {
  return inTransaction(context, async (tx) => {
    await requireProject(context, tx, input.projectId, "lead");
    const [user] = await tx
      .select(columns(input.projectId))
      .from(users)
      .where(and(eq(users.email, input.email), isNull(users.disabledAt)));
    if (!user)
      throw new DomainError("invalid", `No active account has the e-mail ${input.email}.`, [
        { path: "body.email", message: "no such account" },
      ]);
    await tx.insert(projectMembers).values({ projectId: input.projectId, userId: user.userId }).onConflictDoNothing();
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "project.member_added",
      objectType: "user",
      objectId: user.userId,
      projectId: input.projectId,
    });
    return user;
  });
}

export async function removeMember(
  context: ServiceContext,
  input: { projectId: string; userId: string },
): Promise<void> {
  await inTransaction(context, async (tx) => {
    await requireProject(context, tx, input.projectId, "lead");
    const [gone] = await tx
      .delete(projectMembers)
      .where(and(eq(projectMembers.projectId, input.projectId), eq(projectMembers.userId, input.userId)))
      .returning();
    if (!gone) throw notFound("Member");
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "project.member_removed",
      objectType: "user",
      objectId: input.userId,
      projectId: input.projectId,
    });
  });
}
