/** Sign-in by e-mail and password, throttled, in equal time for unknown addresses. */
import { and, eq, isNull } from "drizzle-orm";
import type { Db } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { credentials, users } from "@/db/schema";
import { verifyPassword } from "@/lib/auth/password";
import { recordFailure, recordSuccess, throttleSeconds } from "@/lib/auth/throttle";
import { emailSchema } from "@/lib/domain/email";

/** The user, or null for any mistake. Throws Error("throttled:<seconds>"), which next-auth hands to the sign-in page. */
export async function signInWithPassword(db: Db, input: { email?: string; password?: string }, address: string) {
  const email = emailSchema.safeParse(input.email ?? "").data ?? "";
  const password = (input.password ?? "").slice(0, 200);
  const wait = await throttleSeconds(db, email, address);
  if (wait > 0) throw new Error(`throttled:${Math.ceil(wait)}`);
  const [user] = await db
    .select({ id: users.id, name: users.name, email: users.email, hash: credentials.passwordHash })
    .from(users)
    .innerJoin(credentials, eq(credentials.userId, users.id))
    .where(and(eq(users.email, email), isNull(users.disabledAt)));
  if (!(await verifyPassword(user?.hash ?? null, password)) || !user) {
    await recordFailure(db, email, address);
    return null;
  }
  await recordSuccess(db, email, address);
  await insertAudit(db, {
    actor: { id: user.id, kind: "user" },
    action: "session.created",
    objectType: "user",
    objectId: user.id,
  });
  return { id: user.id, name: user.name, email: user.email };
}
