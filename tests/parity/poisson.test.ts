/** Poisson rates against scipy (make_poisson.py). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { incompleteGamma } from "@/lib/domain/distributions";
import { poissonRate } from "@/lib/domain/poisson-rate";

interface Reference {
  rates: [number, number, number, number][];
  incompleteGamma: [number, number, number][];
}
const reference: Reference = JSON.parse(readFileSync(new URL("reference/poisson.json", import.meta.url), "utf8"));

describe("violations per hour", () => {
  it.each(reference.rates)("%d in %d hours", (found, hours, low, high) => {
    const rate = poissonRate(found, hours);
    expect(rate?.perHour).toBeCloseTo(found / hours, 12);
    expect(rate?.interval[0]).toBeCloseTo(low, 9);
    expect((rate?.interval[1] ?? 0) / high).toBeCloseTo(1, 9);
  });
  it("says nothing without time", () => {
    expect(poissonRate(3, 0)).toBeNull();
    expect(poissonRate(0, Number.NaN)).toBeNull();
  });
});

it.each(reference.incompleteGamma)("incomplete gamma P(%d, %d)", (a, x, expected) =>
  expect(incompleteGamma(a, x)).toBeCloseTo(expected, 11),
);
