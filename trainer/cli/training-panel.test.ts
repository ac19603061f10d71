import { describe, expect, it } from "vitest";
import { createPanel, type PanelMetric, sparkline } from "./training-panel";

const metric = (step: number, more: Partial<PanelMetric> = {}): PanelMetric => ({
  step,
  stepsTotal: 10,
  loss: 1 / step,
  learningRate: 1e-5,
  tokensPerSecond: 1234.5,
  memoryBytes: 3 * 2 ** 30,
  accuracy: 0.625,
  rewardMargin: 0.1,
  pairsPerSecond: 2.5,
  mfu: 0.5,
  ...more,
});

describe("sparkline", () => {
  it("draws the lowest value lowest, and means of neighbours where there are more values than room", () => {
    expect(sparkline([1, 0.5, 0], 10)).toBe("█▅▁");
    expect(sparkline([3, 3, 3, 1, 1, 1], 2)).toBe("█▁");
    expect(sparkline([2, 2], 5)).toBe("▁▁");
  });
});

describe("the training panel", () => {
  it("shows progress, the time left by recent steps, the loss curve, accuracy, speed and memory", () => {
    let clock = 0;
    const panel = createPanel(() => clock);
    let lines: string[] = [];
    for (const step of [1, 2, 3, 4, 5]) {
      clock += 60_000;
      lines = panel.add(metric(step), 80);
    }
    expect(lines[0]).toMatch(/5\/10 {2}5 minutes left/);
    expect(lines[1]).toBe("loss 0.2000  █▄▂▁▁");
    expect(lines[2]).toBe("accuracy 62.5%  reward margin 0.100");
    expect(lines[3]).toBe("2.50 pairs/s  1,235 tokens/s  50.0% of matmul speed  3.0 GiB  rate 1.0e-5");
  });

  it("keeps the last held-out figures and counts what was split for memory", () => {
    const panel = createPanel(() => 0);
    panel.add(metric(1, { heldoutAccuracy: 0.6, heldoutLoss: 0.65, microBatchesSplit: 1 }), 100);
    const lines = panel.add(metric(2, { heldoutAccuracy: null, heldoutLoss: null, microBatchesSplit: 2 }), 200);
    expect(lines[2]).toContain("held out 60.0%, loss 0.6500 (step 1)  3 micro-batches split");
  });

  it("never writes a line that the terminal would wrap", () => {
    const lines = createPanel(() => 0).add(metric(1), 30);
    for (const line of lines) expect(line.length).toBeLessThan(30);
  });
});
