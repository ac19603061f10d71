/**
 * vitest globalSetup of the integration project: one embedded Postgres in a temporary home for the whole run, one migrated template
 * database. Each test file clones the template (see database.ts), which takes tens of milliseconds.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../../db/embedded";
import { migrate } from "../../db/migrate";
import { TEMPLATE_DATABASE, withDatabase } from "./database";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser address of the run's Postgres. */
    adminDatabaseUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(path.join(tmpdir(), "pairwright-test-"));
  await chmod(home, 0o711); // As root, Postgres runs as another user and must be able to walk here.
  const postgres = await startEmbeddedPostgres({ home, log: () => undefined });
  try {
    const admin = new pg.Client({ connectionString: postgres.url });
    await admin.connect();
    await admin.query(`create database ${TEMPLATE_DATABASE}`);
    await admin.end();
    await migrate(withDatabase(postgres.url, TEMPLATE_DATABASE));
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  project.provide("adminDatabaseUrl", postgres.url);
  return async () => {
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  };
}
