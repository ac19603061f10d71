import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { disposeAbandonedTape } from "../core/abandoned-tape";
import { addGradients, emptyGradientSum } from "../core/gradients";
import { recomputed } from "../core/model/recompute";
import { createRandom } from "../core/random";
import { chooseEngine } from "../engines";
import { markConstant, needsGradient } from "./constants";
import { differentiable } from "./differentiable";
import { ops, overrideOps, resetOps } from "./index";

beforeAll(async () => {
  await chooseEngine("wasm");
});

function draw(shape: number[], seed: number): tf.Tensor {
  const random = createRandom(seed);
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
    shape,
  );
}

/** Compares every input's gradient of sum(f * weights) with central differences. */
function checkGradients(inputs: tf.Tensor[], f: (...inputs: tf.Tensor[]) => tf.Tensor): void {
  const weights = draw(
    tf.tidy(() => f(...inputs).shape),
    99,
  );
  const loss = (...args: tf.Tensor[]) => tf.sum(tf.mul(f(...args), weights)) as tf.Scalar;
  const variables = inputs.map((input) => tf.variable(input));
  const { grads } = tf.variableGrads(() => loss(...variables), variables);
  const step = 1e-2;
  variables.forEach((variable, which) => {
    const values = variable.dataSync().slice();
    const analytic = grads[variable.name]?.dataSync() as Float32Array;
    const at = (index: number, shift: number) => {
      const moved = values.slice();
      moved[index] = (moved[index] as number) + shift;
      return tf.tidy(
        () => loss(...inputs.map((input, i) => (i === which ? tf.tensor(moved, input.shape) : input))).dataSync()[0],
      ) as number;
    };
    for (let index = 0; index < values.length; index += Math.ceil(values.length / 12)) {
      const numeric = (at(index, step) - at(index, -step)) / (2 * step);
      expect(Math.abs((analytic[index] as number) - numeric), `input ${which}, element ${index}`).toBeLessThan(
        5e-3 + 5e-3 * Math.abs(numeric),
      );
    }
  });
}

describe("the gradients of the reference operations equal central differences", () => {
  it("rmsNorm", () => {
    checkGradients([draw([3, 8], 1), draw([8], 2)], (x, w) => ops.rmsNorm(x as tf.Tensor2D, w as tf.Tensor1D, 1e-5));
  });

  it("rope", () => {
    const angle = draw([3, 2], 3);
    const both = (t: tf.Tensor) => tf.concat([t, t], 1) as tf.Tensor2D;
    const [cos, sin] = [both(tf.cos(angle)), both(tf.sin(angle))];
    checkGradients([draw([3, 2, 4], 4)], (x) => ops.rope(x as tf.Tensor3D, cos, sin));
  });

  it("linear with a bias", () => {
    checkGradients([draw([3, 4], 13), draw([5, 4], 14), draw([5], 15)], (x, w, b) =>
      ops.linear(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D),
    );
  });

  it("swiglu", () => {
    checkGradients([draw([3, 4], 5), draw([3, 4], 6)], (g, u) => ops.swiglu(g as tf.Tensor2D, u as tf.Tensor2D));
  });

  it("logSigmoid", () => {
    checkGradients([draw([7], 7)], (x) => ops.logSigmoid(x));
  });

  it("embedding, with a row that occurs twice", () => {
    const ids = tf.tensor1d([4, 1, 4], "int32");
    checkGradients([draw([5, 3], 8)], (table) => ops.embedding(table as tf.Tensor2D, ids));
  });

  it("attention with grouped queries over branches of a prompt, and a query that sees nothing", () => {
    const blocks = [
      { queryStart: 0, queryCount: 4, keys: [{ start: 0, count: 4 }] },
      {
        queryStart: 4,
        queryCount: 2,
        keys: [
          { start: 0, count: 2 },
          { start: 4, count: 2 },
        ],
      },
      {
        queryStart: 6,
        queryCount: 2,
        keys: [
          { start: 0, count: 2 },
          { start: 6, count: 2 },
        ],
      },
    ];
    checkGradients([draw([9, 4, 4], 9), draw([9, 2, 4], 10), draw([9, 2, 4], 11)], (q, k, v) =>
      ops.attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D, blocks),
    );
  });

  it("crossEntropy, with a row of weight 0", () => {
    const targets = tf.tensor1d([2, 0, 4], "int32");
    const weights = tf.tensor1d([0.5, 0, 0.25]);
    checkGradients([draw([3, 5], 12)], (logits) => ops.crossEntropy(logits as tf.Tensor2D, targets, weights));
  });
});

