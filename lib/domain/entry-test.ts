/**
 * Entry tests as data (paper A.5.4): sections of questions, rules that decide, a time limit. A lead edits a draft, where anything may
 * still be missing; `publishProblems` says what a version needs before people may take it. Pure; the browser's editor uses it too.
 */
import { z } from "zod";

const idSchema = z
  .string()
  .regex(/^[a-z0-9-]{1,40}$/)
  .meta({ example: "part-1" });
/** A language as people choose it: a BCP 47 primary tag, with a script or region where it has one. */
export const localeTagSchema = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/);
/** A text by language. A language that is missing falls back to English, then to the first that is there. */
export const localizedSchema = z
  .record(localeTagSchema, z.string().max(20_000))
  .meta({ example: { en: "Grammar and reading", ko: "문법과 독해" } });
export type Localized = z.infer<typeof localizedSchema>;

const optionSchema = z.strictObject({ id: idSchema, text: localizedSchema });
const shared = {
  id: idSchema,
  text: localizedSchema,
  /** Why the right answer is right; shown only when no key is given away by it. */
  explanation: localizedSchema.default({}),
};
const options = z.array(optionSchema).max(12);
/** What a grader holds beside the answer. */
const written = { rubric: localizedSchema.default({}), wordsMin: z.int().min(1).max(2000).nullable().default(null) };

export const PAIR_MATCHES = ["side", "near", "exact"] as const;
export const questionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("single_choice"), ...shared, options, correct: idSchema.nullable() }),
  z.strictObject({ kind: z.literal("multiple_choice"), ...shared, options, correct: z.array(idSchema).max(12) }),
  z.strictObject({
    kind: z.literal("pair"),
    ...shared,
    responseA: localizedSchema,
    responseB: localizedSchema,
    /** The team's answer on the eight-step bar: 1 = A significantly better … 8 = B significantly better. */
    team: z.int().min(1).max(8).nullable(),
    match: z.enum(PAIR_MATCHES).default("side"),
  }),
  z.strictObject({ kind: z.literal("text"), ...shared, ...written }),
  z.strictObject({ kind: z.literal("prompt"), ...shared, ...written }),
]);
export type Question = z.infer<typeof questionSchema>;
export type QuestionKind = Question["kind"];
export const QUESTION_KINDS = ["single_choice", "multiple_choice", "pair", "text", "prompt"] as const;
export const isWritten = (kind: QuestionKind): boolean => kind === "text" || kind === "prompt";

export const sectionSchema = z.strictObject({
  id: idSchema,
  title: localizedSchema,
  intro: localizedSchema.default({}),
  /** What to practise, for those who did not pass here. */
  advice: localizedSchema.default({}),
  /** How many questions the paper's test has; null where it says nothing. */
  questionsExpected: z.int().min(1).max(500).nullable().default(null),
  /** How many must be answered at least; null = all of them. */
  answersMin: z.int().min(1).max(500).nullable().default(null),
  questions: z.array(questionSchema).max(200),
});
export type Section = z.infer<typeof sectionSchema>;

export const RULE_MEASURES = ["share", "count", "mean"] as const;
export const RULE_OPERATORS = ["at_least", "more_than"] as const;
/** `share` of right answers 0..1, `count` of right answers, or `mean` grade 1..5, over the questions of the sections together. */
export const ruleSchema = z.strictObject({
  id: idSchema,
  sectionIds: z.array(idSchema).max(20),
  measure: z.enum(RULE_MEASURES),
  operator: z.enum(RULE_OPERATORS),
  value: z.number().min(0).max(500),
});
export type Rule = z.infer<typeof ruleSchema>;

const base = z.strictObject({
  title: localizedSchema,
  intro: localizedSchema.default({}),
  minutes: z.int().min(1).max(1440),
  cooldownDays: z.int().min(0).max(365).default(7),
  /** Null = as many as one likes. */
  attemptsMax: z.int().min(1).max(50).nullable().default(3),
  gradersPerAnswer: z.int().min(1).max(5).default(1),
  sections: z.array(sectionSchema).max(20),
  rules: z.array(ruleSchema).max(20),
});

