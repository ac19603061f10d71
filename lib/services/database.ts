/** The process-wide database of the web server (kept across hot reloads in development). */
import { createDatabase, type Database } from "@/db/client";
import { requireDatabaseUrl } from "@/lib/env";

const holder = globalThis as typeof globalThis & { pairwrightDatabase?: Database };

export function database(): Database {
  holder.pairwrightDatabase ??= createDatabase(requireDatabaseUrl());
  return holder.pairwrightDatabase;
}
