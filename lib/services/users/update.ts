import { and, eq, isNull, ne, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { apiTokens, sessions, users } from "@/db/schema";
import { forgetPeople } from "@/lib/auth/known-people";
import type { Role } from "@/lib/domain/roles";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireRole, type ServiceContext } from "../context";
import { userColumns, userView } from "./view";

/** Role, name, disabled. Disabling ends all sessions and tokens in the same transaction. The last active admin stays. */
export async function updateUser(
  context: ServiceContext,
  input: { id: string; role?: Role; disabled?: boolean; name?: string },
) {
  requireRole(context, "admin");
  const user = await inTransaction(context, async (tx) => {
    const [before] = await tx.select(userColumns).from(users).where(eq(users.id, input.id)).for("update");
    if (!before) throw notFound("Person");
    if (before.role === "admin" && (input.disabled || (input.role && input.role !== "admin")))
      await requireAnotherAdmin(tx, input.id);
    const [after] = await tx
      .update(users)
      .set({
        ...(input.role ? { role: input.role } : {}),
        ...(input.name ? { name: input.name } : {}),
        ...(input.disabled === undefined
          ? {}
          : { disabledAt: input.disabled ? sql`coalesce(${users.disabledAt}, now())` : null }),
        email: before.email,
      })
      .where(eq(users.id, input.id))
      .returning(userColumns);
    if (input.disabled) {
      await tx.delete(sessions).where(eq(sessions.userId, input.id));
      await tx
        .update(apiTokens)
        .set({ revokedAt: sql`now()` })
        .where(and(eq(apiTokens.userId, input.id), isNull(apiTokens.revokedAt)));
    }
    const { id, ...details } = input;
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "user.updated",
      objectType: "user",
      objectId: id,
      details,
    });
    return userView(after!);
  });
  forgetPeople();
  return user;
}

async function requireAnotherAdmin(tx: Tx, id: string): Promise<void> {
  const others = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.role, "admin"), isNull(users.disabledAt), ne(users.id, id)))
    .for("update");
  if (others.length === 0)
    throw new DomainError("conflict", "This is the last active admin; make someone else admin first.");
}
