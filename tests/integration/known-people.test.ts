/** What the web server remembers of sign-ins must end when they do, whoever ends them. */
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { apiTokens, sessions, users } from "@/db/schema";
import { sha256 } from "@/lib/auth/hash";
import { KnownPeople, type Person } from "@/lib/auth/known-people";
import { createSession } from "@/lib/auth/sessions";
import { createTokens, createUsers } from "../support/annotation-fixture";
import { createTestDatabase, type TestDatabase } from "../support/database";

let database: Database;
let clone: TestDatabase;
let people: KnownPeople;
beforeAll(async () => {
  clone = await createTestDatabase();
  database = createDatabase(clone.url, { connectionsMax: 4 });
  people = new KnownPeople(clone.url);
  people.start();
});
afterAll(async () => {
  await people.stop();
  await database.pool.end();
  await clone.drop();
});

const person = (id: string, endsAtMs: number | null = null): Person => ({ id, endsAtMs });
/** Whether the memory answers by itself. */
async function isKept(key: string): Promise<boolean> {
  let asked = false;
  await people.find(key, async () => {
    asked = true;
    return null;
  });
  return !asked;
}
/** Listening begins anew a second after it was cut off. */
async function remember(key: string, someone: Person): Promise<void> {
  const isRemembered = async () => {
    await people.find(key, async () => someone);
    return isKept(key);
  };
  await expect.poll(isRemembered, { timeout: 10_000 }).toBe(true);
}
const isForgottenSoon = (key: string) => expect.poll(() => isKept(key), { timeout: 1000, interval: 10 }).toBe(false);
const userAndKey = async () => {
  const [user] = await createUsers(database.db, null, 1);
  const key = `key of ${user!.id}`;
  await remember(key, person(user!.id));
  return { id: user!.id, key };
};
const told = (change: (tx: Parameters<Parameters<Database["db"]["transaction"]>[0]>[0]) => Promise<unknown>) =>
  database.db.transaction(async (tx) => {
    await tx.execute(
      sql`insert into audit_events (actor_kind, action, object_type, object_id) values ('seed', 't', 't', 't')`,
    );
    await change(tx);
  });

it("forgets whose session was ended, whose token was revoked, who was disabled or got another role", async () => {
  const { db } = database;
  const signedOut = await userAndKey();
  const other = await userAndKey();
  const session = await createSession(db, signedOut.id);
  await db.delete(sessions).where(eq(sessions.sessionToken, sha256(session)));
  await isForgottenSoon(signedOut.key);

  const revoked = await userAndKey();
  const [token] = await createTokens(db, [revoked.id]);
  await db
    .update(apiTokens)
    .set({ revokedAt: new Date() })
    .where(eq(apiTokens.tokenHash, sha256(token!)));
  await isForgottenSoon(revoked.key);

  const disabled = await userAndKey();
  await told((tx) => tx.update(users).set({ disabledAt: new Date() }).where(eq(users.id, disabled.id)));
  await isForgottenSoon(disabled.key);

  const promoted = await userAndKey();
  await told((tx) => tx.update(users).set({ role: "lead" }).where(eq(users.id, promoted.id)));
  await isForgottenSoon(promoted.key);
  expect(await isKept(other.key)).toBe(true);
});

it("keeps nobody longer than their session, and no answer that a change has overtaken", async () => {
  const { id } = await userAndKey();
  await people.find("short", async () => person(id, Date.now() - 1));
  expect(await isKept("short")).toBe(false);
  await people.find("overtaken", async () => {
    people.forget(id);
    return person(id);
  });
  expect(await isKept("overtaken")).toBe(false);
});

it("keeps nobody while it cannot hear of changes, and hears again by itself", async () => {
  const { id, key } = await userAndKey();
  await database.db.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and (query like 'listen identity%' or query = 'select 1')`);
  await isForgottenSoon(key);
  await remember(key, person(id));
});
