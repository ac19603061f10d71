/**
 * The head of a probe at its chosen site: ranking, safety, and how the two become one reward. Ours throughout; the paper trains
 * whole models. In steps:
 * 1. ranking head w: Bradley-Terry with the run's margins, on differences chosen - rejected.
 * 2. safety head s (task safety with labels): logistic regression of "this response is safe" on single responses.
 * 3. reward r = a (w x - mean) + c (s x + s0) + d. The scales a, c >= 0 and the offset d minimise what a training run minimises,
 *    ranking loss + safetyAuxiliaryWeight * cross entropy of sigma(r), on predictions that each head made for folds it was not
 *    fitted on, and without margins. So sigma(r_chosen - r_rejected) and, with labels, sigma(r) are calibrated probabilities.
 *    Without labels c = 0 and d = 0: rewards have mean 0 over the training responses.
 */
import { FINAL_FIT, fitHeads, type LinearHead, type LogisticProblem } from "./probe-fit";
import { dot } from "./probe-minimise";
import { hostProducts } from "./probe-products";
import { bestOf, type CrossValidated, crossValidate, type LogisticData, problemOn } from "./probe-selection";

export interface SafetyData extends LogisticData {
  /** Weight of the cross entropy against the ranking loss. */
  auxiliaryWeight: number;
}

export interface HeadInput {
  /** Differences of pairs. */
  ranking: LogisticData;
  /** Cross-validation at the chosen site and penalty. */
  validated: CrossValidated;
  /** [2 pairs, features]: chosen and rejected in turn, row 2 i and 2 i + 1 of pair i. Needed with `safety`. */
  safety: SafetyData | null;
  /** Mean of the features over all training responses. */
  mean: Float64Array;
}

export interface ProbeHead {
  /** The whole reward: weights x + bias. */
  reward: LinearHead;
  ranking: LinearHead;
  safety: LinearHead | null;
  scales: { ranking: number; safety: number };
  /** Of the ranking head's fit; about zero. */
  gradientMax: number;
  /** Out of fold; null without labels. */
  safetyAccuracy: number | null;
}

/** Small enough to change nothing where the data say something. */
const STACKING_L2 = 1e-6;

async function fitToTheEnd(data: LogisticData, l2: number) {
  const products = hostProducts(data.matrix, data.products.features);
  const [head] = await fitHeads(products, [problemOn(data, l2, () => true)], FINAL_FIT);
  if (head === undefined) throw new RangeError("no problem was fitted");
  return head;
}

/** Rows of three columns: ranking value, safety value, constant. */
function stackingProblem(rows: readonly (readonly number[])[], weights: number[], signs: number[]): LogisticProblem {
  const standard = { centre: null, scale: new Float64Array(rows[0]?.length ?? 0).fill(1) };
  const [heavy, signed] = [Float64Array.from(weights), Float64Array.from(signs)];
  return { weights: heavy, signs: signed, margins: null, l2: STACKING_L2, intercept: false, standard };
}

async function fitScales(rows: number[][], weights: number[], signs: number[], used: boolean[]): Promise<number[]> {
  const columns = used.flatMap((isUsed, column) => (isUsed ? [column] : []));
  const kept = rows.map((row) => columns.map((column) => row[column] as number));
  const products = hostProducts(Float32Array.from(kept.flat()), columns.length);
  const [head] = await fitHeads(products, [stackingProblem(kept, weights, signs)], FINAL_FIT);
  const scales = used.map(() => 0);
  columns.forEach((column, index) => {
    scales[column] = head?.weights[index] ?? 0;
  });
  return scales;
}

/** Scales a, c >= 0 and offset d; a head that would count backwards is left out. */
async function stack(rows: number[][], weights: number[], signs: number[], withLabels: boolean): Promise<number[]> {
  const used = [true, withLabels, withLabels];
  for (;;) {
    const scales = await fitScales(rows, weights, signs, used);
    const backwards = [0, 1].filter((column) => (scales[column] as number) < 0);
    const worst = backwards.sort((a, b) => (scales[a] as number) - (scales[b] as number))[0];
    if (worst === undefined) return scales;
    used[worst] = false;
    if (!used[0] && !used[1]) return [0, 0, scales[2] as number];
  }
}

/** Values of single responses by the ranking head that never saw their fold, around that head's own mean. */
async function rankingOutOfFold(validated: CrossValidated, safety: SafetyData, mean: Float64Array) {
  const values = await safety.products.times(validated.heads.map((head) => head.weights));
  const offsets = validated.heads.map((head) => dot(head.weights, mean));
  return safety.weights.map((_, row) => {
    const fold = safety.folds.of[row] as number;
    return (values[fold]?.[row] as number) - (offsets[fold] as number);
  });
}

interface SafetyFit {
  head: LinearHead;
  accuracy: number;
  /** Of every response. */
  outOfFold: Float64Array;
}

async function fitSafety(safety: SafetyData): Promise<SafetyFit> {
  const { accuracy, outOfFold, l2 } = bestOf(await crossValidate(safety));
  const { weights, bias } = await fitToTheEnd(safety, l2);
  return { head: { weights, bias }, accuracy, outOfFold };
}

/** Pair rows, then rows of labelled responses, with the weights that the training loss gives them. */
async function stackingRows({ ranking, validated, safety, mean }: HeadInput, safetyFit: SafetyFit | null) {
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
  const share = total(ranking.weights);
  const rows = [...validated.outOfFold].map((value, pair) => {
    const safe = safetyFit?.outOfFold;
    return [value, safe ? (safe[2 * pair] as number) - (safe[2 * pair + 1] as number) : 0, 0];
  });
  const weights = [...ranking.weights].map((weight) => weight / share);
  const signs = rows.map(() => 1);
  if (safety !== null && safetyFit !== null) {
    const ranked = await rankingOutOfFold(validated, safety, mean);
    const labels = total(safety.weights);
    safety.weights.forEach((weight, row) => {
      if (weight === 0) return;
      rows.push([ranked[row] as number, safetyFit.outOfFold[row] as number, 1]);
      weights.push((safety.auxiliaryWeight * weight) / labels);
      signs.push(safety.signs?.[row] ?? 1);
    });
  }
  return { rows, weights, signs };
}

export async function fitProbeHead(input: HeadInput): Promise<ProbeHead> {
  const { validated, safety, mean } = input;
  const fitted = await fitToTheEnd(input.ranking, validated.l2);
  const ranking = { weights: fitted.weights, bias: -dot(fitted.weights, mean) };
  const safetyFit = safety === null ? null : await fitSafety(safety);
  const { rows, weights, signs } = await stackingRows(input, safetyFit);
  const [a = 0, c = 0, d = 0] = await stack(rows, weights, signs, safetyFit !== null);
  // Nothing was found in either head: the ranking head as it is, rather than a constant.
  const scales = a === 0 && c === 0 ? { ranking: 1, safety: 0 } : { ranking: a, safety: c };
  const safe = safetyFit?.head ?? null;
  const reward = {
    weights: ranking.weights.map((weight, i) => scales.ranking * weight + scales.safety * (safe?.weights[i] ?? 0)),
    bias: scales.ranking * ranking.bias + scales.safety * (safe?.bias ?? 0) + d,
  };
  const { gradientMax } = fitted.minimum;
  return { reward, ranking, safety: safe, scales, gradientMax, safetyAccuracy: safetyFit?.accuracy ?? null };
}
