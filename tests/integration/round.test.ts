/** A whole round on a real database with real training (tiny model, wasm): what it makes, and that everything points back (I9). */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Database } from "@/db/client";
import * as schema from "@/db/schema";
import type { Round } from "@/lib/contracts/rounds";
import { isHeldout, promptHash } from "@/lib/domain/holdout";
import { log } from "@/lib/log";
import { type ServiceContext, systemContext } from "@/lib/services/context";
import { listRejectionSamplingGroups } from "@/lib/services/rejection-sampling/read";
import { listRewardModels } from "@/lib/services/reward-models/read";
import { scoreWithRewardModel } from "@/lib/services/reward-models/score";
import { cancelRound } from "@/lib/services/rounds/cancel";
import { getRound, listRoundLogs } from "@/lib/services/rounds/read";
import { retryStep } from "@/lib/services/rounds/retry-step";
import { startRound } from "@/lib/services/rounds/start";
import { claimStep, finishStep, StepLostError } from "@/lib/services/rounds/step-lease";
import { putSchedule } from "@/lib/services/schedule/schedule";
import { cancelTraining, resumeTraining } from "@/lib/services/training-runs/cancel";
import { createTrainingRun } from "@/lib/services/training-runs/create";
import { getTrainingRun, listTrainingMetrics } from "@/lib/services/training-runs/read";
import { runWorker } from "@/lib/worker/worker";
import { sftRowSchema } from "@/trainer/data/loss-mask";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { createRoundProject, openDatabase, TINY_SETTINGS } from "./round-fixture";

let test: TestDatabase;
let database: Database;
let context: ServiceContext;
let home: string;
const stop = new AbortController();
let worker: Promise<void>;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), "pairwright-round-"));
  Object.assign(process.env, { PAIRWRIGHT_HOME: home, LOG_LEVEL: "silent" });
  test = await createTestDatabase();
  database = openDatabase(test.url);
  context = systemContext(database.db, "cli");
});

afterAll(async () => {
  stop.abort();
  await worker;
  await database.pool.end();
  await test.drop();
  await rm(home, { recursive: true, force: true });
});

async function ended(roundId: string, seconds = 90): Promise<Round> {
  for (const until = Date.now() + seconds * 1000; Date.now() < until; ) {
    const round = await getRound(context, roundId);
    if (round.state !== "running") return round;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`round still running: ${JSON.stringify((await getRound(context, roundId)).steps)}`);
}

describe("without a worker", () => {
  it("starts one round per project however often it is asked", async () => {
    const projectId = await createRoundProject(database);
    const started = await Promise.all([1, 2, 3, 4].map(() => startRound(context, { projectId, trigger: "manual" })));
    expect(new Set(started.map(({ id }) => id)).size).toBe(1);
    await cancelRound(context, started[0]!.id);
  });

  it("lets only the current attempt publish, and once", async () => {
    const projectId = await createRoundProject(database);
    const round = await startRound(context, { projectId, trigger: "manual" });
    const step = { roundId: round.id, step: "collect" } as const;
    const first = await claimStep(context, step);
    expect(await claimStep(context, step)).toBeNull(); // alive: nobody else gets it
    await database.db.update(schema.roundSteps).set({ heartbeatAt: new Date(Date.now() - 60_000) }); // it fell silent
    const second = await claimStep(context, step);
    expect(second!.attempt).toBe(first!.attempt + 1);
    let published = 0;
    const publish = async () => {
      published += 1;
      return { output: { published }, message: "done" };
    };
    await expect(finishStep(context, first!, publish)).rejects.toBeInstanceOf(StepLostError);
    await finishStep(context, second!, publish);
    await expect(finishStep(context, second!, publish)).rejects.toBeInstanceOf(StepLostError);
    expect(published).toBe(1);
    expect(await claimStep(context, step)).toBeNull(); // the job delivered again finds it done
    await cancelRound(context, round.id);
    const next = await claimStep(context, { roundId: round.id, step: "freeze" });
    expect(next).toBeNull();
  });
});

describe("a worker that is just starting", () => {
  it("loses no round that is asked for before its queues are there", async () => {
    const fresh = await createTestDatabase();
    const other = openDatabase(fresh.url);
    try {
      await other.db.execute(sql`create schema pgboss`);
      await other.db.execute(sql`create table pgboss.queue (name text)`);
      await other.db.execute(sql`create table pgboss.job (id uuid)`);
      const early = await startRound(systemContext(other.db, "worker"), {
        projectId: await createRoundProject(other),
        trigger: "manual",
      });
      expect(early.number).toBe(1);
    } finally {
      await other.pool.end();
      await fresh.drop();
    }
  });
});

