/**
 * `npm run test:chaos`: simulated annotators race over HTTP for items of overlap 1 and 3 while web, worker and Postgres are
 * killed with SIGKILL; then the clients' own log is held against the database. JSON lines, then "N passed, N failed".
 * `--short` for the test run; `--seed N` repeats the choices of a run (not the timing of the machine).
 */
import { createDatabase } from "../../db/client";
import { createCampaign, createPairs, createProject, createTokens, createUsers } from "../support/annotation-fixture";
import { Annotator } from "./annotator";
import { type Check, type ComparisonRow, checkRun, type ItemRow } from "./checker";
import { type ChaosOptions, parseOptions, pause, seededRandom } from "./options";
import { type Part, System } from "./system";

const say = (event: string, values: Record<string, unknown>) => console.log(JSON.stringify({ event, ...values }));
/** A first start builds the web application. */
const START_SECONDS_MAX = 600;

async function fill(system: System, options: ChaosOptions) {
  const { db, pool } = createDatabase(await system.databaseUrl());
  try {
    const projectId = await createProject(db, "Chaos");
    for (const [overlap, count] of [
      [1, options.itemsOfOne],
      [3, options.itemsOfThree],
    ] as const) {
      const campaignId = await createCampaign(db, projectId, { overlap, leaseSecondsMax: options.leaseSecondsMax });
      await createPairs(db, projectId, campaignId, count, overlap);
    }
    const users = await createUsers(db, projectId, options.annotators);
    const userIds = users.map((user) => user.id);
    return { projectId, userIds, tokens: await createTokens(db, userIds) };
  } finally {
    await pool.end();
  }
}

const progressOf = async (system: System, projectId: string) =>
  (
    await system.query<{ judged: number; wanted: number }>(
      "select sum(judgements)::int as judged, sum(overlap)::int as wanted from items where project_id = $1",
      [projectId],
    )
  )[0]!;

/** Each kill waits for its share of the work to be done, so that all of them hit a busy system. */
async function killAll(
  system: System,
  projectId: string,
  options: ChaosOptions,
  isOver: () => boolean,
): Promise<Record<Part, number>> {
  const random = seededRandom(options.seed ^ 0x5bd1e995);
  const parts: Part[] = Array.from({ length: options.killsEach }, () => ["web", "worker", "postgres"] as Part[])
    .flat()
    .map((part) => ({ part, at: random() }))
    .sort((left, right) => left.at - right.at)
    .map(({ part }) => part);
  const kills: Record<Part, number> = { web: 0, worker: 0, postgres: 0 };
  for (const [index, part] of parts.entries()) {
    for (;;) {
      const { judged, wanted } = await progressOf(system, projectId);
      if (judged >= (wanted * (index + 1)) / (parts.length + 2)) break;
      if (isOver()) return kills;
      await pause(50);
    }
    const backMs = await system.kill(part, 60);
    kills[part] += 1;
    say("killed", { part, number: index + 1, of: parts.length, backMs });
  }
  return kills;
}

async function collect(system: System, projectId: string) {
  const comparisons = await system.query<ComparisonRow>(
    `select k.id, k.idempotency_key as "idempotencyKey", k.item_id as "itemId", k.user_id as "userId",
      k.assignment_id as "assignmentId", k.strength, m.content as "chosenText"
    from comparisons k join messages m on m.id = k.chosen_id where k.project_id = $1`,
    [projectId],
  );
  const items = await system.query<ItemRow>(
    `select i.id, i.overlap, i.slots_remaining as "slotsRemaining", i.judgements, i.state,
      (select count(*)::int from assignments a where a.item_id = i.id and a.state = 'leased') as "leases"
    from items i where i.project_id = $1`,
    [projectId],
  );
  return { comparisons, items };
}

async function race(system: System, options: ChaosOptions): Promise<Check[]> {
  const { projectId, userIds, tokens } = await fill(system, options);
  const endsAt = Date.now() + options.secondsMax * 1000;
  let finished = false;
  const isOver = () => finished || Date.now() > endsAt;
  const { address } = system;
  const annotators = userIds.map(
    (userId, index) =>
      new Annotator({
        address,
        projectId,
        userId,
        token: tokens[index]!,
        random: seededRandom(options.seed + index * 7919),
        leaseSecondsMax: options.leaseSecondsMax,
        isOver,
      }),
  );
  const begun = Date.now();
  const work = Promise.all(annotators.map((annotator) => annotator.run()));
  const killing = killAll(system, projectId, options, isOver);
  while (!isOver()) {
    const { judged, wanted } = await progressOf(system, projectId);
    if (judged >= wanted) finished = true;
    else await pause(250);
  }
  const kills = await killing;
  await work;
  const { comparisons, items } = await collect(system, projectId);
  const logs = annotators.map((annotator) => annotator.log);
  const attempts = logs.flatMap((log) => log.attempts);
  const sum = (pick: (log: (typeof logs)[number]) => number) => logs.reduce((total, log) => total + pick(log), 0);
  say("raced", {
    seconds: Math.round((Date.now() - begun) / 1000),
    annotators: annotators.length,
    items: items.length,
    kills,
    requests: sum((log) => log.requests),
    retries: sum((log) => log.retries),
    attempts: attempts.length,
    acknowledged: attempts.filter((attempt) => attempt.acknowledged.length > 0).length,
    refused: attempts.filter((attempt) => attempt.refused.length > 0).length,
    comparisons: comparisons.length,
  });
  return [
    ...checkRun(attempts, comparisons, items),
    { name: "clients met no answer outside the contract", violations: logs.flatMap((log) => log.unexpected) },
    {
      name: `web, worker and Postgres were killed ${options.killsEach} times each`,
      violations: Object.entries(kills)
        .filter(([, count]) => count < options.killsEach)
        .map(([part, count]) => `${part} was killed ${count} times only: the work ended first`),
    },
  ];
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  say("start", { ...options });
  const system = await System.start(START_SECONDS_MAX);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void system.stop().finally(() => process.exit(130)));
  let checks: Check[];
  try {
    checks = await race(system, options);
  } finally {
    await system.stop();
  }
  for (const check of checks)
    say("check", { name: check.name, violations: check.violations.length, first: check.violations.slice(0, 5) });
  const failed = checks.filter((check) => check.violations.length > 0).length;
  console.log(`${checks.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

process.exit(
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    console.log("0 passed, 1 failed");
    return 1;
  }),
);
