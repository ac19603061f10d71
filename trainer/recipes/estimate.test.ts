import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ModelConfig, PLAIN_LLAMA } from "../core/model-config";
import { chooseEngine } from "../engines";
import { LORA_TARGETS, type TrainingMetric } from "../format/training-config";
import { type EstimateInput, type EstimateSettings, estimateTraining, remedies } from "./estimate";
import { bytesText, describeEstimate, durationText, memoryProblem, NotEnoughMemoryError } from "./memory-check";
import { estimateReward } from "./train-reward";
import { openWorkbench, pairsOf, TEST_CONFIG, type Workbench } from "./training.test-support";
import { addWork, NO_WORK, trainingFlops, workOf } from "./training-flops";

/** SmolLM2-135M's shape: 30 layers of width 576, 9 query and 3 key/value heads of 64, MLP 1,536, 49,152 tokens. */
const smollm: ModelConfig = {
  ...PLAIN_LLAMA,
  architecture: "LlamaForCausalLM",
  vocabSize: 49_152,
  hiddenSize: 576,
  intermediateSize: 1536,
  layerCount: 30,
  headCount: 9,
  keyValueHeadCount: 3,
  headDim: 64,
  ropeTheta: 100_000,
  rmsNormEpsilon: 1e-5,
  tiedEmbeddings: true,
  padTokenId: 2,
  bosTokenId: 1,
  eosTokenId: 2,
  positionsMax: 8192,
};
const full: EstimateSettings = {
  method: "full",
  frozenLayers: 0,
  loraRank: 16,
  loraAlpha: 32,
  loraDropout: 0,
  loraTargets: [...LORA_TARGETS],
  seed: 1,
  precision: "float32",
  recompute: false,
};
const pair = workOf({ shared: 100, branches: [40, 60] });
const N = 30 * (2 * 576 * 576 + 2 * 576 * 192 + 3 * 576 * 1536);

function input(more: Partial<EstimateInput> = {}, settings: Partial<EstimateSettings> = {}): EstimateInput {
  return {
    config: smollm,
    head: "reward",
    settings: { ...full, ...settings },
    work: [pair],
    itemsTotal: 1000,
    stepsTotal: 10,
    tokensPerMicroBatch: 2048,
    engine: "libtorch",
    matmulGflops: 100,
    ...more,
  };
}

describe("arithmetic of a packed pair", () => {
  it("counts shared tokens once, and cells as P^2/2 + P(C+R) + (C^2+R^2)/2", () => {
    expect(pair).toEqual({
      tokens: 200,
      cells: 5000 + 100 * 100 + (1600 + 3600) / 2,
      readTokens: 2,
      readCells: 140 + 160,
      items: 1,
    });
    expect(addWork(pair, NO_WORK)).toEqual(pair);
  });

  it("is 6 N tokens + 12 L d cells where every token is read, and less by the trimmed last layer", () => {
    const readAll = workOf({ shared: 100, branches: [40, 60] }, true);
    const formula = 6 * N * 200 + 12 * 30 * 576 * readAll.cells;
    expect(trainingFlops(smollm, readAll, full).useful).toBeCloseTo(formula, -3);
    const trimmed = trainingFlops(smollm, pair, full).useful;
    const saved = 6 * (N / 30 - 2 * 576 * 192) * 198 + 12 * 576 * (pair.cells - 300);
    expect(trimmed).toBeCloseTo(formula - saved, -3);
    expect(saved / formula).toBeGreaterThan(0.02);
    expect(saved / formula).toBeLessThan(0.038);
  });

  it("is 8 N + 16 L d with recomputation, 4 N + 12 L d and the additions with LoRA, 2 N + 4 L d for the head alone", () => {
    const readAll = workOf({ shared: 100, branches: [40, 60] }, true);
    const attention = 30 * 576 * readAll.cells;
    const again = trainingFlops(smollm, readAll, { ...full, recompute: true });
    expect(again.executed).toBeCloseTo(8 * N * 200 + 16 * attention, -3);
    expect(again.useful).toBeCloseTo(6 * N * 200 + 12 * attention, -3);
    const sides = 2 * (576 + 576) + 2 * (576 + 192) + 3 * (576 + 1536);
    const lora = trainingFlops(smollm, readAll, { ...full, method: "lora" });
    expect(lora.useful).toBeCloseTo(4 * N * 200 + 12 * attention + 6 * 30 * 16 * sides * 200, -3);
    expect(trainingFlops(smollm, readAll, { ...full, method: "head" }).useful).toBeCloseTo(
      2 * N * 200 + 4 * attention,
      -3,
    );
    const half = trainingFlops(smollm, readAll, { ...full, frozenLayers: 15 }).useful;
    expect(half).toBeCloseTo(4 * N * 200 + 8 * attention, -3);
  });
});

