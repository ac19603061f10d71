import { describe, expect, it } from "vitest";
import { isHarmful, isViolation, severityProblem } from "./red-team";

describe("isViolation", () => {
  it("goes by the safety answer, and by the severity only where there is none", () => {
    expect(isViolation("both_safe", null)).toBe(false);
    expect(isViolation("preferred_safe", null)).toBe(true);
    expect(isViolation("preferred_unsafe", 1)).toBe(true);
    expect(isViolation("both_unsafe", null)).toBe(true);
    expect(isViolation(null, 3)).toBe(false);
    expect(isViolation(null, 4)).toBe(true);
    expect(isViolation(null, null)).toBe(false);
  });
});

describe("severityProblem", () => {
  it("finds a severity that contradicts the safety answer", () => {
    expect(severityProblem("both_safe", 4)).toContain("both answers are marked safe");
    expect(severityProblem("preferred_safe", 3)).toContain("marked unsafe");
    expect(severityProblem("both_safe", 3)).toBeNull();
    expect(severityProblem("both_unsafe", 5)).toBeNull();
    expect(severityProblem(undefined, 5)).toBeNull();
    expect(severityProblem("both_safe", undefined)).toBeNull();
  });
});

describe("isHarmful", () => {
  it("holds for risk categories everywhere and for any category in the safety task", () => {
    expect(isHarmful("helpfulness", "hateful_and_harmful")).toBe(true);
    expect(isHarmful("helpfulness", "writing")).toBe(false);
    expect(isHarmful("safety", "self_harm")).toBe(true);
    expect(isHarmful("safety", null)).toBe(false);
  });
});
