/** The fused decoder layer and attention against their composed references, in loops and as a GPU composes them. Needs an installed libtorch engine. */
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { registerGradients } from "../../core/autodiff";
import { type AttentionBlock, LAYER_MATRICES, type LayerShape, type LayerWeights, ops } from "../../ops";
import { composeDecoderLayer } from "../../ops/decoder-layer";
import { referenceOps } from "../../ops/reference";
import type { LibtorchBackend } from "./backend";
import { Draw } from "./draw.test-support";
import { libtorchStatus, prepareLibtorch } from "./index";
import { LAYER_WEIGHTS, type LayerWeightName } from "./kernels/layer";
import { attention, decoderLayer, rope } from "./layer-ops";

const status = await libtorchStatus();
if (!status.available) console.warn(`SKIPPED: the libtorch engine's layer is not tested here: ${status.reason}`);

/** Two trees of a shared prompt with two answers, then two rows of padding; the first answer joins the prompt's block. */
const TOKENS = 90;
const BLOCKS: AttentionBlock[] = [
  { queryStart: 0, queryCount: 75, keys: [{ start: 0, count: 75 }] },
  {
    queryStart: 75,
    queryCount: 3,
    keys: [
      { start: 0, count: 70 },
      { start: 75, count: 3 },
    ],
  },
  { queryStart: 78, queryCount: 9, keys: [{ start: 78, count: 9 }] },
  {
    queryStart: 87,
    queryCount: 1,
    keys: [
      { start: 78, count: 2 },
      { start: 87, count: 1 },
    ],
  },
];
const KEPT = [74, 77, 87];
const KEPT_BLOCKS: AttentionBlock[] = [
  { queryStart: 0, queryCount: 1, keys: [{ start: 0, count: 75 }] },
  { queryStart: 1, queryCount: 1, keys: BLOCKS[1]?.keys ?? [] },
  { queryStart: 2, queryCount: 1, keys: BLOCKS[3]?.keys ?? [] },
];
const SHAPE: LayerShape = { headCount: 6, keyValueHeadCount: 2, headDim: 8, rmsNormEpsilon: 1e-5 };
const [HIDDEN, FEED] = [20, 28];

interface Variant {
  biases?: boolean;
  headNorms?: boolean;
  kept?: boolean;
  frozen?: LayerWeightName[];
}

const VARIANTS: Record<string, Variant> = {
  "a Llama layer": {},
  "a Qwen2 layer": { biases: true },
  "a Qwen3 layer": { headNorms: true },
  "the last layer, trimmed": { kept: true },
  "the last layer, trimmed, with everything": { biases: true, headNorms: true, kept: true },
  "a layer trained above its attention only": {
    frozen: ["inputNorm", "q", "k", "v", "o"],
  },
  "a layer whose matrices are frozen": { headNorms: true, frozen: [...LAYER_MATRICES] },
};

function drawWeights(draw: Draw, { biases, headNorms, frozen }: Variant): LayerWeights {
  const { headCount, keyValueHeadCount, headDim } = SHAPE;
  const [queries, keys] = [headCount * headDim, keyValueHeadCount * headDim];
  const make = (name: LayerWeightName, shape: number[]) =>
    tf.variable(draw.floats(shape, -0.4, 0.4), !frozen?.includes(name)) as unknown as tf.Tensor1D & tf.Tensor2D;
  const bias = (name: LayerWeightName, size: number) => (biases ? make(name, [size]) : null);
  const headNorm = (name: LayerWeightName) => (headNorms ? make(name, [headDim]) : null);
  return {
    inputNorm: make("inputNorm", [HIDDEN]),
    q: make("q", [queries, HIDDEN]),
    k: make("k", [keys, HIDDEN]),
    v: make("v", [keys, HIDDEN]),
    o: make("o", [HIDDEN, queries]),
    qBias: bias("qBias", queries),
    kBias: bias("kBias", keys),
    vBias: bias("vBias", keys),
    oBias: bias("oBias", HIDDEN),
    qNorm: headNorm("qNorm"),
    kNorm: headNorm("kNorm"),
    postNorm: make("postNorm", [HIDDEN]),
    gate: make("gate", [FEED, HIDDEN]),
    up: make("up", [FEED, HIDDEN]),
    down: make("down", [HIDDEN, FEED]),
  };
}