describe("the estimate", () => {
  it("is what one computes by hand: parameters, bytes, hours", () => {
    const estimate = estimateTraining(input());
    const parameters = 49_152 * 576 + N + 30 * 2 * 576 + 576 + 576;
    expect(parameters).toBe(134_515_584);
    expect(estimate).toMatchObject({
      parameters,
      trainableParameters: parameters,
      tokensPerItem: 200,
      longestItemTokens: 200,
    });
    expect(estimate.memory).toMatchObject({
      weights: 4 * parameters,
      gradients: 8 * parameters,
      moments: 8 * parameters,
    });
    const cells = (pair.cells / 200) * 2048;
    const layer = 2048 * (4 * 576 + (2 * 9 + 2 * 3) * 64 + 4 * 1536) + 2 * cells * 9;
    expect(estimate.memory.activations).toBeCloseTo(4 * 30 * layer, -3);
    expect(estimate.hours).toBeCloseTo((trainingFlops(smollm, pair, full).useful * 1000) / (100e9 * 0.75) / 3600, 9);
  });

  it("knows what each method trains and what recomputation and bfloat16 save", () => {
    const lora = estimateTraining(input({}, { method: "lora" }));
    const sides = 2 * (576 + 576) + 2 * (576 + 192) + 3 * (576 + 1536);
    expect(lora.trainableParameters).toBe(30 * 16 * sides + 576);
    const head = estimateTraining(input({}, { method: "head" }));
    expect(head.trainableParameters).toBe(576);
    const whole = estimateTraining(input()).memory;
    expect(estimateTraining(input({}, { recompute: true })).memory.activations).toBeLessThan(0.1 * whole.activations);
    expect(estimateTraining(input({ engine: "onnx" }, { recompute: true })).memory.activations).toBe(whole.activations);
    expect(estimateTraining(input({}, { precision: "bfloat16" })).memory.activations).toBe(0.5 * whole.activations);
    expect(estimateTraining(input({ tokensPerMicroBatch: 10 })).memory.activations).toBeCloseTo(
      (whole.activations * 200) / 2048,
      -3,
    );
  });

  it("names only changes that fit, the mildest first", () => {
    const total = estimateTraining(input()).memory.total;
    expect(remedies(input(), total)[0]?.change).toBe("tokensPerMicroBatch 200");
    const tight = remedies(input(), 2 ** 30);
    expect(tight.map(({ change }) => change)).toEqual([
      "method lora, recompute and tokensPerMicroBatch 200",
      "method head",
    ]);
    for (const { bytes } of tight) expect(bytes).toBeLessThanOrEqual(2 ** 30);
    expect(remedies(input(), 1000)).toEqual([]);
  });

  it("is told in words", () => {
    const lines = describeEstimate(estimateTraining(input()), "pair");
    expect(lines[0]).toMatch(
      /^estimate: 134.5 million weights, all of them trained; about 5\.\d GiB of memory \(weights 513 MiB/,
    );
    expect(lines[1]).toMatch(
      /1000 pairs in 10 steps, 200 tokens and \d+ GFLOP each; about \d+ minutes at 75% of 100 GFLOP\/s/,
    );
    expect([bytesText(3 * 2 ** 30), bytesText(1)]).toEqual(["3.0 GiB", "1 MiB"]);
    expect([72, 3, 0.5, 0.001].map(durationText)).toEqual(["3.0 days", "3.0 hours", "30 minutes", "4 seconds"]);
  });
});

describe("before a run", () => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench("estimate");
  });
  afterAll(() => bench.remove());

  it("refuses what cannot fit and says what would; a small run has no problem", async () => {
    const { engine } = await chooseEngine("wasm");
    const huge = input({ engine: "wasm", tokensPerMicroBatch: 100_000 });
    const problem = memoryProblem(engine, huge, estimateTraining(huge));
    expect(problem).toBeInstanceOf(NotEnoughMemoryError);
    expect(problem?.message).toMatch(
      /needs about \d+\.\d GiB of memory and .* are free. What would fit: .*method head/,
    );
    // Over what wasm addresses, within what this machine has.
    const middling = input({ engine: "wasm", tokensPerMicroBatch: 2500 });
    const needed = estimateTraining(middling).memory.total;
    expect(needed).toBeGreaterThan(3.5 * 2 ** 30);
    const words = memoryProblem(engine, middling, estimateTraining(middling))?.message ?? "";
    expect(words.includes("the onnx or the libtorch engine")).toBe(needed <= (process.availableMemory?.() ?? 0));
    const small = {
      config: { ...TEST_CONFIG, recompute: true },
      data: bench.write("few.jsonl", pairsOf(4)),
      baseModel: bench.base,
    };
    expect(await estimateReward(small)).toMatchObject({
      memoryProblem: null,
      steps: 1,
      items: 4,
      engine: { name: "wasm" },
    });
  });

  it("counts a probe as one forward pass that keeps one layer's activations", async () => {
    const pass = input({ itemsTotal: 1, stepsTotal: 1 }, { method: "probe" });
    const probe = estimateTraining(pass);
    expect(probe.flopsTotal).toBeCloseTo(
      estimateTraining(input({ itemsTotal: 1, stepsTotal: 1 }, { method: "head" })).flopsTotal,
      -3,
    );
    expect(probe.memory.activations).toBeLessThan(
      estimateTraining(input({ itemsTotal: 1, stepsTotal: 1 })).memory.activations / 20,
    );
    expect(remedies(pass, Number.MAX_SAFE_INTEGER).map(({ change }) => change)).not.toContain("method head");
    const data = bench.write("probed.jsonl", pairsOf(8));
    const config = { ...TEST_CONFIG, method: "probe" as const };
    expect(await estimateReward({ config, data, baseModel: bench.base })).toMatchObject({
      memoryProblem: null,
      steps: 1,
      items: 8,
    });
  });

  it("is near what a run then takes: activations within a factor of two, and a share of the matmul speed", async () => {
    const data = bench.write("some.jsonl", pairsOf(16));
    const config = { tokensPerMicroBatch: 600, pairsPerStep: 8 };
    const estimate = await estimateReward({ config: { ...TEST_CONFIG, ...config }, data, baseModel: bench.base });
    const metrics: TrainingMetric[] = [];
    let [resting, peak] = [0, 0];
    const { disposeTensor } = tf.engine();
    const watched = tf.engine();
    watched.disposeTensor = function (tensor) {
      peak = Math.max(peak, tf.memory().numBytes);
      disposeTensor.call(this, tensor);
    };
    try {
      const onMetric = (metric: TrainingMetric) => {
        metrics.push(metric);
        resting = tf.memory().numBytes;
      };
      await bench.run("measured", config, { data, onMetric });
    } finally {
      watched.disposeTensor = disposeTensor;
    }
    const { weights, moments, gradients, activations } = estimate.memory;
    expect(resting).toBeGreaterThan(0.95 * (weights + moments));
    expect(resting).toBeLessThan(1.3 * (weights + moments));
    const kept = peak - resting - gradients;
    expect(kept).toBeGreaterThan(0.5 * activations);
    expect(kept).toBeLessThan(2 * activations);
    for (const { mfu } of metrics) {
      expect(mfu).toBeGreaterThan(0);
      // Below 1 on a quiet machine; the two are measured at different moments.
      expect(mfu).toBeLessThan(2);
    }
  });
});
