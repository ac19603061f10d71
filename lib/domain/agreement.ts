/** Agreement between annotators. Formulas: Gwet 2014, as in the irrCAC reference code. */

export interface Agreement {
  /** Subjects with at least two ratings. */
  subjects: number;
  /** Share of agreeing pairs of ratings, 0..1. */
  observed: number;
  /** Chance-corrected coefficient; 1 = perfect, 0 = no better than chance. */
  coefficient: number;
  standardError: number | null;
}

/** Ratings per category of one subject, and how many subjects look exactly like that. */
export interface RatingCounts {
  counts: readonly number[];
  subjects: number;
}

/** Per-subject parts of AC1, from which mean and variance follow. */
function subjectParts(counts: readonly number[]): { ratings: number; agreeing: number | null } {
  const ratings = counts.reduce((sum, count) => sum + count, 0);
  if (ratings < 2) return { ratings, agreeing: null };
  return { ratings, agreeing: counts.reduce((sum, count) => sum + count * (count - 1), 0) / (ratings * (ratings - 1)) };
}

/** Gwet's AC1 over all `counts.length` categories, used or not. `null` when no subject has two ratings. */
export function gwetAc1(table: readonly RatingCounts[]): Agreement | null {
  const rated = table.filter((row) => row.counts.some((count) => count > 0));
  const categories = rated[0]?.counts.length ?? 0;
  const all = rated.reduce((sum, row) => sum + row.subjects, 0);
  const paired = rated.filter((row) => subjectParts(row.counts).agreeing !== null);
  const pairedSubjects = paired.reduce((sum, row) => sum + row.subjects, 0);
  if (pairedSubjects === 0 || categories < 2) return null;
  const observed =
    paired.reduce((sum, row) => sum + (subjectParts(row.counts).agreeing ?? 0) * row.subjects, 0) / pairedSubjects;
  const prevalence = Array.from(
    { length: categories },
    (_, k) =>
      rated.reduce((sum, row) => sum + ((row.counts[k] ?? 0) / subjectParts(row.counts).ratings) * row.subjects, 0) /
      all,
  );
  const scale = 1 / (categories - 1);
  const chance = scale * prevalence.reduce((sum, share) => sum + share * (1 - share), 0);
  const coefficient = (observed - chance) / (1 - chance);
  let squares = 0;
  for (const row of rated) {
    const { ratings, agreeing } = subjectParts(row.counts);
    const a = agreeing === null ? 0 : ((all / pairedSubjects) * (agreeing - chance)) / (1 - chance);
    const b = (scale * row.counts.reduce((sum, count, k) => sum + count * (1 - (prevalence[k] ?? 0)), 0)) / ratings;
    const influence = a - (2 * (1 - coefficient) * (b - chance)) / (1 - chance);
    squares += row.subjects * (influence - coefficient) ** 2;
  }
  const standardError = all > 1 ? Math.sqrt(squares / (all * (all - 1))) : null;
  return { subjects: pairedSubjects, observed, coefficient, standardError };
}
