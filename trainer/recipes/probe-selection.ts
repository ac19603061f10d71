/** Chooses block, pooling and penalty of a probe by cross-validation on the training pairs alone. */
import { logSigmoidOf } from "../core/losses";
import { type FittedHead, fitHeads, type LogisticProblem, standardise } from "./probe-fit";
import type { Folds } from "./probe-folds";
import type { Products } from "./probe-products";
import type { ProbeSite, SiteResult } from "./probe-site";
import { accuracyOf } from "./score-pairs";

/** Penalties tried, on standardised features and the mean loss. Ours: half decades around where hidden states of chat models need it. */
export const L2_STRENGTHS = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30] as const;

/** Enough for a stable comparison; the head that is kept is fitted to the end. */
export const SELECTION_FIT = { gradientTolerance: 1e-4, evaluationsMax: 150 } as const;

/** What a logistic problem is about, without fold and penalty. */
export interface LogisticData {
  products: Products;
  /** The same numbers as in `products`, [rows, features]. */
  matrix: Float32Array;
  /** Fold of every row. */
  folds: Folds;
  /** Of each row's loss; any scale. A row of weight 0 is in no fit and not judged. */
  weights: Float64Array;
  signs: Float64Array | null;
  margins: Float64Array | null;
  /** Centre the features and fit an intercept. */
  intercept: boolean;
}

export interface CrossValidated {
  l2: number;
  /** Mean of -log sigma(sign * z) over the judged rows, each seen by a head that was fitted without its fold. No margin: it is a log-likelihood. */
  logLoss: number;
  accuracy: number;
  /** z of every row from the head that never saw its fold. */
  outOfFold: Float64Array;
  /** One per fold. */
  heads: FittedHead[];
}

function normalised(weights: Float64Array, used: (row: number) => boolean): Float64Array {
  const kept = weights.map((weight, row) => (used(row) ? weight : 0));
  const total = kept.reduce((sum, weight) => sum + weight, 0);
  return total === 0 ? kept : kept.map((weight) => weight / total);
}

/** The problem of fitting on the rows that `used` says, standardised by those rows alone. */
export function problemOn(data: LogisticData, l2: number, used: (row: number) => boolean): LogisticProblem {
  const { matrix, products, signs, margins, intercept } = data;
  const weights = normalised(data.weights, used);
  const standard = standardise(matrix, products.features, weights, intercept);
  return { weights, signs, margins, l2, intercept, standard };
}

function judge(data: LogisticData, l2: number, heads: FittedHead[], values: Float64Array[]): CrossValidated {
  const outOfFold = data.weights.map((_, row) => {
    const fold = data.folds.of[row] as number;
    return (values[fold]?.[row] as number) + (heads[fold] as FittedHead).bias;
  });
  const gaps: number[] = [];
  outOfFold.forEach((value, row) => {
    if (data.weights[row] !== 0) gaps.push((data.signs?.[row] ?? 1) * value);
  });
  const logLoss = gaps.reduce((sum, gap) => sum - logSigmoidOf(gap), 0) / gaps.length;
  return { l2, logLoss, accuracy: accuracyOf(gaps), outOfFold, heads };
}

/** One result for each penalty. All folds and penalties are fitted together. */
export async function crossValidate(
  data: LogisticData,
  strengths: readonly number[] = L2_STRENGTHS,
  onRound?: () => Promise<void>,
): Promise<CrossValidated[]> {
  const perFold = Array.from({ length: data.folds.count }, (_, fold) =>
    problemOn(data, 0, (row) => data.folds.of[row] !== fold),
  );
  const problems = strengths.flatMap((l2) => perFold.map((problem) => ({ ...problem, l2 })));
  const heads = await fitHeads(data.products, problems, SELECTION_FIT, onRound);
  const values = await data.products.times(heads.map((head) => head.weights));
  return strengths.map((l2, index) => {
    const [from, to] = [index * data.folds.count, (index + 1) * data.folds.count];
    return judge(data, l2, heads.slice(from, to), values.slice(from, to));
  });
}

export function bestOf(results: readonly CrossValidated[]): CrossValidated {
  return results.reduce((best, result) => (result.logLoss < best.logLoss ? result : best));
}

export interface Selection {
  site: ProbeSite;
  best: CrossValidated;
  table: SiteResult[];
}

/** The site and penalty with the least held-out log-loss: steadier than accuracy, which a few hundred pairs blur by a point or more. */
export async function selectSite(
  sites: readonly ProbeSite[],
  load: (site: ProbeSite) => LogisticData | Promise<LogisticData>,
  onSite?: (done: number) => Promise<void>,
): Promise<Selection> {
  let found: Omit<Selection, "table"> | null = null;
  const table: SiteResult[] = [];
  for (const site of sites) {
    const data = await load(site);
    try {
      const best = bestOf(await crossValidate(data));
      table.push({ ...site, l2: best.l2, logLoss: best.logLoss, accuracy: best.accuracy });
      if (found === null || best.logLoss < found.best.logLoss) found = { site, best };
    } finally {
      data.products.dispose();
    }
    await onSite?.(table.length);
  }
  if (found === null) throw new RangeError("no site to choose from");
  return { ...found, table };
}
