/** Applies committed migrations; safe to run from several processes at once (advisory lock). */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";

export const MIGRATIONS_FOLDER = path.join(path.dirname(fileURLToPath(import.meta.url)), "migrations");
const LOCK = 728_193_001;

export async function migrate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [LOCK]);
    await applyMigrations(drizzle(client), { migrationsFolder: MIGRATIONS_FOLDER });
  } finally {
    await client.end();
  }
}

/** How many committed migrations the database lacks; 0 = current. */
export async function pendingMigrations(client: {
  query(text: string): Promise<{ rows: { n: string }[] }>;
}): Promise<number> {
  const journal = JSON.parse(await readFile(path.join(MIGRATIONS_FOLDER, "meta", "_journal.json"), "utf8")) as {
    entries: unknown[];
  };
  const applied = await client
    .query("select count(*)::text as n from drizzle.__drizzle_migrations")
    .then((result) => Number(result.rows[0]?.n ?? 0))
    .catch(() => 0);
  return Math.max(0, journal.entries.length - applied);
}
