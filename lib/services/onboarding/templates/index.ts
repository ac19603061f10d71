/** The four entry tests of the paper as a lead's beginning: structure, rules, times and some real questions. Only the 50 minutes, the
 *  numbers of questions and the pass marks are the paper's; the questions and the other times are ours. */
import type { EntryTestTemplate } from "@/lib/contracts/entry-tests";
import type { EntryTestContent } from "@/lib/domain/entry-test";
import { LANGUAGE } from "./language";
import { RANKING } from "./ranking";
import { SENSITIVE } from "./sensitive";
import { WRITING } from "./writing";

const BLANK: EntryTestContent = {
  title: {},
  intro: {},
  minutes: 30,
  cooldownDays: 7,
  attemptsMax: 3,
  gradersPerAnswer: 1,
  sections: [],
  rules: [],
};

const TEMPLATES: Record<EntryTestTemplate, EntryTestContent> = {
  language: LANGUAGE,
  sensitive: SENSITIVE,
  ranking: RANKING,
  writing: WRITING,
  blank: BLANK,
};

export const templateContent = (template: EntryTestTemplate): EntryTestContent => structuredClone(TEMPLATES[template]);
