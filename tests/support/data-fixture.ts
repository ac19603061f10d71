/** A database and a home of a test file's own, and what tests of import, snapshots and exports fill them with. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, vi } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { campaigns, projects } from "@/db/schema";
import { projectSettingsSchema } from "@/lib/domain/project-settings";
import * as environment from "@/lib/env";
import type { DomainError } from "@/lib/errors";
import { type ServiceContext, systemContext } from "@/lib/services/context";
import { type ImportInput, importRows } from "@/lib/services/import/run";
import { createTestDatabase, type TestDatabase } from "./database";

export interface DataFixture {
  testDatabase: TestDatabase;
  database: Database;
  context: ServiceContext;
  home: string;
}

/** Filled before the file's first test, and cleared away after its last. */
export function prepareData(): DataFixture {
  const fixture = {} as DataFixture;
  beforeAll(async () => {
    fixture.home = await mkdtemp(path.join(tmpdir(), "pairwright-data-"));
    fixture.testDatabase = await createTestDatabase();
    const real = environment.env();
    vi.spyOn(environment, "env").mockReturnValue({ ...real, PAIRWRIGHT_HOME: fixture.home });
    fixture.database = createDatabase(fixture.testDatabase.url, { connectionsMax: 4 });
    fixture.context = systemContext(fixture.database.db, "import");
  });
  afterAll(async () => {
    await fixture.database.pool.end();
    await fixture.testDatabase.drop();
    await rm(fixture.home, { recursive: true, force: true });
  });
  return fixture;
}

export const actor = { id: null, kind: "seed" } as const;

export async function createDataProject(
  { database }: DataFixture,
  heldoutShare = 0.2,
): Promise<{ projectId: string; campaignId: string }> {
  return database.db.transaction(async (tx) => {
    await insertAudit(tx, { actor, action: "fixture", objectType: "fixture", objectId: "project" });
    const settings = projectSettingsSchema.parse({ heldoutShare });
    const [project] = await tx.insert(projects).values({ name: "P", settings }).returning();
    const projectId = project!.id;
    const [campaign] = await tx
      .insert(campaigns)
      .values({ projectId, name: "C", kind: "preference", task: "helpfulness", overlap: 3 })
      .returning();
    return { projectId, campaignId: campaign!.id };
  });
}

export const importBytes = ({ context }: DataFixture, input: Omit<ImportInput, "sourceName">, bytes: Buffer | string) =>
  importRows(context, { sourceName: "test", ...input }, () =>
    (async function* () {
      yield Buffer.from(bytes);
    })(),
  );

export async function countRows({ database }: DataFixture, table: string, projectId: string): Promise<number> {
  const { rows } = await database.db.execute<{ n: number }>(
    sql`select count(*)::int as n from ${sql.identifier(table)} where project_id = ${projectId}`,
  );
  return rows[0]!.n;
}

export const jsonl = (rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
export const trl = (index: number) => ({
  prompt: `question ${index}`,
  chosen: `good ${index}`,
  rejected: `bad ${index}`,
});
export const problemsOf = (error: unknown) => (error as DomainError).problems;
