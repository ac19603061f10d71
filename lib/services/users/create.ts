import { databaseError } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { credentials, users } from "@/db/schema";
import { hashPassword } from "@/lib/auth/password";
import type { Role } from "@/lib/domain/roles";
import { DomainError } from "@/lib/errors";
import { auditActor, inTransaction, requireRole, type ServiceContext } from "../context";
import { userColumns, userView } from "./view";

/** Errors: `conflict` when the e-mail is taken. */
export async function createUser(
  context: ServiceContext,
  input: { email: string; name: string; role: Role; password: string; locale: string },
) {
  requireRole(context, "admin");
  const passwordHash = await hashPassword(input.password);
  try {
    return await inTransaction(context, async (tx) => {
      const { password: _password, ...fields } = input;
      const [user] = await tx.insert(users).values(fields).returning(userColumns);
      await tx.insert(credentials).values({ userId: user!.id, passwordHash });
      await insertAudit(tx, {
        actor: auditActor(context.actor),
        action: "user.created",
        objectType: "user",
        objectId: user!.id,
        details: { role: input.role },
      });
      return userView(user!);
    });
  } catch (error) {
    if (databaseError(error)?.constraint === "users_email")
      throw new DomainError("conflict", `There is already an account for ${input.email}.`, [
        { path: "body.email", message: "already taken" },
      ]);
    throw error;
  }
}
