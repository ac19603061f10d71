/**
 * `npm run bench:queue`: lease and submit over HTTP against the production build on the embedded Postgres, with sessions, roles,
 * overlap, idempotency and audit as in service, with drafts and heartbeats if asked for. The load generator shares the machine. Prints one JSON line.
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

const PARTS = ["web", "worker", "postgres"] as const;
type Part = (typeof PARTS)[number];

async function serverPids(system: System): Promise<Record<Part, number[]>> {
  const pids = await Promise.all(PARTS.map(async (part) => [part, await system.pidOf(part)] as const));
  return Object.fromEntries(pids.map(([part, pid]) => [part, pid === undefined ? [] : [pid]])) as Record<
    Part,
    number[]
  >;
}

const measureParts = (pids: Record<Part, number[]>) => PARTS.map((part) => ({ part, ...measureTrees(pids[part]) }));

async function overServed(system: System, projectId: string): Promise<number> {
  const rows = await system.query<{ n: number }>(
    `select count(*)::int as n from (select i.id from items i join comparisons c on c.item_id = i.id
       where i.project_id = $1 and c.supersedes_id is null group by i.id having count(*) > max(i.overlap)) over_served`,
    [projectId],
  );
  return rows[0]?.n ?? 0;
}

function report(options: QueueBenchOptions, timings: Timings, seconds: number, server: Record<string, unknown>): void {
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
      ...(options.drafts ? { draftMs: percentiles(timings.draft), heartbeatMs: percentiles(timings.heartbeat) } : {}),
      cycleMs: percentiles(timings.cycle),
      errors: timings.errors.length,
      firstError: timings.errors[0] ?? null,
      ...server,
    }),
  );
}

async function measure(system: System, data: QueueData, options: QueueBenchOptions): Promise<void> {
  const load = { address: system.address, ...data, rate: options.rate, drafts: options.drafts };
  await runLoad({ ...load, seconds: options.warmUpSeconds });
  const pids = await serverPids(system);
  const before = measureParts(pids);
  const memory = watchMemory(pids);
  const start = performance.now();
  const ownCpu = process.cpuUsage();
  const timings = await runLoad({ ...load, seconds: options.seconds });
  const seconds = (performance.now() - start) / 1000;
  const { user, system: inKernel } = process.cpuUsage(ownCpu);
  const after = measureParts(pids);
  const cpuMs = after.map(
    ({ part, cpuMs }, index) => [part, perCycle(cpuMs - (before[index]?.cpuMs ?? 0), timings)] as const,
  );
  report(options, timings, seconds, {
    serverCpuMsPerCycle: round(cpuMs.reduce((sum, [, value]) => sum + value, 0)),
    cpuMsPerCycle: Object.fromEntries(cpuMs),
    generatorCpuMsPerCycle: perCycle((user + inKernel) / 1000, timings),
    ...memory.stop(),
    overServed: await overServed(system, data.projectId),
  });
}

const round = (value: number) => Math.round(value * 100) / 100;
const perCycle = (cpuMs: number, timings: Timings) => round(cpuMs / Math.max(1, timings.cycle.length));

/** Resident memory of the web server, at the start, the highest and at the end of the load, and of everything at the end. */
function watchMemory(pids: Record<Part, number[]>) {
  const look = () => Math.round(measureTrees(pids.web).rssBytes / 2 ** 20);
  const first = look();
  let highest = first;
  const timer = setInterval(() => {
    highest = Math.max(highest, look());
  }, 1000);
  return {
    stop() {
      clearInterval(timer);
      const last = look();
      const rssMiB = Math.round(measureTrees(PARTS.flatMap((part) => pids[part])).rssBytes / 2 ** 20);
      return { rssMiB, webRssMiB: { first, highest: Math.max(highest, last), last } };
    },
  };
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