function rotary(draw: Draw): { cos: tf.Tensor2D; sin: tf.Tensor2D } {
  const half = draw.floats([TOKENS, SHAPE.headDim / 2]);
  const angles = tf.concat([half, half], 1) as tf.Tensor2D;
  return { cos: tf.cos(angles), sin: tf.sin(angles) };
}

type Gradients = Record<string, Float32Array>;

/** The value, and the gradients of a weighted sum of it by input name; frozen ones are absent. */
function gradientsOf(inputs: Record<string, tf.Variable>, run: () => tf.Tensor): Gradients {
  const found: Gradients = {};
  const trainable = Object.entries(inputs).filter(([, variable]) => variable.trainable);
  const { value, grads } = tf.variableGrads(
    () => {
      const result = run();
      found.value = result.dataSync() as Float32Array;
      return tf.sum(tf.mul(result, new Draw(7).floats(result.shape))) as tf.Scalar;
    },
    trainable.map(([, variable]) => variable),
  );
  value.dispose();
  for (const [name, variable] of trainable)
    found[name] = (grads[variable.name] as tf.Tensor).dataSync() as Float32Array;
  return found;
}

function layerGradients(layer: typeof decoderLayer, variant: Variant, seed: number): Gradients {
  return tf.tidy(() => {
    const draw = new Draw(seed);
    const x = tf.variable(draw.floats([TOKENS, HIDDEN])) as tf.Variable<tf.Rank.R2>;
    const weights = drawWeights(draw, variant);
    const blocks = variant.kept ? KEPT_BLOCKS : BLOCKS;
    const layout = { ...rotary(draw), blocks };
    const kept = variant.kept ? tf.tensor1d(KEPT, "int32") : null;
    const variables: Record<string, tf.Variable> = { x: x as unknown as tf.Variable };
    for (const name of LAYER_WEIGHTS) if (weights[name]) variables[name] = weights[name] as unknown as tf.Variable;
    const found = gradientsOf(variables, () => layer(x as unknown as tf.Tensor2D, weights, layout, kept, SHAPE));
    tf.dispose(Object.values(variables));
    return found;
  });
}

/** Largest difference between two sets, relative to the largest value of each tensor. */
function expectClose(found: Gradients, expected: Gradients, tolerance: number): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    const own = found[name] as Float32Array;
    expect(own.length, name).toBe(values.length);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = values.reduce((most, value, at) => Math.max(most, Math.abs(value - (own[at] as number))), 0);
    expect(worst / Math.max(largest, 1e-3), name).toBeLessThan(tolerance);
  }
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, at) => {
    const other = b[at] as number;
    ab += value * other;
    aa += value * value;
    bb += other * other;
  });
  return ab / Math.sqrt(aa * bb);
}

