/** The platform's statistics against irrCAC, krippendorff, scipy and statsmodels (make_statistics.py). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type AgreementWeights, gwetAgreement, krippendorffAlpha, type RatingCounts } from "@/lib/domain/agreement";
import { fitBradleyTerry } from "@/lib/domain/bradley-terry";
import { binomialCdf, NORMAL_975, studentQuantile } from "@/lib/domain/distributions";
import { fitMarginInflation, type StrengthCounts } from "@/lib/domain/margin-inflation";

interface Expected {
  coefficient: number;
  standardError: number;
  observed: number;
  interval: [number, number];
}
interface Reference {
  agreement: {
    name: string;
    categories: number;
    ratings: (number | null)[][];
    expected: Record<string, Expected>;
    krippendorffPackageNominal: number;
  }[];
  bradleyTerry: {
    name: string;
    policies: number;
    battles: [number, number, number, number, number][];
    ratings: number[];
    errors: number[];
    style: [number, number] | null;
  }[];
  strengths: { table: StrengthCounts[]; differences: number[]; levels: number[] };
  student: [number, number, number][];
  binomial: [number, number, number, number][];
}
const reference: Reference = JSON.parse(readFileSync(new URL("reference/statistics.json", import.meta.url), "utf8"));

/** Equal subjects are counted together, as the database does. */
function tableOf(ratings: (number | null)[][], categories: number): RatingCounts[] {
  const rows = new Map<string, RatingCounts>();
  for (const row of ratings) {
    const counts = Array.from({ length: categories }, (_, k) => row.filter((rating) => rating === k + 1).length);
    const before = rows.get(counts.join());
    rows.set(counts.join(), { counts, subjects: (before?.subjects ?? 0) + 1 });
  }
  return [...rows.values()];
}

const METHODS = { gwet: gwetAgreement, krippendorff: krippendorffAlpha };

describe.each(reference.agreement)(
  "agreement: $name",
  ({ ratings, categories, expected, krippendorffPackageNominal }) => {
    const table = tableOf(ratings, categories);
    it.each(Object.entries(expected))("%s", (name, { coefficient, standardError, observed, interval }) => {
      const [method, kind] = name.split(" ") as [keyof typeof METHODS, AgreementWeights];
      const found = METHODS[method](table, kind);
      expect(found?.coefficient).toBeCloseTo(coefficient, 9);
      expect(found?.standardError).toBeCloseTo(standardError, 9);
      expect(found?.observed).toBeCloseTo(observed, 9);
      expect(found?.interval?.[0]).toBeCloseTo(interval[0], 7);
      expect(found?.interval?.[1]).toBeCloseTo(interval[1], 7);
    });
    it("nominal alpha also as the krippendorff package has it", () =>
      expect(krippendorffAlpha(table)?.coefficient).toBeCloseTo(krippendorffPackageNominal, 9));
  },
);

describe.each(reference.bradleyTerry)("Bradley-Terry: $name", ({ policies, battles, ratings, errors, style }) => {
  const fit = fitBradleyTerry(
    policies,
    battles.map(([first, second, outcome, length, cluster]) => ({
      first,
      second,
      outcome,
      weight: 1,
      style: length,
      cluster,
    })),
  );
  // The weak prior, which statsmodels has not, moves ratings by about its precision over the number of battles.
  it("ratings", () => ratings.forEach((rating, at) => void expect(fit.policies[at]?.rating).toBeCloseTo(rating, 4)));
  it("clustered errors", () =>
    errors.forEach((error, at) => {
      const [low, high] = fit.policies[at]?.eloInterval ?? [0, 0];
      const reach = ((high - low) / 2 / NORMAL_975) * (Math.LN10 / 400);
      expect(reach).toBeCloseTo(error, 4);
    }));
  it("effect of style", () => {
    if (style === null) return expect(fit.style).toBeNull();
    expect(fit.style?.effect).toBeCloseTo(style[0], 4);
    expect(fit.style?.standardError).toBeCloseTo(style[1], 4);
  });
});

it("margin inflation finds the shifts of an ordinal logit without a prior", () => {
  const { table, differences, levels } = reference.strengths;
  const fit = fitMarginInflation(table, 1e4);
  const zero = fit.shifts[0]?.shift ?? Number.NaN;
  differences.forEach(
    (difference, at) => void expect((fit.shifts[at]?.shift ?? Number.NaN) - zero).toBeCloseTo(difference, 3),
  );
  levels.forEach((level, at) => void expect((fit.levels[at] ?? 0) - (fit.levels[0] ?? 0)).toBeCloseTo(level, 3));
});

it.each(reference.student)("Student's quantile of %d with %d degrees", (p, degrees, expected) =>
  // scipy finds its own quantile to about 1e-8 only.
  expect(studentQuantile(p, degrees) / expected).toBeCloseTo(1, 7),
);
it.each(reference.binomial)("binomial cdf at %d of %d with %d", (k, n, share, expected) =>
  expect(binomialCdf(k, n, share)).toBeCloseTo(expected, 10),
);
