import { describe, expect, it } from "vitest";
import { type AttemptFacts, isComplete, standings, type TestFacts } from "./entry-test-standing";

const now = new Date("2026-06-15T12:00:00Z");
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);
const tests: TestFacts[] = [
  { testId: "one", position: 1, required: true, cooldownDays: 7, attemptsMax: 2 },
  { testId: "two", position: 2, required: true, cooldownDays: 0, attemptsMax: null },
  { testId: "extra", position: 3, required: false, cooldownDays: 0, attemptsMax: null },
];
const attempt = (
  testId: string,
  days: number,
  state: AttemptFacts["state"],
  outcome: AttemptFacts["outcome"] = null,
): AttemptFacts => ({
  id: `${testId}-${days}`,
  testId,
  state,
  outcome,
  startedAt: ago(days),
  submittedAt: state === "running" ? null : ago(days),
});
const at = (attempts: AttemptFacts[], since = new Date(0)) => standings(tests, attempts, since, now);
const statuses = (attempts: AttemptFacts[], since?: Date) => at(attempts, since).map(({ status }) => status);

describe("standing", () => {
  it("opens one required test after the other, also while grades are awaited", () => {
    expect(statuses([])).toEqual(["open", "locked", "locked"]);
    expect(statuses([attempt("one", 1, "running")])).toEqual(["running", "locked", "locked"]);
    expect(statuses([attempt("one", 1, "submitted")])).toEqual(["waiting", "open", "locked"]);
    expect(statuses([attempt("one", 1, "graded", "passed"), attempt("two", 1, "graded", "passed")])).toEqual([
      "passed",
      "passed",
      "open",
    ]);
  });

  it("lets a retake begin on the day the cool-down ends, and none after the last attempt", () => {
    const [early] = at([attempt("one", 6.9, "graded", "failed")]);
    expect(early).toMatchObject({ status: "cooldown", attemptsLeft: 1, availableAt: ago(-0.1) });
    expect(statuses([attempt("one", 7, "graded", "failed")])[0]).toBe("open");
    expect(statuses([attempt("one", 20, "graded", "failed"), attempt("one", 10, "graded", "failed")])[0]).toBe(
      "exhausted",
    );
  });

  it("does not count what was voided or lies before a call to renew", () => {
    expect(statuses([attempt("one", 1, "void", "failed")])[0]).toBe("open");
    expect(statuses([attempt("one", 5, "graded", "passed")], ago(3))[0]).toBe("open");
    expect(statuses([attempt("one", 2, "graded", "passed")], ago(3))[0]).toBe("passed");
  });

  it("keeps a pass although a later attempt exists", () => {
    expect(at([attempt("one", 9, "graded", "passed"), attempt("one", 1, "graded", "failed")])[0]).toMatchObject({
      status: "passed",
      attemptId: "one-9",
    });
  });

  it("is complete with all required tests passed, and never without any", () => {
    const both = [attempt("one", 1, "graded", "passed"), attempt("two", 1, "graded", "passed")];
    expect(isComplete(tests, at(both))).toBe(true);
    expect(isComplete(tests, at(both.slice(1)))).toBe(false);
    const optional = tests.slice(2);
    expect(isComplete(optional, standings(optional, [], new Date(0), now))).toBe(false);
  });
});
