import { describe, expect, it } from "vitest";
import { forecastFinish } from "./forecast";

describe("forecast", () => {
  it("divides what remains by the pace, with the t interval of the pace", () => {
    // Mean 100, sample deviation 10, n 4: t(0.975, 3) = 3.18245, reach 15.912.
    const daily = [90, 110, 100 - Math.sqrt(50), 100 + Math.sqrt(50)];
    const { perDay, days, interval } = forecastFinish(daily, 1000);
    expect(perDay).toBeCloseTo(100, 9);
    expect(days).toBeCloseTo(10, 9);
    expect(interval?.[0]).toBeCloseTo(1000 / 115.91, 1);
    expect(interval?.[1]).toBeCloseTo(1000 / 84.09, 1);
  });
  it("has no late end when the pace may be none, and no end at all without a pace", () => {
    expect(forecastFinish([0, 40, 0], 100).interval?.[1]).toBeNull();
    expect(forecastFinish([0, 0], 100)).toEqual({ perDay: 0, days: null, interval: null });
    expect(forecastFinish([], 100).days).toBeNull();
    expect(forecastFinish([5], 0).days).toBe(0);
  });
});
