/** The demo seed on a real Postgres: what the tour and the first round need is there, in one transaction. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { seedDemo } from "@/db/seed";
import { verifyPassword } from "@/lib/auth/password";
import * as environment from "@/lib/env";
import { systemContext } from "@/lib/services/context";
import { freezeSnapshot } from "@/lib/services/snapshots/freeze";
import { createTestDatabase, type TestDatabase } from "../support/database";

let testDatabase: TestDatabase;
let database: Database;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), "pairwright-seed-"));
  vi.spyOn(environment, "env").mockReturnValue({ ...environment.env(), PAIRWRIGHT_HOME: home });
  testDatabase = await createTestDatabase();
  database = createDatabase(testDatabase.url, { connectionsMax: 2 });
});
afterAll(async () => {
  await database.pool.end();
  await testDatabase.drop();
  await rm(home, { recursive: true, force: true });
});

const one = async (query: ReturnType<typeof sql>): Promise<Record<string, unknown>> =>
  (await database.db.execute(query)).rows[0]!;

test("gives logins that work and data for every screen; a second seed changes nothing", async () => {
  const { logins } = await seedDemo(database.db);
  expect(logins.map(({ role }) => role)).toEqual(["admin", "lead", "reviewer", "annotator"]);
  for (const { email, password } of logins) {
    const stored = await one(sql`
      select c.password_hash as hash from credentials c join users u on u.id = c.user_id where u.email = ${email}`);
    expect(await verifyPassword(String(stored.hash), password)).toBe(true);
  }
  expect(new Set(logins.map(({ password }) => password)).size).toBe(4);

  const counts = await one(sql`select
    (select count(*)::int from prompts) as prompts,
    (select count(distinct language)::int from prompts) as languages,
    (select count(*)::int from comparisons where source = 'import') as imported,
    (select count(*)::int from comparisons where source = 'annotator') as judged,
    (select count(*)::int from items where state = 'open' and kind = 'pair' and slots_remaining > 0) as open,
    (select count(*)::int from items where kind = 'live') as live,
    (select count(*)::int from policy_variants where active) as variants`);
  expect(counts).toMatchObject({ languages: 2, live: 20, variants: 2 });
  expect(counts.prompts).toBeGreaterThanOrEqual(120);
  expect(counts.imported).toBeGreaterThanOrEqual(150);
  expect(counts.judged).toBeGreaterThanOrEqual(50);
  expect(counts.open).toBeGreaterThanOrEqual(40);

  await expect(seedDemo(database.db)).rejects.toThrow(/already an account/);
  expect(await one(sql`select count(*)::int as n from projects`)).toEqual({ n: 1 });
});

test("its comparisons freeze into a snapshot with agreement between annotators", async () => {
  const project = await one(sql`select id from projects`);
  const context = systemContext(database.db, "worker");
  const snapshot = await freezeSnapshot(context, { projectId: String(project.id), name: "demo" });
  expect(snapshot.manifest.files.heldout.rows).toBeGreaterThan(10);
  const { agreement } = snapshot.manifest.datasheet as { agreement: { subjects: number; coefficient: number } };
  expect(agreement.subjects).toBe(28);
  expect(agreement.coefficient).toBeGreaterThan(0.5);
  expect(agreement.coefficient).toBeLessThan(1);
});
