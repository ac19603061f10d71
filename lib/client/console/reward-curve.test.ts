import { describe, expect, it } from "vitest";
import { rewardCurve } from "./reward-curve";

describe("rewardCurve", () => {
  it("averages the best and the median of the first n over groups", () => {
    const points = rewardCurve([
      [0.2, 0.8, 0.5],
      [0.6, 0.4, 0.1],
    ]);
    expect(points.map((point) => point.n)).toEqual([1, 2, 3]);
    expect(points[0]).toMatchObject({ best: 0.4, median: 0.4, groups: 2 });
    expect(points[1]!.best).toBeCloseTo(0.7);
    expect(points[1]!.median).toBeCloseTo(0.5);
    expect(points[2]!.best).toBeCloseTo(0.7);
    expect(points[2]!.median).toBeCloseTo(0.45);
  });

  it("leaves unscored candidates out and stops where fewer than half the groups go on", () => {
    expect(rewardCurve([[null], []])).toEqual([]);
    const points = rewardCurve([[0.1, null, 0.3], [0.2], [0.4]]);
    expect(points).toHaveLength(1);
    expect(points[0]!.groups).toBe(3);
  });
});
