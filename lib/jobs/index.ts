/** Sends jobs from inside the caller's transaction: the job exists if and only if the change that asked for it does. */
import type pg from "pg";
import { PgBoss } from "pg-boss";
import type { Db, Tx } from "@/db/client";
import { jobsInTransaction, queueInstalled } from "@/db/queries/jobs";
import { JOB_PAYLOADS, type JobName, type JobPayload } from "@/lib/contracts/jobs";
import { unreferencedClock } from "./clock";
import { JOBS_SCHEMA } from "./queues";

export interface EnqueueOptions {
  /** At most one job with this key waits at a time. */
  key?: string;
  startAfterSeconds?: number;
}

const senders = new WeakMap<pg.Pool, Promise<PgBoss>>();

/** A pg-boss that only sends: no timers that hold the process, no maintenance, no schema changes. */
function senderFor(db: Db): Promise<PgBoss> {
  const pool = (db as Db & { $client: pg.Pool }).$client;
  const known = senders.get(pool);
  if (known) return known;
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values as unknown[] | undefined) },
    schema: JOBS_SCHEMA,
    clock: unreferencedClock,
    supervise: false,
    schedule: false,
    migrate: false,
    createSchema: false,
    registerInstance: false,
  });
  boss.on("error", () => undefined);
  const started = boss.start();
  senders.set(pool, started);
  started.catch(() => senders.delete(pool));
  return started;
}

/**
 * Sends a job within `tx`. Returns its id, or null when one with the same key already waits, or when no worker has
 * installed the queue yet: the worker's own sweep (lib/worker/recover.ts) then finds the row that waits for it.
 */
export async function enqueue<Name extends JobName>(
  db: Db,
  tx: Tx,
  name: Name,
  payload: JobPayload<Name>,
  options: EnqueueOptions = {},
): Promise<string | null> {
  const data = JOB_PAYLOADS[name].parse(payload);
  if (!(await queueInstalled(tx, name))) return null;
  const boss = await senderFor(db);
  return boss.send(name, data, {
    db: jobsInTransaction(tx),
    ...(options.key === undefined ? {} : { singletonKey: options.key }),
    ...(options.startAfterSeconds === undefined ? {} : { startAfter: options.startAfterSeconds }),
  });
}
