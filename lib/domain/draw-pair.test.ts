import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawPair, inclusionProbability, pairProbability } from "./draw-pair";

const variants = fc
  .array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 8 })
  .map((weights) => weights.map((weight, index) => ({ id: String(index), weight })));

describe("drawing two variants", () => {
  it("gives probabilities that sum to one over all pairs, and to two over inclusions", () => {
    fc.assert(
      fc.property(variants, (all) => {
        let pairs = 0;
        for (const [index, first] of all.entries())
          for (const second of all.slice(index + 1)) pairs += pairProbability(all, first.id, second.id);
        const inclusions = all.reduce((sum, variant) => sum + inclusionProbability(all, variant.id), 0);
        expect(pairs).toBeCloseTo(1, 10);
        expect(inclusions).toBeCloseTo(2, 10);
      }),
    );
  });

  it("always draws two different variants and tells their probability", () => {
    fc.assert(
      fc.property(
        variants,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (all, one, two) => {
          const randoms = [one, two];
          const pair = drawPair(all, () => randoms.shift()!)!;
          expect(pair.first.id).not.toBe(pair.second.id);
          expect(pair.pairProbability).toBe(pairProbability(all, pair.first.id, pair.second.id));
          expect(pair.pairProbability).toBeGreaterThan(0);
          expect(pair.pairProbability).toBeLessThanOrEqual(1 + 1e-12);
        },
      ),
    );
  });

  it("draws as often as it says", () => {
    const all = [
      { id: "a", weight: 1 },
      { id: "b", weight: 2 },
      { id: "c", weight: 5 },
    ];
    let state = 12345;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const counts = new Map<string, number>();
    const draws = 40_000;
    for (let draw = 0; draw < draws; draw += 1) {
      const pair = drawPair(all, random)!;
      const key = [pair.first.id, pair.second.id].sort().join("");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const [key, count] of counts) expect(count / draws).toBeCloseTo(pairProbability(all, key[0]!, key[1]!), 1.8);
    expect(counts.size).toBe(3);
  });

  it("needs two variants with weight", () => {
    expect(
      drawPair(
        [
          { id: "a", weight: 1 },
          { id: "b", weight: 0 },
        ],
        Math.random,
      ),
    ).toBeNull();
    expect(
      drawPair(
        [
          { id: "a", weight: 1 },
          { id: "b", weight: 1e-9 },
        ],
        Math.random,
      )?.pairProbability,
    ).toBeCloseTo(1, 12);
  });
});
