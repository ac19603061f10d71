import { describe, expect, it } from "vitest";
import { agreementWeights, gwetAgreement, krippendorffAlpha } from "./agreement";

// Values against irrCAC and krippendorff: tests/parity/statistics.test.ts.
describe("agreement", () => {
  it("is 1 when all agree", () => {
    const table = [
      { counts: [3, 0], subjects: 4 },
      { counts: [0, 2], subjects: 1 },
    ];
    expect(gwetAgreement(table)?.coefficient).toBeCloseTo(1);
    expect(krippendorffAlpha(table)?.coefficient).toBeCloseTo(1);
  });
  it("is null without a second rating of anything", () => {
    expect(gwetAgreement([{ counts: [1, 0], subjects: 9 }])).toBeNull();
    expect(krippendorffAlpha([{ counts: [1, 0], subjects: 9 }])).toBeNull();
    expect(gwetAgreement([])).toBeNull();
  });
  it("counts equal subjects as it counts them one by one", () => {
    const once = [
      { counts: [2, 1, 0], subjects: 3 },
      { counts: [0, 0, 2], subjects: 2 },
    ];
    const split = once.flatMap(({ counts, subjects }) =>
      Array.from({ length: subjects }, () => ({ counts, subjects: 1 })),
    );
    for (const method of [gwetAgreement, krippendorffAlpha])
      expect(method(split, "ordinal")?.standardError).toBeCloseTo(method(once, "ordinal")?.standardError ?? 0, 12);
  });
  it("weighs seven points by their distance", () => {
    const [first] = agreementWeights("ordinal", 7);
    [21, 20, 18, 15, 11, 6, 0].forEach((share, distance) => void expect(first?.[distance]).toBeCloseTo(share / 21, 12));
  });
});
