import { describe, expect, it } from "vitest";
import {
  type Answer,
  type EntryTestContent,
  entryTestContentSchema,
  fitRules,
  fits,
  missingQuestions,
  pickText,
  publishProblems,
  type Question,
  type Rule,
} from "./entry-test";
import { evaluate, isRight, matchesTeam } from "./entry-test-grading";
import { orderedFor } from "./entry-test-order";

const choice = (id: string): Question => ({
  kind: "single_choice",
  id,
  text: { en: "?" },
  explanation: {},
  options: ["a", "b", "c", "d"].map((option) => ({ id: option, text: { en: option } })),
  correct: "a",
});
const text = (id: string): Question => ({
  kind: "text",
  id,
  text: { en: "?" },
  explanation: {},
  rubric: { en: "1 to 5" },
  wordsMin: null,
});

function testOf(questions: Question[], rule: Partial<Rule>, more: { answersMin?: number; expected?: number } = {}) {
  const content: EntryTestContent = {
    title: { en: "Test" },
    intro: {},
    minutes: 10,
    cooldownDays: 0,
    attemptsMax: null,
    gradersPerAnswer: 1,
    sections: [
      {
        id: "s",
        title: { en: "Section" },
        intro: {},
        advice: {},
        questionsExpected: more.expected ?? null,
        answersMin: more.answersMin ?? null,
        questions,
      },
    ],
    rules: [{ id: "r", sectionIds: ["s"], measure: "count", operator: "more_than", value: 0, ...rule }],
  };
  return content;
}
const many = (count: number, make: (id: string) => Question) =>
  Array.from({ length: count }, (_, at) => make(`q${at}`));
/** The first `right` questions answered rightly, the others wrongly. */
const choices = (count: number, right: number) =>
  new Map<string, Answer>(
    Array.from({ length: count }, (_, at) => [`q${at}`, { kind: "single_choice", option: at < right ? "a" : "b" }]),
  );
const texts = (count: number) =>
  new Map<string, Answer>(Array.from({ length: count }, (_, at) => [`q${at}`, { kind: "text", text: "words" }]));
const grades = (...values: number[]) => new Map(values.map((value, at) => [`q${at}`, [value]]));
const none = new Map<string, number[]>();

describe("pass rules", () => {
  it("more than 26 of 31: exactly 26 is not enough", () => {
    const content = testOf(many(31, choice), { measure: "count", operator: "more_than", value: 26 });
    expect(evaluate(content, { answers: choices(31, 26), grades: none }).outcome).toBe("failed");
    expect(evaluate(content, { answers: choices(31, 27), grades: none }).outcome).toBe("passed");
  });

  it("90%: exactly 90% passes, whatever the number of questions", () => {
    for (const count of [10, 20, 30, 70, 110]) {
      const content = testOf(many(count, choice), { measure: "share", operator: "at_least", value: 0.9 });
      const needed = (count * 9) / 10;
      expect(evaluate(content, { answers: choices(count, needed), grades: none }).outcome, `${count}`).toBe("passed");
      expect(evaluate(content, { answers: choices(count, needed - 1), grades: none }).outcome, `${count}`).toBe(
        "failed",
      );
    }
  });

  it("a mean of exactly 4 is at least 4 and not more than 4", () => {
    const graded = { answers: texts(3), grades: grades(5, 4, 3) };
    expect(evaluate(testOf(many(3, text), { measure: "mean", operator: "at_least", value: 4 }), graded).outcome).toBe(
      "passed",
    );
    expect(evaluate(testOf(many(3, text), { measure: "mean", operator: "more_than", value: 4 }), graded).outcome).toBe(
      "failed",
    );
  });

  it("means of several graders end on the number they equal on paper", () => {
    const content = {
      ...testOf(many(3, text), { measure: "mean", operator: "at_least", value: 4 }),
      gradersPerAnswer: 3,
    };
    const thirds = new Map([
      ["q0", [4, 4, 5]],
      ["q1", [4, 4, 3]],
      ["q2", [4, 4, 4]],
    ]);
    expect(evaluate(content, { answers: texts(3), grades: thirds }).outcome).toBe("passed");
    expect(
      evaluate(
        { ...content, rules: [{ ...content.rules[0]!, operator: "more_than" }] },
        { answers: texts(3), grades: thirds },
      ).outcome,
    ).toBe("failed");
  });

  it("waits for every grader, and grades nothing unanswered as better than the lowest", () => {
    const content = {
      ...testOf(many(2, text), { measure: "mean", operator: "at_least", value: 3 }),
      gradersPerAnswer: 2,
    };
    expect(evaluate(content, { answers: texts(2), grades: grades(5, 5) }).outcome).toBeNull();
    const one = { answers: texts(1), grades: new Map([["q0", [5, 5]]]) };
    expect(evaluate(content, one)).toMatchObject({ outcome: "passed", rules: [{ got: 3, of: 2 }] });
    expect(evaluate({ ...content, rules: [{ ...content.rules[0]!, operator: "more_than" }] }, one).outcome).toBe(
      "failed",
    );
  });

  it("at least 6 of 18: five fail at once, six count alone, a seventh counts too", () => {
    const content = testOf(many(18, text), { measure: "mean", operator: "more_than", value: 4 }, { answersMin: 6 });
    expect(evaluate(content, { answers: texts(5), grades: none }).outcome).toBe("failed");
    expect(evaluate(content, { answers: texts(6), grades: none }).outcome).toBeNull();
    expect(evaluate(content, { answers: texts(6), grades: grades(5, 5, 4, 4, 4, 4) }).outcome).toBe("passed");
    expect(evaluate(content, { answers: texts(7), grades: grades(5, 5, 4, 4, 4, 4, 1) }).outcome).toBe("failed");
  });

  it("a failed part with keys ends it before anybody grades in vain", () => {
    const content = testOf([choice("q0"), text("q1")], { measure: "share", operator: "at_least", value: 1 });
    const both = {
      ...content,
      rules: [
        ...content.rules,
        { id: "m", sectionIds: ["s"], measure: "mean" as const, operator: "at_least" as const, value: 4 },
      ],
    };
    const wrote: [string, Answer] = ["q1", { kind: "text", text: "words" }];
    const wrong = new Map<string, Answer>([["q0", { kind: "single_choice", option: "b" }], wrote]);
    const right = new Map<string, Answer>([["q0", { kind: "single_choice", option: "a" }], wrote]);
    expect(evaluate(both, { answers: wrong, grades: none }).outcome).toBe("failed");
    expect(evaluate(both, { answers: right, grades: none }).outcome).toBeNull();
  });
});

