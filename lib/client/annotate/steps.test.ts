import { describe, expect, it } from "vitest";
import { EMPTY_FORM, missingOf, STEPS } from "./steps";

describe("the eight-step bar", () => {
  it("mirrors the strengths around the middle, A left and B right", () => {
    expect(STEPS.map((step) => `${step.digit}${step.preferred} ${step.strength}`)).toEqual([
      "1a significantly_better",
      "2a better",
      "3a slightly_better",
      "4a negligibly_better",
      "5b negligibly_better",
      "6b slightly_better",
      "7b better",
      "8b significantly_better",
    ]);
  });

  it("asks for safety only on the safety task", () => {
    const form = { ...EMPTY_FORM, preferred: "a" as const, strength: "better" as const };
    expect(missingOf(form, "helpfulness")).toEqual([]);
    expect(missingOf(form, "safety")).toEqual(["safety"]);
    expect(missingOf(EMPTY_FORM, "safety")).toEqual(["step", "safety"]);
  });

  it("asks why when the preferred answer is the unsafe one", () => {
    const form = {
      ...EMPTY_FORM,
      preferred: "b" as const,
      strength: "better" as const,
      safety: "preferred_unsafe" as const,
    };
    expect(missingOf(form, "safety")).toEqual(["why"]);
    expect(missingOf({ ...form, rationale: "   " }, "safety")).toEqual(["why"]);
    expect(missingOf({ ...form, rationale: "it refuses and insults" }, "safety")).toEqual([]);
  });
});
