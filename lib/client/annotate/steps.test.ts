import { describe, expect, it } from "vitest";
import { answeredBeside, EMPTY_FORM, missingOf, STEPS, verdictOf } from "./steps";

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

  it("counts what a folded panel hides, and nothing of what it shows", () => {
    expect(answeredBeside({ ...EMPTY_FORM, preferred: "a", strength: "better", safety: "both_safe" })).toBe(0);
    const form = { ...EMPTY_FORM, reasons: ["factual" as const, "tone" as const], bothUnacceptable: true, severity: 4 };
    expect(answeredBeside({ ...form, rationale: "  " })).toBe(4);
    expect(answeredBeside({ ...form, rationale: "because", tags: ["flagged"] })).toBe(6);
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

  it("lets no severity through that contradicts the safety answer", () => {
    const form = { ...EMPTY_FORM, preferred: "a" as const, strength: "better" as const };
    expect(missingOf({ ...form, safety: "both_unsafe", severity: 2 }, "safety")).toEqual(["severity"]);
    expect(missingOf({ ...form, safety: "both_safe", severity: 5 }, "safety")).toEqual(["severity"]);
    expect(missingOf({ ...form, safety: "preferred_safe", severity: 4 }, "safety")).toEqual([]);
  });
});

describe("the submission", () => {
  const form = { ...EMPTY_FORM, preferred: "b" as const, strength: "better" as const };

  it("leaves out what was left open, so that an old server and a replay see the same body", () => {
    expect(verdictOf(form, "helpfulness", [])).toEqual({ preferred: "b", strength: "better", tags: [] });
  });

  it("holds everything that was answered", () => {
    const full = {
      ...form,
      safety: "both_unsafe" as const,
      rationale: " why ",
      reasons: ["tone" as const],
      bothUnacceptable: true,
      riskCategory: "hateful_and_harmful" as const,
      attackVector: "logic" as const,
      severity: 5,
      editedResponse: "better text",
    };
    expect(verdictOf(full, "safety", ["one", "two"])).toEqual({
      preferred: "b",
      strength: "better",
      tags: [],
      safety: "both_unsafe",
      rationale: "why",
      reasons: ["tone"],
      bothUnacceptable: true,
      riskCategory: "hateful_and_harmful",
      attackVector: "logic",
      severity: 5,
      editedResponse: "better text",
    });
    expect(verdictOf(full, "helpfulness", [])).not.toHaveProperty("safety");
  });

  it("sends no edit that changes nothing", () => {
    expect(verdictOf({ ...form, editedResponse: "one" }, "helpfulness", ["one", "two"])).not.toHaveProperty(
      "editedResponse",
    );
    expect(verdictOf({ ...form, editedResponse: "  " }, "helpfulness", ["one", "two"])).not.toHaveProperty(
      "editedResponse",
    );
  });
});
