import { describe, expect, it } from "vitest";
import { mixByWeights, UnknownSourceError } from "./weighted-mix";

const pairs = (source: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `${source}${String(index).padStart(3, "0")}`, source }));
const data = [...pairs("a", 40), ...pairs("b", 10), ...pairs("c", 4)];
const nameOf = (pair: { source: string }) => pair.source;
const timesUsed = (mixed: { id: string }[]) => {
  const times = new Map<string, number>();
  for (const { id } of mixed) times.set(id, (times.get(id) ?? 0) + 1);
  return times;
};

describe("mixByWeights", () => {
  it("uses each pair as often as its source's weight says; a source without one counts once", () => {
    const { mixed, sources } = mixByWeights(data, nameOf, { a: 0.25, b: 2.5 }, 1);
    expect(sources).toEqual([
      { name: "a", weight: 0.25, available: 40, drawn: 10 },
      { name: "b", weight: 2.5, available: 10, drawn: 25 },
      { name: "c", weight: 1, available: 4, drawn: 4 },
    ]);
    expect(mixed).toHaveLength(39);
    const times = timesUsed(mixed);
    expect(pairs("a", 40).filter(({ id }) => times.get(id) === 1)).toHaveLength(10);
    expect(
      pairs("b", 10)
        .map(({ id }) => times.get(id))
        .sort(),
    ).toEqual([2, 2, 2, 2, 2, 3, 3, 3, 3, 3]);
  });

  it("depends on the seed and not on the order of the input", () => {
    const ids = (input: typeof data, seed: number) =>
      mixByWeights(input, nameOf, { a: 0.5 }, seed).mixed.map(({ id }) => id);
    expect(ids([...data].reverse(), 3)).toEqual(ids(data, 3));
    expect(ids(data, 4)).not.toEqual(ids(data, 3));
  });

  it("leaves a source of weight 0 out, and refuses a name that the data lacks", () => {
    expect(mixByWeights(data, nameOf, { a: 0, b: 0 }, 1).mixed.every(({ source }) => source === "c")).toBe(true);
    expect(() => mixByWeights(data, nameOf, { d: 1 }, 1)).toThrow(new UnknownSourceError("d", ["a", "b", "c"]));
  });
});
