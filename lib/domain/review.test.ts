import { describe, expect, it } from "vitest";
import { approvalRate, caseSwapped } from "./review";

describe("approval rate", () => {
  const tally = { userId: "u", approved: 9, fixed: 3, rejected: 8, sampled: 10, sampledApproved: 8 };
  it("is read from what chance chose, with Wilson's interval", () => {
    const rate = approvalRate(tally)!;
    expect(rate).toMatchObject({ share: 0.8, n: 10 });
    expect(rate.interval[0]).toBeCloseTo(0.4902, 4);
    expect(rate.interval[1]).toBeCloseTo(0.9433, 4);
    expect(approvalRate({ ...tally, flagged: 100, rejected: 100 } as typeof tally)).toEqual(rate);
  });
  it("is none where nothing was drawn", () => {
    expect(approvalRate({ ...tally, sampled: 0, sampledApproved: 0 })).toBeNull();
  });
});

describe("sides of a case", () => {
  it("stay for one person and item, and are even over many", () => {
    expect(caseSwapped("item", "person")).toBe(caseSwapped("item", "person"));
    const swapped = Array.from({ length: 2000 }, (_, index) => caseSwapped(`item ${index}`, "person")).filter(Boolean);
    // Four standard deviations of a fair coin: 2000 / 2 ± 4 * 22.4.
    expect(Math.abs(swapped.length - 1000)).toBeLessThan(90);
    const differ = Array.from({ length: 100 }, (_, index) => caseSwapped("item", `person ${index}`));
    expect(new Set(differ).size).toBe(2);
  });
});
