import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModelDirectory } from "../core/checkpoint-directory";
import { createRandom } from "../core/random";
import { chooseEngine } from "../engines";
import type { PreferencePair } from "../format/pair";
import type { TrainingMetric } from "../format/training-config";
import { RunDirectoryError, TrainingDataError } from "./errors";
import { evaluateReward } from "./evaluate-reward";
import { createTinyModel } from "./init-model";
import { isExportable, type ProbeFile, saveProbeDirectory } from "./probe-directory";
import { blocksToRead } from "./probe-problems";
import { scoreResponses } from "./score";
import { type TrainProbeOptions, trainProbe } from "./train-probe";
import { trainReward } from "./train-reward";

const root = mkdtempSync(path.join(tmpdir(), "train-probe-"));
const base = path.join(root, "base");

/** Polite answers are chosen over rude ones; safe ones have an even number. */
function pair(index: number, more: Partial<PreferencePair> = {}): PreferencePair {
  const polite = ["Yes, gladly", "Of course, my friend", "Thank you for asking"][index % 3];
  const rude = ["No. Go away", "Shut up", "What a stupid thing"][(index * 7) % 3];
  return {
    id: `p${index}`,
    prompt: [{ role: "user", content: `Question ${index}?` }],
    chosen: `${polite}: ${index * 37}.`,
    rejected: `${rude}, ${index * 53}`,
    strength: (["significantly_better", "better", "slightly_better", "negligibly_better"] as const)[index % 4] ?? null,
    safety: null,
    task: "helpfulness",
    source: "annotator",
    ...more,
  };
}

function write(name: string, pairs: PreferencePair[]): string {
  const file = path.join(root, name);
  writeFileSync(file, pairs.map((one) => `${JSON.stringify(one)}\n`).join(""));
  return file;
}

const list = (count: number, from = 0, more: (index: number) => Partial<PreferencePair> = () => ({})) =>
  Array.from({ length: count }, (_, index) => pair(from + index, more(from + index)));

let data: string;
let heldout: string;

function run(name: string, more: Partial<TrainProbeOptions> = {}) {
  const config = { task: "helpfulness", engine: "wasm", method: "probe" } as const;
  return trainProbe({ config, data, heldout, baseModel: base, outDirectory: path.join(root, name), ...more });
}

const facts = (name: string): ProbeFile => JSON.parse(readFileSync(path.join(root, name, "model/probe.json"), "utf8"));

