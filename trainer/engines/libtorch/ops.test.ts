/** The engine's own operations against the reference: values, gradients, in-place updates, memory. Needs an installed libtorch engine. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { registerGradients } from "../../core/autodiff";
import { type AdamwSettings, type Ops, ops } from "../../ops";
import { markConstant } from "../../ops/constants";
import type { LibtorchBackend } from "./backend";
import { Draw } from "./draw.test-support";
import { libtorchStatus, prepareLibtorch } from "./index";
import { libtorchOps } from "./ops";

const status = await libtorchStatus();
if (!status.available) console.warn(`SKIPPED: the libtorch engine's operations are not tested here: ${status.reason}`);

const own: Ops = { ...ops, ...libtorchOps };

interface Case {
  /** Shapes of the inputs that have a gradient. */
  shapes: number[][];
  run: (ops: Ops, inputs: tf.Tensor[], draw: Draw) => tf.Tensor;
}

const CASES: Record<string, Case> = {
  linear: {
    shapes: [
      [5, 6],
      [7, 6],
    ],
    run: (ops, [x, w]) => ops.linear(x as tf.Tensor2D, w as tf.Tensor2D),
  },
  "linear with a bias": {
    shapes: [[5, 6], [7, 6], [7]],
    run: (ops, [x, w, b]) => ops.linear(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D),
  },
  "project with a bias": {
    shapes: [[5, 6], [7, 6], [7]],
    run: (ops, [x, w, b]) => ops.project(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D),
  },
  "project with a frozen weight": {
    shapes: [[5, 6]],
    run: (ops, [x], draw) => ops.project(x as tf.Tensor2D, markConstant(draw.floats([7, 6])) as tf.Tensor2D),
  },
  ...Object.fromEntries(
    // From one row to more than are multiplied without BLAS, with a depth that fills no vector.
    [1, 8, 9, 16, 17].map((rows): [string, Case] => [
      `linear of ${rows} rows`,
      {
        shapes: [
          [rows, 43],
          [70, 43],
        ],
        run: (ops, [x, w]) => ops.linear(x as tf.Tensor2D, w as tf.Tensor2D),
      },
    ]),
  ),
  rmsNorm: { shapes: [[5, 8], [8]], run: (ops, [x, w]) => ops.rmsNorm(x as tf.Tensor2D, w as tf.Tensor1D, 1e-5) },
  swiglu: {
    shapes: [
      [4, 6],
      [4, 6],
    ],
    run: (ops, [g, u]) => ops.swiglu(g as tf.Tensor2D, u as tf.Tensor2D),
  },
  crossEntropy: {
    shapes: [[4, 6]],
    run: (ops, [logits], draw) =>
      ops.crossEntropy(
        logits as tf.Tensor2D,
        draw.ints([4], 0, 5) as tf.Tensor1D,
        draw.floats([4], 0, 1) as tf.Tensor1D,
      ),
  },
};

/** The output, then each input's gradient of a weighted sum of it. */
function evaluate(ops: Ops, { shapes, run }: Case, seed: number): number[][] {
  return tf.tidy(() => {
    const draw = new Draw(seed);
    const variables = shapes.map((shape) => tf.variable(draw.floats(shape)));
    let output: number[] = [];
    const { value, grads } = tf.variableGrads(() => {
      const result = run(ops, variables, draw);
      output = Array.from(result.dataSync());
      return tf.sum(tf.mul(result, new Draw(seed + 1).floats(result.shape))) as tf.Scalar;
    }, variables);
    value.dispose();
    const gradients = variables.map((variable) => Array.from((grads[variable.name] as tf.Tensor).dataSync()));
    tf.dispose(variables);
    return [output, ...gradients];
  });
}

