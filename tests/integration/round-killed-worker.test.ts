/** A round survives SIGKILL of its worker in the middle of training and of sampling, and publishes once. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { and, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "@/db/client";
import * as schema from "@/db/schema";
import { type ServiceContext, systemContext } from "@/lib/services/context";
import { getRound } from "@/lib/services/rounds/read";
import { startRound } from "@/lib/services/rounds/start";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { createRoundProject, openDatabase, TINY_SETTINGS } from "./round-fixture";

let test: TestDatabase;
let database: Database;
let context: ServiceContext;
let home: string;
const workers: ChildProcess[] = [];

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), "pairwright-killed-"));
  Object.assign(process.env, { PAIRWRIGHT_HOME: home, LOG_LEVEL: "silent" });
  test = await createTestDatabase();
  database = openDatabase(test.url);
  context = systemContext(database.db, "cli");
});

afterAll(async () => {
  for (const worker of workers) worker.kill("SIGKILL");
  await database.pool.end();
  await test.drop();
  await rm(home, { recursive: true, force: true });
});

function startWorker(): ChildProcess {
  const worker = spawn(process.execPath, ["--import", "tsx", "lib/worker/main.ts"], {
    env: { ...process.env, DATABASE_URL: test.url, PAIRWRIGHT_HOME: home, LOG_LEVEL: "error" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  workers.push(worker);
  return worker;
}

async function until(what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error(`waited ${seconds} s in vain: ${what}`);
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A zombie waits for its parent's look and runs no more.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};

function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, "utf8").trim().split(" ").filter(Boolean).map(Number) : [];
}

/** Kills the worker, sees its recipe end by itself, and lets its heartbeats age as 15 s of silence would. */
async function killHard(worker: ChildProcess): Promise<void> {
  const recipes = childrenOf(worker.pid!);
  worker.kill("SIGKILL");
  await until("the orphaned recipe ends by itself", async () => !recipes.some(isAlive), 20);
  const old = sql`clock_timestamp() - interval '1 minute'`;
  await database.db.update(schema.roundSteps).set({ heartbeatAt: old });
  await database.db.update(schema.trainingRuns).set({ heartbeatAt: old });
}

async function stepIs(roundId: string, name: "train" | "sample"): Promise<boolean> {
  const [step] = await database.db
    .select({ state: schema.roundSteps.state })
    .from(schema.roundSteps)
    .where(and(eq(schema.roundSteps.roundId, roundId), eq(schema.roundSteps.name, name)));
  return step?.state === "running";
}

describe("a killed worker", () => {
  it("loses nothing and doubles nothing", async () => {
    const projectId = await createRoundProject(database, TINY_SETTINGS);
    const { id: roundId } = await startRound(context, { projectId, trigger: "manual" });
    const first = startWorker();
    await until("a training metric", async () => (await database.db.$count(schema.trainingMetrics)) > 0);
    await killHard(first);
    const second = startWorker();
    await until("the sample step", () => stepIs(roundId, "sample"), 90);
    await killHard(second);
    const third = startWorker();
    await until("the round's end", async () => (await getRound(context, roundId)).state !== "running", 90);
    const round = await getRound(context, roundId);
    expect(round.steps.map(({ state, error }) => ({ state, error }))).toEqual(
      round.steps.map(() => ({ state: "done", error: null })),
    );
    expect(round.steps.find(({ name }) => name === "train")!.attempt).toBeGreaterThan(1);
    expect(round.steps.find(({ name }) => name === "sample")!.attempt).toBeGreaterThan(1);
    expect(await database.db.$count(schema.snapshots)).toBe(1);
    expect(await database.db.$count(schema.rewardModels)).toBe(2);
    expect(await database.db.$count(schema.sftDatasets)).toBe(1);
    expect(await database.db.$count(schema.rejectionSamplingGroups)).toBe(TINY_SETTINGS.sampling.promptsPerRound);
    const [doubled] = await database.db
      .select({ n: sql<number>`count(*)::int - count(distinct ${schema.campaigns.name})::int` })
      .from(schema.campaigns)
      .where(eq(schema.campaigns.roundId, roundId));
    expect(doubled!.n).toBe(0);
    const ended = new Promise<number | null>((resolve) => third.once("exit", resolve));
    third.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(await database.db.$count(schema.workerHeartbeats)).toBe(2); // the third took its own away
  }, 240_000);
});
