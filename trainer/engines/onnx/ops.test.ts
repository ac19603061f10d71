/** The engine's own operations against the reference: values, gradients, in-place updates. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { registerGradients } from "../../core/autodiff";
import { type AdamwSettings, type AttentionBlock, type Ops, ops } from "../../ops";
import { Draw } from "../libtorch/draw.test-support";
import { prepareOnnx } from "./index";
import { onnxOps } from "./ops";

const own: Ops = { ...ops, ...onnxOps };

interface Case {
  /** Shapes of the inputs that have a gradient. */
  shapes: number[][];
  run: (ops: Ops, inputs: tf.Tensor[], draw: Draw) => tf.Tensor;
}

const attention = (queries: number, keys: number, blocks: AttentionBlock[]): Case => ({
  shapes: [
    [queries, 4, 6],
    [keys, 2, 6],
    [keys, 2, 6],
  ],
  run: (ops, inputs) => ops.attention(...(inputs as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D]), blocks),
});
const run = (start: number, count: number) => ({ queryStart: start, queryCount: count, keys: [{ start, count }] });
/** A prompt with two answers, of which the second sees the prompt and itself. */
const pair = (at: number, prompt: number, first: number, second: number): AttentionBlock[] => [
  run(at, prompt + first),
  {
    queryStart: at + prompt + first,
    queryCount: second,
    keys: [
      { start: at, count: prompt },
      { start: at + prompt + first, count: second },
    ],
  },
];

const CASES: Record<string, Case> = {
  "linear with a bias": {
    shapes: [[5, 6], [7, 6], [7]],
    run: (ops, [x, w, b]) => ops.linear(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D),
  },
  rmsNorm: { shapes: [[5, 8], [8]], run: (ops, [x, w]) => ops.rmsNorm(x as tf.Tensor2D, w as tf.Tensor1D, 1e-5) },
  rope: {
    shapes: [[5, 3, 8]],
    run: (ops, [x], draw) => {
      const half = () => draw.floats([5, 4]);
      const [c, s] = [half(), half()];
      return ops.rope(x as tf.Tensor3D, tf.concat([c, c], 1) as tf.Tensor2D, tf.concat([s, s], 1) as tf.Tensor2D);
    },
  },
  swiglu: {
    shapes: [
      [4, 6],
      [4, 6],
    ],
    run: (ops, [g, u]) => ops.swiglu(g as tf.Tensor2D, u as tf.Tensor2D),
  },
  embedding: {
    shapes: [[9, 3]],
    run: (ops, [table], draw) => ops.embedding(table as tf.Tensor2D, draw.ints([12], 0, 8) as tf.Tensor1D),
  },
  "embedding of what was computed": {
    shapes: [[9, 3]],
    run: (ops, [table], draw) => {
      const doubled = tf.mul(table as tf.Tensor2D, 2) as tf.Tensor2D;
      return tf.add(ops.embedding(doubled, draw.ints([4], 0, 8) as tf.Tensor1D), tf.sum(tf.square(doubled)));
    },
  },
  logSigmoid: { shapes: [[7]], run: (ops, [x]) => ops.logSigmoid(x as tf.Tensor) },
  crossEntropy: {
    shapes: [[4, 6]],
    run: (ops, [logits], draw) =>
      ops.crossEntropy(
        logits as tf.Tensor2D,
        draw.ints([4], 0, 5) as tf.Tensor1D,
        draw.floats([4], 0, 1) as tf.Tensor1D,
      ),
  },
  "attention of one row": attention(7, 7, [run(0, 7)]),
  "attention of a pair": attention(9, 9, pair(0, 4, 3, 2)),
  "attention with rows that no block covers": attention(11, 11, pair(1, 4, 3, 2)),
  "attention of kept rows": attention(2, 9, [
    { queryStart: 0, queryCount: 1, keys: [{ start: 0, count: 7 }] },
    {
      queryStart: 1,
      queryCount: 1,
      keys: [
        { start: 0, count: 4 },
        { start: 7, count: 2 },
      ],
    },
  ]),
  "attention cut into chunks": attention(150, 150, [
    ...pair(0, 20, 21, 9),
    ...pair(50, 3, 1, 1),
    ...pair(55, 40, 50, 5),
  ]),
  "attention of one long row": attention(90, 90, [run(0, 90)]),
  "attention of one short row, the rest uncovered": attention(60, 60, [run(2, 5)]),
  "attention of many rows": attention(
    120,
    120,
    Array.from({ length: 60 }, (_, index) => run(2 * index, 2)),
  ),
};

/** The output, then each input's gradient of a weighted sum of it. */
function evaluate(ops: Ops, { shapes, run }: Case, seed: number): number[][] {
  return tf.tidy(() => {
    const draw = new Draw(seed);
    const variables = shapes.map((shape) => tf.variable(draw.floats(shape)));
    let output = tf.scalar(0) as tf.Tensor;
    const { value, grads } = tf.variableGrads(() => {
      const result = run(ops, variables, draw);
      output = tf.keep(result.clone());
      return tf.sum(tf.mul(result, new Draw(seed + 1).floats(result.shape))) as tf.Scalar;
    }, variables);
    value.dispose();
    const gradients = variables.map((variable) => Array.from((grads[variable.name] as tf.Tensor).dataSync()));
    const values = Array.from(output.dataSync());
    tf.dispose([...variables, output]);
    return [values, ...gradients];
  });
}

