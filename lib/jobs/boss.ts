/** The worker's pg-boss: installs and updates its schema (`pgboss`), makes the queues, keeps the clock of the minute jobs. */
import { PgBoss } from "pg-boss";
import { JOB_NAMES, JOB_PAYLOADS, type JobName, type JobPayload } from "@/lib/contracts/jobs";
import { JOBS_SCHEMA, QUEUES } from "./queues";

const MINUTE_JOBS = ["leases.expire", "audit.seal", "quality.refresh", "queue.refresh"] as const;
const HOUR_JOBS = ["mirrors.keep"] as const;
const CONNECTIONS_MAX = 4;

export interface BossOptions {
  url: string;
  /** pg-boss goes on by itself after an error; this is for the log. */
  onError: (error: Error) => void;
}

/** Throws when the database cannot be reached; nothing is left running then. */
export async function startBoss({ url, onError }: BossOptions): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: url,
    schema: JOBS_SCHEMA,
    max: CONNECTIONS_MAX,
    useListenNotify: true,
    instanceName: "worker",
  });
  boss.on("error", onError);
  try {
    await boss.start();
    for (const name of JOB_NAMES) {
      const { concurrency: _concurrency, policy, ...settings } = QUEUES[name];
      await boss.createQueue(name, { policy, ...settings });
      await boss.updateQueue(name, settings);
    }
    for (const name of MINUTE_JOBS) await boss.schedule(name, "* * * * *", {}, { singletonKey: name });
    for (const name of HOUR_JOBS) await boss.schedule(name, "7 * * * *", {}, { singletonKey: name });
    return boss;
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => undefined);
    throw error;
  }
}

export type JobHandlers = { [Name in JobName]: (payload: JobPayload<Name>, signal: AbortSignal) => Promise<void> };

/** Every queue gets its handler. A payload that does not parse fails its job: the row behind it stays as it is. */
export async function handleJobs(boss: PgBoss, handlers: JobHandlers): Promise<void> {
  for (const name of JOB_NAMES) {
    const handle = handlers[name] as (payload: unknown, signal: AbortSignal) => Promise<void>;
    const options = { pollingIntervalSeconds: 2, localConcurrency: QUEUES[name].concurrency };
    await boss.work<object>(name, options, async (jobs) => {
      for (const job of jobs) await handle(JOB_PAYLOADS[name].parse(job.data), job.signal);
    });
  }
}
