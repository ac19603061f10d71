/**
 * `npm run bench:quality [-- --comparisons N]`: how long quality and red-team figures and the lists take over N judgements (a million
 * by default), in this process against an embedded Postgres with its durable settings, in a temporary home. Prints one JSON line per figure.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm";
import { createDatabase, type Db } from "../../db/client";
import { startEmbeddedPostgres } from "../../db/embedded";
import { migrate } from "../../db/migrate";
import { selectExposure } from "../../db/queries/red-team-figures";
import { type ServiceContext, systemContext } from "../../lib/services/context";
import { listGoldCandidates } from "../../lib/services/gold/list";
import { listComparisons } from "../../lib/services/lists/comparisons";
import { listItems } from "../../lib/services/lists/items";
import { readAgreement } from "../../lib/services/quality/agreement";
import { readAnnotatorQuality, readDrift } from "../../lib/services/quality/annotators";
import { readPolicyRatings } from "../../lib/services/quality/policies";
import { refreshQuality } from "../../lib/services/quality/refresh";
import { readBreaks } from "../../lib/services/red-team/breaks";
import { readCoverage } from "../../lib/services/red-team/coverage";
import { readRates } from "../../lib/services/red-team/rates";
import { createCampaign, createProject } from "../support/annotation-fixture";
import { measureTrees } from "./process-tree";
import { createAnswers, createFindings, createJudgements, createRounds, OVERLAP } from "./quality-data";

const COMPARISONS_DEFAULT = 1_000_000;
const RUNS = 15;
const PAGE_ROWS = 50;

function comparisonsOption(args: readonly string[]): number {
  if (args.length === 0) return COMPARISONS_DEFAULT;
  const comparisons = Number(args[1]);
  if (args[0] !== "--comparisons" || !(comparisons > 0))
    throw new Error("usage: npm run bench:quality -- [--comparisons N]");
  return comparisons;
}

const rounded = (value: number): number => Number(value.toFixed(1));

interface Bench {
  comparisons: number;
  postgresPid: number;
}

/** CPU of this process and of Postgres with all its children tells the cost also where other work shares the machine. */
async function measure(
  { comparisons, postgresPid }: Bench,
  figure: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const times: number[] = [];
  const before = { own: process.cpuUsage(), postgres: measureTrees([postgresPid]).cpuMs };
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  const own = process.cpuUsage(before.own);
  const cpuMs = (own.user + own.system) / 1000 + measureTrees([postgresPid]).cpuMs - before.postgres;
  const [first] = times;
  times.sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      bench: "quality",
      figure,
      comparisons,
      firstMs: rounded(first ?? 0),
      p50Ms: rounded(times[Math.floor(RUNS / 2)] ?? 0),
      maxMs: rounded(times.at(-1) ?? 0),
      cpuMs: rounded(cpuMs / RUNS),
    }),
  );
}

async function refresh(context: ServiceContext): Promise<number> {
  const start = performance.now();
  const taken = await refreshQuality(context);
  const seconds = (performance.now() - start) / 1000;
  const perSecond = Math.round(taken / seconds);
  console.log(JSON.stringify({ bench: "quality", figure: "refresh", taken, seconds: rounded(seconds), perSecond }));
  return taken;
}

async function measureFigures(context: ServiceContext, projectId: string, bench: Bench): Promise<void> {
  const { db } = context;
  await measure(bench, "agreement", () => readAgreement(context, { projectId }));
  await measure(bench, "annotators", () => readAnnotatorQuality(context, { projectId }));
  await measure(bench, "drift", () => readDrift(context, { projectId }));
  await measure(bench, "policies", () => readPolicyRatings(context, { projectId, lengthControlled: true }));
  await measure(bench, "gold candidates", () =>
    listGoldCandidates(context, { projectId, annotatorsMin: 3, limit: PAGE_ROWS }),
  );
  await measure(bench, "red-team map", () => readCoverage(context, { projectId }));
  await measure(bench, "red-team rates", () => readRates(context, { projectId }));
  await measure(bench, "earlier breaks", () => readBreaks(context, projectId));
  await measure(bench, "exposure", () => selectExposure(db, projectId, 30));
}

/** First pages, with filters that many rows, few rows and no row fit. */
async function measureLists(context: ServiceContext, projectId: string, campaignId: string, bench: Bench) {
  const page = { projectId, limit: PAGE_ROWS };
  const { rows } = await context.db.execute<{ id: string }>(sql`select user_id as id from comparisons limit 1`);
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  const items: [string, Omit<Parameters<typeof listItems>[1], "projectId" | "limit">][] = [
    ["all", {}],
    ["campaign", { campaignId }],
    ["language", { language: "ko" }],
    ["no such language", { language: "xx" }],
    ["category", { category: "category 3" }],
    ["open", { state: "open" }],
    ["unusable", { state: "unusable" }],
    ["live", { kind: "live" }],
    ["hardly judged", { judgementsMax: 0 }],
  ];
  for (const [name, filter] of items)
    await measure(bench, `items: ${name}`, () => listItems(context, { ...page, ...filter }));
  const comparisons: [string, Omit<Parameters<typeof listComparisons>[1], "projectId" | "limit">][] = [
    ["all", {}],
    ["annotator", { userId: rows[0]?.id }],
    ["strength", { strength: "better" }],
    ["unsafe preferred", { safety: "preferred_unsafe" }],
    ["campaign", { campaignId }],
    ["imported", { source: "import" }],
    ["today", { from: day(0) }],
    ["one old day", { from: day(80), to: day(80) }],
    ["annotator, one old day", { userId: rows[0]?.id, from: day(80), to: day(80) }],
  ];
  for (const [name, filter] of comparisons)
    await measure(bench, `comparisons: ${name}`, () => listComparisons(context, { ...page, ...filter }));
}

async function run(db: Db, { comparisons, postgresPid }: Bench): Promise<void> {
  const context: ServiceContext = systemContext(db, "worker");
  const projectId = await createProject(db, "Quality");
  const campaignId = await createCampaign(db, projectId, { task: "safety", overlap: OVERLAP });
  await createAnswers(db, projectId);
  await createJudgements(db, projectId, campaignId, comparisons);
  await createFindings(db);
  await createRounds(db, projectId);
  const taken = await refresh(context);
  await db.execute(sql`vacuum analyze`);
  const bench = { comparisons: taken, postgresPid };
  await measureFigures(context, projectId, bench);
  await measureLists(context, projectId, campaignId, bench);
}

const comparisons = comparisonsOption(process.argv.slice(2));
const home = await mkdtemp(path.join(tmpdir(), "pairwright-bench-"));
await chmod(home, 0o711); // As root, Postgres runs as another user and must be able to walk here.
const postgres = await startEmbeddedPostgres({ home, log: () => undefined });
try {
  await migrate(postgres.url);
  const { db, pool } = createDatabase(postgres.url, { connectionsMax: 4 });
  await run(db, { comparisons, postgresPid: postgres.pid });
  await pool.end();
} finally {
  await postgres.stop();
  await rm(home, { recursive: true, force: true });
}
