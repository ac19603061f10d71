/**
 * `npm run bench:queue`: lease and submit over HTTP against the production build on the embedded Postgres, with sessions, roles,
 * overlap, idempotency and audit as in service. The load generator shares the machine. Prints one JSON line.
 */
import { createDatabase } from "../../db/client";
import { System } from "../chaos/system";
import { measureTrees } from "./process-tree";
import { fillQueue, type QueueData } from "./queue-data";
import { percentiles, runLoad, type Timings } from "./queue-load";
import { parseQueueOptions, type QueueBenchOptions } from "./queue-options";

/** A first start builds the web application. */
const START_SECONDS_MAX = 600;
/** No machine of ours is faster; a queue that runs empty would measure something else. */
const CYCLES_PER_SECOND_MAX = 600;

async function serverPids(system: System): Promise<number[]> {
  const pids = await Promise.all((["web", "worker", "postgres"] as const).map((part) => system.pidOf(part)));
  return pids.filter((pid) => pid !== undefined);
}

async function overServed(system: System, projectId: string): Promise<number> {
  const rows = await system.query<{ n: number }>(
    `select count(*)::int as n from (select i.id from items i join comparisons c on c.item_id = i.id
       where i.project_id = $1 and c.supersedes_id is null group by i.id having count(*) > max(i.overlap)) over_served`,
    [projectId],
  );
  return rows[0]?.n ?? 0;
}

function report(options: QueueBenchOptions, timings: Timings, seconds: number, server: Record<string, number>): void {
  const { items, annotators, rate } = options;
  const cycles = timings.cycle.length;
  console.log(
    JSON.stringify({
      bench: "queue",
      loop: rate === null ? "closed" : "open",
      items,
      annotators,
      rate,
      seconds: Math.round(seconds * 10) / 10,
      cycles,
      cyclesPerSecond: Math.round((cycles / seconds) * 10) / 10,
      leaseMs: percentiles(timings.lease),
      submitMs: percentiles(timings.submit),
      cycleMs: percentiles(timings.cycle),
      errors: timings.errors.length,
      firstError: timings.errors[0] ?? null,
      ...server,
    }),
  );
}

async function measure(system: System, data: QueueData, options: QueueBenchOptions): Promise<void> {
  const load = { address: system.address, ...data, rate: options.rate };
  await runLoad({ ...load, seconds: options.warmUpSeconds });
  const pids = await serverPids(system);
  const before = measureTrees(pids);
  const start = performance.now();
  const timings = await runLoad({ ...load, seconds: options.seconds });
  const seconds = (performance.now() - start) / 1000;
  const after = measureTrees(pids);
  report(options, timings, seconds, {
    serverCpuMsPerCycle: Math.round(((after.cpuMs - before.cpuMs) / Math.max(1, timings.cycle.length)) * 100) / 100,
    rssMiB: Math.round(after.rssBytes / 2 ** 20),
    overServed: await overServed(system, data.projectId),
  });
}

const options = parseQueueOptions(process.argv.slice(2));
const system = await System.start(START_SECONDS_MAX);
try {
  const { db, pool } = createDatabase(await system.databaseUrl());
  const judgements = (options.rate ?? CYCLES_PER_SECOND_MAX) * (options.seconds + options.warmUpSeconds);
  const data = await fillQueue(db, { ...options, judgements });
  await pool.end();
  await measure(system, data, options);
} finally {
  await system.stop();
}