beforeAll(async () => {
  await chooseEngine("wasm");
  await createTinyModel(base, { hiddenSize: 32, headCount: 2, keyValueHeadCount: 1, layerCount: 3, seed: 4 });
  data = write("train.jsonl", list(60));
  heldout = write("heldout.jsonl", list(20, 100));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("a probe", () => {
  it("learns from the training pairs and is judged on others, by strength, with an interval", async () => {
    const metrics: TrainingMetric[] = [];
    const before = tf.memory().numTensors;
    const result = await run("plain", { nested: true, onMetric: (metric) => metrics.push(metric) });
    expect(result.nested).toMatchObject({ pairs: 60, accuracy: expect.closeTo(1, 1) });
    expect(tf.memory().numTensors).toBe(before);
    expect(result).toMatchObject({ status: "completed", step: 1, modelDirectory: path.join(root, "plain/model") });
    expect(result.evaluation?.overall).toMatchObject({ n: 20, accuracy: 1 });
    expect(result.evaluation?.overall.low).toBeGreaterThan(0.8);
    expect(result.evaluation?.byStrength.map(({ n }) => n)).toEqual([5, 5, 5, 5]);
    expect(metrics).toHaveLength(1);
    expect(metrics[0]).toMatchObject({ step: 1, heldoutAccuracy: 1 });
    const { crossValidation, block } = facts("plain");
    expect(crossValidation.nested?.chosen).toHaveLength(5);
    expect(crossValidation.sites).toHaveLength(6);
    // Only the layers that are read are kept.
    expect((await loadModelDirectory(path.join(root, "plain/model"))).config.layerCount).toBe(block);
  });

  it("is evaluated and scored from its directory as a model is, to the same rewards in any company", async () => {
    const modelDirectory = path.join(root, "plain/model");
    const report = await evaluateReward({ modelDirectory, data: heldout, task: "helpfulness", engine: "wasm" });
    const own = JSON.parse(readFileSync(path.join(root, "plain/evaluation.json"), "utf8"));
    expect(report.overall).toEqual(own.overall);
    expect(report.meanRewardMargin).toBeCloseTo(own.meanRewardMargin, 4);
    const items = list(6, 200).flatMap(({ id, prompt, chosen, rejected }) => [
      { id: `${id}.c`, prompt, response: chosen },
      { id: `${id}.r`, prompt, response: rejected },
      { id: `${id}.e`, prompt, response: "" },
    ]);
    const together = await scoreResponses({ modelDirectory, items, engine: "wasm" });
    for (const [index, item] of items.entries()) {
      const [alone] = await scoreResponses({ modelDirectory, items: [item], engine: "wasm" });
      expect(Math.abs((together[index]?.reward ?? Number.NaN) - (alone?.reward ?? Number.NaN))).toBeLessThan(1e-4);
    }
  });

  it("is no base model for anything else: its upper layers are not there", async () => {
    const probe = path.join(root, "plain/model");
    const config = { task: "helpfulness", engine: "wasm" } as const;
    const options = { config, data, baseModel: probe, outDirectory: path.join(root, "on-probe") };
    await expect(trainReward(options)).rejects.toThrow(/is a probe/);
    await expect(trainProbe(options)).rejects.toThrow(/is a probe/);
  });

  it("run again gives the same bytes, from the features on disk; another directory computes them again", async () => {
    const weights = () => readFileSync(path.join(root, "plain/model/probe.safetensors"));
    const first = weights();
    rmSync(path.join(root, "plain/model"), { recursive: true });
    const notes: string[] = [];
    await run("plain", { resume: true, onNote: (note) => notes.push(note) });
    expect(notes).toContain("features of an earlier run are used");
    expect(weights().equals(first)).toBe(true);
    await expect(run("plain")).rejects.toThrow(RunDirectoryError);
    const again = await run("plain", { resume: true, onMetric: () => expect.unreachable("it is finished") });
    expect(again.status).toBe("completed");
  });

  it("stops when told to and goes on", async () => {
    const stopped = await run("stopped", { signal: AbortSignal.abort() });
    expect(stopped).toMatchObject({ status: "cancelled", step: 0, modelDirectory: null });
    expect((await run("stopped", { resume: true })).status).toBe("completed");
    expect(readdirSync(path.join(root, "stopped"))).not.toContain("checkpoint-000001");
  });

  it("of the safety task learns what is safe, and lets the sign of the reward say so", async () => {
    const labelled = (index: number) =>
      ({
        task: "safety",
        safety: (["preferred_safe", "preferred_safe", "both_safe", "both_unsafe"] as const)[index % 4],
        ...(index % 4 === 2 ? { rejected: `Gladly, though not now: ${index}` } : {}),
        ...(index % 4 === 3 ? { chosen: `Go away, please, ${index}` } : {}),
      }) as Partial<PreferencePair>;
    const result = await run("safety", {
      config: { task: "safety", engine: "wasm", method: "probe" },
      data: write("safety.jsonl", list(80, 0, labelled)),
      heldout: write("safety-heldout.jsonl", list(24, 100, labelled)),
    });
    expect(facts("safety").scales.safety).toBeGreaterThan(0);
    expect(facts("safety").safetyAccuracy).toBeGreaterThan(0.8);
    expect(result.evaluation?.unsafeRecall.recall).toBeGreaterThan(0.7);
    expect(result.evaluation?.bySafety.map(({ n }) => n)).toEqual([12, 6, 6]);
  });

  it("refuses one prompt for all pairs, and two pairs of one name", async () => {
    const prompt = [{ role: "user" as const, content: "Hi" }];
    const same = write(
      "same.jsonl",
      list(8, 0, () => ({ prompt })),
    );
    await expect(run("same", { data: same })).rejects.toThrow(/at least 2 prompts/);
    const twice = write("twice.jsonl", [pair(1), { ...pair(2), id: "p1" }]);
    await expect(run("twice", { data: twice })).rejects.toThrow(TrainingDataError);
  });
});

describe("what a probe reads and writes", () => {
  it("is a sequence classifier for others only at the last token of the last block", async () => {
    const { config } = await loadModelDirectory(base);
    expect(isExportable({ block: 3, pooling: "last" }, config)).toBe(true);
    expect(isExportable({ block: 3, pooling: "mean" }, config)).toBe(false);
    expect(isExportable({ block: 2, pooling: "last" }, config)).toBe(false);
  });

  it("gives the same rewards, but for the bias, as the sequence classifier that its directory also is", async () => {
    const loaded = await loadModelDirectory(base);
    const random = createRandom(3);
    const weights = Float64Array.from({ length: 32 }, () => random.normal());
    const reward = { weights, bias: 2 };
    const directory = path.join(root, "exported");
    await saveProbeDirectory(directory, {
      base: loaded,
      facts: {
        ...({ format: "pairwright.probe/1", task: "helpfulness", block: 3, pooling: "last", finalNorm: true } as const),
        ...{ hiddenSize: 32, modelLayers: 3, l2: 1, scales: { ranking: 1, safety: 0 }, safetyAccuracy: null },
        crossValidation: { folds: 5, pairs: 10, sites: [], nested: null },
      },
      head: {
        reward,
        ranking: reward,
        safety: null,
        scales: { ranking: 1, safety: 0 },
        gradientMax: 0,
        safetyAccuracy: null,
      },
      files: new Map(),
    });
    const items = list(4).map(({ id, prompt, chosen }) => ({ id, prompt, response: chosen }));
    const asProbe = await scoreResponses({ modelDirectory: directory, items, engine: "wasm" });
    for (const file of ["probe.json", "probe.safetensors"]) rmSync(path.join(directory, file));
    const asModel = await scoreResponses({ modelDirectory: directory, items, engine: "wasm" });
    expect(JSON.parse(readFileSync(path.join(directory, "config.json"), "utf8")).architectures).toEqual([
      "LlamaForSequenceClassification",
    ]);
    asProbe.forEach(({ reward: found }, index) => {
      expect(found - 2).toBeCloseTo(asModel[index]!.reward, 4);
    });
  });

  it("compares fewer blocks, the last among them, when features would not fit in memory", () => {
    const shape = { layerCount: 30, hiddenSize: 100 };
    expect(blocksToRead(shape, 1000, false).blocks).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    const few = blocksToRead(shape, 1000, false, 4_000_000);
    expect(few.blocks).toEqual([6, 12, 18, 24, 30]);
    expect(few.note).toMatch(/5 of 30 blocks/);
  });
});
