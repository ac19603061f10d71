import { describe, expect, it } from "vitest";
import { configDifferences } from "./use-compared-runs";

describe("the difference of configurations", () => {
  it("puts what differs first, also what only one of them has", () => {
    const rows = configDifferences([
      { task: "safety", seed: 1, learningRate: 1e-5 },
      { task: "safety", seed: 2, learningRate: 1e-5, margin: [1, 2] },
    ]);
    expect(rows.map(({ key, differs }) => [key, differs])).toEqual([
      ["seed", true],
      ["margin", true],
      ["task", false],
      ["learningRate", false],
    ]);
    expect(rows[1]!.values).toEqual(["–", "[1,2]"]);
  });
});
