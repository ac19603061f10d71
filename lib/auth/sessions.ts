/** Database sessions. The cookie holds a random token, the table its SHA-256; deleting the row ends the session at once. */
import { and, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { apiTokens, sessions, users } from "@/db/schema";
import type { Role, Scope } from "@/lib/domain/roles";
import { randomSecret, sha256, TOKEN_PREFIX } from "./hash";
import { forgetPeople, knownPeople, type Person } from "./known-people";

export const SESSION_DAYS_MAX = 30;
export const SESSION_IDLE_DAYS_MAX = 7;

export interface SignedIn {
  id: string;
  email: string;
  name: string;
  role: Role;
  locale: string;
}

const person = { id: users.id, email: users.email, name: users.name, role: users.role, locale: users.locale };

export async function createSession(db: Db, userId: string): Promise<string> {
  const token = randomSecret();
  await db
    .insert(sessions)
    .values({ sessionToken: sha256(token), userId, expires: sql`now() + make_interval(days => ${SESSION_DAYS_MAX})` });
  return token;
}

/** The person behind a session cookie, or null when it ended, idled out or the account is disabled. */
export async function userOfSession(db: Db, token: string): Promise<SignedIn | null> {
  const hash = sha256(token);
  const found = await remembered(hash, () => findSession(db, hash));
  if (!found) return null;
  const { endsAtMs: _endsAtMs, ...user } = found;
  return user;
}

const remembered = <T extends Person>(hash: string, load: () => Promise<T | null>): Promise<T | null> =>
  knownPeople()?.find(hash, load) ?? load();

async function findSession(db: Db, hash: string): Promise<(SignedIn & Person) | null> {
  const idleSince = sql`now() - make_interval(days => ${SESSION_IDLE_DAYS_MAX})`;
  const [row] = await db
    .select({
      ...person,
      endsAtMs: sql<number>`(extract(epoch from ${sessions.expires}) * 1000)::float8`,
      stale: sql<boolean>`${sessions.lastSeenAt} < now() - interval '1 minute'`,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      and(
        eq(sessions.sessionToken, hash),
        gt(sessions.expires, sql`now()`),
        gt(sessions.lastSeenAt, idleSince),
        isNull(users.disabledAt),
      ),
    );
  if (!row) return null;
  const { stale, ...user } = row;
  if (stale) await db.update(sessions).set({ lastSeenAt: sql`now()` }).where(eq(sessions.sessionToken, hash));
  return user;
}

export async function endSession(db: Db, token: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.sessionToken, sha256(token)));
  forgetPeople();
}

/** Removes what has ended; the worker's minute job calls it. */
export async function deleteEndedSessions(db: Db): Promise<void> {
  await db
    .delete(sessions)
    .where(
      or(
        lt(sessions.expires, sql`now()`),
        lt(sessions.lastSeenAt, sql`now() - make_interval(days => ${SESSION_IDLE_DAYS_MAX})`),
      ),
    );
}

/** The person and scopes behind `Authorization: Bearer pw_…`, or null. */
export async function userOfToken(db: Db, token: string): Promise<(SignedIn & { scopes: Scope[] }) | null> {
  if (!token.startsWith(TOKEN_PREFIX) || token.length > 200) return null;
  const hash = sha256(token);
  const found = await remembered(hash, () => findToken(db, hash));
  if (!found) return null;
  const { endsAtMs: _endsAtMs, ...user } = found;
  return user;
}

async function findToken(db: Db, hash: string): Promise<(SignedIn & Person & { scopes: Scope[] }) | null> {
  const [row] = await db
    .select({
      ...person,
      endsAtMs: sql<number | null>`(extract(epoch from ${apiTokens.expiresAt}) * 1000)::float8`,
      scopes: apiTokens.scopes,
      tokenId: apiTokens.id,
      stale: sql<boolean>`coalesce(${apiTokens.lastUsedAt} < now() - interval '1 minute', true)`,
    })
    .from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.userId))
    .where(
      and(
        eq(apiTokens.tokenHash, hash),
        isNull(apiTokens.revokedAt),
        or(isNull(apiTokens.expiresAt), gt(apiTokens.expiresAt, sql`now()`)),
        isNull(users.disabledAt),
      ),
    );
  if (!row) return null;
  const { tokenId, stale, scopes, ...user } = row;
  if (stale) await db.update(apiTokens).set({ lastUsedAt: sql`now()` }).where(eq(apiTokens.id, tokenId));
  return { ...user, scopes: scopes as Scope[] };
}
