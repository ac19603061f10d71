import { describe, expect, it } from "vitest";
import { latest, parseLines, renderTables } from "./render";

const line = {
  case: "train",
  size: "smollm2",
  ours: "libtorch-bf16",
  peer: "trl-defaults",
  oursPerSecond: 2.7,
  peerPerSecond: 0.54,
  ratio: 5,
  goal: 5,
  rounds: 3,
  peakRssMib: { ours: 5000, peer: 6000 },
  losses: { largestDifference: 0.002, agree: null },
  disturbed: false,
};

describe("tables of results", () => {
  it("shows speeds, the ratio, whether the goal was reached, and memory of both", () => {
    const text = renderTables([{ machine: "CPU", cores: 2, threads: 2, memoryGib: 24, node: "20" }, line]);
    expect(text).toContain("Machine: CPU, 2 cores");
    expect(text).toContain(
      "| smollm2 | libtorch-bf16 | trl-defaults | 2.7 | 0.54 | 5.00× | 5× reached | 5000 / 6000 | 3, quiet | 0.002 |",
    );
  });

  it("takes the latest of lines about the same thing", () => {
    const kept = latest([line, { ...line, ratio: 4 }, { ...line, peer: "trl-best" }, { run: "train" }]);
    expect(kept.map(({ peer, ratio }) => [peer, ratio])).toEqual([
      ["trl-defaults", 4],
      ["trl-best", 5],
    ]);
  });

  it("says where a goal was missed and where other work disturbed the run", () => {
    const text = renderTables([{ ...line, ratio: 4.5, disturbed: true, foreignShareLargest: 0.3 }]);
    expect(text).toContain("5× missed");
    expect(text).toContain("disturbed (30%)");
  });

  it("names a broken line", () => {
    expect(() => parseLines('{"a":1}\n{oh', "r.jsonl")).toThrow(/r\.jsonl:2/);
  });
});
