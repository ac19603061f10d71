import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PreferencePair } from "../format/pair";
import { describeMix, mixPairs } from "./mix";

type Kind = "ownHelpful" | "ownSafe" | "importHelpful" | "importSafe";
function make(kind: Kind, count: number): PreferencePair[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `${kind}-${i}`,
    prompt: [{ role: "user", content: "q" }],
    chosen: "a",
    rejected: "b",
    strength: null,
    safety: null,
    task: kind.endsWith("Helpful") ? "helpfulness" : "safety",
    source: kind.startsWith("own") ? "annotator" : "import",
  }));
}
const pool = (counts: Partial<Record<Kind, number>>): PreferencePair[] =>
  Object.entries(counts).flatMap(([kind, count]) => make(kind as Kind, count));
function counted(pairs: readonly PreferencePair[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { id } of pairs) counts[id.split("-")[0]!] = (counts[id.split("-")[0]!] ?? 0) + 1;
  return counts;
}
const options = { otherShare: null, seed: 1 } as const;

describe("mixPairs", () => {
  it("takes all own helpfulness and an equal part of everything else", () => {
    const pairs = pool({ ownHelpful: 100, ownSafe: 200, importHelpful: 200, importSafe: 200 });
    const mixed = mixPairs(pairs, { ...options, task: "helpfulness" });
    const counts = counted(mixed);
    expect(counts.ownHelpful).toBe(100);
    expect(mixed).toHaveLength(200);
    // Uniform over the other side: a third each of 100, so 33 with a standard deviation of about 4.4.
    for (const kind of ["ownSafe", "importHelpful", "importSafe"]) {
      expect(counts[kind]).toBeGreaterThan(15);
      expect(counts[kind]).toBeLessThan(52);
    }
  });

  it("takes all safety, own and imported, and a tenth of helpfulness", () => {
    const pairs = pool({ ownHelpful: 100, ownSafe: 60, importHelpful: 100, importSafe: 30 });
    const mixed = mixPairs(pairs, { ...options, task: "safety" });
    const counts = counted(mixed);
    expect([counts.ownSafe, counts.importSafe]).toEqual([60, 30]);
    expect((counts.ownHelpful ?? 0) + (counts.importHelpful ?? 0)).toBe(10);
    expect(describeMix(pairs, { ...options, task: "safety" })).toMatchObject({
      mainPairs: 90,
      otherPairsDrawn: 10,
      otherShareDrawn: 0.1,
      notes: [],
    });
  });

  it("does not depend on the order of the input, only on the seed", () => {
    const pairs = pool({ ownHelpful: 20, ownSafe: 40 });
    const ids = (input: PreferencePair[], seed: number): string[] =>
      mixPairs(input, { task: "helpfulness", otherShare: null, seed }).map((pair) => pair.id);
    expect(ids([...pairs].reverse(), 5)).toEqual(ids(pairs, 5));
    expect(ids(pairs, 6)).not.toEqual(ids(pairs, 5));
  });

  it("uses what there is when a side is missing, and says so", () => {
    const few = pool({ ownHelpful: 10, ownSafe: 2 });
    expect(mixPairs(few, { ...options, task: "helpfulness" })).toHaveLength(12);
    expect(describeMix(few, { ...options, task: "helpfulness" }).notes[0]).toMatch(/wants 10 .* 2 exist/);
    const imported = pool({ importHelpful: 8, importSafe: 20 });
    expect(counted(mixPairs(imported, { ...options, task: "helpfulness" }))).toEqual({
      importHelpful: 8,
      importSafe: 8,
    });
    expect(describeMix(imported, { ...options, task: "helpfulness" }).notes[0]).toMatch(/imported helpfulness/);
    const none = pool({ ownHelpful: 5 });
    expect(mixPairs(none, { ...options, task: "safety" })).toHaveLength(5);
    expect(describeMix(none, { ...options, task: "safety" }).notes[0]).toMatch(/No safety pair at all/);
    expect(mixPairs([], { ...options, task: "safety" })).toEqual([]);
    expect(describeMix([], { ...options, task: "safety" }).otherShareDrawn).toBe(0);
  });

  it("never repeats a pair, keeps the main side whole and meets any share", () => {
    const count = fc.nat(40);
    fc.assert(
      fc.property(
        fc.record({ ownHelpful: count, ownSafe: count, importHelpful: count, importSafe: count }),
        fc.constantFrom("helpfulness" as const, "safety" as const),
        fc.double({ min: 0, max: 0.95, noNaN: true }),
        fc.nat(),
        (counts, task, otherShare, seed) => {
          const pairs = pool(counts);
          const mixed = mixPairs(pairs, { task, otherShare, seed });
          const { mainPairs, otherPairsDrawn, otherPairsAvailable } = describeMix(pairs, { task, otherShare, seed });
          expect(new Set(mixed.map((pair) => pair.id)).size).toBe(mixed.length);
          expect(mixed).toHaveLength(mainPairs + otherPairsDrawn);
          const own = task === "safety" ? "ownSafe" : "ownHelpful";
          expect(counted(mixed)[own] ?? 0).toBe(counts[own]);
          if (mainPairs > 0 && otherPairsDrawn < otherPairsAvailable)
            expect(Math.abs(otherPairsDrawn - (mainPairs * otherShare) / (1 - otherShare))).toBeLessThanOrEqual(0.5);
        },
      ),
    );
  });

  it("can draw from the other side alone, and refuses a share outside 0..1", () => {
    const pairs = pool({ ownHelpful: 3, ownSafe: 4 });
    expect(counted(mixPairs(pairs, { task: "helpfulness", otherShare: 1, seed: 1 }))).toEqual({ ownSafe: 4 });
    expect(() => mixPairs(pairs, { task: "safety", otherShare: 1.5, seed: 1 })).toThrow(/0\.\.1/);
    expect(() => mixPairs(pairs, { task: "safety", otherShare: Number.NaN, seed: 1 })).toThrow(RangeError);
  });
});
