/**
 * The worker: jobs, live answers, the schedule's clock, and the sweep that finds work nobody holds. It outlives restarts of
 * Postgres: every loop tries again, and what was under way is told by the rows.
 */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { PgBoss } from "pg-boss";
import type { Logger } from "pino";
import { createDatabase } from "@/db/client";
import { pendingMigrations } from "@/db/migrate";
import { handleJobs, startBoss } from "@/lib/jobs/boss";
import { syncSchedules } from "@/lib/jobs/schedules";
import { type ServiceContext, systemContext } from "@/lib/services/context";
import { recoverRounds } from "@/lib/services/rounds/recover";
import { wantedSchedules } from "@/lib/services/schedule/schedule";
import { beatWorker, removeDeadWorkers, removeWorker } from "@/lib/services/system/worker-heartbeat";
import { recoverTrainingRuns } from "@/lib/services/training-runs/recover";
import { runWebhooks } from "@/lib/services/webhooks/deliver";
import { keepEmbeddedModel } from "./embedded-model";
import { startGenerationLoop } from "./generations";
import { createHandlers } from "./handlers";

const BEAT_MS = 5000;
const SWEEP_MS = 5000;
const WEBHOOKS_MS = 2000;
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 10_000;
/** Handlers end within this after a stop; the supervisor waits 20 s. */
const STOP_MS_MAX = 14_000;
/** Recorded answers come word by word, as from a model. */
const REPLAY_WORD_DELAY_MS = 40;

export interface WorkerOptions {
  databaseUrl: string;
  /** Ends the worker in order: nothing new is taken, steps are given back, checkpoints are written. */
  signal: AbortSignal;
  log: Logger;
}

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  pause(ms, undefined, { signal }).catch(() => undefined);

/** Runs `work` every `everyMs` until the signal; an error is logged and the next turn comes as usual. */
async function every(
  name: string,
  everyMs: number,
  options: WorkerOptions,
  work: () => Promise<unknown>,
): Promise<void> {
  while (!options.signal.aborted) {
    await work().catch((error: unknown) => options.log.warn({ err: error, loop: name }, "will try again"));
    await wait(everyMs, options.signal);
  }
}

/** Tries until it works or the worker stops. */
async function insist<T>(what: string, options: WorkerOptions, work: () => Promise<T>): Promise<T | undefined> {
  for (let ms = RETRY_MS_MIN; !options.signal.aborted; ms = Math.min(2 * ms, RETRY_MS_MAX)) {
    try {
      return await work();
    } catch (error) {
      options.log.warn({ err: error, what, retryInMs: ms }, "not possible yet");
      await wait(ms, options.signal);
    }
  }
  return undefined;
}

function loops(options: WorkerOptions, context: ServiceContext, boss: PgBoss, workerId: string): Promise<void>[] {
  return [
    every("heartbeat", BEAT_MS, options, () => beatWorker(context, workerId)),
    every("sweep", SWEEP_MS, options, async () => {
      await recoverRounds(context);
      await recoverTrainingRuns(context);
      await syncSchedules(boss, await wantedSchedules(context));
    }),
    every("webhooks", WEBHOOKS_MS, options, () => runWebhooks(context, { signal: options.signal })),
    every("embedded model", 60_000, options, () => keepEmbeddedModel(context, options)),
  ];
}

/** Resolves when the signal is aborted and everything has let go. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { databaseUrl: url, signal, log } = options;
  const { db, pool } = createDatabase(url);
  const context = systemContext(db, "worker");
  const workerId = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  try {
    const boss = await insist("start", options, async () => {
      const missing = await pendingMigrations(pool);
      if (missing > 0) throw new Error(`the database lacks ${missing} migrations; \`npm start\` applies them`);
      return startBoss({ url, onError: (error) => log.warn({ err: error }, "pg-boss") });
    });
    if (!boss) return;
    await insist("queues", options, () => handleJobs(boss, createHandlers(context, signal)));
    await removeDeadWorkers(context).catch(() => undefined);
    log.info({ workerId }, "worker ready");
    const generations = startGenerationLoop({ db, pool, log, signal, wordDelayMs: REPLAY_WORD_DELAY_MS });
    await Promise.all([generations, ...loops(options, context, boss, workerId)]);
    await boss.stop({ graceful: true, timeout: STOP_MS_MAX });
    await removeWorker(context, workerId).catch(() => undefined);
    log.info({ workerId }, "worker stopped");
  } finally {
    await pool.end().catch(() => undefined);
  }
}
