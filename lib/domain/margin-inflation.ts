/**
 * How freely each annotator uses the strong grades: an ordinal threshold model (proportional odds)
 *   P(strength <= k) = sigma(threshold_k - shift_annotator - level_group),
 * so that "significantly" from one person can be read as "better" from another. Groups hold items of like difficulty, for example
 * by the reward model's margin; with a single group the mix of items is taken to be alike for everybody. Shifts have a normal prior
 * (ours), which pulls people with few judgements towards zero.
 */

/** Judgements of one annotator on one group of items, by strength from negligibly to significantly better. */
export interface StrengthCounts {
  annotator: number;
  group: number;
  counts: readonly number[];
}

export interface MarginInflation {
  /** Ascending, one fewer than there are grades. */
  thresholds: number[];
  /** Log odds by annotator; above 0 = stronger grades than others give to such items. Errors hold the thresholds for known. */
  shifts: { shift: number; standardError: number; judgements: number }[];
  levels: number[];
}

const SWEEPS_MAX = 500;
const CHANGE_MIN = 1e-10;
const PROBABILITY_MIN = 1e-12;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** First derivative of the log-likelihood and expected information, by location (shift + level), of one row of counts. */
function locationSlopes(counts: readonly number[], thresholds: readonly number[], location: number): [number, number] {
  const n = counts.reduce((sum, count) => sum + count, 0);
  let slope = 0;
  let information = 0;
  counts.forEach((count, k) => {
    const upper = k < thresholds.length ? sigmoid((thresholds[k] ?? 0) - location) : 1;
    const lower = k > 0 ? sigmoid((thresholds[k - 1] ?? 0) - location) : 0;
    const p = Math.max(PROBABILITY_MIN, upper - lower);
    const dp = -(upper * (1 - upper) - lower * (1 - lower));
    slope += (count * dp) / p;
    information += (n * dp * dp) / p;
  });
  return [slope, information];
}

/** The same by threshold k, all others fixed. */
function thresholdSlopes(
  rows: readonly { counts: readonly number[]; location: number }[],
  thresholds: readonly number[],
  k: number,
): [number, number] {
  let slope = 0;
  let information = 0;
  for (const { counts, location } of rows) {
    const at = (index: number) =>
      index < 0 ? 0 : index >= thresholds.length ? 1 : sigmoid((thresholds[index] ?? 0) - location);
    const density = at(k) * (1 - at(k));
    const below = Math.max(PROBABILITY_MIN, at(k) - at(k - 1));
    const above = Math.max(PROBABILITY_MIN, at(k + 1) - at(k));
    slope += density * ((counts[k] ?? 0) / below - (counts[k + 1] ?? 0) / above);
    const n = counts.reduce((sum, count) => sum + count, 0);
    information += n * density * density * (1 / below + 1 / above);
  }
  return [slope, information];
}

function startThresholds(table: readonly StrengthCounts[], grades: number): number[] {
  const sums = Array.from({ length: grades }, (_, k) => table.reduce((sum, row) => sum + (row.counts[k] ?? 0), 0.5));
  const all = sums.reduce((sum, count) => sum + count, 0);
  let below = 0;
  return sums.slice(0, -1).map((count) => {
    below += count;
    return Math.log(below / (all - below));
  });
}

/** Shortens a step of threshold k so that it goes at most half the way to its neighbour: thresholds stay in order. */
function withinNeighbours(thresholds: readonly number[], k: number, step: number): number {
  const here = thresholds[k] ?? 0;
  const room =
    step > 0
      ? (thresholds[k + 1] ?? Number.POSITIVE_INFINITY) - here
      : here - (thresholds[k - 1] ?? Number.NEGATIVE_INFINITY);
  return Math.sign(step) * Math.min(Math.abs(step), room / 2);
}

/** Fits by Fisher scoring, one coordinate after another. `priorDeviation` is in log odds. RangeError on an empty table. */
export function fitMarginInflation(table: readonly StrengthCounts[], priorDeviation = 1): MarginInflation {
  const grades = table[0]?.counts.length ?? 0;
  if (grades < 2) throw new RangeError("margin inflation needs judgements with at least two grades");
  const thresholds = startThresholds(table, grades);
  const shifts = new Array<number>(1 + Math.max(...table.map((row) => row.annotator))).fill(0);
  const levels = new Array<number>(1 + Math.max(...table.map((row) => row.group))).fill(0);
  const information = shifts.map(() => 0);
  const location = (row: StrengthCounts) => (shifts[row.annotator] ?? 0) + (levels[row.group] ?? 0);
  const update = (values: number[], of: "annotator" | "group", precision: number): number => {
    const sums = values.map((value): [number, number] => [-precision * value, precision]);
    for (const row of table) {
      const [slope, info] = locationSlopes(row.counts, thresholds, location(row));
      const sum = sums[row[of]] as [number, number];
      sum[0] += slope;
      sum[1] += info;
    }
    let largest = 0;
    sums.forEach(([slope, info], at) => {
      const step = info > 0 ? slope / info : 0;
      values[at] = (values[at] ?? 0) + step;
      largest = Math.max(largest, Math.abs(step));
      if (of === "annotator") information[at] = info;
    });
    return largest;
  };
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep += 1) {
    let largest = update(shifts, "annotator", 1 / priorDeviation ** 2);
    if (levels.length > 1) largest = Math.max(largest, update(levels, "group", 1e-6));
    for (let k = 0; k < thresholds.length; k += 1) {
      const rows = table.map((row) => ({ counts: row.counts, location: location(row) }));
      const [slope, info] = thresholdSlopes(rows, thresholds, k);
      const step = withinNeighbours(thresholds, k, info > 0 ? slope / info : 0);
      thresholds[k] = (thresholds[k] ?? 0) + step;
      largest = Math.max(largest, Math.abs(step));
    }
    if (largest < CHANGE_MIN) break;
  }
  const judgements = shifts.map(() => 0);
  for (const row of table)
    judgements[row.annotator] = row.counts.reduce((sum, count) => sum + count, judgements[row.annotator] ?? 0);
  return {
    thresholds,
    levels,
    shifts: shifts.map((shift, at) => ({
      shift,
      standardError: 1 / Math.sqrt(information[at] || Number.MIN_VALUE),
      judgements: judgements[at] ?? 0,
    })),
  };
}
