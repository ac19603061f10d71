/** The process-wide database of the web server (kept across hot reloads in development). */
import { createDatabase, type Database } from "@/db/client";
import { requireDatabaseUrl } from "@/lib/env";

const holder = globalThis as typeof globalThis & { pairwrightDatabase?: Database };

export function database(): Database {
  holder.pairwrightDatabase ??= createDatabase(requireDatabaseUrl());
  return holder.pairwrightDatabase;
}

/** Whether an error only says that the database is away for the moment (restarting, connection cut). */
export { isRetryable as isDatabaseAway } from "@/db/client";
