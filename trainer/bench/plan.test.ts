import { describe, expect, it } from "vitest";
import { benchPlan, fittingSteps } from "./plan";

describe("the plan of all figures", () => {
  it("fits the minutes it is given and keeps the order", () => {
    const all = benchPlan({ brief: true });
    const chosen = fittingSteps(all, 25, { brief: true });
    expect(chosen.reduce((sum, { minutes }) => sum + minutes.brief, 0)).toBeLessThanOrEqual(25);
    expect(chosen[0]?.name).toBe("train");
    expect(all.filter((step) => chosen.includes(step))).toEqual(chosen);
  });

  it("times 64 pairs in full", () => {
    const [first] = benchPlan({ brief: false });
    expect(first?.args.join(" ")).toContain("--pairs 64");
  });
});