const idsOf = (content: z.infer<typeof base>): string[][] => [
  content.sections.map(({ id }) => id),
  content.sections.flatMap(({ questions }) => questions.map(({ id }) => id)),
  content.rules.map(({ id }) => id),
  ...content.sections.flatMap(({ questions }) =>
    questions.flatMap((question) => ("options" in question ? [question.options.map(({ id }) => id)] : [])),
  ),
];

/** Shown in the API's description. */
const EXAMPLE: z.input<typeof base> = {
  title: { en: "Grammar and reading", ko: "문법과 독해" },
  minutes: 50,
  sections: [
    {
      id: "part-1",
      title: { en: "Part I", ko: "1부" },
      questions: [
        {
          kind: "single_choice",
          id: "g1",
          text: { en: "Which is right?" },
          options: [
            { id: "a", text: { en: "The dog wagged its tail." } },
            { id: "b", text: { en: "The dog wagged it's tail." } },
          ],
          correct: "a",
        },
      ],
    },
  ],
  rules: [{ id: "right", sectionIds: ["part-1"], measure: "share", operator: "at_least", value: 0.9 }],
};

export const entryTestContentSchema = base
  .refine(
    (content) => idsOf(content).every((ids) => new Set(ids).size === ids.length),
    "ids of sections, questions, options and rules must be unique",
  )
  .meta({ example: EXAMPLE });
export type EntryTestContent = z.infer<typeof entryTestContentSchema>;

export const answerSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("single_choice"), option: idSchema }),
  z.strictObject({ kind: z.literal("multiple_choice"), options: z.array(idSchema).max(12) }),
  z.strictObject({ kind: z.literal("pair"), step: z.int().min(1).max(8) }),
  z.strictObject({ kind: z.literal("text"), text: z.string().max(40_000) }),
  z.strictObject({ kind: z.literal("prompt"), text: z.string().max(40_000) }),
]);
export type Answer = z.infer<typeof answerSchema>;

export function pickText(text: Localized, locale: string): string {
  const wanted = text[locale]?.trim();
  if (wanted) return text[locale]!;
  return [text.en, ...Object.values(text)].find((value) => value?.trim()) ?? "";
}

export const allQuestions = (content: EntryTestContent): Question[] =>
  content.sections.flatMap(({ questions }) => questions);

/** An empty text, or no box ticked, is no answer. */
export function isAnswered(answer: Answer | undefined): answer is Answer {
  if (!answer) return false;
  if (answer.kind === "multiple_choice") return answer.options.length > 0;
  return answer.kind === "text" || answer.kind === "prompt" ? answer.text.trim() !== "" : true;
}

/** Whether an answer can belong to a question: same kind, and only options that the question has. */
export function fits(question: Question, answer: Answer): boolean {
  if (question.kind !== answer.kind) return false;
  const chosen =
    answer.kind === "single_choice" ? [answer.option] : answer.kind === "multiple_choice" ? answer.options : [];
  const known = "options" in question ? question.options.map(({ id }) => id) : [];
  return chosen.every((id) => known.includes(id));
}

export const PROBLEM_CODES = [
  "no_title",
  "no_sections",
  "section_empty",
  "section_no_rule",
  "answers_min_too_high",
  "question_no_text",
  "question_no_key",
  "question_options",
  "question_no_rubric",
  "rule_no_section",
  "rule_wrong_measure",
  "rule_out_of_reach",
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];
export interface TestProblem {
  code: ProblemCode;
  sectionId?: string;
  questionId?: string;
  ruleId?: string;
}

const blank = (text: Localized): boolean => pickText(text, "en") === "";

function questionProblems(section: Section, question: Question): TestProblem[] {
  const at = { sectionId: section.id, questionId: question.id };
  const found: ProblemCode[] = [];
  if (blank(question.text)) found.push("question_no_text");
  if ("options" in question && (question.options.length < 2 || question.options.some(({ text }) => blank(text))))
    found.push("question_options");
  if ("options" in question) {
    const keys = question.kind === "single_choice" ? [question.correct] : question.correct;
    const known = question.options.map(({ id }) => id);
    if (keys.length === 0 || keys.some((key) => key === null || !known.includes(key))) found.push("question_no_key");
  }
  if (question.kind === "pair") {
    if (question.team === null) found.push("question_no_key");
    if (blank(question.responseA) || blank(question.responseB)) found.push("question_options");
  }
  if ("rubric" in question && blank(question.rubric)) found.push("question_no_rubric");
  return found.map((code) => ({ code, ...at }));
}