describe("attention", () => {
  it("equals the definition, query by query", () => {
    const [q, k, v] = [draw([5, 4, 4], 1), draw([7, 2, 4], 2), draw([7, 2, 4], 3)] as tf.Tensor3D[];
    const blocks = [
      { queryStart: 0, queryCount: 1, keys: [{ start: 0, count: 3 }] },
      {
        queryStart: 1,
        queryCount: 3,
        keys: [
          { start: 1, count: 2 },
          { start: 4, count: 3 },
        ],
      },
    ];
    const seen = [[0, 1, 2], [1, 2, 4], [1, 2, 4, 5], [1, 2, 4, 5, 6], []];
    const [qs, ks, vs] = [q, k, v].map((t) => (t as tf.Tensor3D).arraySync()) as number[][][][];
    const found = ops.attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D, blocks).arraySync();
    seen.forEach((keys, query) => {
      for (let head = 0; head < 4; head += 1) {
        const group = head >> 1;
        const scores = keys.map((key) => qs![query]![head]!.reduce((s, x, i) => s + x * ks![key]![group]![i]!, 0) / 2);
        const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
        for (let i = 0; i < 4; i += 1) {
          const expected = keys.reduce((s, key, at) => s + (Math.exp(scores[at]!) / total) * vs![key]![group]![i]!, 0);
          expect(found[query]![head]![i]).toBeCloseTo(expected, 5);
        }
      }
    });
  });
});

describe("attention over a long row", () => {
  it("equals its parts: a row and the same row as blocks of a few queries, gradients included", () => {
    const [q, k, v] = [draw([600, 2, 2], 1), draw([600, 1, 2], 2), draw([600, 1, 2], 3)].map((t) => tf.variable(t));
    const whole = [{ queryStart: 0, queryCount: 600, keys: [{ start: 0, count: 600 }] }];
    const parts = Array.from({ length: 100 }, (_, part) => ({
      queryStart: part * 6,
      queryCount: 6,
      keys: [{ start: 0, count: part * 6 + 6 }],
    }));
    const run = (blocks: typeof whole) => {
      const { value, grads } = tf.variableGrads(
        () =>
          tf.sum(
            tf.square(ops.attention(...([q, k, v] as unknown as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D]), blocks)),
          ),
        [q, k, v] as tf.Variable[],
      );
      return [value, ...Object.values(grads)].map((tensor) => tensor.dataSync());
    };
    const [found, expected] = [run(whole), run(parts)];
    expected.forEach((values, which) => {
      values.forEach((value, index) => {
        expect(Math.abs((found[which]?.[index] as number) - value)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));
      });
    });
  });
});

describe("what is frozen", () => {
  it("gets no gradient, and costs none", () => {
    const weight = tf.variable(draw([6, 4], 1), false) as tf.Variable<tf.Rank.R2>;
    const norm = tf.variable(tf.ones([4]), false) as tf.Variable<tf.Rank.R1>;
    const head = tf.variable(draw([1, 6], 2)) as tf.Variable<tf.Rank.R2>;
    const x = tf.tensor2d([[1, 2, 3, 4]]);
    const constant = ops.linear(ops.rmsNorm(markConstant(x), norm, 1e-5), weight);
    expect(needsGradient(constant)).toBe(false);
    const { grads } = tf.variableGrads(() => {
      const inner = ops.linear(ops.rmsNorm(x, norm, 1e-5), weight);
      return tf.sum(ops.linear(inner, head)) as tf.Scalar;
    }, [head]);
    expect(Object.keys(grads)).toEqual([head.name]);
    expect(tf.max(tf.abs(tf.sub(grads[head.name] as tf.Tensor, constant))).dataSync()[0]).toBe(0);
  });
});

