/**
 * `npm run bench:data [-- --rows N]`: import, import again, freeze and every export, in this process against an embedded Postgres
 * with its durable settings, in a temporary home. Prints one JSON line per step: wall time, CPU of this process and of Postgres
 * with all its children, and how far this process's memory rose above where the step began.
 */
import { createWriteStream } from "node:fs";
import { chmod, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createDatabase } from "../../db/client";
import { startEmbeddedPostgres } from "../../db/embedded";
import { migrate } from "../../db/migrate";
import { EXPORT_FORMATS } from "../../lib/contracts/snapshots";
import { env } from "../../lib/env";
import { type ServiceContext, systemContext } from "../../lib/services/context";
import { exportSnapshot } from "../../lib/services/export/export";
import { importFile } from "../../lib/services/import/file";
import { freezeSnapshot } from "../../lib/services/snapshots/freeze";
import { createProject } from "../support/annotation-fixture";
import { measureTrees } from "./process-tree";

const ROWS_DEFAULT = 20_000;
const SAMPLE_EVERY_MS = 20;
/** About what a pair of short chat answers holds. */
const ANSWER_WORDS = 50;
const WORDS =
  "the a water light plant window soil keep dry leaf pot day morning six hours often top when it is and then give move warm".split(
    " ",
  );

function rowsOption(args: readonly string[]): number {
  if (args.length === 0) return ROWS_DEFAULT;
  const rows = Number(args[1]);
  if (args[0] !== "--rows" || !(rows > 0)) throw new Error("usage: npm run bench:data -- [--rows N]");
  return rows;
}

/** Numerical Recipes' generator: the same texts in every run. */
function sentences(): (words: number) => string {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return WORDS[state % WORDS.length];
  };
  return (words) => Array.from({ length: words }, next).join(" ");
}

/** hh-like rows in TRL's explicit format: one turn, two answers. */
function* jsonLines(rows: number): Generator<string> {
  const say = sentences();
  for (let index = 0; index < rows; index += 1) {
    const row = {
      prompt: `Question ${index}: ${say(15)}?`,
      chosen: say(ANSWER_WORDS),
      rejected: say(ANSWER_WORDS),
      strength: "better",
      task: "helpfulness",
    };
    yield `${JSON.stringify(row)}\n`;
  }
}

/** Runs one step and prints its figures; `work` gives how many rows it handled. */
async function measure(step: string, postgresPid: number, work: () => Promise<{ rows: number; bytes?: number }>) {
  globalThis.gc?.();
  const before = { tree: measureTrees([postgresPid]), cpu: process.cpuUsage(), rss: process.memoryUsage.rss() };
  let peak = before.rss;
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, SAMPLE_EVERY_MS);
  const start = performance.now();
  const { rows, bytes } = await work();
  const seconds = (performance.now() - start) / 1000;
  clearInterval(sampler);
  const cpu = process.cpuUsage(before.cpu);
  const rounded = (value: number, digits = 2) => Number(value.toFixed(digits));
  const figures = {
    bench: "data",
    step,
    rows,
    seconds: rounded(seconds),
    rowsPerSecond: Math.round(rows / seconds),
    cpuSeconds: rounded((cpu.user + cpu.system) / 1e6),
    postgresCpuSeconds: rounded((measureTrees([postgresPid]).cpuMs - before.tree.cpuMs) / 1000),
    rssGrowthMiB: rounded((Math.max(peak, process.memoryUsage.rss()) - before.rss) / 2 ** 20, 1),
    ...(bytes === undefined ? {} : { megabytes: rounded(bytes / 1e6, 1) }),
  };
  console.log(JSON.stringify(figures));
}

async function measureAll(context: ServiceContext, postgresPid: number, file: string): Promise<void> {
  const projectId = await createProject(context.db, "Bench");
  const { size } = await stat(file);
  for (const step of ["import", "import again"])
    await measure(step, postgresPid, async () => {
      const report = await importFile(context, { projectId, sourceName: "bench" }, file);
      if (report.comparisons + report.skipped !== report.rows) throw new Error("rows are missing");
      return { rows: report.rows, bytes: size };
    });
  let id = "";
  await measure("freeze", postgresPid, async () => {
    const snapshot = await freezeSnapshot(context, { projectId, name: "Bench" });
    id = snapshot.id;
    return { rows: snapshot.manifest.files.train.rows + snapshot.manifest.files.heldout.rows };
  });
  for (const format of EXPORT_FORMATS)
    await measure(`export ${format}`, postgresPid, async () => {
      const exported = await exportSnapshot(context, { id, format, split: "train" });
      let bytes = 0;
      for await (const chunk of exported.bytes) bytes += chunk.length;
      return { rows: exported.rows, bytes };
    });
}

const rows = rowsOption(process.argv.slice(2));
const home = await mkdtemp(path.join(tmpdir(), "pairwright-bench-data-"));
await chmod(home, 0o711); // As root, Postgres runs as another user and must be able to walk here.
env().PAIRWRIGHT_HOME = home;
const postgres = await startEmbeddedPostgres({ home, log: () => undefined });
try {
  await migrate(postgres.url);
  const { db, pool } = createDatabase(postgres.url, { connectionsMax: 4 });
  const file = path.join(home, "pairs.jsonl");
  await pipeline(Readable.from(jsonLines(rows)), createWriteStream(file));
  await measureAll(systemContext(db, "import"), postgres.pid, file);
  await pool.end();
} finally {
  await postgres.stop();
  await rm(home, { recursive: true, force: true });
}
