/**
 * Linear heads by regularised logistic regression: the Bradley-Terry head on differences of features, the safety head on
 * single responses. Weights are fitted on standardised features and returned in the features' own scale.
 */
import { logSigmoidOf, sigmoidOf } from "../core/losses";
import { dot, type Evaluation, type MinimiseOptions, type Minimum, minimise } from "./probe-minimise";
import type { Products } from "./probe-products";

/** Zero rows are left out of a fit: that is how a fold is held out. */
export interface LogisticProblem {
  /** Weight of each row's loss; they should add up to 1. */
  weights: Float64Array;
  /** +1 or -1: which side of the plane a row belongs on. */
  signs: Float64Array | null;
  /** Added to what is demanded: the loss of a row is -log sigma(sign * z - margin). */
  margins: Float64Array | null;
  /** Strength of the penalty l2 / 2 * |standardised weights|^2. The intercept is free. */
  l2: number;
  intercept: boolean;
  standard: Standardisation;
}

/** (feature - centre) / scale */
export interface Standardisation {
  centre: Float64Array | null;
  scale: Float64Array;
}

export interface LinearHead {
  weights: Float64Array;
  bias: number;
}

export interface FittedHead extends LinearHead {
  minimum: Minimum;
}

/**
 * Of the rows with a weight. Differences are not centred: chosen minus rejected has no natural zero but the origin, since
 * swapping the two only changes the sign. A feature that does not vary keeps scale 1.
 */
export function standardise(
  matrix: Float32Array,
  features: number,
  weights: Float64Array,
  centred: boolean,
): Standardisation {
  const centre = new Float64Array(features);
  const squares = new Float64Array(features);
  let total = 0;
  const eachRow = (visit: (offset: number, weight: number) => void) =>
    weights.forEach((weight, row) => {
      if (weight !== 0) visit(row * features, weight);
    });
  eachRow((offset, weight) => {
    total += weight;
    if (!centred) return;
    for (let i = 0; i < features; i += 1) centre[i] = (centre[i] as number) + weight * (matrix[offset + i] as number);
  });
  if (centred) for (let i = 0; i < features; i += 1) centre[i] = (centre[i] as number) / total;
  eachRow((offset, weight) => {
    for (let i = 0; i < features; i += 1) {
      const value = (matrix[offset + i] as number) - (centre[i] as number);
      squares[i] = (squares[i] as number) + weight * value * value;
    }
  });
  const scale = squares.map((sum) => Math.sqrt(sum / total) || 1);
  return { centre: centred ? centre : null, scale };
}

/** Equal weights for the rows that `used` says; they add up to 1. */
export function equalWeights(rows: number, used: (row: number) => boolean): Float64Array {
  const weights = Float64Array.from({ length: rows }, (_, row) => (used(row) ? 1 : 0));
  const count = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (count === 0 ? 0 : weight / count));
}

/** Standardised parameters (with the intercept last, when there is one) to the features' own scale. */
function unstandardise({ standard, intercept }: LogisticProblem, at: Float64Array): LinearHead {
  const { centre, scale } = standard;
  const weights = scale.map((size, i) => (at[i] as number) / size);
  const bias = (intercept ? (at[scale.length] as number) : 0) - (centre === null ? 0 : dot(weights, centre));
  return { weights, bias };
}

interface Loss {
  value: number;
  /** Derivative by each row's z. */
  residuals: Float64Array;
}

function lossOf({ weights, signs, margins }: LogisticProblem, products: Float64Array, bias: number): Loss {
  const residuals = new Float64Array(weights.length);
  let value = 0;
  for (let row = 0; row < weights.length; row += 1) {
    const weight = weights[row] as number;
    if (weight === 0) continue;
    const sign = signs === null ? 1 : (signs[row] as number);
    const gap = sign * ((products[row] as number) + bias) - (margins === null ? 0 : (margins[row] as number));
    value -= weight * logSigmoidOf(gap);
    residuals[row] = -weight * sign * sigmoidOf(-gap);
  }
  return { value, residuals };
}

function gradientOf(
  { l2, intercept, standard: { centre, scale } }: LogisticProblem,
  at: Float64Array,
  { value, residuals }: Loss,
  product: Float64Array,
): Evaluation {
  const total = residuals.reduce((sum, residual) => sum + residual, 0);
  const gradient = new Float64Array(at.length);
  let penalty = 0;
  for (let i = 0; i < scale.length; i += 1) {
    const centred = (product[i] as number) - (centre === null ? 0 : (centre[i] as number) * total);
    const weight = at[i] as number;
    gradient[i] = centred / (scale[i] as number) + l2 * weight;
    penalty += weight * weight;
  }
  if (intercept) gradient[scale.length] = total;
  return { value: value + (l2 / 2) * penalty, gradient };
}

interface Running {
  problem: LogisticProblem;
  search: Generator<Float64Array, Minimum, Evaluation>;
  /** What the search wants evaluated next; null when it is done. */
  asked: Float64Array | null;
  minimum: Minimum | null;
}

function advance(running: Running, { value, done }: IteratorResult<Float64Array, Minimum>): void {
  running.asked = done ? null : value;
  running.minimum = done ? value : null;
}

/** Fits all problems on the same matrix, advancing them together: two products with the matrix per round. */
export async function fitHeads(
  products: Products,
  problems: readonly LogisticProblem[],
  options: Omit<MinimiseOptions, "valueNoise">,
  onRound?: () => Promise<void>,
): Promise<FittedHead[]> {
  const all = problems.map((problem): Running => {
    const start = new Float64Array(products.features + (problem.intercept ? 1 : 0));
    const search = minimise(start, { ...options, valueNoise: products.noise });
    const running: Running = { problem, search, asked: null, minimum: null };
    advance(running, search.next());
    return running;
  });
  for (let open = all; open.length > 0; open = open.filter((one) => one.asked !== null)) {
    await onRound?.();
    const heads = open.map(({ problem, asked }) => unstandardise(problem, asked as Float64Array));
    const values = await products.times(heads.map((head) => head.weights));
    const losses = open.map(({ problem }, i) =>
      lossOf(problem, values[i] as Float64Array, (heads[i] as LinearHead).bias),
    );
    const gradients = await products.transposeTimes(losses.map((loss) => loss.residuals));
    open.forEach((running, i) => {
      const { problem, search, asked } = running;
      const found = gradientOf(problem, asked as Float64Array, losses[i] as Loss, gradients[i] as Float64Array);
      advance(running, search.next(found));
    });
  }
  return all.map(({ problem, minimum }) => ({
    ...unstandardise(problem, (minimum as Minimum).at),
    minimum: minimum as Minimum,
  }));
}

/** Fully converged, for the head that is kept. */
export const FINAL_FIT = { gradientTolerance: 1e-9, evaluationsMax: 2000 } as const;
