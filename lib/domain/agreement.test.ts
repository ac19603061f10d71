import { describe, expect, it } from "vitest";
import { gwetAc1 } from "./agreement";

/** Krippendorff's 12 units by 4 raters, as counts over 5 categories; missing ratings left out. */
const UNITS = ["111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3"];
const table = UNITS.map((unit) => ({
  counts: [1, 2, 3, 4, 5].map((category) => [...unit].filter((rating) => Number(rating) === category).length),
  subjects: 1,
}));

describe("gwetAc1", () => {
  it("reproduces the published value and standard error", () => {
    const result = gwetAc1(table);
    expect(result?.coefficient).toBeCloseTo(0.77544, 5);
    expect(result?.standardError).toBeCloseTo(0.14295, 5);
  });
  it("is 1 when all agree and null without a second rating", () => {
    expect(
      gwetAc1([
        { counts: [3, 0], subjects: 4 },
        { counts: [0, 2], subjects: 1 },
      ])?.coefficient,
    ).toBeCloseTo(1);
    expect(gwetAc1([{ counts: [1, 0], subjects: 9 }])).toBeNull();
  });
});
