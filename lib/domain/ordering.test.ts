import { describe, expect, it } from "vitest";
import { drawOrder } from "./ordering";

/** Mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
const ids = (n: number) => Array.from({ length: n }, (_, index) => `item-${index}`);

const all = (n: number) => ({ ranked: ids(n), unranked: [], total: n });

describe("the drawn order", () => {
  it("is the ranking where nothing is explored, with certainty", () => {
    const placed = drawOrder(all(5), () => 0.5, 0);
    expect(placed.map(({ id }) => id)).toEqual(ids(5));
    expect(placed.every(({ probability }) => probability === 1)).toBe(true);
    expect(placed.map(({ key }) => key)).toEqual([-1, -0.8, -0.6, -0.4, -0.2].map((key) => expect.closeTo(key, 12)));
  });

  it("places every ranked item once, before the keys of chance", () => {
    for (const n of [0, 1, 2, 7, 64, 1000]) {
      const placed = drawOrder(all(n), seededRandom(n), 0.5);
      expect(new Set(placed.map(({ id }) => id)).size).toBe(n);
      expect(placed.every(({ key }) => key < 0)).toBe(true);
    }
  });

  it("draws with the chances that it states, unranked items too", () => {
    const random = seededRandom(7);
    const share = 0.3;
    const counts = new Map<string, number>();
    const told = new Map<string, number>();
    const runs = 20_000;
    for (let run = 0; run < runs; run += 1) {
      const [first] = drawOrder({ ranked: ids(3), unranked: ["other"], total: 4 }, random, share);
      counts.set(first!.id, (counts.get(first!.id) ?? 0) + 1);
      told.set(first!.id, first!.probability);
    }
    expect(told.get("item-0")).toBeCloseTo(1 - share + share / 4, 12);
    expect(told.get("other")).toBeCloseTo(share / 4, 12);
    for (const [id, count] of counts) expect(Math.abs(count / runs - told.get(id)!)).toBeLessThan(0.012);
    expect([...told.values()].reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  });

  it("stops where the unranked ones at hand are used up", () => {
    const placed = drawOrder({ ranked: ids(2), unranked: [], total: 100 }, () => 0.99, 1);
    expect(placed).toEqual([]);
  });
});
