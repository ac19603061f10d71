/**
 * What accuracy to expect of a probe on new prompts, from the training pairs alone: nested cross-validation. For every outer fold the
 * whole choice (site and penalty) is made again on the other folds, so that no pair takes part in choosing what it is judged by. The
 * plain cross-validated figure of the winner is flattered by having won.
 */
import { logSigmoidOf } from "../core/losses";
import { wilsonInterval } from "../format/wilson";
import { type FittedHead, fitHeads } from "./probe-fit";
import { L2_STRENGTHS, type LogisticData, problemOn, SELECTION_FIT } from "./probe-selection";
import type { ProbeSite } from "./probe-site";
import { accuracyOf } from "./score-pairs";

export interface NestedEstimate {
  /** Of all pairs, each judged in its own outer fold. */
  accuracy: number;
  /** Wilson's 95% interval. */
  low: number;
  high: number;
  logLoss: number;
  pairs: number;
  /** What each outer fold chose. */
  chosen: (ProbeSite & { l2: number })[];
}

interface Choice {
  site: ProbeSite;
  l2: number;
  /** Mean log-loss over the inner folds. */
  innerLoss: number;
  /** z of every row, from a head fitted without the outer fold. */
  values: Float64Array;
}

/** Every set of folds that is left out of some fit: each alone, and each two. */
function leftOut(count: number): number[][] {
  const folds = Array.from({ length: count }, (_, fold) => fold);
  return [...folds.map((fold) => [fold]), ...folds.flatMap((a) => folds.filter((b) => b > a).map((b) => [a, b]))];
}

/** Sum of log-losses and number of the judged rows of one fold. */
function lossOn(data: LogisticData, fold: number, values: Float64Array, bias: number): { sum: number; n: number } {
  let [sum, n] = [0, 0];
  values.forEach((value, row) => {
    if (data.folds.of[row] !== fold || data.weights[row] === 0) return;
    sum -= logSigmoidOf((data.signs?.[row] ?? 1) * (value + bias));
    n += 1;
  });
  return { sum, n };
}

/** For each outer fold the best penalty at one site. */
async function choicesAt(site: ProbeSite, data: LogisticData): Promise<Choice[]> {
  const { count, of } = data.folds;
  const sets = leftOut(count);
  const bases = sets.map((set) => problemOn(data, 0, (row) => !set.includes(of[row] as number)));
  const problems = L2_STRENGTHS.flatMap((l2) => bases.map((problem) => ({ ...problem, l2 })));
  const heads = await fitHeads(data.products, problems, SELECTION_FIT);
  const values = await data.products.times(heads.map((head) => head.weights));
  const indexOf = (strength: number, set: readonly number[]) =>
    strength * sets.length +
    sets.findIndex((one) => one.length === set.length && set.every((fold) => one.includes(fold)));
  const innerLoss = (strength: number, outer: number): number => {
    let [sum, n] = [0, 0];
    for (let inner = 0; inner < count; inner += 1) {
      if (inner === outer) continue;
      const at = indexOf(strength, [outer, inner]);
      const part = lossOn(data, inner, values[at] as Float64Array, (heads[at] as FittedHead).bias);
      sum += part.sum;
      n += part.n;
    }
    return sum / n;
  };
  return Array.from({ length: count }, (_, outer) => {
    const losses = L2_STRENGTHS.map((_l2, strength) => innerLoss(strength, outer));
    const strength = losses.indexOf(Math.min(...losses));
    const at = indexOf(strength, [outer]);
    const { bias } = heads[at] as FittedHead;
    return {
      site,
      l2: L2_STRENGTHS[strength] as number,
      innerLoss: losses[strength] as number,
      values: (values[at] as Float64Array).map((value) => value + bias),
    };
  });
}

/** Needs at least 3 folds; null with fewer. */
export async function nestedEstimate(
  sites: readonly ProbeSite[],
  load: (site: ProbeSite) => LogisticData | Promise<LogisticData>,
  onSite?: (done: number) => Promise<void>,
): Promise<NestedEstimate | null> {
  let best: Choice[] | null = null;
  let about: Pick<LogisticData, "folds" | "signs" | "weights"> | null = null;
  for (const [index, site] of sites.entries()) {
    const data = await load(site);
    try {
      if (data.folds.count < 3) return null;
      const found = await choicesAt(site, data);
      const before: Choice[] = best ?? found;
      best = found.map((choice, outer) => {
        const held = before[outer] as Choice;
        return choice.innerLoss < held.innerLoss ? choice : held;
      });
      about = data;
    } finally {
      data.products.dispose();
    }
    await onSite?.(index + 1);
  }
  if (best === null || about === null) return null;
  const gaps: number[] = [];
  about.weights.forEach((weight, row) => {
    const choice = best?.[about.folds.of[row] as number] as Choice;
    if (weight !== 0) gaps.push((about.signs?.[row] ?? 1) * (choice.values[row] as number));
  });
  const accuracy = accuracyOf(gaps);
  const logLoss = gaps.reduce((sum, gap) => sum - logSigmoidOf(gap), 0) / gaps.length;
  const chosen = best.map(({ site, l2 }) => ({ ...site, l2 }));
  return { accuracy, ...wilsonInterval(accuracy * gaps.length, gaps.length), logLoss, pairs: gaps.length, chosen };
}
