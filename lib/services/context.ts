/** What every service verb receives, and the checks each of them makes first. */
import { and, eq } from "drizzle-orm";
import { type Connection, type Db, isRetryable, type Tx } from "@/db/client";
import type { AuditActor } from "@/db/queries/audit";
import { projectMembers, projects } from "@/db/schema";
import { hasRole, type Role, type Scope } from "@/lib/domain/roles";
import { DomainError, notFound } from "@/lib/errors";

export interface UserActor {
  kind: "user";
  id: string;
  role: Role;
  /** `null` = a session; otherwise the token's scopes. */
  scopes: Scope[] | null;
  locale: string;
}
export interface SystemActor {
  kind: "system";
  name: "worker" | "cli" | "seed" | "import";
}
export type Actor = UserActor | SystemActor | { kind: "anonymous" };

export interface ServiceContext {
  db: Db;
  actor: Actor;
}

export const systemContext = (db: Db, name: SystemActor["name"]): ServiceContext => ({
  db,
  actor: { kind: "system", name },
});

export function auditActor(actor: Actor): AuditActor {
  if (actor.kind === "user") return { id: actor.id, kind: "user" };
  if (actor.kind === "system") return { id: null, kind: actor.name };
  return { id: null, kind: "anonymous" };
}

const ATTEMPTS_MAX = 5;

/** Runs one transaction, again on serialisation failures and lost connections. `work` must have no effect outside `tx`. */
export async function inTransaction<T>(context: ServiceContext, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await context.db.transaction(work);
    } catch (error) {
      if (attempt >= ATTEMPTS_MAX || !isRetryable(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * 2 ** attempt * (0.5 + Math.random())));
    }
  }
}

export function requireUser(context: ServiceContext): UserActor {
  if (context.actor.kind !== "user") throw new DomainError("unauthenticated");
  return context.actor;
}

/** System actors may do everything; anonymous callers nothing. */
export function requireRole(context: ServiceContext, role: Role): void {
  if (context.actor.kind === "system") return;
  if (!hasRole(requireUser(context).role, role))
    throw new DomainError("forbidden", `This needs the role ${role} or higher.`);
}

/** The project, if the actor may see it with at least `role`. A stranger's project is "not found", never "forbidden" (I11). */
export async function requireProject(
  context: ServiceContext,
  connection: Connection,
  projectId: string,
  role: Role = "annotator",
) {
  const [project] = await connection.select().from(projects).where(eq(projects.id, projectId));
  if (!project) throw notFound("Project");
  const { actor } = context;
  if (actor.kind === "system") return project;
  const user = requireUser(context);
  if (user.role !== "admin") {
    const [member] = await connection
      .select({ userId: projectMembers.userId })
      .from(projectMembers)
      .where(and(eq(projectMembers.projectId, projectId), eq(projectMembers.userId, user.id)));
    if (!member) throw notFound("Project");
  }
  requireRole(context, role);
  return project;
}
