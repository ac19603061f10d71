import { describe, expect, it } from "vitest";
import { reliabilityOf, slipProbability, surpriseOf, TRIAGE_THRESHOLDS, type TriageInput, triageOf } from "./triage";

const { surpriseMin, reliableMin } = TRIAGE_THRESHOLDS;
/** A lone surprise of an ordinary annotator. */
const lone: TriageInput = {
  surprise: 2.5,
  reliability: 0.8,
  votes: { same: 1, other: 0 },
  reliabilityMin: 0.8,
  category: null,
  projectShare: 0.1,
};
const grid = (from: number, to: number, steps: number) =>
  Array.from({ length: steps + 1 }, (_, index) => from + ((to - from) * index) / steps);

describe("surprise", () => {
  it("is -ln of the logistic function, also where that would overflow", () => {
    expect(surpriseOf(0)).toBeCloseTo(Math.log(2), 12);
    for (const margin of grid(-8, 8, 40))
      expect(surpriseOf(margin)).toBeCloseTo(-Math.log(1 / (1 + Math.exp(-margin))), 9);
    expect(surpriseOf(-1000)).toBe(1000);
    expect(surpriseOf(1000)).toBe(0);
    expect(surpriseOf(40)).toBeGreaterThan(0);
  });
});

describe("reliability", () => {
  it("is three in four before anything is known, and follows the record", () => {
    expect(reliabilityOf({ right: 0, seen: 0 }, { right: 0, seen: 0 })).toBe(0.75);
    expect(reliabilityOf({ right: 95, seen: 100 }, { right: 0, seen: 0 })).toBeCloseTo(0.942, 3);
  });
  it("reads agreement between peers as two people being right or wrong together", () => {
    // Two people who are right in nine of ten agree in 0.81 + 0.01.
    expect(reliabilityOf({ right: 0, seen: 0 }, { right: 8200, seen: 10_000 })).toBeCloseTo(0.9, 3);
    // No better than a coin, or worse: nothing known in favour.
    expect(reliabilityOf({ right: 0, seen: 0 }, { right: 100, seen: 1000 })).toBeCloseTo(0.5, 2);
  });
  it("never falls when one more answer is right, and stays within bounds", () => {
    for (const seen of [0, 1, 5, 50])
      for (let right = 0; right <= seen; right += 1) {
        const before = reliabilityOf({ right, seen }, { right: 3, seen: 5 });
        expect(before).toBeGreaterThanOrEqual(0.5);
        expect(before).toBeLessThanOrEqual(0.99);
        expect(reliabilityOf({ right: right + 1, seen: seen + 1 }, { right: 3, seen: 5 })).toBeGreaterThanOrEqual(
          before,
        );
      }
  });
});

describe("chance of a slip", () => {
  it("is Bayes' rule", () => {
    // Prior right 0.8; the model gives the choice 0.2: 0.2 * 0.8 against 0.8 * 0.2.
    expect(slipProbability(Math.log(5), 0.8)).toBeCloseTo(0.5, 12);
    expect(slipProbability(0, 0.8)).toBe(0);
    expect(slipProbability(Math.log(2), 0.5)).toBeCloseTo(0.5, 12);
  });
  it("rises with the surprise and falls with reliability, everywhere", () => {
    for (const reliability of grid(0.5, 0.99, 20))
      for (const surprise of grid(0, 30, 60)) {
        const here = slipProbability(surprise, reliability);
        expect(here).toBeGreaterThanOrEqual(0);
        expect(here).toBeLessThanOrEqual(1);
        expect(slipProbability(surprise + 0.1, reliability)).toBeGreaterThanOrEqual(here);
        expect(slipProbability(surprise, Math.max(0.5, reliability - 0.05))).toBeGreaterThanOrEqual(here);
      }
  });
});

describe("triage", () => {
  it("leaves alone what does not surprise, whatever else is true", () => {
    const category = { annotators: 50, share: 1 };
    const split = { same: 5, other: 5 };
    for (const reliability of grid(0.5, 0.99, 10))
      expect(triageOf({ ...lone, surprise: surpriseMin - 0.01, reliability, category, votes: split })).toBeNull();
  });
  it("asks the annotator about a lone surprise, unless the record speaks for them and against the model", () => {
    expect(triageOf(lone)).toBe("likely_slip");
    expect(triageOf({ ...lone, reliability: 0.97 })).toBeNull();
    expect(triageOf({ ...lone, reliability: 0.97, surprise: 4 })).toBe("likely_slip");
  });
  it("once a slip is likely, more surprise keeps it so", () => {
    for (const reliability of grid(0.5, 0.99, 20)) {
      let seen = false;
      for (const surprise of grid(0, 12, 48)) {
        const queue = triageOf({ ...lone, surprise, reliability });
        expect(["likely_slip", null]).toContain(queue);
        if (seen) expect(queue).toBe("likely_slip");
        seen ||= queue === "likely_slip";
      }
    }
  });
  it("calls a split of reliable annotators a plurality, and one with an unreliable voice not", () => {
    const split = { ...lone, votes: { same: 1, other: 2 }, reliabilityMin: reliableMin };
    expect(triageOf(split)).toBe("plurality");
    expect(triageOf({ ...split, reliabilityMin: reliableMin - 0.01 })).toBe("likely_slip");
    expect(triageOf({ ...split, votes: { same: 1, other: 1 } })).toBe("likely_slip");
    expect(triageOf({ ...split, votes: { same: 1, other: 3 } })).toBe("likely_slip");
  });
  it("asks the lead where several annotators surprise in one category, at twice the usual rate", () => {
    const gap = { ...lone, category: { annotators: 3, share: 0.2 } };
    expect(triageOf(gap)).toBe("guideline_gap");
    expect(triageOf({ ...gap, category: { annotators: 2, share: 0.2 } })).toBe("likely_slip");
    expect(triageOf({ ...gap, category: { annotators: 3, share: 0.19 } })).toBe("likely_slip");
    // One person's habit in a category is that person's, not the guideline's.
    expect(triageOf({ ...gap, category: { annotators: 1, share: 1 } })).toBe("likely_slip");
  });
});