describe("values", () => {
  it("logSigmoid stays finite and exact on both tails", () => {
    const values = ops.logSigmoid(tf.tensor1d([-100, -20, 0, 20, 100])).dataSync();
    expect(values[0]).toBeCloseTo(-100, 4);
    expect(values[1]).toBeCloseTo(-20, 5);
    expect(values[2]).toBeCloseTo(-Math.LN2, 6);
    expect(Math.abs(values[3] as number)).toBeLessThan(1e-6);
    expect(Math.abs(values[4] as number)).toBeLessThan(1e-6);
  });

  it("crossEntropy of even logits is the log of their number, and large logits do not overflow", () => {
    const one = (logits: number[]) =>
      ops.crossEntropy(tf.tensor2d([logits]), tf.tensor1d([1], "int32"), tf.tensor1d([1])).dataSync()[0];
    expect(one([3, 3, 3, 3])).toBeCloseTo(Math.log(4), 5);
    expect(one([500, -500])).toBeCloseTo(1000, 2);
    expect(one([0, 2, 0])).toBeCloseTo(Math.log(2 + Math.exp(2)) - 2, 5);
  });

  it("an engine's own operation takes the reference's place until it is reset", () => {
    const doubled = <T extends tf.Tensor>(x: T): T => tf.mul(x, 2) as T;
    overrideOps({ logSigmoid: doubled });
    expect(ops.logSigmoid(tf.scalar(3)).dataSync()[0]).toBe(6);
    resetOps();
    expect(ops.logSigmoid(tf.scalar(3)).dataSync()[0]).toBeLessThan(0);
  });
});

describe("an operation that throws", () => {
  const failing = (x: tf.Tensor) =>
    differentiable([x], (...args) => {
      const save = args.at(-1) as tf.GradSaveFunc;
      save([tf.square(x)]);
      throw new Error("no room");
    });
  const held = () => [tf.memory().numTensors, tf.backend().numDataIds()];

  it("keeps nothing, in the forward pass or inside a recomputed part", () => {
    const x = tf.variable(draw([3, 4], 1));
    const before = held();
    expect(() => addGradients(emptyGradientSum(), new Map([["x", x]]), () => tf.sum(failing(x)))).toThrow("no room");
    expect(held()).toEqual(before);
    let calls = 0;
    const second = (input: tf.Tensor) => {
      calls += 1;
      const scaled = tf.mul(ops.logSigmoid(input), 2);
      return calls === 2 ? failing(scaled) : scaled;
    };
    expect(() =>
      addGradients(emptyGradientSum(), new Map([["x", x]]), () => tf.sum(recomputed(x as tf.Tensor, [], [], second))),
    ).toThrow("no room");
    disposeAbandonedTape();
    expect(calls).toBe(2);
    expect(held()).toEqual(before);
    x.dispose();
  });
});

describe("the wasm engine's matrix product", () => {
  it.each([
    { a: [40, 30], b: [30, 50], transposeA: false, transposeB: false },
    { a: [40, 30], b: [50, 30], transposeA: false, transposeB: true },
    { a: [30, 40], b: [30, 50], transposeA: true, transposeB: false },
    { a: [3, 30, 40], b: [3, 50, 30], transposeA: true, transposeB: true },
    { a: [2, 3, 40, 30], b: [2, 3, 30, 50], transposeA: false, transposeB: false },
    { a: [2, 3], b: [3, 2], transposeA: false, transposeB: false },
  ])("equals the definition for $a x $b", ({ a, b, transposeA, transposeB }) => {
    // The backend's own count: kernels that forget a temporary leave it there, outside tfjs's books.
    const held = () => tf.backend().numDataIds();
    const before = held();
    tf.tidy(() => {
      const [left, right] = [draw(a, 20), draw(b, 21)];
      const flip = (t: tf.Tensor) =>
        tf.transpose(
          t,
          t.shape.map((_, i, all) => (i < all.length - 2 ? i : 2 * all.length - 3 - i)),
        );
      const [plainLeft, plainRight] = [transposeA ? flip(left) : left, transposeB ? flip(right) : right];
      const product = tf.matMul(left, right, transposeA, transposeB);
      // By the definition: rows times columns, added up by other kernels.
      const expected = tf.sum(tf.mul(tf.expandDims(plainLeft, -1), tf.expandDims(plainRight, -3)), -2);
      expect(product.shape).toEqual(expected.shape);
      expect(tf.max(tf.abs(tf.sub(product, expected))).dataSync()[0]).toBeLessThan(1e-4);
    });
    expect(held()).toBe(before);
  });
});
