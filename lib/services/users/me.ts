import { eq } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { credentials, sessions, users } from "@/db/schema";
import { forgetPeople } from "@/lib/auth/known-people";
import { hashPassword, verifyPassword } from "@/lib/auth/password";
import { DomainError } from "@/lib/errors";
import { auditActor, inTransaction, requireUser, type ServiceContext } from "../context";

const columns = { id: users.id, email: users.email, name: users.name, role: users.role, locale: users.locale };

export async function getMe(context: ServiceContext) {
  const [me] = await context.db
    .select(columns)
    .from(users)
    .where(eq(users.id, requireUser(context).id));
  return me!;
}

export async function updateMe(context: ServiceContext, input: { name?: string; locale?: string }) {
  const { id } = requireUser(context);
  const [me] = await context.db
    .update(users)
    .set({ ...input, id })
    .where(eq(users.id, id))
    .returning(columns);
  forgetPeople();
  return me!;
}

/** Asks for the present password again and ends every session of the account. Errors: `invalid` when it is wrong. */
export async function changePassword(context: ServiceContext, input: { current: string; next: string }) {
  const { id } = requireUser(context);
  const [stored] = await context.db
    .select({ hash: credentials.passwordHash })
    .from(credentials)
    .where(eq(credentials.userId, id));
  if (!(await verifyPassword(stored?.hash ?? null, input.current)))
    throw new DomainError("invalid", "body.current: not the present password", [
      { path: "body.current", message: "not the present password" },
    ]);
  const passwordHash = await hashPassword(input.next);
  await inTransaction(context, async (tx) => {
    await tx.update(credentials).set({ passwordHash, changedAt: new Date() }).where(eq(credentials.userId, id));
    await tx.delete(sessions).where(eq(sessions.userId, id));
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "user.password_changed",
      objectType: "user",
      objectId: id,
    });
  });
  forgetPeople();
}