function expectClose(found: number[][], expected: number[][]): void {
  expect(found.map((values) => values.length)).toEqual(expected.map((values) => values.length));
  const worst = expected.flatMap((values, at) =>
    values.map((value, index) => Math.abs((found[at]?.[index] as number) - value) / Math.max(1, Math.abs(value))),
  );
  expect(worst.findIndex((difference) => !(difference <= 3e-5))).toBe(-1);
}

const SETTINGS: AdamwSettings = {
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-5,
  weightDecay: 0.1,
  step: 3,
  gradientScale: 0.25,
};

/** Parameter and both moments after two updates. `share` holds a second tensor on the parameter's memory meanwhile. */
function updated(ops: Ops, settings: AdamwSettings, share: boolean): { values: number[][]; shared: number[] } {
  return tf.tidy(() => {
    const draw = new Draw(11);
    const shape = [300, 500];
    const variables = [draw.floats(shape), draw.floats(shape), draw.floats(shape, 0, 1)].map((t) => tf.variable(t));
    const [parameter, mean, variance] = variables as [tf.Variable, tf.Variable, tf.Variable];
    const copy = share ? parameter.clone() : tf.zeros(shape);
    for (const step of [settings.step, settings.step + 1])
      ops.adamw(parameter, draw.floats(shape), mean, variance, { ...settings, step });
    const values = variables.map((variable) => Array.from(variable.dataSync()));
    tf.dispose(variables);
    return { values, shared: Array.from(copy.dataSync()) };
  });
}

beforeAll(async () => {
  registerGradients();
  await prepareOnnx();
});

describe("onnx operations", () => {
  it.each(Object.entries(CASES))("%s and its gradients agree with the reference", (_name, run) => {
    for (let seed = 1; seed <= 3; seed += 1) expectClose(evaluate(own, run, seed), evaluate(ops, run, seed));
    expect(tf.memory().numTensors).toBe(0);
  });

  it.each([SETTINGS, { ...SETTINGS, gradientScale: 1, weightDecay: 0, step: 1 }])(
    "adamw agrees with the reference with %o",
    (settings) => expectClose(updated(own, settings, false).values, updated(ops, settings, false).values),
  );

  it("adamw leaves a copy of the parameter as it was", () => {
    const { values, shared } = updated(own, SETTINGS, true);
    expectClose(values, updated(ops, SETTINGS, true).values);
    expect(shared).toEqual(updated(ops, SETTINGS, true).shared);
  });

  it("accumulate adds in place, but never into memory that another tensor shows", () => {
    tf.tidy(() => {
      const next = own.accumulate(tf.tensor1d([1, 2]), tf.tensor1d([10, 20]));
      const shown = next.clone();
      expect(Array.from(own.accumulate(next, tf.tensor1d([100, 200])).dataSync())).toEqual([111, 222]);
      expect(Array.from(shown.dataSync())).toEqual([11, 22]);
    });
  });

  it("accumulates scattered rows of an embedding's gradient over micro-batches", () => {
    const sums = [own, ops].map((each) =>
      tf.tidy(() => {
        const table = tf.variable(new Draw(3).floats([6, 2])) as unknown as tf.Tensor2D;
        let sum: tf.Tensor | null = null;
        for (const ids of [[1, 1, 4], [0], [4, 5]]) {
          const [gradient] = tf.grads((of: tf.Tensor) =>
            tf.sum(tf.square(each.embedding(of as tf.Tensor2D, tf.tensor1d(ids, "int32")))),
          )([table]);
          sum = sum === null ? (gradient as tf.Tensor) : each.accumulate(sum, gradient as tf.Tensor);
          sum.dataSync();
        }
        tf.dispose(table);
        return Array.from((sum as tf.Tensor).dataSync());
      }),
    ) as [number[], number[]];
    expectClose([sums[0]], [sums[1]]);
  });

  it("writes rows in place, and elsewhere where a copy shows the buffer", () => {
    tf.tidy(() => {
      const rows = tf.tensor3d([[[7, 8]]]);
      const at = tf.tensor1d([1], "int32");
      const buffer = own.writeRows(tf.zeros([3, 1, 2]) as tf.Tensor3D, at, tf.mul(rows, 1) as tf.Tensor3D);
      const shown = buffer.clone();
      const next = own.writeRows(buffer, tf.tensor1d([2], "int32"), rows);
      expect(Array.from(next.dataSync())).toEqual([0, 0, 7, 8, 7, 8]);
      expect(Array.from(shown.dataSync())).toEqual([0, 0, 7, 8, 0, 0]);
    });
  });
});