/** The questions that a rule counts: those graded by rule for share and count, the written ones for the mean. */
export function ruleQuestions(content: EntryTestContent, rule: Rule): Question[] {
  return content.sections
    .filter(({ id }) => rule.sectionIds.includes(id))
    .flatMap(({ questions }) => questions.filter(({ kind }) => isWritten(kind) === (rule.measure === "mean")));
}

function reachable(content: EntryTestContent, rule: Rule): boolean {
  const best = rule.measure === "mean" ? 5 : rule.measure === "share" ? 1 : ruleQuestions(content, rule).length;
  return rule.operator === "more_than" ? best > rule.value : best >= rule.value;
}

function ruleProblems(content: EntryTestContent, rule: Rule): TestProblem[] {
  const sections = content.sections.filter(({ id }) => rule.sectionIds.includes(id));
  if (sections.length === 0) return [{ code: "rule_no_section", ruleId: rule.id }];
  if (ruleQuestions(content, rule).length === 0) return [{ code: "rule_wrong_measure", ruleId: rule.id }];
  return reachable(content, rule) ? [] : [{ code: "rule_out_of_reach", ruleId: rule.id }];
}

/** Whether every kind of question in the section is weighed by some rule. */
function isWeighed(content: EntryTestContent, section: Section): boolean {
  const weighed = new Set(
    content.rules
      .filter(({ sectionIds }) => sectionIds.includes(section.id))
      .flatMap((rule) => ruleQuestions(content, rule).map(({ id }) => id)),
  );
  return section.questions.every(({ id }) => weighed.has(id));
}

/** What stands in the way of publishing; empty = nothing. */
export function publishProblems(content: EntryTestContent): TestProblem[] {
  const found: TestProblem[] = [];
  if (blank(content.title)) found.push({ code: "no_title" });
  if (content.sections.length === 0) found.push({ code: "no_sections" });
  for (const section of content.sections) {
    const at = { sectionId: section.id };
    if (section.questions.length === 0) found.push({ code: "section_empty", ...at });
    else if (!isWeighed(content, section)) found.push({ code: "section_no_rule", ...at });
    if (section.answersMin !== null && section.answersMin > section.questions.length)
      found.push({ code: "answers_min_too_high", ...at });
    found.push(...section.questions.flatMap((question) => questionProblems(section, question)));
  }
  return [...found, ...content.rules.flatMap((rule) => ruleProblems(content, rule))];
}

export interface MissingQuestions {
  sectionId: string;
  have: number;
  expected: number;
}
/** Where a section has fewer questions than the paper's test. It may be published all the same. */
export const missingQuestions = (content: EntryTestContent): MissingQuestions[] =>
  content.sections.flatMap(({ id, questions, questionsExpected }) =>
    questionsExpected !== null && questions.length < questionsExpected
      ? [{ sectionId: id, have: questions.length, expected: questionsExpected }]
      : [],
  );

/** Rules that ask for a number of right answers, in the same proportion for the questions there are: > 26 of 31 becomes > 3 of 4. */
export function fitRules(content: EntryTestContent): Rule[] {
  return content.rules.map((rule) => {
    const have = ruleQuestions(content, rule).length;
    const expected = content.sections
      .filter(({ id }) => rule.sectionIds.includes(id))
      .reduce((sum, { questions, questionsExpected }) => sum + (questionsExpected ?? questions.length), 0);
    if (rule.measure !== "count" || have === 0 || reachable(content, rule)) return rule;
    const scaled = Math.floor((rule.value * have) / Math.max(expected, have));
    return { ...rule, value: Math.min(scaled, rule.operator === "more_than" ? have - 1 : have) };
  });
}
