/** Empty parts for the editor. Ids need only differ within one test. */
import type { EntryTestContent, Question, QuestionKind, Rule, Section } from "@/lib/domain/entry-test";

const newId = (prefix: string): string => `${prefix}-${Math.random().toString(36).slice(2, 10)}`;

export const newOption = () => ({ id: newId("o"), text: {} });

export function newQuestion(kind: QuestionKind): Question {
  const shared = { id: newId("q"), text: {}, explanation: {} };
  switch (kind) {
    case "single_choice":
      return { kind, ...shared, options: [newOption(), newOption()], correct: null };
    case "multiple_choice":
      return { kind, ...shared, options: [newOption(), newOption()], correct: [] };
    case "pair":
      return { kind, ...shared, responseA: {}, responseB: {}, team: null, match: "side" };
    default:
      return { kind, ...shared, rubric: {}, wordsMin: null };
  }
}

export const newSection = (): Section => ({
  id: newId("s"),
  title: {},
  intro: {},
  advice: {},
  questionsExpected: null,
  answersMin: null,
  questions: [],
});

export const newRule = (content: EntryTestContent): Rule => ({
  id: newId("r"),
  sectionIds: content.sections.slice(-1).map(({ id }) => id),
  measure: "share",
  operator: "at_least",
  value: 0.8,
});
