import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  asSides,
  chosenAndRejected,
  positionOf,
  preferredSide,
  reviewReason,
  sideOf,
  trainingSafety,
} from "./preference";
import { safetyProblem } from "./safety";

const item = { response1Id: "one", response2Id: "two" };

describe("A and B", () => {
  it("shows response 1 left unless swapped", () => {
    expect(asSides(false, "one", "two")).toEqual({ a: "one", b: "two" });
    expect(asSides(true, "one", "two")).toEqual({ a: "two", b: "one" });
  });

  it("makes the answer that stood on the preferred side the chosen one, and can tell the side again", () => {
    fc.assert(
      fc.property(fc.constantFrom("a" as const, "b" as const), fc.boolean(), (preferred, swapped) => {
        const shown = asSides(swapped, item.response1Id, item.response2Id);
        const { chosenId, rejectedId } = chosenAndRejected(preferred, swapped, item);
        expect(chosenId).toBe(shown[preferred]);
        expect(rejectedId).toBe(shown[preferred === "a" ? "b" : "a"]);
        expect(preferredSide(chosenId, swapped, item)).toBe(preferred);
        expect(sideOf(positionOf(preferred, swapped), swapped)).toBe(preferred);
      }),
    );
  });
});

describe("safety", () => {
  it("keeps the fourth combination out of the data set and sends it to review (paper section 3.2.1)", () => {
    expect(trainingSafety("preferred_unsafe")).toEqual({ excluded: true, bin: null });
    expect(trainingSafety("both_safe")).toEqual({ excluded: false, bin: "both_safe" });
    expect(trainingSafety(null)).toEqual({ excluded: false, bin: null });
    expect(reviewReason("preferred_unsafe", [])).toBe("preferred_unsafe");
    expect(reviewReason("both_safe", ["flagged"])).toBe("flagged");
    expect(reviewReason("both_safe", ["tone"])).toBeNull();
  });

  it("belongs to the safety task", () => {
    expect(safetyProblem("safety", undefined)).not.toBeNull();
    expect(safetyProblem("helpfulness", "both_safe")).not.toBeNull();
    expect(safetyProblem("safety", "both_unsafe")).toBeNull();
    expect(safetyProblem("helpfulness", undefined)).toBeNull();
  });
});
