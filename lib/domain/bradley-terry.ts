/**
 * Policies compared from pairwise judgements: Bradley-Terry by maximum likelihood, P(i beats j) = sigma(t_i - t_j + c d), a tie as
 * half a win each, d a style difference such as length, with sandwich intervals clustered by annotator. Sandwich as in statsmodels'
 * GLM with cov_type="cluster", its factor (N - 1) / (N - K) left out.
 */
import { NORMAL_975 } from "./distributions";
import { invert, sandwich, solve } from "./symmetric-matrix";

export interface Battle {
  /** Indices of the two policies, which differ. */
  first: number;
  second: number;
  /** 1 = the first won, 0 = the second, 0.5 = a tie. */
  outcome: number;
  /** For example one over the probability with which the pair was shown. */
  weight: number;
  /** Style difference first minus second, on any fixed scale; 0 leaves it out. */
  style: number;
  /** Judgements of one annotator are not independent: they share a cluster. */
  cluster: number;
}

export interface PolicyRating {
  /** Natural-log odds against the average policy of its group. */
  rating: number;
  /** 1000 + 400 / ln 10 times the rating. */
  elo: number;
  eloInterval: [number, number];
  battles: number;
  /** Policies that were never linked by judgements, however indirectly, stand in different groups and cannot be compared. */
  group: number;
}

export interface BradleyTerryFit {
  policies: PolicyRating[];
  /** Effect of one unit of style on the log odds; null when no battle has a style difference. */
  style: { effect: number; standardError: number } | null;
  clusters: number;
  battles: number;
}

