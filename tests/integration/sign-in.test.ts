/** Sign-in: right and wrong passwords, throttling without locking the owner out, sessions that end on the server. */
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { sessions, signInAttempts, users } from "@/db/schema";
import { createSession, endSession, userOfSession, userOfToken } from "@/lib/auth/sessions";
import { systemContext } from "@/lib/services/context";
import { signInWithOidc } from "@/lib/services/identity/oidc";
import { signInWithPassword } from "@/lib/services/identity/password";
import { createToken, revokeToken } from "@/lib/services/tokens/tokens";
import { createUser } from "@/lib/services/users/create";
import { updateUser } from "@/lib/services/users/update";
import { createTestDatabase } from "../support/database";

const email = "ada@example.test";
const password = "correct horse battery";
let database: Database;
let drop: () => Promise<void>;
let userId: string;

beforeAll(async () => {
  const created = await createTestDatabase();
  drop = created.drop;
  database = createDatabase(created.url, { connectionsMax: 4 });
  const context = systemContext(database.db, "cli");
  await createUser(context, { email: "root@example.test", name: "Root", role: "admin", password, locale: "en" });
  userId = (await createUser(context, { email, name: "Ada", role: "annotator", password, locale: "en" })).id;
});
afterAll(async () => {
  await database.pool.end();
  await drop();
});
beforeEach(async () => {
  await database.db.delete(signInAttempts);
});

const signIn = (address: string, text = password, who = email) =>
  signInWithPassword(database.db, { email: who, password: text }, address);
const failTimes = async (times: number, address: string) => {
  for (let n = 0; n < times; n += 1) expect(await signIn(address, "wrong")).toBeNull();
};

test("signs in whatever the case or width of the address, and says nothing about unknown ones", async () => {
  expect(await signIn("1.1.1.1")).toMatchObject({ id: userId });
  expect(await signIn("1.1.1.1", password, " ＡDA@Example.Test ")).toMatchObject({ id: userId });
  expect(await signIn("1.1.1.1", "wrong")).toBeNull();
  expect(await signIn("1.1.1.1", password, "nobody@example.test")).toBeNull();
});

test("five failures from one address stop that address, even with the right password", async () => {
  await failTimes(5, "2.2.2.2");
  await expect(signIn("2.2.2.2")).rejects.toThrow(/^throttled:\d+$/);
  expect(await signIn("3.3.3.3")).toMatchObject({ id: userId });
});

test("a stranger who fails from many addresses cannot lock the owner out", async () => {
  expect(await signIn("9.9.9.9")).not.toBeNull();
  for (let n = 0; n < 25; n += 1) await failTimes(4, `10.0.0.${n}`);
  await expect(signIn("10.1.1.1")).rejects.toThrow(/^throttled/);
  expect(await signIn("9.9.9.9")).toMatchObject({ id: userId });
});

test("the window ends", async () => {
  await failTimes(5, "4.4.4.4");
  await database.db.update(signInAttempts).set({ windowStartedAt: sql`now() - interval '16 minutes'` });
  expect(await signIn("4.4.4.4")).not.toBeNull();
});

test("a session ends on the server at sign-out, when idle too long, and when the account is disabled", async () => {
  const { db } = database;
  const [first, second, third] = [
    await createSession(db, userId),
    await createSession(db, userId),
    await createSession(db, userId),
  ];
  expect(await userOfSession(db, first)).toMatchObject({ email });
  await endSession(db, first);
  expect(await userOfSession(db, first)).toBeNull();
  expect(await userOfSession(db, second)).not.toBeNull();
  await db.update(sessions).set({ lastSeenAt: sql`now() - interval '8 days'` });
  expect(await userOfSession(db, second)).toBeNull();
  await db.update(sessions).set({ lastSeenAt: sql`now()` });
  await updateUser(systemContext(db, "cli"), { id: userId, disabled: true });
  expect(await userOfSession(db, third)).toBeNull();
  expect(await signIn("5.5.5.5")).toBeNull();
  await updateUser(systemContext(db, "cli"), { id: userId, disabled: false });
  expect(await userOfSession(db, third)).toBeNull();
});

test("the database holds no usable secret: tokens and sessions are stored hashed", async () => {
  const context = systemContext(database.db, "cli");
  const { token, id } = await createToken(context, { name: "t", scopes: ["annotate"], expiresInDays: 1, userId });
  const session = await createSession(database.db, userId);
  const dump = JSON.stringify((await database.pool.query("select * from api_tokens, sessions")).rows);
  expect(dump).not.toContain(token);
  expect(dump).not.toContain(session);
  expect(await userOfToken(database.db, token)).toMatchObject({ id: userId, scopes: ["annotate"] });
  await revokeToken(context, id);
  expect(await userOfToken(database.db, token)).toBeNull();
});

test("the last admin can be neither demoted nor disabled", async () => {
  const [root] = await database.db.select({ id: users.id }).from(users).where(eq(users.role, "admin"));
  const context = systemContext(database.db, "cli");
  await expect(updateUser(context, { id: root!.id, role: "lead" })).rejects.toMatchObject({ code: "conflict" });
  await expect(updateUser(context, { id: root!.id, disabled: true })).rejects.toMatchObject({ code: "conflict" });
});

test("OpenID sign-in links by subject, needs a verified address, and refuses disabled accounts", async () => {
  const { db } = database;
  expect(await signInWithOidc(db, "sub-1", { email: "new@example.test", email_verified: false })).toBeNull();
  const id = await signInWithOidc(db, "sub-1", { email: "new@example.test", email_verified: true, name: "New" });
  expect(id).not.toBeNull();
  expect(await signInWithOidc(db, "sub-1", {})).toBe(id);
  await updateUser(systemContext(db, "cli"), { id: id!, disabled: true });
  expect(await signInWithOidc(db, "sub-1", {})).toBeNull();
  expect(await signInWithOidc(db, "sub-2", { email: "new@example.test", email_verified: true })).toBeNull();
});
