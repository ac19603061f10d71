/** Ready = database reachable, migrations current, a worker seen in the last 30 s. */
import { sql } from "drizzle-orm";
import { pendingMigrations } from "@/db/migrate";
import { workerHeartbeats } from "@/db/schema";
import { database } from "@/lib/services/database";

export const WORKER_SECONDS_MAX = 30;

export interface Readiness {
  ready: boolean;
  database: boolean;
  migrationsPending: number | null;
  worker: boolean;
}

export async function readiness(): Promise<Readiness> {
  const { db, pool } = database();
  try {
    const migrationsPending = await pendingMigrations(pool);
    const [row] =
      migrationsPending > 0
        ? []
        : await db
            .select({
              seen: sql<boolean>`coalesce(max(${workerHeartbeats.seenAt}) > now() - make_interval(secs => ${WORKER_SECONDS_MAX}), false)`,
            })
            .from(workerHeartbeats);
    const worker = row?.seen ?? false;
    return { ready: migrationsPending === 0 && worker, database: true, migrationsPending, worker };
  } catch {
    return { ready: false, database: false, migrationsPending: null, worker: false };
  }
}