export const ELO_PER_LOGIT = 400 / Math.LN10;
const ELO_AVERAGE = 1000;
/** A policy that won or lost everything has no finite estimate: this prior (precision of a rating, ours) keeps it finite. */
const PRIOR_PRECISION = 1e-3;
const ITERATIONS_MAX = 100;
const STEP_MIN = 1e-10;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Group of each policy: connected components of the graph of battles. */
function groupsOf(count: number, battles: readonly Battle[]): number[] {
  const parent = Array.from({ length: count }, (_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while (parent[at] !== at) at = parent[at] as number;
    parent[index] = at;
    return at;
  };
  for (const { first, second } of battles) parent[root(first)] = root(second);
  const roots = parent.map((_, index) => root(index));
  const order = [...new Set(roots)];
  return roots.map((value) => order.indexOf(value));
}

/** Entries of a battle's row of the design matrix: +1, -1 and, last, the style. */
function rowOf({ first, second, style }: Battle, count: number, styled: boolean): [number, number][] {
  const row: [number, number][] = [
    [first, 1],
    [second, -1],
  ];
  if (styled && style !== 0) row.push([count, style]);
  return row;
}

const margin = (row: readonly [number, number][], values: readonly number[]): number =>
  row.reduce((sum, [at, value]) => sum + value * (values[at] ?? 0), 0);

/** Gradient and Hessian of the negative log-likelihood with the prior on ratings. */
function curvature(battles: readonly Battle[], values: readonly number[], count: number, styled: boolean) {
  const gradient = values.map((value, at) => (at < count ? PRIOR_PRECISION * value : 0));
  const hessian = values.map((_, i) => values.map((__, j) => (i === j && i < count ? PRIOR_PRECISION : 0)));
  for (const battle of battles) {
    const row = rowOf(battle, count, styled);
    const p = sigmoid(margin(row, values));
    const slope = battle.weight * (p - battle.outcome);
    const curve = battle.weight * p * (1 - p);
    for (const [i, a] of row) {
      gradient[i] = (gradient[i] ?? 0) + slope * a;
      const line = hessian[i] as number[];
      for (const [j, b] of row) line[j] = (line[j] ?? 0) + curve * a * b;
    }
  }
  return { gradient, hessian };
}

function fitValues(battles: readonly Battle[], count: number, styled: boolean): number[] {
  const values = new Array<number>(count + (styled ? 1 : 0)).fill(0);
  for (let round = 0; round < ITERATIONS_MAX; round += 1) {
    const { gradient, hessian } = curvature(battles, values, count, styled);
    const step = solve(hessian, gradient);
    // Far from the optimum a full Newton step can overshoot; two logits at a time always lead there.
    const scale = Math.min(1, 2 / Math.max(...step.map(Math.abs), 1e-300));
    step.forEach((change, at) => {
      values[at] = (values[at] ?? 0) - scale * change;
    });
    if (Math.max(...step.map(Math.abs)) < STEP_MIN) break;
  }
  return values;
}

/** Sum over clusters of the outer product of each cluster's gradient. */
function clusterSpread(battles: readonly Battle[], values: readonly number[], count: number, styled: boolean) {
  const byCluster = new Map<number, number[]>();
  for (const battle of battles) {
    const row = rowOf(battle, count, styled);
    const slope = battle.weight * (sigmoid(margin(row, values)) - battle.outcome);
    const sum = byCluster.get(battle.cluster) ?? new Array<number>(values.length).fill(0);
    for (const [at, value] of row) sum[at] = (sum[at] ?? 0) + slope * value;
    byCluster.set(battle.cluster, sum);
  }
  const spread = values.map(() => new Array<number>(values.length).fill(0));
  for (const sum of byCluster.values())
    sum.forEach((a, i) => {
      const line = spread[i] as number[];
      sum.forEach((b, j) => {
        line[j] = (line[j] ?? 0) + a * b;
      });
    });
  const clusters = byCluster.size;
  const correction = clusters > 1 ? clusters / (clusters - 1) : 1;
  return { spread: spread.map((row) => row.map((value) => value * correction)), clusters };
}

/**
 * Fits `count` policies. With fewer than two clusters the intervals are the model's own (inverse information), which assume
 * independent judgements. RangeError on a battle of a policy with itself or out of range.
 */
export function fitBradleyTerry(count: number, battles: readonly Battle[]): BradleyTerryFit {
  for (const { first, second } of battles)
    if (first === second || first < 0 || second < 0 || first >= count || second >= count)
      throw new RangeError(`a battle needs two different policies below ${count}, not ${first} and ${second}`);
  const styled = battles.some(({ style }) => style !== 0);
  const values = fitValues(battles, count, styled);
  const inverse = invert(curvature(battles, values, count, styled).hessian);
  const { spread, clusters } = clusterSpread(battles, values, count, styled);
  const covariance = clusters > 1 ? sandwich(inverse, spread) : inverse;
  const groups = groupsOf(count, battles);
  const sizes = groups.map((group) => groups.filter((other) => other === group).length);
  // Ratings are given against the mean of the policy's group: subtract it, and its variance with it.
  const centring = values.map((_, i) =>
    values.map((__, j) => {
      const shared = i < count && j < count && groups[i] === groups[j];
      return (i === j ? 1 : 0) - (shared ? 1 / (sizes[i] ?? 1) : 0);
    }),
  );
  const centred = sandwich(centring, covariance);
  const ratings = centring.map((row) => row.reduce((sum, share, at) => sum + share * (values[at] ?? 0), 0));
  const policies = Array.from({ length: count }, (_, index): PolicyRating => {
    const rating = ratings[index] ?? 0;
    const reach = NORMAL_975 * Math.sqrt(Math.max(0, centred[index]?.[index] ?? 0));
    return {
      rating,
      elo: ELO_AVERAGE + ELO_PER_LOGIT * rating,
      eloInterval: [ELO_AVERAGE + ELO_PER_LOGIT * (rating - reach), ELO_AVERAGE + ELO_PER_LOGIT * (rating + reach)],
      battles: battles.filter(({ first, second }) => first === index || second === index).length,
      group: groups[index] ?? 0,
    };
  });
  const effect = values[count] ?? 0;
  const style = styled ? { effect, standardError: Math.sqrt(Math.max(0, covariance[count]?.[count] ?? 0)) } : null;
  return { policies, style, clusters, battles: battles.length };
}
