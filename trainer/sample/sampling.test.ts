import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random";
import { type SamplingParameters, sampleToken } from "./sampling";

const logits = fc
  .array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 40 })
  .map((values) => Float32Array.from(values));
const parameters: fc.Arbitrary<SamplingParameters> = fc.record({
  temperature: fc.constantFrom(0, 0.1, 0.7, 1, 1.3, 5),
  topK: fc.option(fc.integer({ min: 1, max: 50 })),
  topP: fc.option(fc.double({ min: 0.01, max: 1, noNaN: true })),
  minP: fc.option(fc.double({ min: 0.001, max: 1, noNaN: true })),
});
const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function softmax(values: ArrayLike<number>, temperature = 1): number[] {
  const top = Math.max(...Array.from(values));
  const weights = Array.from(values, (value) => Math.exp((value - top) / temperature));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}
const everything: SamplingParameters = { temperature: 1, topK: null, topP: null };

describe("sampleToken", () => {
  it("draws inside top-k and the top-p nucleus, and reports the model's own log-probability", () => {
    fc.assert(
      fc.property(logits, parameters, uniform, (values, settings, u) => {
        const { id, logProbability } = sampleToken(values, settings, () => u);
        const rank = values.filter((value) => value > values[id]!).length;
        if (settings.temperature === 0) expect(rank).toBe(0);
        if (settings.topK !== null) expect(rank).toBeLessThan(settings.topK);
        if (settings.topP !== null && settings.temperature > 0) {
          const better = [...values.keys()].filter((other) => values[other]! > values[id]!);
          const kept = [...values].sort((a, b) => b - a).slice(0, settings.topK ?? undefined);
          const total = softmax(kept, settings.temperature);
          const mass = total.slice(0, better.length).reduce((a, b) => a + b, 0);
          if (better.length > 0) expect(mass).toBeLessThan(settings.topP + 1e-9);
        }
        if (settings.minP != null && settings.temperature > 0) {
          const likely = softmax(values, settings.temperature);
          expect(likely[id]!).toBeGreaterThanOrEqual(settings.minP * Math.max(...likely) - 1e-9);
        }
        expect(logProbability).toBeCloseTo(Math.log(softmax(values)[id]!), 5);
      }),
      { numRuns: 500 },
    );
  });

  it("can draw every token that top-k, top-p and min-p leave, and no other", () => {
    const values = Float32Array.from([2, 1, 0, -1, -9, 2]);
    const drawn = (settings: Partial<SamplingParameters>) => {
      const ids = Array.from(
        { length: 2000 },
        (_, n) => sampleToken(values, { ...everything, ...settings }, () => n / 2000).id,
      );
      return [...new Set(ids)].sort();
    };
    expect(drawn({ topK: 3 })).toEqual([0, 1, 5]);
    // Weights relative to the largest: 1, 0.37, 0.14, 0.05, 0.00002, 1; the two largest hold 0.78 of all.
    expect(drawn({ topP: 0.78 })).toEqual([0, 5]);
    expect(drawn({ topP: 0.79 })).toEqual([0, 1, 5]);
    expect(drawn({ minP: 0.1 })).toEqual([0, 1, 2, 5]);
    expect(drawn({ topK: 4, minP: 0.2 })).toEqual([0, 1, 5]);
  });

  it("follows the distribution at the temperature", () => {
    const values = [0, 1, 2, -1];
    for (const temperature of [0.5, 1, 2]) {
      const random = createRandom(3);
      const counts = [0, 0, 0, 0];
      const draws = 20_000;
      for (let i = 0; i < draws; i += 1)
        counts[sampleToken(values, { ...everything, temperature }, random.uniform).id]! += 1;
      softmax(values, temperature).forEach((p, id) => {
        // Five standard deviations.
        expect(Math.abs(counts[id]! / draws - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / draws));
      });
    }
  });

  it("takes the first of equals at temperature 0, and only the best at top-k 1 or a tiny top-p", () => {
    expect(sampleToken([1, 5, 5], { ...everything, temperature: 0 }, () => 0.99).id).toBe(1);
    expect(sampleToken([1, 5, 5], { ...everything, topK: 1 }, () => 0.99).id).toBe(1);
    expect(sampleToken([1, 5, 3], { ...everything, topP: 0.001 }, () => 0.99).id).toBe(1);
  });

  it("keeps just enough tokens to reach top-p", () => {
    const values = [0.5, 0.3, 0.2].map(Math.log);
    const drawn = (topP: number): Set<number> =>
      new Set([0, 0.3, 0.6, 0.9, 0.999].map((u) => sampleToken(values, { ...everything, topP }, () => u).id));
    expect([...drawn(0.49)]).toEqual([0]);
    expect([...drawn(0.6)]).toEqual([0, 1]);
    expect([...drawn(0.81)]).toEqual([0, 1, 2]);
  });

  it("never draws a token that was ruled out", () => {
    const ruledOut = Float32Array.of(Number.NEGATIVE_INFINITY, 0, Number.NEGATIVE_INFINITY);
    for (const u of [0, 0.5, 1 - 2 ** -53]) expect(sampleToken(ruledOut, everything, () => u).id).toBe(1);
  });

  it.each<[string, number[], Partial<SamplingParameters>, RegExp]>([
    ["a negative temperature", [1], { temperature: -1 }, /temperature/],
    ["top-k of zero", [1], { topK: 0 }, /topK/],
    ["top-p above one", [1], { topP: 1.1 }, /topP/],
    ["a NaN logit", [1, Number.NaN], {}, /token 1 is not a number/],
    ["no logits", [], {}, /no token/],
    ["nothing allowed", [Number.NEGATIVE_INFINITY], {}, /no token/],
    ["an infinite logit", [Number.POSITIVE_INFINITY], {}, /no token has a finite logit/],
  ])("refuses %s", (_, values, change, message) => {
    expect(() => sampleToken(values, { ...everything, ...change }, () => 0.5)).toThrow(message);
  });
});
