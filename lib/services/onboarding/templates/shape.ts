/** Short forms for writing tests in both languages. */
import type { Localized, Question, Rule, Section } from "@/lib/domain/entry-test";

export const say = (en: string, ko: string): Localized => ({ en, ko });
type Text = readonly [en: string, ko: string];
const both = ([en, ko]: Text): Localized => ({ en, ko });

/** The first option is the right one; the order people see is shuffled. */
export const choice = (id: string, text: Text, options: readonly Text[], explanation: Text): Question => ({
  kind: "single_choice",
  id,
  text: both(text),
  explanation: both(explanation),
  options: options.map((option, index) => ({ id: `o${index + 1}`, text: both(option) })),
  correct: "o1",
});

/** The first `right` options are the right ones. */
export const choices = (
  id: string,
  text: Text,
  options: readonly Text[],
  right: number,
  explanation: Text,
): Question => ({
  kind: "multiple_choice",
  id,
  text: both(text),
  explanation: both(explanation),
  options: options.map((option, index) => ({ id: `o${index + 1}`, text: both(option) })),
  correct: options.slice(0, right).map((_, index) => `o${index + 1}`),
});

export const pair = (id: string, text: Text, a: Text, b: Text, team: number, explanation: Text): Question => ({
  kind: "pair",
  id,
  text: both(text),
  explanation: both(explanation),
  responseA: both(a),
  responseB: both(b),
  team,
  match: "side",
});

export const essay = (id: string, text: Text, rubric: Localized, wordsMin: number): Question => ({
  kind: "text",
  id,
  text: both(text),
  explanation: {},
  rubric,
  wordsMin,
});

export const topic = (id: string, text: Text, rubric: Localized): Question => ({
  kind: "prompt",
  id,
  text: both(text),
  explanation: {},
  rubric,
  wordsMin: null,
});

export const section = (id: string, title: Text, parts: Partial<Section> & { questions: Question[] }): Section => ({
  id,
  title: both(title),
  intro: {},
  advice: {},
  questionsExpected: null,
  answersMin: null,
  ...parts,
});

export const rule = (
  id: string,
  sectionIds: string[],
  measure: Rule["measure"],
  operator: Rule["operator"],
  value: number,
): Rule => ({ id, sectionIds, measure, operator, value });
