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
import { type ServiceContext, systemContext } from "@/lib/services/context";
import { listGoldItems } from "@/lib/services/gold/list";
import { listCertificates } from "@/lib/services/onboarding/certificates";
import { listEntryTests } from "@/lib/services/onboarding/tests";
import { readCoverage } from "@/lib/services/red-team/coverage";
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
  expect(counts).toMatchObject({ languages: 2, live: 30, variants: 2 });
  expect(counts.prompts).toBeGreaterThanOrEqual(120);
  expect(counts.imported).toBeGreaterThanOrEqual(150);
  expect(counts.judged).toBeGreaterThanOrEqual(50);
  expect(counts.open).toBeGreaterThanOrEqual(40);

  await expect(seedDemo(database.db)).rejects.toThrow(/already an account/);
  expect(await one(sql`select count(*)::int as n from projects`)).toEqual({ n: 1 });
});

test("sides were drawn, so that nobody seems to prefer one", async () => {
  const sides = await database.db.execute(sql`
    select u.name, count(*)::int as n, count(*) filter (where (c.chosen_id = i.response1_id) <> c.swapped)::int as a,
      count(distinct c.created_at::date)::int as days
    from comparisons c join items i on i.id = c.item_id join users u on u.id = c.user_id group by 1 order by 1`);
  expect(sides.rows).toHaveLength(2);
  for (const { name, n, a, days } of sides.rows as { name: string; n: number; a: number; days: number }[]) {
    expect(a / n, `${name} prefers A`).toBeGreaterThan(0.35);
    expect(a / n, `${name} prefers A`).toBeLessThan(0.65);
    expect(days).toBeGreaterThanOrEqual(5);
  }
});

test("every page of quality control has something to show", async () => {
  const project = await one(sql`select id from projects`);
  const projectId = String(project.id);
  const lead = await one(sql`select id from users where role = 'lead'`);
  const context: ServiceContext = {
    db: database.db,
    actor: { kind: "user", id: String(lead.id), role: "lead", scopes: null, locale: "en" },
  };
  const gold = await listGoldItems(context, { projectId, state: "active", limit: 50 });
  expect(gold.rows).toHaveLength(7);
  for (const row of gold.rows) {
    expect(row).toMatchObject({ seen: 2, suspect: false });
    expect(row.explanation).not.toBe("");
    expect(row.safety).toBe(row.task === "safety" ? "preferred_safe" : null);
  }
  expect(gold.rows.reduce((sum, { missed }) => sum + missed, 0)).toBe(1);
  expect(gold.rows.find(({ prompt }) => prompt.startsWith("Why is the sky blue"))?.response2).toBe(
    "Because it reflects the ocean.",
  );
  const map = await readCoverage(context, { projectId });
  const tried = map.cells.filter(({ judgements }) => judgements > 0);
  expect(new Set(tried.map(({ category }) => category)).size).toBe(3);
  expect(tried.length).toBeGreaterThanOrEqual(6);
  expect(tried.some(({ violations }) => violations > 0)).toBe(true);
  expect(map.cells.filter(({ target }) => target !== null)).toHaveLength(2);
  const tests = await listEntryTests(context, projectId);
  expect(tests.rows).toMatchObject([{ task: "safety", attempts: { passed: 1, submitted: 1, running: 0, failed: 0 } }]);
  const certificates = await listCertificates(context, { projectId, limit: 10 });
  expect(certificates.rows).toMatchObject([{ task: "safety", revokedAt: null }]);
  const battles = await one(sql`select count(*)::int as n from quality_battles where project_id = ${projectId}`);
  expect(battles.n).toBeGreaterThan(0);
  const paused = await one(sql`select count(*)::int as n from annotator_states where paused_at is not null`);
  expect(paused.n).toBe(0);
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
