import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layOut } from "../core/model/layout";
import { hiddenStates } from "../core/model/llama";
import { createModel, drawTensors, type LlamaModel } from "../core/model/parameters";
import { growTree } from "../core/model/token-tree";
import { type ModelConfig, PLAIN_LLAMA } from "../core/model-config";
import { createRandom } from "../core/random";
import { chooseEngine } from "../engines";
import { type FeatureOptions, type ProbePair, probeFeatures } from "./probe-features";
import { pooledAt } from "./probe-pooling";

const config: ModelConfig = {
  ...PLAIN_LLAMA,
  architecture: "LlamaForCausalLM",
  vocabSize: 50,
  hiddenSize: 16,
  intermediateSize: 24,
  layerCount: 3,
  headCount: 2,
  keyValueHeadCount: 1,
  headDim: 8,
  ropeTheta: 10_000,
  rmsNormEpsilon: 1e-5,
  tiedEmbeddings: true,
  padTokenId: 0,
  bosTokenId: null,
  eosTokenId: null,
  positionsMax: 128,
};
const root = mkdtempSync(path.join(tmpdir(), "probe-features-"));
const random = createRandom(5);
const tokens = (length: number) => Array.from({ length }, () => 1 + random.integer(49));
const opening = tokens(9);
/** Answers that share their own beginning, one that begins the other, one-token answers, two prompts with a common opening. */
const pairs: ProbePair[] = [
  [[...opening, ...tokens(5)], tokens(4), tokens(7)],
  [
    [...opening, ...tokens(6)],
    [7, 7, 7, 3],
    [7, 7, 7],
  ],
  [tokens(4), [5], [6]],
  [tokens(12), [1, 2, 3, ...tokens(9)], [1, 2, 3, ...tokens(2)]],
].map(([prompt, chosen, rejected]) => ({
  rows: [
    [...prompt!, ...chosen!],
    [...prompt!, ...rejected!],
  ],
  answerStarts: [prompt!.length, prompt!.length],
}));
let model: LlamaModel;

/** Each row alone, straight from the definition. */
function alone(row: readonly number[], start: number, block: number, pooling: "last" | "mean"): number[] {
  return tf.tidy(() => {
    const layout = layOut([growTree([row])], config);
    let states = hiddenStates(model, layout);
    if (block < config.layerCount)
      hiddenStates(model, layout, {
        observe: (layer, output) => {
          if (layer + 1 === block) states = output.clone();
        },
      });
    const from = pooling === "last" ? row.length - 1 : start;
    return [...tf.mean(tf.slice(states, [from, 0], [row.length - from, config.hiddenSize]), 0).dataSync()];
  });
}

beforeAll(async () => {
  await chooseEngine("wasm");
  model = createModel(config, drawTensors(config, "language-model", 3, 0.2), "language-model", 3);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function options(more: Partial<FeatureOptions> = {}): FeatureOptions {
  return {
    model,
    blocks: [1, 2, 3],
    withResponses: true,
    tokensPerMicroBatch: 60,
    directory: path.join(root, "cache"),
    modelFingerprint: "model",
    ...more,
  };
}

function expectClose(found: ArrayLike<number>, expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(found[i]! - value)).toBeLessThan(1e-4);
  });
}

describe("pooled states", () => {
  it("of packed rows equal those of each row alone, after every block, by both poolings", () => {
    const items = pairs.map(({ rows, answerStarts }) => ({ rows, answerStarts }));
    for (const block of [1, 2, 3])
      for (const pooling of ["last", "mean"] as const) {
        const found = tf.tidy(() => pooledAt(model, items, { block, pooling, finalNorm: block === 3 }).dataSync());
        const expected = pairs.flatMap(({ rows, answerStarts }) =>
          rows.flatMap((row, side) => alone(row, answerStarts[side]!, block, pooling)),
        );
        expectClose(found, expected);
      }
  });
});

describe("probeFeatures", () => {
  it("gives differences, single responses and means, in the pairs' order", async () => {
    const before = tf.memory().numTensors;
    const features = await probeFeatures(pairs, options());
    expect(tf.memory().numTensors).toBe(before);
    expect(features.sites).toHaveLength(6);
    for (const site of features.sites) {
      const single = pairs.map(({ rows, answerStarts }) =>
        rows.map((row, side) => alone(row, answerStarts[side]!, site.block, site.pooling)),
      );
      expectClose(features.responses(site), single.flat(2));
      expectClose(
        features.differences(site),
        single.flatMap(([chosen, rejected]) => chosen!.map((value, i) => value - rejected![i]!)),
      );
      const rows = single.flat();
      const mean = rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
      expectClose(features.mean(site), mean);
    }
  });

  it("starts from what is on disk, for the same pairs, model and blocks only", async () => {
    const seen: boolean[] = [];
    const note = { onProgress: (_done: number, _total: number, fromDisk: boolean) => seen.push(fromDisk) };
    const first = await probeFeatures(pairs, options());
    const again = await probeFeatures(pairs, options(note));
    expect(seen).toEqual([true]);
    expect(again.differences({ block: 2, pooling: "mean" })).toEqual(first.differences({ block: 2, pooling: "mean" }));
    for (const more of [{ modelFingerprint: "other" }, { blocks: [2] }, { withResponses: false }]) {
      seen.length = 0;
      await probeFeatures(pairs, options({ ...note, ...more }));
      expect(seen).not.toContain(true);
    }
    await probeFeatures(pairs.slice(1), options(note));
    expect(seen).not.toContain(true);
    expect(readdirSync(path.join(root, "cache"))).toHaveLength(5);
  });

  it("refuses a damaged file by name, and stops when told to", async () => {
    const directory = path.join(root, "damaged");
    await probeFeatures(pairs, options({ directory }));
    const [key] = readdirSync(directory);
    const [file] = readdirSync(path.join(directory, key!));
    writeFileSync(path.join(directory, key!, file!), "no safetensors at all");
    await expect(probeFeatures(pairs, options({ directory }))).rejects.toThrow(/pairs-0000000\.safetensors/);
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(probeFeatures(pairs, options({ directory: path.join(root, "stopped"), signal }))).rejects.toThrow(
      "stop",
    );
  });
});
