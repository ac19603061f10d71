/** Bearer tokens: stored hashed, shown once, scoped, expiring. Everyone manages their own. */
import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { apiTokens } from "@/db/schema";
import { randomSecret, sha256, TOKEN_PREFIX } from "@/lib/auth/hash";
import { forgetPeople } from "@/lib/auth/known-people";
import type { ApiToken } from "@/lib/contracts/tokens";
import type { Scope } from "@/lib/domain/roles";
import { notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireUser, type ServiceContext } from "../context";

const columns = {
  id: apiTokens.id,
  name: apiTokens.name,
  scopes: apiTokens.scopes,
  expiresAt: apiTokens.expiresAt,
  revokedAt: apiTokens.revokedAt,
  lastUsedAt: apiTokens.lastUsedAt,
  createdAt: apiTokens.createdAt,
};

type Row = { [Key in keyof typeof columns]: (typeof apiTokens.$inferSelect)[Key] };
const iso = (date: Date | null) => date?.toISOString() ?? null;
const view = (row: Row): ApiToken => ({
  ...row,
  scopes: row.scopes as Scope[],
  expiresAt: iso(row.expiresAt),
  revokedAt: iso(row.revokedAt),
  lastUsedAt: iso(row.lastUsedAt),
  createdAt: row.createdAt.toISOString(),
});

export async function listTokens(context: ServiceContext) {
  const rows = await context.db
    .select(columns)
    .from(apiTokens)
    .where(eq(apiTokens.userId, requireUser(context).id))
    .orderBy(desc(apiTokens.createdAt));
  return { rows: rows.map(view) };
}

/** For `userId` = the actor, or anyone when the CLI (a system actor) asks. The only place where the secret is seen. */
export async function createToken(
  context: ServiceContext,
  input: { name: string; scopes: Scope[]; expiresInDays: number; userId?: string },
) {
  const userId = context.actor.kind === "system" && input.userId ? input.userId : requireUser(context).id;
  const token = `${TOKEN_PREFIX}${randomSecret()}`;
  return inTransaction(context, async (tx) => {
    const [row] = await tx
      .insert(apiTokens)
      .values({
        userId,
        name: input.name,
        scopes: input.scopes,
        tokenHash: sha256(token),
        expiresAt: sql`now() + make_interval(days => ${input.expiresInDays})`,
      })
      .returning(columns);
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "token.created",
      objectType: "api_token",
      objectId: row!.id,
      details: { scopes: input.scopes, userId },
    });
    return { ...view(row!), token };
  });
}

export async function revokeToken(context: ServiceContext, id: string): Promise<void> {
  const own = context.actor.kind === "system" ? undefined : eq(apiTokens.userId, requireUser(context).id);
  await inTransaction(context, async (tx) => {
    const [row] = await tx
      .update(apiTokens)
      .set({ revokedAt: sql`now()` })
      .where(and(eq(apiTokens.id, id), own, isNull(apiTokens.revokedAt)))
      .returning({ id: apiTokens.id });
    if (!row) throw notFound("Token");
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "token.revoked",
      objectType: "api_token",
      objectId: id,
    });
  });
  forgetPeople();
}
