/**
 * vitest globalSetup of the integration project: one embedded Postgres in a temporary home for the whole run, one migrated template
 * database. Each test file clones the template (see database.ts), which takes tens of milliseconds.
 */
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../../db/embedded";
import { commandLine, isAlive } from "../../db/embedded/process";
import { migrate } from "../../db/migrate";
import { TEMPLATE_DATABASE, withDatabase } from "./database";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser address of the run's Postgres. */
    adminDatabaseUrl: string;
  }
}

const PREFIX = "pairwright-test-";

/** A run that was killed leaves its Postgres and its folder; the owner's pid is in the folder's name. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (!owner || isAlive(Number(owner))) continue;
    const home = path.join(tmpdir(), name);
    const pidFile = await readFile(path.join(home, "postgres", "data", "postmaster.pid"), "utf8").catch(() => "");
    const pid = Number(pidFile.split("\n")[0]);
    const command = pid > 0 && isAlive(pid) ? await commandLine(pid) : undefined;
    if (command?.includes(home)) process.kill(pid, "SIGQUIT");
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers();
  const home = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
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