function expectClose(found: number[][], expected: number[][]): void {
  expect(found.map((values) => values.length)).toEqual(expected.map((values) => values.length));
  for (const [at, values] of expected.entries())
    for (const [index, value] of values.entries())
      expect(Math.abs((found[at]?.[index] as number) - value), `tensor ${at}, value ${index}`).toBeLessThanOrEqual(
        2e-5 * Math.max(1, Math.abs(value)),
      );
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
    const variables = [draw.floats([3, 5]), draw.floats([3, 5]), draw.floats([3, 5], 0, 1)].map((t) => tf.variable(t));
    const [parameter, mean, variance] = variables as [tf.Variable, tf.Variable, tf.Variable];
    const copy = share ? parameter.clone() : tf.zeros([3, 5]);
    for (const step of [settings.step, settings.step + 1])
      ops.adamw(parameter, draw.floats([3, 5]), mean, variance, { ...settings, step });
    const values = variables.map((variable) => Array.from(variable.dataSync()));
    tf.dispose(variables);
    return { values, shared: Array.from(copy.dataSync()) };
  });
}

describe.runIf(status.available)("libtorch operations", () => {
  beforeAll(async () => {
    registerGradients();
    await prepareLibtorch();
  });
  const memory = () => (tf.backend() as LibtorchBackend).torch.addon.memory();

  it.each(Object.entries(CASES))("%s and its gradients agree with the reference and leave no memory", (_name, run) => {
    const before = memory();
    for (let seed = 1; seed <= 5; seed += 1) expectClose(evaluate(own, run, seed), evaluate(ops, run, seed));
    expect(memory()).toEqual(before);
  });

  it.each([SETTINGS, { ...SETTINGS, gradientScale: 1, weightDecay: 0, step: 1 }])(
    "adamw agrees with the reference with %o",
    (settings) => {
      const before = memory();
      expectClose(updated(own, settings, false).values, updated(ops, settings, false).values);
      expect(memory()).toEqual(before);
    },
  );

  it("adamw leaves a copy of the parameter as it was", () => {
    const { values, shared } = updated(own, SETTINGS, true);
    expectClose(values, updated(ops, SETTINGS, true).values);
    expect(shared).toEqual(updated(ops, SETTINGS, true).shared);
  });

  it("project computes in the precision of the engine, linear in float32", () => {
    const backend = tf.backend() as LibtorchBackend;
    backend.precision = "bfloat16";
    try {
      tf.tidy(() => {
        // 1 + 2^-10 is 1 in bfloat16.
        const [x, w] = [tf.tensor2d([[1 + 2 ** -10]]), tf.variable(tf.tensor2d([[1]]))];
        const weight = w as unknown as tf.Tensor2D;
        expect(own.project(x, weight).dataSync()[0]).toBe(1);
        expect(own.linear(x, weight).dataSync()[0]).toBe(1 + 2 ** -10);
        w.dispose();
      });
    } finally {
      backend.precision = "float32";
    }
  });

  it("writeRows replaces rows in place, but never in memory that another tensor shows", () => {
    tf.tidy(() => {
      const buffer = tf.zeros([3, 1, 2]) as tf.Tensor3D;
      const before = memory();
      const rows = tf.tensor3d([1, 2, 3, 4], [2, 1, 2]);
      const written = own.writeRows(buffer, tf.tensor1d([2, 0], "int32"), rows);
      // The rows and their places are new, the buffer is not.
      expect(memory()[0]).toBe(before[0] + 2);
      expect(Array.from(written.dataSync())).toEqual([3, 4, 0, 0, 1, 2]);
      const shown = written.clone();
      const again = own.writeRows(written, tf.tensor1d([1], "int32"), tf.tensor3d([9, 9], [1, 1, 2]));
      expect(Array.from(again.dataSync())).toEqual([3, 4, 9, 9, 1, 2]);
      expect(Array.from(shown.dataSync())).toEqual([3, 4, 0, 0, 1, 2]);
    });
  });

  it("accumulate adds in place, but never into memory that another tensor shows", () => {
    tf.tidy(() => {
      const sum = tf.tensor1d([1, 2]);
      const before = memory();
      const next = own.accumulate(sum, tf.tensor1d([10, 20]));
      expect(memory()).toEqual(before);
      const shown = next.clone();
      expect(Array.from(own.accumulate(next, tf.tensor1d([100, 200])).dataSync())).toEqual([111, 222]);
      expect(Array.from(shown.dataSync())).toEqual([11, 22]);
    });
  });
});
