import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModelDirectory } from "../core/checkpoint-directory";
import type { PreferencePair } from "../format/pair";
import type { TrainingMetric } from "../format/training-config";
import { ops, overrideOps, resetOps } from "../ops";
import { RunDirectoryError, TrainingDataError, TrainingDivergedError } from "./errors";
import { evaluateReward } from "./evaluate-reward";
import { createTinyModel } from "./init-model";
import { scoreResponses } from "./score";
import { type TrainRewardOptions, trainReward } from "./train-reward";
import { TEST_CONFIG as config, pairOf as pair } from "./training.test-support";

const root = mkdtempSync(path.join(tmpdir(), "train-reward-"));
const base = path.join(root, "base");
const data = path.join(root, "pairs.jsonl");

function write(name: string, pairs: PreferencePair[]): string {
  const file = path.join(root, name);
  writeFileSync(file, pairs.map((one) => `${JSON.stringify(one)}\n`).join(""));
  return file;
}

function run(name: string, more: Partial<TrainRewardOptions> = {}) {
  return trainReward({ config, data, baseModel: base, outDirectory: path.join(root, name), ...more });
}

/** Aborts as soon as the metric of `step` is out. */
function abortAfter(step: number) {
  const controller = new AbortController();
  const onMetric = (metric: TrainingMetric) => {
    if (metric.step === step) controller.abort();
  };
  return { signal: controller.signal, onMetric };
}

const weights = (name: string) => readFileSync(path.join(root, name, "model", "model.safetensors"));

