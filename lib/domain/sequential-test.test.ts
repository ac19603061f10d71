import { describe, expect, it } from "vitest";
import { seededInteger } from "./seeded";
import { SEQUENTIAL_TEST_DEFAULTS, type SequentialDecision, sequentialTest } from "./sequential-test";

/** Plays an annotator with a fixed share of right answers until the first decision. */
function play(share: number, random: () => number): { decision: SequentialDecision; items: number } {
  const answers: boolean[] = [];
  for (;;) {
    answers.push(random() < share);
    const { decision } = sequentialTest(answers, SEQUENTIAL_TEST_DEFAULTS);
    if (decision !== "continue") return { decision, items: answers.length };
  }
}

describe("sequential test", () => {
  let drawn = 0;
  const random = () => seededInteger(1, "play", drawn++) / 2 ** 31;
  const games = (share: number) => Array.from({ length: 2000 }, () => play(share, random));
  it("keeps its two error rates and is quick with the careless", () => {
    const good = games(SEQUENTIAL_TEST_DEFAULTS.goodShare);
    const bad = games(SEQUENTIAL_TEST_DEFAULTS.badShare);
    const coin = games(0.5);
    const rate = (all: typeof good, what: SequentialDecision) =>
      all.filter(({ decision }) => decision === what).length / all.length;
    // Wald's bounds are on the safe side; three standard errors for the play.
    expect(rate(good, "pause")).toBeLessThan(SEQUENTIAL_TEST_DEFAULTS.falsePauseRate + 0.007);
    expect(rate(bad, "pass")).toBeLessThan(SEQUENTIAL_TEST_DEFAULTS.falsePassRate + 0.015);
    expect(coin.reduce((sum, { items }) => sum + items, 0) / coin.length).toBeLessThan(12);
  });
  it("catches a coin flipper within some eight gold items, and passes a good annotator within some eleven", () => {
    const mean = (share: number) => games(share).reduce((sum, { items }) => sum + items, 0) / 2000;
    // Wald's approximation: the boundary over the mean step, here 4.55 / 0.463 = 9.8 without the overshoot and the errors.
    expect(mean(0.5)).toBeGreaterThan(5);
    expect(mean(0.5)).toBeLessThan(12);
    expect(mean(0.95)).toBeLessThan(mean(0.65));
  });
  it("never thinks better of an annotator for one more wrong answer", () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const length = 1 + (seededInteger(seed, "length") % 25);
      const answers = Array.from({ length }, (_, n) => seededInteger(seed, "answer", n) % 4 !== 0);
      const before = sequentialTest(answers, SEQUENTIAL_TEST_DEFAULTS);
      expect(before.logRatio).toBeLessThan(before.upper + 1.5);
      const worse = sequentialTest([...answers, false], SEQUENTIAL_TEST_DEFAULTS);
      const better = sequentialTest([...answers, true], SEQUENTIAL_TEST_DEFAULTS);
      if (before.decision === "pause") {
        // A pause stays, whatever comes after.
        expect([worse.decision, better.decision]).toEqual(["pause", "pause"]);
        continue;
      }
      expect(worse.logRatio).toBeGreaterThan(better.logRatio);
      const from = before.decision === "pass" ? 0 : before.logRatio;
      expect(worse.logRatio - from).toBeCloseTo(Math.log(0.35 / 0.1), 12);
      expect(better.logRatio - from).toBeCloseTo(Math.log(0.65 / 0.9), 12);
    }
  });
  it("goes on after a pass, so that later decay is found", () => {
    const answers = [...Array<boolean>(60).fill(true), ...Array<boolean>(8).fill(false)];
    expect(sequentialTest(answers.slice(0, 60), SEQUENTIAL_TEST_DEFAULTS).decision).not.toBe("pause");
    expect(sequentialTest(answers, SEQUENTIAL_TEST_DEFAULTS).decision).toBe("pause");
  });
  it("refuses shares that do not describe two kinds of annotator", () => {
    expect(() => sequentialTest([true], { ...SEQUENTIAL_TEST_DEFAULTS, badShare: 0.95 })).toThrow(/badShare \(0.95\)/);
  });
});
