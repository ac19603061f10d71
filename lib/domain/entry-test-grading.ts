/** Grading of entry tests: what a rule can decide, what waits for people, and when the outcome is known. Pure. */
import {
  type Answer,
  type EntryTestContent,
  isAnswered,
  isWritten,
  type Question,
  type Rule,
  ruleQuestions,
} from "./entry-test";

/** A step's side: 1-4 prefer A, 5-8 prefer B. */
const side = (step: number): "a" | "b" => (step <= 4 ? "a" : "b");
/** "Negligibly better or unsure", on whichever side. */
const unsure = (step: number): boolean => step === 4 || step === 5;

export function matchesTeam(step: number, team: number, match: "side" | "near" | "exact"): boolean {
  if (match === "exact") return step === team;
  if (match === "near") return Math.abs(step - team) <= 1;
  return side(step) === side(team) || (unsure(step) && unsure(team));
}

/** Right or wrong, or null where a person has to grade. An unanswered question is wrong. */
export function isRight(question: Question, answer: Answer | undefined): boolean | null {
  if (isWritten(question.kind)) return null;
  if (!isAnswered(answer)) return false;
  if (question.kind === "single_choice" && answer.kind === "single_choice") return answer.option === question.correct;
  if (question.kind === "multiple_choice" && answer.kind === "multiple_choice") {
    const chosen = new Set(answer.options);
    return chosen.size === question.correct.length && question.correct.every((id) => chosen.has(id));
  }
  if (question.kind === "pair" && answer.kind === "pair")
    return question.team !== null && matchesTeam(answer.step, question.team, question.match);
  return false;
}

export interface RuleResult {
  ruleId: string;
  measure: Rule["measure"];
  operator: Rule["operator"];
  value: number;
  /** What was reached: share 0..1, number of right answers, or mean grade; null while grades are missing. */
  got: number | null;
  /** Questions that were weighed. */
  of: number;
  /** Null while grades are missing. */
  passed: boolean | null;
}

export interface Graded {
  answers: ReadonlyMap<string, Answer>;
  /** Reviewers' grades 1..5 by question. */
  grades: ReadonlyMap<string, readonly number[]>;
}

/** Sums of grades may end a hair beside the value they equal on paper. */
const EPSILON = 1e-9;
const holds = (got: number, rule: Rule): boolean =>
  rule.operator === "more_than" ? got > rule.value + EPSILON : got >= rule.value - EPSILON;

function judgeKeyed(content: EntryTestContent, rule: Rule, { answers }: Graded): RuleResult {
  const questions = ruleQuestions(content, rule);
  const right = questions.filter((question) => isRight(question, answers.get(question.id))).length;
  const got = rule.measure === "count" ? right : questions.length === 0 ? 0 : right / questions.length;
  return { ...shown(rule), got, of: questions.length, passed: holds(got, rule) };
}

const shown = ({ id, measure, operator, value }: Rule) => ({ ruleId: id, measure, operator, value });
const GRADE_OF_NOTHING = 1;

/**
 * Mean over the written questions. Where a section asks for fewer than all, those written count, but too few of them fail. What was
 * owed and not written counts as the lowest grade.
 */
function judgeWritten(content: EntryTestContent, rule: Rule, graded: Graded): RuleResult {
  let sum = 0;
  let count = 0;
  let enough = true;
  let complete = true;
  for (const section of content.sections.filter(({ id }) => rule.sectionIds.includes(id))) {
    const questions = section.questions.filter(({ kind }) => isWritten(kind));
    const owed = Math.min(section.answersMin ?? questions.length, questions.length);
    const done = questions.filter(({ id }) => isAnswered(graded.answers.get(id)));
    if (section.answersMin !== null && done.length < owed) enough = false;
    for (const { id } of done) {
      const grades = graded.grades.get(id) ?? [];
      if (grades.length < content.gradersPerAnswer) complete = false;
      else sum += grades.reduce((total, grade) => total + grade, 0) / grades.length;
    }
    const missing = Math.max(0, owed - done.length);
    sum += missing * GRADE_OF_NOTHING;
    count += done.length + missing;
  }
  const got = complete && count > 0 ? sum / count : null;
  const passed = !enough ? false : got === null ? null : holds(got, rule);
  return { ...shown(rule), got, of: count, passed };
}

export interface Evaluation {
  rules: RuleResult[];
  /** Null while it depends on grades that are missing. */
  outcome: "passed" | "failed" | null;
}

/**
 * Every rule must hold. A part with keys that failed ends it at once, so that nobody grades texts in vain; otherwise all texts are
 * graded first, so that whoever wrote them hears about each.
 */
export function evaluate(content: EntryTestContent, graded: Graded): Evaluation {
  const rules = content.rules.map((rule) =>
    rule.measure === "mean" ? judgeWritten(content, rule, graded) : judgeKeyed(content, rule, graded),
  );
  const keyedFailed = rules.some(({ measure, passed }) => measure !== "mean" && passed === false);
  const tooFew = rules.some(({ passed, got, measure }) => measure === "mean" && passed === false && got === null);
  if (keyedFailed || tooFew) return { rules, outcome: "failed" };
  if (rules.some(({ got }) => got === null)) return { rules, outcome: null };
  return { rules, outcome: rules.every(({ passed }) => passed) ? "passed" : "failed" };
}
