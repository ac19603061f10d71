/** The connection pool and drizzle's database; one pool per process. */
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import pg from "pg";
import * as schema from "./schema";

export type Db = NodePgDatabase<typeof schema>;
/** What a query function takes: the pool's database or a running transaction. */
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];
export type Connection = Db | Tx;

export interface Database {
  db: Db;
  pool: pg.Pool;
}

export function createDatabase(url: string, options: { connectionsMax?: number } = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connectionsMax ?? 12,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
  });
  // An idle connection dies when Postgres restarts; the pool replaces it on the next use.
  pool.on("error", () => undefined);
  return { db: drizzle(pool, { schema }), pool };
}

/** SQLSTATEs after which the same transaction may simply be run again (security.md, concurrency contract). */
const RETRYABLE = new Set(["40001", "40P01", "57P01", "57P02", "57P03"]);

export function isRetryable(error: unknown): boolean {
  for (
    let cause = error as { code?: unknown; cause?: unknown } | undefined;
    cause;
    cause = cause.cause as typeof cause
  ) {
    const code = typeof cause.code === "string" ? cause.code : "";
    if (RETRYABLE.has(code) || code.startsWith("08") || code === "ECONNREFUSED" || code === "ECONNRESET") return true;
    const message = cause instanceof Error ? cause.message : "";
    if (message.startsWith("Connection terminated")) return true;
  }
  return false;
}

/** The SQLSTATE and constraint behind a drizzle error, if Postgres raised it. */
export function databaseError(error: unknown): { code: string; constraint?: string } | undefined {
  for (
    let cause = error as { code?: unknown; constraint?: string; cause?: unknown } | undefined;
    cause;
    cause = cause.cause as typeof cause
  )
    if (typeof cause.code === "string" && /^[0-9A-Z]{5}$/.test(cause.code))
      return { code: cause.code, constraint: cause.constraint };
  return undefined;
}
