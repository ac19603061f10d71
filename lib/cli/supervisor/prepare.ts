/** What must be true before web and worker start: a secret, a database that keeps its promises, a current schema, something to see. */
import { randomBytes } from "node:crypto";
import path from "node:path";
import pg from "pg";
import { checkDurability, type EmbeddedPostgres, startEmbeddedPostgres } from "@/db/embedded";
import { readOrCreate } from "@/db/embedded/files";
import { migrate } from "@/db/migrate";
import type { Env } from "@/lib/env";
import { withProgress } from "./progress";

/** A mistake of configuration or environment: its message is for the operator, without a stack. */
export class StartError extends Error {
  override name = "StartError";
}

/** The given secret, or one generated on the first run and kept (0600) in the home. */
export function keptSecret(home: string, given: string | undefined): Promise<string> {
  if (given) return Promise.resolve(given);
  return readOrCreate(path.join(home, "auth-secret"), () => randomBytes(32).toString("base64url"));
}

export interface Prepared {
  url: string;
  embedded?: EmbeddedPostgres;
}

export async function openDatabase(env: Env, log: (line: string) => void): Promise<Prepared> {
  if (env.DATABASE_URL) return { url: env.DATABASE_URL };
  const embedded = await withProgress("starting Postgres", () =>
    startEmbeddedPostgres({ home: env.PAIRWRIGHT_HOME, log }),
  );
  if (embedded.adopted) log(`took over the running Postgres (pid ${embedded.pid})`);
  return { url: embedded.url, embedded };
}

/** Checks the settings, applies migrations. @returns whether there is no user yet. */
export async function prepareSchema(url: string): Promise<{ empty: boolean }> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const { host, pathname } = new URL(url);
    throw new StartError(
      `DATABASE_URL: no connection to ${host}${pathname}: ${(error as Error).message || (error as { code?: string }).code}`,
    );
  }
  try {
    await checkDurability(client);
    await withProgress("checking the database schema", () => migrate(url));
    const { rows } = await client.query<{ empty: boolean }>("select not exists (select 1 from users) as empty");
    return { empty: rows[0]?.empty ?? false };
  } finally {
    await client.end();
  }
}