describe("right answers", () => {
  it("a pair matches by side, by one step or exactly; unsure on both sides is the same", () => {
    expect([1, 4, 5, 8].map((step) => matchesTeam(step, 2, "side"))).toEqual([true, true, false, false]);
    expect([3, 4, 5, 6].map((step) => matchesTeam(step, 5, "side"))).toEqual([false, true, true, true]);
    expect([2, 3, 4, 5].map((step) => matchesTeam(step, 4, "near"))).toEqual([false, true, true, true]);
    expect([3, 4].map((step) => matchesTeam(step, 4, "exact"))).toEqual([false, true]);
  });

  it("several choices must be exactly the right ones", () => {
    const question: Question = { ...choice("q"), kind: "multiple_choice", correct: ["a", "b"] } as Question;
    const given = (...options: string[]) => isRight(question, { kind: "multiple_choice", options });
    expect([given("b", "a"), given("a", "b", "a"), given("a"), given("a", "b", "c"), given()]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("an answer of another kind or with an option that is not there does not fit", () => {
    expect(fits(choice("q"), { kind: "single_choice", option: "a" })).toBe(true);
    expect(fits(choice("q"), { kind: "single_choice", option: "z" })).toBe(false);
    expect(fits(choice("q"), { kind: "pair", step: 3 })).toBe(false);
  });
});

describe("a draft", () => {
  const good = testOf(many(4, choice), { measure: "share", operator: "at_least", value: 0.8 });

  it("says all that stands in the way of publishing", () => {
    expect(publishProblems(good)).toEqual([]);
    const codes = (content: EntryTestContent) => publishProblems(content).map(({ code }) => code);
    expect(codes({ ...good, title: { en: " " } })).toEqual(["no_title"]);
    expect(codes({ ...good, rules: [] })).toEqual(["section_no_rule"]);
    expect(codes(testOf([{ ...choice("q"), correct: null } as Question], {}))).toEqual(["question_no_key"]);
    expect(codes(testOf([{ ...text("q"), rubric: {} } as Question], { measure: "mean", value: 4 }))).toEqual([
      "question_no_rubric",
    ]);
    expect(codes(testOf([text("q")], { measure: "share", value: 0.5 }))).toEqual([
      "section_no_rule",
      "rule_wrong_measure",
    ]);
    expect(codes(testOf([], { measure: "count" }))).toEqual(["section_empty", "rule_wrong_measure"]);
  });

  it("refuses a rule nobody can meet, and fits it to the questions there are", () => {
    const short = testOf(many(5, choice), { value: 26 }, { expected: 31 });
    expect(publishProblems(short).map(({ code }) => code)).toEqual(["rule_out_of_reach"]);
    expect(missingQuestions(short)).toEqual([{ sectionId: "s", have: 5, expected: 31 }]);
    const fitted = { ...short, rules: fitRules(short) };
    expect(fitted.rules[0]).toMatchObject({ measure: "count", operator: "more_than", value: 4 });
    expect(publishProblems(fitted)).toEqual([]);
    const full = testOf(many(31, choice), { value: 26 }, { expected: 31 });
    expect(fitRules(full)).toEqual(full.rules);
  });

  it("refuses doubled ids", () => {
    expect(entryTestContentSchema.safeParse(good).success).toBe(true);
    expect(entryTestContentSchema.safeParse(testOf([choice("q"), choice("q")], {})).success).toBe(false);
  });
});

describe("what one person sees", () => {
  it("is shuffled by person, the same at every reload, and complete", () => {
    const content = testOf(many(20, choice), {});
    const order = (userId: string) => orderedFor(content, userId, "v").sections[0]!.questions;
    const ids = (userId: string) => order(userId).map(({ id }) => id);
    expect(ids("ada")).toEqual(ids("ada"));
    expect(ids("ada")).not.toEqual(ids("bob"));
    expect(ids("ada").toSorted()).toEqual(content.sections[0]!.questions.map(({ id }) => id).toSorted());
    const options = order("ada").map((question) =>
      "options" in question ? question.options.map(({ id }) => id).join("") : "",
    );
    expect(new Set(options).size).toBeGreaterThan(1);
  });

  it("falls back to English, then to what there is", () => {
    expect(pickText({ en: "yes", ko: "네" }, "ko")).toBe("네");
    expect(pickText({ en: "yes", ko: " " }, "ko")).toBe("yes");
    expect(pickText({ ko: "네" }, "en")).toBe("네");
    expect(pickText({}, "en")).toBe("");
  });
});
