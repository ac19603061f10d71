import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { chooseEngine } from "../engines";
import { applyAdamw, createOptimizer, globalNorm, readOptimizer } from "./optimizer";
import { createRandom, deriveSeed, shuffled } from "./random";
import { learningRateAt } from "./schedule";

beforeAll(async () => {
  await chooseEngine("wasm");
});

const settings = { beta1: 0.9, beta2: 0.95, epsilon: 1e-5, weightDecay: 0.1, gradientClipNorm: 1 };

describe("AdamW", () => {
  it("follows torch.optim.AdamW's formula, without decay for norm weights", () => {
    const names = ["model.layers.0.mlp.up_proj.weight", "model.layers.0.input_layernorm.weight"];
    const parameters = new Map(names.map((name) => [name, tf.variable(tf.tensor1d([1, -2]))]));
    const state = createOptimizer(parameters);
    const gradient = [0.3, -0.4];
    let [mean, variance] = [
      [0, 0],
      [0, 0],
    ];
    let expected = names.map(() => [1, -2]);
    for (let step = 1; step <= 3; step += 1) {
      const gradients = new Map(names.map((name) => [name, tf.tensor1d(gradient) as tf.Tensor]));
      const norm = globalNorm(gradients);
      expect(norm).toBeCloseTo(Math.SQRT1_2, 5);
      applyAdamw(
        parameters,
        gradients,
        state,
        { ...settings, gradientClipNorm: 0.5 },
        { learningRate: 0.01, gradientNorm: norm },
      );
      const scaled = gradient.map((g) => (g * 0.5) / (norm + 1e-6));
      mean = mean.map((m, i) => 0.9 * m + 0.1 * (scaled[i] as number));
      variance = variance.map((v, i) => 0.95 * v + 0.05 * (scaled[i] as number) ** 2);
      expected = expected.map((values, which) =>
        values.map((w, i) => {
          const decayed = which === 0 ? w * (1 - 0.01 * 0.1) : w;
          const denominator = Math.sqrt(variance[i] as number) / Math.sqrt(1 - 0.95 ** step) + 1e-5;
          return decayed - ((0.01 / (1 - 0.9 ** step)) * (mean[i] as number)) / denominator;
        }),
      );
    }
    names.forEach((name, which) => {
      parameters
        .get(name)
        ?.dataSync()
        .forEach((w, i) => {
          expect(w).toBeCloseTo(expected[which]?.[i] as number, 6);
        });
    });
    expect([...(readOptimizer(state).get(`mean.${names[0]}`)?.data ?? [])].map((m) => m.toFixed(6))).toEqual(
      mean.map((m) => m.toFixed(6)),
    );
  });

  it("sums squares in f64: a large tensor's norm keeps its digits", () => {
    const big = tf.fill([4096, 512], 0.1);
    expect(globalNorm(new Map([["w", big]])) / (Math.fround(0.1) * Math.sqrt(4096 * 512))).toBeCloseTo(1, 5);
    big.dispose();
  });
});

describe("the schedule", () => {
  const schedule = {
    stepsTotal: 200,
    learningRateMax: 1e-5,
    learningRateFloorShare: 0.1,
    warmupShare: 0.03,
    warmupStepsMin: 5,
  };

  it("warms up over 3% of the steps and ends at 10% of the maximum", () => {
    expect(learningRateAt(schedule, 1)).toBeCloseTo(1e-5 / 6, 12);
    expect(learningRateAt(schedule, 6)).toBeCloseTo(1e-5, 12);
    expect(learningRateAt(schedule, 103)).toBeCloseTo(1e-5 * (0.1 + 0.9 * 0.5), 12);
    expect(learningRateAt(schedule, 200)).toBeCloseTo(1e-6, 12);
  });

  it("warms up for at least five steps, even in a run that is shorter", () => {
    expect(learningRateAt({ ...schedule, stepsTotal: 20 }, 5)).toBeCloseTo(1e-5, 12);
    expect(learningRateAt({ ...schedule, stepsTotal: 3 }, 3)).toBeCloseTo(0.6e-5, 12);
  });
});

describe("random numbers", () => {
  it("repeat for a seed, differ between purposes, and shuffle every item once", () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    expect(shuffled(items, createRandom(3))).toEqual(shuffled(items, createRandom(3)));
    expect(shuffled(items, createRandom(3))).not.toEqual(items);
    expect(shuffled(items, createRandom(3)).sort((a, b) => a - b)).toEqual(items);
    expect(deriveSeed(1, "mix")).not.toBe(deriveSeed(1, "epoch 0"));
    const normal = createRandom(4);
    const drawn = Array.from({ length: 20_000 }, () => normal.normal());
    expect(Math.abs(drawn.reduce((sum, x) => sum + x, 0) / drawn.length)).toBeLessThan(0.03);
    expect(drawn.reduce((sum, x) => sum + x * x, 0) / drawn.length).toBeCloseTo(1, 1);
  });
});
