/** Best and median reward against the number of samples N, as in figure 7 of Llama 2 (section 3.2.3). */

export interface RewardCurvePoint {
  /** Number of samples taken, from 1. */
  n: number;
  /** Mean over groups of the best combined reward among the first n candidates, 0..1. */
  best: number;
  /** Mean over groups of the median among the first n, 0..1. */
  median: number;
  /** Groups that have at least n scored candidates. */
  groups: number;
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** `groups`: combined rewards in sampling order; unscored ones (null) are left out. Stops where fewer than half the groups go on. */
export function rewardCurve(groups: readonly (readonly (number | null)[])[]): RewardCurvePoint[] {
  const scored = groups.map((rewards) => rewards.filter((reward) => reward !== null)).filter((list) => list.length > 0);
  const points: RewardCurvePoint[] = [];
  for (let n = 1; ; n += 1) {
    const long = scored.filter((rewards) => rewards.length >= n);
    if (long.length === 0 || long.length * 2 < scored.length) return points;
    let [best, median] = [0, 0];
    for (const rewards of long) {
      const first = rewards.slice(0, n).sort((a, b) => a - b);
      best += first.at(-1)! / long.length;
      median += medianOf(first) / long.length;
    }
    points.push({ n, best, median, groups: long.length });
  }
}