describe.runIf(status.available)("libtorch decoder layer", () => {
  beforeAll(async () => {
    registerGradients();
    await prepareLibtorch();
  });
  const backend = () => tf.backend() as LibtorchBackend;
  afterEach(() => {
    backend().precision = "float32";
    backend().torch.call("pairwright::compose", false);
  });

  describe.each([false, true])("composed as on a GPU: %s", (composed) => {
    it.each(Object.entries(VARIANTS))(
      "%s has the reference's values and gradients and leaves no memory",
      (_, variant) => {
        const before = backend().torch.addon.memory();
        for (const seed of [1, 2]) {
          const expected = layerGradients(composeDecoderLayer, variant, seed);
          backend().torch.call("pairwright::compose", composed);
          expectClose(layerGradients(decoderLayer, variant, seed), expected, 2e-5);
          backend().torch.call("pairwright::compose", false);
        }
        expect(backend().torch.addon.memory()).toEqual(before);
      },
    );

    it("attention over blocks has the reference's values and gradients", () => {
      const run = (of: typeof attention) =>
        tf.tidy(() => {
          const draw = new Draw(3);
          const [q, k, v] = [6, 2, 2].map((heads) => tf.variable(draw.floats([TOKENS, heads, 8]))) as [
            tf.Variable,
            tf.Variable,
            tf.Variable,
          ];
          const found = gradientsOf({ q, k, v }, () =>
            of(q as unknown as tf.Tensor3D, k as unknown as tf.Tensor3D, v as unknown as tf.Tensor3D, BLOCKS),
          );
          tf.dispose([q, k, v]);
          return found;
        });
      const expected = run(referenceOps.attention);
      backend().torch.call("pairwright::compose", composed);
      expectClose(run(attention), expected, 2e-5);
    });

    it("rotation has the reference's values and gradients", () => {
      const run = (of: typeof rope) =>
        tf.tidy(() => {
          const draw = new Draw(5);
          const x = tf.variable(draw.floats([TOKENS, 3, 8]));
          const { cos, sin } = rotary(draw);
          const found = gradientsOf({ x }, () => of(x as unknown as tf.Tensor3D, cos, sin));
          x.dispose();
          return found;
        });
      const expected = run(referenceOps.rope);
      backend().torch.call("pairwright::compose", composed);
      expectClose(run(rope), expected, 1e-6);
    });

    it.each(Object.entries(VARIANTS))("%s in bfloat16 is near", (_, variant) => {
      const expected = layerGradients(composeDecoderLayer, variant, 1);
      backend().torch.call("pairwright::compose", composed);
      backend().precision = "bfloat16";
      const found = layerGradients(decoderLayer, variant, 1);
      expect(Object.keys(found)).toEqual(Object.keys(expected));
      for (const [name, values] of Object.entries(expected))
        expect(cosine(found[name] as Float32Array, values), name).toBeGreaterThan(0.999);
    });
  });

  it("computes the same without keeping anything where nothing is recorded", () => {
    const expected = layerGradients(decoderLayer, {}, 1).value as Float32Array;
    tf.tidy(() => {
      const draw = new Draw(1);
      const x = draw.floats([TOKENS, HIDDEN]) as tf.Tensor2D;
      const weights = drawWeights(draw, {});
      const layout = { ...rotary(draw), blocks: BLOCKS };
      const [handles] = backend().torch.addon.memory();
      expect(decoderLayer(x, weights, layout, null, SHAPE).dataSync()).toEqual(expected);
      expect(backend().torch.addon.memory()[0]).toBe(handles + 1);
      tf.dispose(LAYER_WEIGHTS.flatMap((name) => weights[name] ?? []));
    });
  });

  it("gives the same digits every time", () => {
    const variant = { biases: true, headNorms: true };
    expect(layerGradients(decoderLayer, variant, 4)).toEqual(layerGradients(decoderLayer, variant, 4));
  });

  it("makes a bfloat16 copy of a weight once, and anew after it changed", () => {
    backend().precision = "bfloat16";
    const weight = tf.variable(tf.tensor1d([1, 2]));
    const copy = backend().computeHandle(weight);
    expect(backend().computeHandle(weight)).toBe(copy);
    const [mean, variance] = [tf.variable(tf.zeros([2])), tf.variable(tf.zeros([2]))];
    const settings = {
      learningRate: 0.5,
      beta1: 0.9,
      beta2: 0.9,
      epsilon: 1e-8,
      weightDecay: 0,
      step: 1,
      gradientScale: 1,
    };
    referenceOps.adamw(weight, tf.ones([2]), mean, variance, settings);
    expect(Array.from(backend().torch.addon.read(backend().computeHandle(weight)))).toEqual([0.5, 1.5]);
    const before = backend().torch.addon.memory()[0];
    weight.dispose();
    expect(backend().torch.addon.memory()[0]).toBe(before - 2);
    tf.dispose([mean, variance]);
    expect(ops.adamw).toBe(referenceOps.adamw);
  });

  it("refuses blocks that do not fit and lets no bfloat16 tensor out unseen", () => {
    tf.tidy(() => {
      const q = tf.ones([4, 2, 8]) as tf.Tensor3D;
      const block = (queryStart: number, queryCount: number, start: number, count: number) => [
        { queryStart, queryCount, keys: [{ start, count }] },
      ];
      expect(() => attention(q, q, q, block(0, 5, 0, 4))).toThrow(/query rows/);
      expect(() => attention(q, q, q, block(0, 4, 2, 4))).toThrow(/keys beyond/);
      expect(() => attention(q, q, q, block(0, 4, 0, 3))).toThrow(/fewer keys than queries/);
      const brain = backend().register(backend().torch.addon.from(Float32Array.of(1), [1], "cpu"), [1], "float32", 15);
      expect(() => backend().handle(brain)).toThrow(/bfloat16/);
      backend().disposeData(brain.dataId);
    });
  });
});
