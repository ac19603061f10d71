import { describe, expect, it } from "vitest";
import { BenchError } from "./errors";
import { bothRan, interleave, median, paired } from "./rounds";

const quiet = { rounds: 2, foreignShareMax: 0.05, triesMax: 3, report: () => {}, onFailed: () => {} };

/** A contender whose runs see the given foreign shares in turn. */
function contender(name: string, shares: number[], order: string[] = []) {
  return {
    name,
    run: async () => {
      order.push(name);
      return { result: shares.length, seconds: 1, foreignShare: shares.shift() ?? 0 };
    },
  };
}

describe("rounds", () => {
  it("interleaves the contenders, so that a slow minute hits all of them", async () => {
    const order: string[] = [];
    await interleave([contender("a", [], order), contender("b", [], order)], quiet);
    expect(order).toEqual(["a", "b", "a", "b"]);
  });

  it("throws a disturbed run away and makes it again", async () => {
    const kept = await interleave([contender("a", [0.5, 0.2, 0.01, 0.3, 0.04])], quiet);
    expect(kept.map(({ foreignShare, discarded, disturbed }) => ({ foreignShare, discarded, disturbed }))).toEqual([
      { foreignShare: 0.01, discarded: 2, disturbed: false },
      { foreignShare: 0.04, discarded: 1, disturbed: false },
    ]);
  });

  it("keeps the least disturbed run when every try was disturbed, and says so", async () => {
    const [kept] = await interleave([contender("a", [0.5, 0.2, 0.3])], { ...quiet, rounds: 1 });
    expect(kept).toMatchObject({ foreignShare: 0.2, discarded: 2, disturbed: true });
  });

  it("goes on without a contender that fails", async () => {
    const failed: string[] = [];
    const broken = { name: "b", run: () => Promise.reject(new BenchError("no such engine")) };
    const kept = await interleave([contender("a", []), broken], { ...quiet, onFailed: (name) => failed.push(name) });
    expect(kept.map(({ contender: name, round }) => [name, round])).toEqual([
      ["a", 0],
      ["a", 1],
    ]);
    expect(failed).toEqual(["b"]);
    expect(bothRan(kept, "a", "b")).toBe(false);
  });

  it("gives what it has when it is stopped", async () => {
    let runs = 0;
    const run = async () => {
      runs += 1;
      if (runs === 2) throw new DOMException("stopped", "AbortError");
      return { result: 1, seconds: 1, foreignShare: 0 };
    };
    expect(await interleave([{ name: "a", run }], quiet)).toHaveLength(1);
  });

  it("pairs runs of one round only", async () => {
    const kept = await interleave([contender("a", []), contender("b", [])], quiet);
    const values = paired(kept.slice(0, 3), "a", "b", ({ round }) => round);
    expect(values).toEqual([[0, 0]]);
  });

  it("takes medians", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});
