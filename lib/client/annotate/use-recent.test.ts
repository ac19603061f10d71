import { describe, expect, it } from "vitest";
import { digitOf, RECENT_MAX, type RecentDecision, withDecision } from "./use-recent";

const decision = (n: number, itemId = `item-${n}`): RecentDecision => ({
  id: `comparison-${n}`,
  itemId,
  task: "helpfulness",
  preferred: "b",
  strength: "better",
  promptExcerpt: "",
  category: null,
  createdAt: "2026-01-01T00:00:00Z",
});

describe("the recent decisions", () => {
  it("stand newest first and never grow beyond the strip", () => {
    let list: RecentDecision[] = [];
    for (let n = 1; n <= RECENT_MAX + 2; n += 1) list = withDecision(list, decision(n));
    expect(list.length).toBe(RECENT_MAX);
    expect(list[0]?.id).toBe(`comparison-${RECENT_MAX + 2}`);
  });

  it("show a change of mind in the place of what it replaces", () => {
    const list = withDecision([decision(3), decision(2), decision(1)], decision(9, "item-2"));
    expect(list.map(({ id }) => id)).toEqual(["comparison-3", "comparison-9", "comparison-1"]);
  });

  it("carry the digit of the step that was pressed", () => {
    expect(digitOf(decision(1))).toBe(7);
  });
});
