import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { sigmoidOf } from "../core/losses";
import { createRandom } from "../core/random";
import { chooseEngine } from "../engines";
import { equalWeights, FINAL_FIT, fitHeads, type LogisticProblem, standardise } from "./probe-fit";
import { type Evaluation, type Minimum, minimise } from "./probe-minimise";
import { engineProducts, hostProducts } from "./probe-products";

const ROWS = 4000;
const FEATURES = 6;
const TRUE_WEIGHTS = [1.5, -0.8, 0.4, 0, 0.02, -3];
/** The features' own scales differ by four orders of magnitude. */
const SCALES = [1, 1, 1, 1, 50, 0.01];
const random = createRandom(11);
const matrix = Float32Array.from({ length: ROWS * FEATURES }, (_, i) => random.normal() * SCALES[i % FEATURES]!);
const rowValue = (row: number) =>
  TRUE_WEIGHTS.reduce((sum, weight, i) => sum + weight * matrix[row * FEATURES + i]!, 0);
/** Rows whose drawn preference is the other way round are turned, as a pair is always written chosen first. */
for (let row = 0; row < ROWS; row += 1)
  if (random.uniform() > sigmoidOf(rowValue(row)))
    for (let i = 0; i < FEATURES; i += 1) matrix[row * FEATURES + i]! *= -1;

function ranking(l2: number, used: (row: number) => boolean = () => true): LogisticProblem {
  const weights = equalWeights(ROWS, used);
  const standard = standardise(matrix, FEATURES, weights, false);
  return { weights, signs: null, margins: null, l2, intercept: false, standard };
}

describe("minimise", () => {
  it("finds the minimum of an ill-conditioned bowl", () => {
    const curvature = [1, 10, 1e3, 1e5];
    const search = minimise(new Float64Array([3, -2, 1, 1]), {
      gradientTolerance: 1e-9,
      evaluationsMax: 500,
      valueNoise: 1e-15,
    });
    let step: IteratorResult<Float64Array, Minimum> = search.next();
    while (!step.done) {
      const at = step.value;
      const gradient = at.map((x, i) => curvature[i]! * (x - i));
      const value = at.reduce((sum, x, i) => sum + (curvature[i]! * (x - i) ** 2) / 2, 0);
      step = search.next({ value, gradient } satisfies Evaluation);
    }
    expect(step.value.converged).toBe(true);
    expect(step.value.evaluations).toBeLessThan(120);
    step.value.at.forEach((x, i) => {
      expect(x).toBeCloseTo(i, 8);
    });
  });
});