beforeAll(async () => {
  await createTinyModel(base, { hiddenSize: 16, headCount: 2, keyValueHeadCount: 1, layerCount: 2, seed: 4 });
  write(
    "pairs.jsonl",
    Array.from({ length: 16 }, (_, index) => pair(index)),
  );
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("a training run", () => {
  it("learns, and writes a reward model that other programs can load", async () => {
    const metrics: TrainingMetric[] = [];
    const result = await run("plain", { onMetric: (metric) => metrics.push(metric) });
    expect(result).toMatchObject({ status: "completed", step: 4, stepsTotal: 4, checkpointDirectory: null });
    expect(metrics.map((metric) => metric.step)).toEqual([1, 2, 3, 4]);
    expect(metrics[3]?.loss).toBeLessThan((metrics[0]?.loss ?? 0) * 0.8);
    const file = JSON.parse(readFileSync(path.join(root, "plain/model/config.json"), "utf8"));
    expect(file).toMatchObject({
      architectures: ["LlamaForSequenceClassification"],
      id2label: { "0": "LABEL_0" },
      problem_type: "regression",
    });
    const loaded = await loadModelDirectory(path.join(root, "plain/model"));
    expect(loaded.tensors.get("score.weight")?.shape).toEqual([1, 16]);
    const lines = readFileSync(path.join(root, "plain/metrics.jsonl"), "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).step)).toEqual([1, 2, 3, 4]);
  });

  it("gives the same bytes again, and other bytes for another seed", async () => {
    await run("again");
    expect(weights("again").equals(weights("plain"))).toBe(true);
    await run("seed", { config: { ...config, seed: 2 } });
    expect(weights("seed").equals(weights("plain"))).toBe(false);
  });

  it("resumes bit-exactly: 2 steps, a stop, and 2 more equal 4 in one go", async () => {
    const stopped = await run("halves", abortAfter(2));
    expect(stopped).toMatchObject({ status: "cancelled", step: 2, modelDirectory: null });
    expect(stopped.checkpointDirectory).toMatch(/checkpoint-000002$/);
    const rest: number[] = [];
    const resumed = await run("halves", { resume: true, onMetric: (metric) => rest.push(metric.step) });
    expect(resumed.status).toBe("completed");
    expect(rest).toEqual([3, 4]);
    expect(weights("halves").equals(weights("plain"))).toBe(true);
    const steps = readFileSync(path.join(root, "halves/metrics.jsonl"), "utf8").trim().split("\n");
    expect(steps.map((line) => JSON.parse(line).step)).toEqual([1, 2, 3, 4]);
    expect(readdirSync(path.join(root, "halves")).filter((entry) => entry.startsWith("checkpoint"))).toEqual([]);
  });

  it("does not depend on the size of micro-batches beyond the order of sums", async () => {
    const losses: number[][] = [[], []];
    for (const [which, tokensPerMicroBatch] of [1, 1000].entries())
      await run(`micro${which}`, {
        config: { ...config, tokensPerMicroBatch },
        onMetric: (metric) => losses[which]?.push(metric.loss),
      });
    losses[0]?.forEach((loss, step) => {
      expect(losses[1]?.[step]).toBeCloseTo(loss, 3);
    });
  });

  it("holds the same number of tensors after every step, and none at the end", async () => {
    const held: number[] = [];
    const before = tf.memory().numTensors;
    await run("leaks", { onMetric: () => held.push(tf.memory().numTensors) });
    expect(new Set(held).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("resuming a finished run changes nothing", async () => {
    const result = await run("plain", { resume: true, onMetric: () => expect.unreachable("no step is left") });
    expect(result).toMatchObject({ status: "completed", step: 4 });
  });
});

describe("what a run refuses", () => {
  it("another run's directory, unless it resumes; and another run's checkpoint", async () => {
    await expect(run("plain")).rejects.toThrow(RunDirectoryError);
    await run("other", abortAfter(1));
    const changed = { config: { ...config, learningRateMax: 1e-4 }, resume: true };
    await expect(run("other", changed)).rejects.toThrow(/other settings, data, base model or engine/);
  });

  it("no pairs, pairs of another task only, responses all alike, safety labels of one kind", async () => {
    const refused = (name: string, pairs: PreferencePair[], more: Partial<TrainRewardOptions["config"]> = {}) =>
      expect(run(`bad-${name}`, { data: write(`${name}.jsonl`, pairs), config: { ...config, ...more } })).rejects;
    await refused("none", []).toThrow(new TrainingDataError(`${path.join(root, "none.jsonl")}: no pairs to train on`));
    await refused("task", [pair(1, { task: "safety" })]).toThrow(/none of its 1 pairs is of the task helpfulness/);
    await refused("alike", [pair(1, { chosen: "same", rejected: "same" })]).toThrow(
      /both responses give the same tokens \(first: p1\)/,
    );
    const unsafe = [1, 2].map((index) => pair(index, { task: "safety", safety: "both_unsafe" }));
    await refused("onesided", unsafe, { task: "safety" }).toThrow(/all 4 responses with a safety label are unsafe/);
    expect(readdirSync(root).filter((entry) => entry.startsWith("bad-"))).toEqual([]);
  });

  it("a line that is no pair, by file and line", async () => {
    const file = path.join(root, "broken.jsonl");
    writeFileSync(file, `${JSON.stringify(pair(1))}\n{"id": 3}\n`);
    await expect(run("broken", { data: file })).rejects.toThrow(/broken\.jsonl:2: /);
  });

  it("to go on when the loss is no number, and keeps the last good checkpoint", async () => {
    const often = { ...config, checkpointEverySteps: 1 };
    let calls = 0;
    const sound = ops.logSigmoid;
    // Two micro-batches a step, so the fifth call belongs to step 3. Preparing the engine resets operations: override after that.
    const sabotage = () =>
      overrideOps({
        logSigmoid: (x) => {
          calls += 1;
          return calls === 5 ? tf.mul(sound(x), Number.NaN) : sound(x);
        },
      });
    const failed = run("diverged", { config: often, onNote: (note) => note.startsWith("engine") && sabotage() });
    await expect(failed).rejects.toThrow(TrainingDivergedError);
    resetOps();
    const kept = readdirSync(path.join(root, "diverged")).filter((entry) => entry.startsWith("checkpoint"));
    expect(kept.sort()).toEqual(["checkpoint-000001", "checkpoint-000002"]);
    expect((await run("diverged", { config: often, resume: true })).status).toBe("completed");
    expect(weights("diverged").equals(weights("plain"))).toBe(true);
  });

  it("to take an unfinished checkpoint for a whole one", async () => {
    await run("torn", { config: { ...config }, ...abortAfter(2) });
    mkdirSync(path.join(root, "torn", ".checkpoint-000003.partial-1-abc"));
    expect((await run("torn", { resume: true })).status).toBe("completed");
    expect(weights("torn").equals(weights("plain"))).toBe(true);
  });
});

describe("judging and scoring", () => {
  it("evaluates on pairs, and scores responses to the same rewards in the order asked", async () => {
    const modelDirectory = path.join(root, "plain/model");
    const report = await evaluateReward({ modelDirectory, data, task: "helpfulness", engine: "wasm" });
    expect(report.overall).toMatchObject({ n: 16, accuracy: 1 });
    const pairs = [pair(3), pair(1)];
    const items = pairs.flatMap(({ id, prompt, chosen, rejected }) => [
      { id: `${id}.c`, prompt, response: chosen },
      { id: `${id}.r`, prompt, response: rejected },
    ]);
    const together = await scoreResponses({ modelDirectory, items, engine: "wasm" });
    expect(together.map((scored) => scored.id)).toEqual(["p3.c", "p3.r", "p1.c", "p1.r"]);
    for (const [index, item] of items.entries()) {
      const [alone] = await scoreResponses({ modelDirectory, items: [item], engine: "wasm" });
      expect(together[index]?.reward).toBeCloseTo(alone?.reward ?? Number.NaN, 5);
    }
    expect(together[0]?.reward).toBeGreaterThan(together[1]?.reward ?? Number.NaN);
  });

  it("says so when the model is no reward model or no pair is of the task", async () => {
    await expect(
      scoreResponses({
        modelDirectory: base,
        items: [{ id: "a", prompt: pair(1).prompt, response: "x" }],
        engine: "wasm",
      }),
    ).rejects.toThrow(/it is not a reward model/);
    const modelDirectory = path.join(root, "plain/model");
    await expect(evaluateReward({ modelDirectory, data, task: "safety", engine: "wasm" })).rejects.toThrow(
      /none of its 16 pairs/,
    );
  });
});
