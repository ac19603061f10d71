/**
 * Agreement between annotators: Gwet's AC1/AC2 and Krippendorff's alpha with weights, from tables of rating counts. Formulas as in
 * irrCAC, the reference code of Gwet 2014 (Handbook of Inter-Rater Reliability, 4th edition).
 */
import { studentQuantile } from "./distributions";

/**
 * Credit for a disagreement by its distance. With identity weights Gwet's coefficient is AC1 and alpha is nominal. Llama 2 reports
 * AC2 without naming its weights: ordinal is our choice.
 */
export type AgreementWeights = "identity" | "ordinal" | "linear" | "quadratic";

export interface Agreement {
  /** Subjects with at least two ratings. */
  subjects: number;
  /** Weighted share of agreeing pairs of ratings, 0..1. */
  observed: number;
  /** Chance-corrected coefficient; 1 = perfect, 0 = no better than chance. */
  coefficient: number;
  /** Over the sampling of subjects; null with a single one. */
  standardError: number | null;
  /** 95%, by Student's t, cut off at 1. */
  interval: [number, number] | null;
}

/** Ratings per category of one subject, and how many subjects look exactly like that. Unused categories must be there as zeros. */
export interface RatingCounts {
  counts: readonly number[];
  subjects: number;
}

const pairsOf = (n: number): number => (n * (n - 1)) / 2;

/** w[k][l], 1 on the diagonal. */
export function agreementWeights(kind: AgreementWeights, categories: number): number[][] {
  const weight = (distance: number): number => {
    if (distance === 0) return 1;
    if (kind === "identity") return 0;
    if (kind === "ordinal") return 1 - pairsOf(distance + 1) / pairsOf(categories);
    const share = distance / (categories - 1);
    return kind === "linear" ? 1 - share : 1 - share ** 2;
  };
  return Array.from({ length: categories }, (_, k) =>
    Array.from({ length: categories }, (_, l) => weight(k - l < 0 ? l - k : k - l)),
  );
}

interface Subject {
  counts: readonly number[];
  subjects: number;
  /** Ratings of the subject. */
  ratings: number;
  /** Ratings in k, counting partly agreeing ones by weight. */
  weighted: number[];
  /** sum_k r_ik (r*_ik - 1). */
  agreeing: number;
}

function prepare(table: readonly RatingCounts[], weights: readonly (readonly number[])[]): Subject[] {
  const prepared: Subject[] = [];
  for (const { counts, subjects } of table) {
    const ratings = counts.reduce((sum, count) => sum + count, 0);
    if (ratings === 0 || subjects === 0) continue;
    const weighted = weights.map((row) => row.reduce((sum, weight, l) => sum + weight * (counts[l] ?? 0), 0));
    const agreeing = counts.reduce((sum, count, k) => sum + count * ((weighted[k] ?? 0) - 1), 0);
    prepared.push({ counts, subjects, ratings, weighted, agreeing });
  }
  return prepared;
}

const total = (rows: readonly Subject[], value: (row: Subject) => number): number =>
  rows.reduce((sum, row) => sum + row.subjects * value(row), 0);

function withInterval(
  found: { subjects: number; observed: number; coefficient: number },
  squares: number,
  n: number,
): Agreement {
  if (n < 2) return { ...found, standardError: null, interval: null };
  const standardError = Math.sqrt(squares / (n * (n - 1)));
  const reach = studentQuantile(0.975, n - 1) * standardError;
  const { coefficient } = found;
  return { ...found, standardError, interval: [Math.max(-1, coefficient - reach), Math.min(1, coefficient + reach)] };
}

/** Gwet's AC1 (identity weights) or AC2. Null when no subject has two ratings or there is one category. */
export function gwetAgreement(table: readonly RatingCounts[], kind: AgreementWeights = "identity"): Agreement | null {
  const categories = table[0]?.counts.length ?? 0;
  const weights = agreementWeights(kind, categories);
  const rows = prepare(table, weights);
  const paired = rows.filter((row) => row.ratings >= 2);
  const n = total(rows, () => 1);
  const pairedCount = total(paired, () => 1);
  if (pairedCount === 0 || categories < 2) return null;
  const pairShare = (row: Subject) => row.agreeing / (row.ratings * (row.ratings - 1));
  const observed = total(paired, pairShare) / pairedCount;
  const prevalence = weights.map((_, k) => total(rows, (row) => (row.counts[k] ?? 0) / row.ratings) / n);
  const scale = weights.flat().reduce((sum, weight) => sum + weight, 0) / (categories * (categories - 1));
  const chance = scale * prevalence.reduce((sum, share) => sum + share * (1 - share), 0);
  const coefficient = (observed - chance) / (1 - chance);
  const squares = total(rows, (row) => {
    const own = row.ratings < 2 ? 0 : ((n / pairedCount) * (pairShare(row) - chance)) / (1 - chance);
    const mixed = prevalence.reduce((sum, share, k) => sum + (row.counts[k] ?? 0) * (1 - share), 0);
    const expected = (scale * mixed) / row.ratings;
    return (own - (2 * (1 - coefficient) * (expected - chance)) / (1 - chance) - coefficient) ** 2;
  });
  return withInterval({ subjects: pairedCount, observed, coefficient }, squares, n);
}

/**
 * Krippendorff's alpha over subjects with at least two ratings, its small-sample correction included. Ordinal weights are
 * Gwet's, by the distance of the categories; Krippendorff's own ordinal metric depends on the frequencies and differs.
 */
export function krippendorffAlpha(
  table: readonly RatingCounts[],
  kind: AgreementWeights = "identity",
): Agreement | null {
  const categories = table[0]?.counts.length ?? 0;
  const weights = agreementWeights(kind, categories);
  const rows = prepare(table, weights).filter((row) => row.ratings >= 2);
  const n = total(rows, () => 1);
  if (n === 0 || categories < 2) return null;
  const ratings = total(rows, (row) => row.ratings);
  const mean = ratings / n;
  const correction = 1 / ratings;
  const pairShare = (row: Subject) => row.agreeing / (mean * (row.ratings - 1));
  const raw = total(rows, pairShare) / n;
  const observed = (1 - correction) * raw + correction;
  const prevalence = weights.map((_, k) => total(rows, (row) => (row.counts[k] ?? 0) / mean) / n);
  // For each category, how well a random rating agrees with it.
  const drawn = weights.map((row) => row.reduce((sum, weight, l) => sum + weight * (prevalence[l] ?? 0), 0));
  const chance = prevalence.reduce((sum, share, k) => sum + share * (drawn[k] ?? 0), 0);
  if (chance >= 1) return { subjects: n, observed, coefficient: 1, standardError: null, interval: null };
  const coefficient = (observed - chance) / (1 - chance);
  // As irrCAC has it: the spread is taken around the coefficient before the small-sample correction.
  const plain = (raw - chance) / (1 - chance);
  const squares = total(rows, (row) => {
    const excess = row.ratings / mean - 1;
    const own = (pairShare(row) - observed * excess - chance) / (1 - chance);
    const mixed = row.counts.reduce((sum, count, k) => sum + (count / mean) * (drawn[k] ?? 0), 0);
    const expected = mixed - chance * excess;
    return (own - (2 * (1 - plain) * (expected - chance)) / (1 - chance) - plain) ** 2;
  });
  return withInterval({ subjects: n, observed, coefficient }, squares, n);
}
