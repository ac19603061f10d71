import { describe, expect, it } from "vitest";
import { PROJECT_PAGES, projectPageOf, projectPagePath } from "./pages";

describe("the page of a path", () => {
  it("is found for every page, for what lies below it, and else is the rounds", () => {
    for (const page of PROJECT_PAGES) {
      expect(projectPageOf("p1", projectPagePath("p1", page))).toBe(page);
      expect(projectPageOf("p1", `${projectPagePath("p1", page)}/x/y`)).toBe(page);
    }
    expect(projectPageOf("p1", "/console/projects/p1/rounds/r7")).toBe("rounds");
    expect(projectPageOf("p1", "/console/projects/p1/qualitative")).toBe("rounds");
  });
});
