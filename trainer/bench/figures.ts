/** Small arithmetic that the cases share. */
import { type Kept, median, paired } from "./rounds";

export const rounded = (value: number, digits = 4) => Number(value.toPrecision(digits));

/** Median of `value` over a contender's rounds. */
export function medianOf<Result>(
  kept: readonly Kept<Result>[],
  name: string,
  value: (run: Kept<Result>) => number,
): number {
  return median(kept.filter((run) => run.contender === name).map(value));
}

/** What every line about two contenders says: speeds, the ratio taken within each round, and how quiet the machine was. */
export function comparisonFields<Result extends { seconds: number; peakRssMib: number }>(
  kept: readonly Kept<Result>[],
  ours: string,
  peer: string,
  speed: (run: Kept<Result>) => number,
) {
  const ratios = paired(kept, ours, peer, speed).map(([a, b]) => a / b);
  const both = kept.filter(({ contender }) => contender === ours || contender === peer);
  return {
    rounds: ratios.length,
    oursPerSecond: rounded(medianOf(kept, ours, speed)),
    peerPerSecond: rounded(medianOf(kept, peer, speed)),
    ratio: rounded(median(ratios)),
    ratios: ratios.map((ratio) => rounded(ratio)),
    peakRssMib: {
      ours: medianOf(kept, ours, ({ result }) => result.peakRssMib),
      peer: medianOf(kept, peer, ({ result }) => result.peakRssMib),
    },
    foreignShareLargest: rounded(Math.max(...both.map(({ foreignShare }) => foreignShare ?? 0))),
    discarded: both.reduce((sum, { discarded }) => sum + discarded, 0),
    disturbed: both.some(({ disturbed }) => disturbed),
  };
}

/** Largest difference of two lists of the same length; infinite where the lengths differ. */
export function largestDifference(one: readonly number[], other: readonly number[]): number {
  if (one.length !== other.length) return Number.POSITIVE_INFINITY;
  return Math.max(0, ...one.map((value, index) => Math.abs(value - (other[index] as number))));
}
