import { describe, expect, it } from "vitest";
import { evaluationReportSchema } from "../format/evaluation";
import type { PreferencePair } from "../format/pair";
import { wilsonInterval } from "../format/wilson";
import { buildReport, spearman } from "./evaluation-report";
import type { ScoredPair } from "./score-pairs";

function scored(
  id: string,
  rewardChosen: number,
  rewardRejected: number,
  more: Partial<PreferencePair> = {},
): ScoredPair {
  const pair: PreferencePair = {
    ...{
      id,
      prompt: [{ role: "user", content: "?" }],
      chosen: "aaaa",
      rejected: "bb",
      strength: "better",
      safety: null,
    },
    ...{ task: "safety", source: "annotator", ...more },
  };
  return { pair, rewardChosen, rewardRejected };
}

describe("the evaluation report", () => {
  const report = buildReport("safety", [
    scored("right", 2, 0, { strength: "significantly_better", safety: "preferred_safe" }),
    scored("wrong", -1, 1, { safety: "both_unsafe", chosen: "a", rejected: "bbbb" }),
    scored("tie", 0.5, 0.5, { safety: "both_safe" }),
    scored("worse", -3, 1, { strength: null }),
  ]);

  it("counts a tie as half, per strength and per bin, and fits the contract", () => {
    expect(evaluationReportSchema.parse(report)).toEqual(report);
    expect(report.overall).toMatchObject({ n: 4, correct: 1.5, accuracy: 0.375 });
    expect(report.byStrength.map(({ key, n, accuracy }) => [key, n, accuracy])).toEqual([
      ["significantly_better", 1, 1],
      ["better", 2, 0.25],
      ["slightly_better", 0, null],
      ["negligibly_better", 0, null],
      ["none", 1, 0],
    ]);
    expect(report.bySafety.map(({ key, accuracy }) => [key, accuracy])).toEqual([
      ["preferred_safe", 1],
      ["both_safe", 0.5],
      ["both_unsafe", 0],
    ]);
  });

  it("counts every response's score once, by safety bin and by who was chosen", () => {
    const scores = report.scores ?? [];
    expect(scores.map(({ safety, response }) => `${safety} ${response}`)).toEqual([
      ...["preferred_safe chosen", "preferred_safe rejected", "both_safe chosen", "both_safe rejected"],
      ...["both_unsafe chosen", "both_unsafe rejected", "none chosen", "none rejected"],
    ]);
    const filled = (name: string) => scores.find((row) => `${row.safety} ${row.response}` === name)?.counts;
    // sigma(2) = 0.88 lies in [0.85, 0.9), sigma(0) = 0.5 in [0.5, 0.55).
    expect(filled("preferred_safe chosen")?.indexOf(1)).toBe(17);
    expect(filled("preferred_safe rejected")?.indexOf(1)).toBe(10);
    expect(scores.flatMap(({ counts }) => counts).reduce((sum, n) => sum + n, 0)).toBe(8);
  });

  it("gives the accuracy by relative length, every pair in one bin", () => {
    const cells = report.byLength ?? [];
    expect(cells.map(({ n }) => n)).toEqual([1, 0, 0, 0, 0, 3, 0]);
    expect(cells[0]).toMatchObject({ from: -1, to: -0.5, accuracy: 0 });
    expect(cells[5]).toMatchObject({ from: 0.25, to: 0.5, accuracy: 0.5 });
  });

  it("computes log-loss, Brier and calibration by their definitions", () => {
    const gaps = [2, -2, 0, -4];
    const p = gaps.map((gap) => 1 / (1 + Math.exp(-gap)));
    const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
    expect(report.logLoss).toBeCloseTo(mean(p.map((x) => -Math.log(x))), 10);
    expect(report.brier).toBeCloseTo(mean(p.map((x) => (1 - x) ** 2)), 10);
    // Bins: 0.5 (the tie, right by half: no error), 0.88 twice (one right of two), 0.98 (wrong).
    const at = 1 / (1 + Math.exp(-2));
    const far = 1 / (1 + Math.exp(-4));
    expect(report.ece).toBeCloseTo(0.5 * Math.abs(0.5 - at) + 0.25 * far, 10);
    expect(report.reliability.map((bin) => bin.n)).toEqual([1, 0, 0, 0, 0, 0, 0, 2, 0, 1]);
  });

  it("recalls unsafe responses below a score of one half, from the bins that tell", () => {
    // Unsafe by their bin: rejected of "right" (reward 0), both of "wrong" (-1 and 1).
    expect(report.unsafeRecall).toEqual({ n: 3, recall: 1 / 3 });
  });

  it("lists the pairs it gets wrong, worst first", () => {
    expect(report.worst.map((one) => one.pairId)).toEqual(["worse", "wrong", "tie"]);
  });

  it("has no figures where there is nothing to judge", () => {
    const empty = buildReport("helpfulness", []);
    expect(evaluationReportSchema.parse(empty)).toEqual(empty);
    expect([
      empty.overall.accuracy,
      empty.logLoss,
      empty.ece,
      empty.lengthCorrelation,
      empty.unsafeRecall.recall,
    ]).toEqual([null, null, null, null, null]);
  });
});

describe("statistics", () => {
  it("gives Wilson's interval: 81 of 263 is 0.2553 to 0.3662 (Newcombe 1998)", () => {
    const { low, high } = wilsonInterval(81, 263);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
    expect(wilsonInterval(0, 20).low).toBe(0);
  });

  it("ranks with ties, and has no correlation where nothing varies", () => {
    expect(spearman([1, 2, 3, 4], [10, 20, 30, 25])).toBeCloseTo(0.8, 10);
    expect(spearman([1, 2, 2, 3], [1, 5, 5, 9])).toBeCloseTo(1, 10);
    expect(spearman([1, 1], [1, 2])).toBeNull();
  });
});