describe("with a worker", () => {
  let roundId: string;
  let projectId: string;

  beforeAll(() => {
    worker = runWorker({ databaseUrl: test.url, signal: stop.signal, log: log("test") });
  });

  it("goes through all six steps and leaves work for annotators", async () => {
    projectId = await createRoundProject(database);
    roundId = (await startRound(context, { projectId, trigger: "manual" })).id;
    const round = await ended(roundId);
    expect(round.steps.map(({ name, state, error }) => ({ name, state, error }))).toEqual(
      ["collect", "freeze", "train", "evaluate", "sample", "publish"].map((name) => ({
        name,
        state: "done",
        error: null,
      })),
    );
    const models = await database.db
      .select()
      .from(schema.rewardModels)
      .where(eq(schema.rewardModels.projectId, projectId));
    expect(models.map(({ task, state }) => ({ task, state })).sort((a, b) => (a.task < b.task ? -1 : 1))).toEqual([
      { task: "helpfulness", state: "serving" },
      { task: "safety", state: "serving" },
    ]);
    const { rows: groups } = await listRejectionSamplingGroups(context, { projectId, limit: 50 });
    const first = await listRejectionSamplingGroups(context, { projectId, limit: 3 });
    const second = await listRejectionSamplingGroups(context, { projectId, limit: 3, after: first.next! });
    expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual(groups.map(({ id }) => id));
    expect(second.next).toBeNull();
    expect(groups).toHaveLength(4);
    expect(groups.every(({ bestReward, candidates }) => bestReward! > 0 && bestReward! < 1 && candidates === 3)).toBe(
      true,
    );
    const campaigns = await database.db.select().from(schema.campaigns).where(eq(schema.campaigns.roundId, roundId));
    expect(new Set(campaigns.map(({ kind }) => kind))).toEqual(new Set(["rejection_sampling", "ghost_attention"]));
    const items = await database.db
      .select()
      .from(schema.items)
      .innerJoin(schema.campaigns, eq(schema.campaigns.id, schema.items.campaignId))
      .where(eq(schema.campaigns.roundId, roundId));
    expect(items.length).toBeGreaterThanOrEqual(2);
    expect(items.every((row) => row.items.state === "open" && row.items.slotsRemaining === 1)).toBe(true);
    expect(items.every((row) => row.items.kind === "turn_review" || row.items.pairProbability === 1)).toBe(true);
    const [metric] = await database.db.select().from(schema.trainingMetrics);
    expect((metric!.values as { loss: number }).loss).toBeGreaterThan(0);
    expect((await listRoundLogs(context, { roundId, limit: 500 })).logs.length).toBeGreaterThan(6);
  }, 120_000);

  it("writes a fine-tuning set without held-out prompts, with loss on the last answer only", async () => {
    const round = await getRound(context, roundId);
    const text = await readFile(path.join(home, round.sftDataset!.path), "utf8");
    const rows = text
      .trimEnd()
      .split("\n")
      .map((line) => sftRowSchema.parse(JSON.parse(line)));
    expect(rows).toHaveLength(round.sftDataset!.rows);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row.lossOn.filter(Boolean)).toHaveLength(1);
      expect(row.lossOn.at(-1)).toBe(true);
    }
    const plain = rows.filter(({ messages }) => messages.length === 2);
    expect(plain.every(({ messages }) => !isHeldout(promptHash(messages), TINY_SETTINGS.heldoutShare))).toBe(true);
  });

  it("keeps the best of earlier rounds in the pool and judges the new model against the one in service", async () => {
    const second = await ended((await startRound(context, { projectId, trigger: "manual" })).id);
    expect(second.state).toBe("done");
    expect(second.number).toBe(2);
    const verdicts = second.steps.find(({ name }) => name === "evaluate")!.output!.verdicts as { reason: string }[];
    expect(verdicts.every(({ reason }) => /accuracy/i.test(reason))).toBe(true);
    const serving = await database.db
      .select()
      .from(schema.rewardModels)
      .where(eq(schema.rewardModels.state, "serving"));
    expect(serving.filter((model) => model.projectId === projectId)).toHaveLength(2);
    const candidates = await database.db
      .select()
      .from(schema.rejectionSamplingCandidates)
      .innerJoin(
        schema.rejectionSamplingGroups,
        eq(schema.rejectionSamplingGroups.id, schema.rejectionSamplingCandidates.groupId),
      )
      .where(eq(schema.rejectionSamplingGroups.roundId, second.id));
    expect(candidates.every((row) => row.rejection_sampling_candidates.combinedReward !== null)).toBe(true);
  }, 120_000);

  it("says what to do when there are too few comparisons, and goes on after a retry", async () => {
    const poor = await createRoundProject(database, { ...TINY_SETTINGS, comparisonsMin: 1000 });
    const failed = await ended((await startRound(context, { projectId: poor, trigger: "manual" })).id);
    expect(failed.state).toBe("failed");
    expect(failed.steps[0]!.error).toMatch(/32 usable comparisons and a round needs 1000/);
    await retryStep(context, { roundId: failed.id, step: "collect" });
    const again = await ended(failed.id);
    expect(again.steps[0]!.attempt).toBe(2);
  });

  it("keeps the schedule in step with the project and refuses what cannot be read", async () => {
    const wanted = { projectId, cron: "30 2 * * 1", timeZone: "Asia/Seoul" };
    expect((await putSchedule(context, { ...wanted, paused: false })).nextAt).toMatch(/T17:30:00/); // 02:30 in Seoul
    const scheduled = async () => {
      const { rows } = await database.pool.query("select cron, timezone from pgboss.schedule where key = $1", [
        projectId,
      ]);
      return rows;
    };
    await vi.waitFor(
      async () => expect(await scheduled()).toEqual([{ cron: wanted.cron, timezone: wanted.timeZone }]),
      {
        timeout: 20_000,
        interval: 200,
      },
    );
    await putSchedule(context, { ...wanted, paused: true });
    await vi.waitFor(async () => expect(await scheduled()).toEqual([]), { timeout: 20_000, interval: 200 });
    await expect(putSchedule(context, { ...wanted, cron: "at dawn", paused: false })).rejects.toThrow(/body\.cron/);
    await expect(putSchedule(context, { ...wanted, timeZone: "Mars/Base", paused: false })).rejects.toThrow(
      /body\.timeZone/,
    );
  });

  it("scores responses on request with the model in service", async () => {
    const { rewardModels } = await listRewardModels(context, { projectId, task: "helpfulness", limit: 10 });
    const rewardModelId = rewardModels.find(({ state }) => state === "serving")!.id;
    const prompt = [{ role: "user" as const, content: "Hello?" }];
    const items = ["Hi!", "Go away."].map((response, index) => ({ id: `answer ${index}`, prompt, response }));
    const { state, scores } = await scoreWithRewardModel(context, { rewardModelId, items });
    expect(state).toBe("done");
    expect(scores!.map(({ id }) => id)).toEqual(["answer 0", "answer 1"]);
    for (const { reward, score } of scores!) expect(score).toBeCloseTo(1 / (1 + Math.exp(-reward)), 6);
  }, 90_000);

  it("fits a probe as a training run and names it by its head", async () => {
    const { snapshotId } = await getRound(context, roundId);
    const ids: string[] = [];
    for (const marginTable of ["none", "large"] as const) {
      const { id } = await createTrainingRun(context, {
        projectId,
        snapshotId: snapshotId!,
        task: "helpfulness",
        config: { method: "probe", marginTable },
      });
      const ended = async () => expect(["done", "failed"]).toContain((await getTrainingRun(context, id)).state);
      await vi.waitFor(ended, { timeout: 90_000, interval: 200 });
      const run = await getTrainingRun(context, id);
      expect(run.error).toBeNull();
      ids.push(run.rewardModelId!);
      const { metrics } = await listTrainingMetrics(context, { trainingRunId: id, afterStep: -1, limit: 10 });
      expect(metrics).toMatchObject([{ step: 1, stepsTotal: 1 }]);
      expect(await readdir(path.join(home, run.directory, "model"))).toContain("probe.json");
    }
    const rows = await database.db.select().from(schema.rewardModels);
    const hashes = ids.map((id) => rows.find((row) => row.id === id)?.weightsSha256);
    // The frozen layers are the same in both.
    expect(new Set(hashes).size).toBe(2);
  }, 200_000);

  it("cancels a training run with its checkpoint kept, and resumes it to the end", async () => {
    const { snapshotId } = await getRound(context, roundId);
    const run = await createTrainingRun(context, {
      projectId,
      snapshotId: snapshotId!,
      task: "helpfulness",
      // Long enough to be met half way on a fast machine with a fast engine.
      config: { epochs: 60, pairsPerStep: 8, seed: 5, checkpointEverySteps: 50 },
    });
    await vi.waitFor(
      async () => {
        const { metrics } = await listTrainingMetrics(context, { trainingRunId: run.id, afterStep: 1, limit: 5 });
        expect(metrics.length, JSON.stringify(await getTrainingRun(context, run.id))).toBeGreaterThan(0);
      },
      { timeout: 60_000, interval: 50 },
    );
    await cancelTraining(context, run.id);
    const stateIs = (state: string) => async () => expect((await getTrainingRun(context, run.id)).state).toBe(state);
    await vi.waitFor(stateIs("cancelled"), { timeout: 30_000, interval: 100 });
    expect((await readdir(path.join(home, run.directory))).some((name) => name.startsWith("checkpoint-"))).toBe(true);
    await resumeTraining(context, run.id);
    await vi.waitFor(stateIs("done"), { timeout: 90_000, interval: 200 });
    const { metrics } = await listTrainingMetrics(context, { trainingRunId: run.id, afterStep: -1, limit: 5000 });
    expect(metrics.map(({ step }) => step)).toEqual(metrics.map((_, index) => index + 1));
    expect(metrics.at(-1)!.step).toBe(metrics.at(-1)!.stepsTotal);
  }, 200_000);
});
