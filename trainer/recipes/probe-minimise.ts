/**
 * L-BFGS as a coroutine: it yields the point it wants evaluated and is given value and gradient. So one driver can advance
 * many minimisations together and evaluate all their points by one matrix product. Float64 throughout.
 * Source: Nocedal & Wright, Numerical Optimization, algorithms 7.4 (two loops) and 3.1 (backtracking).
 */

export interface Evaluation {
  value: number;
  gradient: Float64Array;
}

export interface Minimum {
  at: Float64Array;
  value: number;
  /** Largest component of the gradient. */
  gradientMax: number;
  evaluations: number;
  /** False when the evaluations ran out, or rounding allowed no further descent, before the tolerance was met. */
  converged: boolean;
}

export interface MinimiseOptions {
  /** Stops when no component of the gradient is larger. */
  gradientTolerance: number;
  evaluationsMax: number;
  /** Relative error of the values that are handed in (1e-15 for float64 sums, about 1e-6 for float32 products). */
  valueNoise: number;
}

/** Pairs of steps and gradient changes that describe the curvature. */
const MEMORY = 12;
const BACKTRACKS_MAX = 25;
const SUFFICIENT_DECREASE = 1e-4;

interface Correction {
  step: Float64Array;
  change: Float64Array;
  /** 1 / (step . change) */
  scale: number;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i += 1) target[i] = (target[i] as number) + factor * (source[i] as number);
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - (b[i] as number));
}

/** -H gradient, where H approximates the inverse of the second derivative. */
function descentDirection(gradient: Float64Array, corrections: readonly Correction[]): Float64Array {
  const direction = gradient.map((value) => -value);
  const shares: number[] = [];
  for (let i = corrections.length - 1; i >= 0; i -= 1) {
    const { step, change, scale } = corrections[i] as Correction;
    const share = scale * dot(step, direction);
    shares[i] = share;
    addScaled(direction, change, -share);
  }
  const last = corrections.at(-1);
  const size = last ? 1 / (last.scale * dot(last.change, last.change)) : Math.min(1, 1 / (largest(gradient) || 1));
  for (let i = 0; i < direction.length; i += 1) direction[i] = (direction[i] as number) * size;
  corrections.forEach(({ step, change, scale }, i) => {
    addScaled(direction, step, (shares[i] as number) - scale * dot(change, direction));
  });
  return direction;
}

function remember(corrections: Correction[], step: Float64Array, change: Float64Array): void {
  const product = dot(step, change);
  // A convex function gives a positive product; rounding near the minimum may not.
  if (!(product > 1e-14 * Math.sqrt(dot(step, step) * dot(change, change)))) return;
  corrections.push({ step, change, scale: 1 / product });
  if (corrections.length > MEMORY) corrections.shift();
}

/** Minimises a convex function from `start`. */
export function* minimise(
  start: Float64Array,
  { gradientTolerance, evaluationsMax, valueNoise }: MinimiseOptions,
): Generator<Float64Array, Minimum, Evaluation> {
  let at = start;
  let now = yield at;
  let evaluations = 1;
  let corrections: Correction[] = [];
  const end = (converged: boolean): Minimum => {
    return { at, value: now.value, gradientMax: largest(now.gradient), evaluations, converged };
  };
  while (largest(now.gradient) > gradientTolerance) {
    const direction = descentDirection(now.gradient, corrections);
    const slope = dot(direction, now.gradient);
    let size = 1;
    let next: Float64Array | null = null;
    for (let tries = 0; tries < BACKTRACKS_MAX && evaluations < evaluationsMax; tries += 1) {
      const trial = Float64Array.from(at);
      addScaled(trial, direction, size);
      const found = yield trial;
      evaluations += 1;
      if (found.value <= now.value + SUFFICIENT_DECREASE * size * slope + valueNoise * Math.abs(now.value)) {
        remember(corrections, difference(trial, at), difference(found.gradient, now.gradient));
        now = found;
        next = trial;
        break;
      }
      // The parabola through both values and the slope; kept within a tenth to a half of the step.
      const fitted = (-slope * size * size) / (2 * (found.value - now.value - slope * size));
      size = Number.isFinite(fitted) ? Math.min(0.5 * size, Math.max(0.1 * size, fitted)) : 0.1 * size;
    }
    if (next !== null) at = next;
    else if (corrections.length === 0 || evaluations >= evaluationsMax) return end(false);
    else corrections = [];
    if (evaluations >= evaluationsMax) return end(largest(now.gradient) <= gradientTolerance);
  }
  return end(true);
}
