import { readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { MIGRATIONS_FOLDER } from "@/db/migrate";
import { projectSettingsSchema } from "@/lib/domain/project-settings";
import { createTestDatabase, type TestDatabase } from "../support/database";

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

it("the migration takes the old count of pairs per micro-batch out of stored settings, and audits go on", async () => {
  const layer = { epochs: 2, pairsPerMicroBatch: 4 };
  const settings = { training: { shared: layer, helpfulness: {}, safety: { pairsPerMicroBatch: 2 } } };
  expect(projectSettingsSchema.safeParse(settings).success).toBe(false);
  await client.query("alter table projects disable trigger projects_audited");
  await client.query("insert into projects (name, settings) values ('old', $1)", [settings]);
  await client.query("alter table projects enable trigger projects_audited");
  const statements = await readFile(path.join(MIGRATIONS_FOLDER, "0009_retired-training-settings.sql"), "utf8");
  await client.query("begin");
  for (const statement of statements.split("--> statement-breakpoint")) await client.query(statement);
  await client.query("commit");
  const { rows } = await client.query("select settings from projects where name = 'old'");
  expect(rows[0].settings.training).toEqual({ shared: { epochs: 2 }, helpfulness: {}, safety: {} });
  expect(projectSettingsSchema.parse(rows[0].settings).training.shared).toEqual({ epochs: 2 });
  await expect(client.query("update projects set name = 'new'")).rejects.toThrow(/without an audit event/);
});
