import { describe, expect, it } from "vitest";
import { type BestSettings, type HeldoutResult, isStale, judge, NO_EVALUATION, wantsBest } from "./evaluation-state";

const settings: BestSettings = { bestBy: "accuracy", earlyStopPatience: 2, earlyStopGainMin: 0, keepBest: false };
const after = (results: HeldoutResult[], more: Partial<BestSettings> = {}) =>
  results.reduce((state, result, index) => judge(state, index + 1, result, { ...settings, ...more }), NO_EVALUATION);
const at = (accuracy: number, loss = 1): HeldoutResult => ({ accuracy, loss });

describe("early stop", () => {
  it("counts evaluations without a gain and starts again at a gain", () => {
    expect(after([at(0.5), at(0.5), at(0.4)]).stale).toBe(2);
    expect(after([at(0.5), at(0.4), at(0.6)]).stale).toBe(0);
    expect(isStale(after([at(0.5), at(0.4)]), settings)).toBe(false);
    expect(isStale(after([at(0.5), at(0.4), at(0.5)]), settings)).toBe(true);
    expect(isStale(after([at(0.5), at(0.4), at(0.5)]), { ...settings, earlyStopPatience: null })).toBe(false);
  });

  it("does not let small gains pass for one, but lets them add up", () => {
    const small = { earlyStopGainMin: 0.05 };
    expect(after([at(0.5), at(0.54)], small).stale).toBe(1);
    expect(after([at(0.5), at(0.54), at(0.56)], small).stale).toBe(0);
    expect(after([at(0.5), at(0.54)], small).best?.step).toBe(2);
  });

  it("goes by the loss where asked to: lower is better", () => {
    const byLoss = { bestBy: "loss" as const };
    expect(after([at(0.5, 0.7), at(0.9, 0.8)], byLoss)).toMatchObject({ best: { step: 1 }, stale: 1 });
    expect(after([at(0.5, 0.7), at(0.4, 0.6)], byLoss)).toMatchObject({ best: { step: 2 }, stale: 0 });
  });
});

describe("the best model", () => {
  it("is the more accurate one, the less wrong one of two alike, and the earlier of two that are the same", () => {
    expect(after([at(0.5), at(0.7), at(0.6)]).best).toEqual({ step: 2, accuracy: 0.7, loss: 1 });
    expect(after([at(0.5, 0.7), at(0.5, 0.6)]).best?.step).toBe(2);
    expect(after([at(0.5, 0.7), at(0.5, 0.7)]).best?.step).toBe(1);
  });

  it("is the result when asked for, and always with early stop", () => {
    expect(wantsBest({ ...settings, earlyStopPatience: null })).toBe(false);
    expect(wantsBest({ ...settings, earlyStopPatience: null, keepBest: true })).toBe(true);
    expect(wantsBest(settings)).toBe(true);
  });
});
