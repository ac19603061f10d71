import { describe, expect, it } from "vitest";
import { seededChoice, seededInteger } from "./seeded";

describe("seededChoice", () => {
  const items = Array.from({ length: 50 }, (_, index) => `item ${index}`);
  const choose = (list: string[], seed: number) => seededChoice(list, (item) => item, 10, seed, "prompts");
  it("does not depend on the order of the items", () => {
    expect(choose([...items].reverse(), 7)).toEqual(choose(items, 7));
  });
  it("changes with the seed", () => {
    expect(choose(items, 8)).not.toEqual(choose(items, 7));
  });
});

describe("seededInteger", () => {
  it("fits a Postgres integer and tells labels apart", () => {
    const values = Array.from({ length: 200 }, (_, index) => seededInteger(1, "candidate", index));
    expect(new Set(values).size).toBe(200);
    expect(values.every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31)).toBe(true);
    expect(seededInteger(1, "a", "bc")).not.toBe(seededInteger(1, "ab", "c"));
  });
});
