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
  it("goes on after a pass, so that later decay is found", () => {
    const answers = [...Array<boolean>(60).fill(true), ...Array<boolean>(8).fill(false)];
    expect(sequentialTest(answers.slice(0, 60), SEQUENTIAL_TEST_DEFAULTS).decision).not.toBe("pause");
    expect(sequentialTest(answers, SEQUENTIAL_TEST_DEFAULTS).decision).toBe("pause");
  });
  it("refuses shares that do not describe two kinds of annotator", () => {
    expect(() => sequentialTest([true], { ...SEQUENTIAL_TEST_DEFAULTS, badShare: 0.95 })).toThrow(/badShare \(0.95\)/);
  });
});