describe("fitHeads", () => {
  it("recovers the weights that the preferences were drawn from", async () => {
    const [head] = await fitHeads(hostProducts(matrix, FEATURES), [ranking(1e-6)], FINAL_FIT);
    expect(head!.minimum.converged).toBe(true);
    TRUE_WEIGHTS.forEach((weight, i) => {
      // Four standard errors of a logistic coefficient at 4,000 rows and mean variance p(1-p) of about 0.16.
      expect(Math.abs(head!.weights[i]! - weight) * SCALES[i]!).toBeLessThan(4 / Math.sqrt(ROWS * 0.16));
    });
    expect(head!.bias).toBe(0);
  });

  it("ends where the gradient, computed from its definition, is zero", async () => {
    const l2 = 0.05;
    const margins = Float64Array.from({ length: ROWS }, (_, row) => (row % 4) / 3);
    const problem = { ...ranking(l2), margins };
    const [head] = await fitHeads(hostProducts(matrix, FEATURES), [problem], FINAL_FIT);
    const objective = (weights: readonly number[]) => {
      let sum = 0;
      for (let row = 0; row < ROWS; row += 1) {
        const z = weights.reduce((total, w, i) => total + w * matrix[row * FEATURES + i]!, 0);
        sum += Math.log1p(Math.exp(-(z - margins[row]!))) / ROWS;
      }
      return sum + (l2 / 2) * weights.reduce((total, w, i) => total + (w * problem.standard.scale[i]!) ** 2, 0);
    };
    const best = [...head!.weights];
    expect(head!.minimum.value).toBeCloseTo(objective(best), 12);
    best.forEach((_, i) => {
      const step = 1e-4 / SCALES[i]!;
      const moved = (by: number) => objective(best.map((w, k) => (k === i ? w + by : w)));
      expect((Math.abs(moved(step) - moved(-step)) / (2 * step)) * SCALES[i]!).toBeLessThan(1e-7);
    });
  });

  it("a margin asks for larger differences; a stronger penalty for smaller weights", async () => {
    const products = hostProducts(matrix, FEATURES);
    const wide = { ...ranking(0.01), margins: new Float64Array(ROWS).fill(1) };
    const heads = await fitHeads(products, [ranking(0.01), wide, ranking(1)], FINAL_FIT);
    const norms = heads.map((head) => head.minimum.at.reduce((sum, w) => sum + w * w, 0));
    expect(norms[1]!).toBeGreaterThan(norms[0]!);
    expect(norms[2]!).toBeLessThan(norms[0]!);
  });

  it("is blind to rows that are held out, whatever they hold", async () => {
    const used = (row: number) => row % 5 !== 2;
    const [before] = await fitHeads(hostProducts(matrix, FEATURES), [ranking(0.1, used)], FINAL_FIT);
    const poisoned = matrix.map((value, i) => (used(Math.floor(i / FEATURES)) ? value : 1e6 * (i % 7)));
    const weights = equalWeights(ROWS, used);
    const standard = standardise(poisoned, FEATURES, weights, false);
    const problem = { ...ranking(0.1, used), standard };
    const [after] = await fitHeads(hostProducts(poisoned, FEATURES), [problem], FINAL_FIT);
    expect([...after!.weights]).toEqual([...before!.weights]);
  });

  it("fits an intercept on single responses, whatever offset the features have", async () => {
    const shifted = matrix.map((value, i) => value + 1000 * SCALES[i % FEATURES]!);
    const signs = Float64Array.from({ length: ROWS }, (_, row) =>
      random.uniform() < sigmoidOf(rowValue(row) - 2) ? 1 : -1,
    );
    const weights = equalWeights(ROWS, () => true);
    const standard = standardise(shifted, FEATURES, weights, true);
    const problem = { weights, signs, margins: null, l2: 1e-6, intercept: true, standard };
    const products = hostProducts(shifted, FEATURES);
    const [head] = await fitHeads(products, [problem], FINAL_FIT);
    expect(head!.minimum.converged).toBe(true);
    // An unpenalised intercept makes the mean prediction equal the observed share: calibration in the large.
    const [values] = await products.times([head!.weights]);
    const predicted = values!.reduce((sum, z) => sum + sigmoidOf(z + head!.bias), 0) / ROWS;
    expect(predicted).toBeCloseTo(signs.filter((sign) => sign > 0).length / ROWS, 6);
  });

  it("separable rows stay finite under the penalty", async () => {
    const separable = Float32Array.from([1, 2, 3, 1.5, 2.5, 0.5]);
    const weights = equalWeights(6, () => true);
    const standard = standardise(separable, 1, weights, false);
    const problem = { weights, signs: null, margins: null, l2: 1e-3, intercept: false, standard };
    const [head] = await fitHeads(hostProducts(separable, 1), [problem], FINAL_FIT);
    expect(head!.minimum.converged).toBe(true);
    expect(Number.isFinite(head!.weights[0]!)).toBe(true);
  });
});

describe("engineProducts", () => {
  beforeAll(async () => {
    await chooseEngine("wasm");
  });

  it("leads to the same heads as the host's float64, within float32's accuracy, and frees its tensors", async () => {
    const before = tf.memory().numTensors;
    const products = engineProducts(matrix, FEATURES);
    const options = { gradientTolerance: 1e-5, evaluationsMax: 200 };
    const problems = [ranking(0.01), ranking(0.3), ranking(0.1, (row) => row % 3 !== 0)];
    const quick = await fitHeads(products, problems, options);
    products.dispose();
    const exact = await fitHeads(hostProducts(matrix, FEATURES), problems, FINAL_FIT);
    exact.forEach((head, which) => {
      head.minimum.at.forEach((weight, i) => {
        expect(quick[which]!.minimum.at[i]!).toBeCloseTo(weight, 3);
      });
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});
