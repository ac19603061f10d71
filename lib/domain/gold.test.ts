import { describe, expect, it } from "vitest";
import { binomialTail } from "./distributions";
import { HASTE_WINDOW, isRightAnswer, isSuspectGold, isTooHasty } from "./gold";
import { seededInteger } from "./seeded";

const COMBINATIONS = (["preferred_safe", "both_safe", "both_unsafe", "preferred_unsafe", null] as const).flatMap(
  (safety) => ([1, 2] as const).map((preferred) => ({ preferred, safety })),
);

describe("gold answers", () => {
  it("are right exactly when the side fits and safety, where both tell it, too", () => {
    for (const gold of COMBINATIONS)
      for (const given of COMBINATIONS) {
        const contradicts = given.safety !== null && gold.safety !== null && given.safety !== gold.safety;
        expect(isRightAnswer(given, gold)).toBe(given.preferred === gold.preferred && !contradicts);
      }
  });

  it("are suspect when good annotators miss them beyond chance, and not sooner", () => {
    expect(isSuspectGold(1, 1, 0.9)).toBe(false);
    expect(isSuspectGold(2, 2, 0.9)).toBe(true);
    expect(isSuspectGold(3, 2, 0.9)).toBe(true);
    expect(isSuspectGold(20, 2, 0.9)).toBe(false);
    expect(isSuspectGold(20, 6, 0.9)).toBe(true);
    // More misses never make it less suspect.
    for (let seen = 1; seen <= 30; seen += 1)
      for (let missed = 1; missed <= seen; missed += 1)
        if (isSuspectGold(seen, missed - 1, 0.9)) expect(isSuspectGold(seen, missed, 0.9)).toBe(true);
  });
});

describe("haste", () => {
  const settings = { hasteShareMax: 0.1, hasteFalsePauseRate: 0.00005 };
  it("is found after five in a row, and not in a few among many", () => {
    expect([0, 1, 2, 3, 4].some((hasty) => isTooHasty(hasty, hasty, settings))).toBe(false);
    expect(isTooHasty(5, 5, settings)).toBe(true);
    expect(isTooHasty(15, HASTE_WINDOW, settings)).toBe(false);
    expect(isTooHasty(30, HASTE_WINDOW, settings)).toBe(true);
    expect(isTooHasty(0, 0, settings)).toBe(false);
  });

  it("hardly ever takes somebody for hasty who keeps to half the tolerated share", () => {
    // Looked at after each of 400 judgements, over the newest hundred.
    const people = 300;
    let paused = 0;
    for (let person = 0; person < people; person += 1) {
      const fast = Array.from({ length: 400 }, (_, n) => seededInteger(person, "haste", n) / 2 ** 31 < 0.05);
      paused += Number(
        fast.some((_, n) => {
          const recent = fast.slice(Math.max(0, n + 1 - HASTE_WINDOW), n + 1);
          return isTooHasty(recent.filter(Boolean).length, recent.length, settings);
        }),
      );
    }
    expect(paused / people).toBeLessThan(0.01);
  });
});

it("binomialTail sums the upper terms, tiny ones included", () => {
  expect(binomialTail(2, 2, 0.1)).toBeCloseTo(0.01, 12);
  expect(binomialTail(0, 5, 0.3)).toBe(1);
  expect(binomialTail(6, 5, 0.3)).toBe(0);
  expect(binomialTail(20, 20, 0.1) / 1e-20).toBeCloseTo(1, 9);
});
