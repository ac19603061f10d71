import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestOfN, type Candidate, combinedReward, sigmoid } from "./reward";

const logit = fc.double({ min: -50, max: 50, noNaN: true });

describe("combinedReward", () => {
  it("uses safety for tagged prompts and unsafe-looking answers, else helpfulness", () => {
    fc.assert(
      fc.property(logit, logit, fc.boolean(), (helpfulness, safety, safetyTagged) => {
        const reward = combinedReward({ helpfulness, safety, safetyTagged });
        const expected = safetyTagged || 1 / (1 + Math.exp(-safety)) < 0.15 ? "safety" : "helpfulness";
        expect(reward.source).toBe(expected);
        expect(reward.logit).toBe(expected === "safety" ? safety : helpfulness);
        expect(reward.score).toBe(sigmoid(reward.logit));
        expect(reward.score).toBeGreaterThanOrEqual(0);
        expect(reward.score).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("switches at sigma = 0.15, which is a logit of -1.735", () => {
    const source = (safety: number): string => combinedReward({ helpfulness: 1, safety, safetyTagged: false }).source;
    expect(source(-1.7347)).toBe("safety");
    expect(source(-1.7346)).toBe("helpfulness");
  });

  it("works with one model and refuses none or a broken reward", () => {
    expect(combinedReward({ helpfulness: 2, safety: null, safetyTagged: true }).source).toBe("helpfulness");
    expect(combinedReward({ helpfulness: null, safety: 2, safetyTagged: false }).source).toBe("safety");
    expect(() => combinedReward({ helpfulness: null, safety: null, safetyTagged: false })).toThrow(RangeError);
    expect(() => combinedReward({ helpfulness: Number.NaN, safety: 1, safetyTagged: false })).toThrow(/NaN/);
  });

  it("has a sigma without overflow", () => {
    expect([sigmoid(-1000), sigmoid(0), sigmoid(1000)]).toEqual([0, 0.5, 1]);
  });
});

const candidate = (id: string, logit: number, round = 2, text = `text ${id}`): Candidate => ({
  id,
  logit,
  round,
  text,
});

describe("bestOfN", () => {
  it("chooses over this round's samples and the best of earlier rounds", () => {
    const samples = [candidate("a", 1), candidate("b", 3)];
    expect(bestOfN(samples, [candidate("old", 5, 1)]).best.id).toBe("old");
    expect(bestOfN(samples, [candidate("old", 2, 1)]).best.id).toBe("b");
  });

  it("breaks ties by round, then id, whatever the order of the input", () => {
    const pool = [candidate("b", 1), candidate("a", 1), candidate("c", 1, 1), candidate("d", 0)];
    fc.assert(
      fc.property(fc.shuffledSubarray(pool, { minLength: 4 }), (shuffledPool) => {
        const { best, rival, ranks } = bestOfN(shuffledPool);
        expect(best.id).toBe("a");
        expect(rival?.id).toBe("b");
        expect(Object.fromEntries(ranks)).toEqual({ a: 1, b: 2, c: 3, d: 4 });
      }),
    );
  });

  it("takes as rival the best other text of the newest round in the upper half", () => {
    const old = candidate("old", 9, 1);
    const older = candidate("older", 8, 1);
    expect(bestOfN([candidate("a", 7), candidate("b", 1)], [old, older]).rival?.id).toBe("older");
    const samples = [candidate("a", 7), candidate("b", 1), candidate("c", 0)];
    expect(bestOfN(samples, [old, older]).rival?.id).toBe("a");
  });

  it("never offers the same text as rival", () => {
    const twins = [candidate("a", 3, 2, "same"), candidate("b", 2, 2, " same\n"), candidate("c", 1, 2, "other")];
    expect(bestOfN(twins).rival?.id).toBe("c");
    expect(bestOfN(twins.slice(0, 2)).rival).toBeNull();
  });

  it("refuses an empty pool, a repeated id and a reward that is no number", () => {
    expect(() => bestOfN([])).toThrow(/no candidate/);
    expect(() => bestOfN([candidate("a", 1)], [candidate("a", 2)])).toThrow(/same id/);
    expect(() => bestOfN([candidate("a", Number.NaN)])).toThrow(/candidate a has reward NaN/);
  });
});
