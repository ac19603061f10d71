/**
 * What an annotator sees of an attempt. Built field by field: keys, rubrics and the team's answers have no way into a response while
 * the test runs or waits, and afterwards only once no further attempt could profit.
 */
import type { Connection } from "@/db/client";
import { answerMap, answersOf, attemptsOf, countedSince, gradesOf, type StoredAttempt } from "@/db/queries/onboarding";
import type { AttemptResult, OwnAttempt, OwnQuestion } from "@/lib/contracts/onboarding";
import {
  type Answer,
  allQuestions,
  type EntryTestContent,
  isWritten,
  type Localized,
  pickText,
  type Question,
  type Section,
} from "@/lib/domain/entry-test";
import { isRight } from "@/lib/domain/entry-test-grading";
import { orderedFor } from "@/lib/domain/entry-test-order";
import { iso, isoOrNull } from "../instants";
import type { AttemptSubject } from "./settle";

type Say = (text: Localized) => string;

function ownQuestion(question: Question, say: Say): OwnQuestion {
  return {
    id: question.id,
    kind: question.kind,
    text: say(question.text),
    options: "options" in question ? question.options.map(({ id, text }) => ({ id, text: say(text) })) : [],
    responseA: question.kind === "pair" ? say(question.responseA) : null,
    responseB: question.kind === "pair" ? say(question.responseB) : null,
    wordsMin: "wordsMin" in question ? question.wordsMin : null,
  };
}

const ownSection = (section: Section, say: Say) => ({
  id: section.id,
  title: say(section.title),
  intro: say(section.intro),
  answersMin: section.answersMin,
  questions: section.questions.map((question) => ownQuestion(question, say)),
});

export async function ownView(connection: Connection, subject: AttemptSubject): Promise<OwnAttempt> {
  const { attempt, test, version } = subject;
  const say: Say = (text) => pickText(text, attempt.locale);
  const running = attempt.state === "running";
  const ordered = running ? orderedFor(version.content, attempt.userId, version.id) : null;
  const answers = running ? await answersOf(connection, attempt.id) : [];
  return {
    id: attempt.id,
    projectId: attempt.projectId,
    testId: test.id,
    title: say(version.content.title),
    intro: say(version.content.intro),
    locale: attempt.locale,
    state: attempt.state,
    startedAt: iso(attempt.startedAt),
    deadline: iso(attempt.deadline),
    now: iso(new Date()),
    submittedAt: isoOrNull(attempt.submittedAt),
    sections: ordered?.sections.map((section) => ownSection(section, say)) ?? [],
    answers: answers.map(({ questionId, answer, revision }) => ({ questionId, answer, revision })),
    result: attempt.state === "graded" ? await resultOf(connection, subject, say) : null,
  };
}

async function resultOf(connection: Connection, subject: AttemptSubject, say: Say): Promise<AttemptResult> {
  const { attempt, version } = subject;
  const reveal = attempt.outcome === "passed" || !(await mayTryAgain(connection, subject));
  return {
    outcome: attempt.outcome!,
    gradedAt: iso(attempt.gradedAt!),
    rules: rulesOf(attempt, version.content, say),
    feedback: await feedbackOf(connection, subject, say, reveal),
  };
}

export const rulesOf = (attempt: StoredAttempt, content: EntryTestContent, say: Say): AttemptResult["rules"] =>
  (attempt.results ?? []).map(({ ruleId, ...result }) => ({
    ...result,
    ...ruleSections(content, ruleId, result.passed, say),
  }));

/** Every answer with what became of it; `reveal` adds the keys. */
export async function feedbackOf(
  connection: Connection,
  { attempt, version }: AttemptSubject,
  say: Say,
  reveal: boolean,
): Promise<AttemptResult["feedback"]> {
  const answers = answerMap(await answersOf(connection, attempt.id));
  const grades = await gradesOf(connection, attempt.id);
  const sectionOf = new Map(
    version.content.sections.flatMap((section) => section.questions.map(({ id }) => [id, say(section.title)] as const)),
  );
  return allQuestions(version.content)
    .filter((question) => answers.has(question.id) || !isWritten(question.kind))
    .map((question) => {
      const answer = answers.get(question.id);
      const scores = grades.filter(({ questionId, graderId }) => questionId === question.id && graderId);
      return {
        questionId: question.id,
        kind: question.kind,
        section: sectionOf.get(question.id) ?? "",
        question: say(question.text),
        right: isRight(question, answer),
        grade: scores.length > 0 ? scores.reduce((sum, { score }) => sum + score, 0) / scores.length : null,
        comments: scores.map(({ comment }) => comment).filter(Boolean),
        yours: answer ? answerText(question, answer, say) : "",
        key: reveal ? keyText(question, say) : null,
        explanation: reveal ? say(question.explanation) || null : null,
      };
    });
}

/** Another attempt could profit from the keys. */
async function mayTryAgain(connection: Connection, { attempt, test, version }: AttemptSubject): Promise<boolean> {
  const { attemptsMax } = version.content;
  if (attemptsMax === null) return true;
  const since = await countedSince(connection, attempt.projectId, test.task, attempt.userId);
  const made = (await attemptsOf(connection, attempt.projectId, attempt.userId)).filter(
    ({ testId, state, startedAt }) => testId === test.id && state !== "void" && startedAt >= since,
  );
  return made.length < attemptsMax;
}

function ruleSections(content: EntryTestContent, ruleId: string, passed: boolean | null, say: Say) {
  const rule = content.rules.find(({ id }) => id === ruleId);
  const sections = content.sections.filter(({ id }) => rule?.sectionIds.includes(id));
  const advice = passed === false ? sections.map((section) => say(section.advice)).filter(Boolean) : [];
  return { sections: sections.map(({ title }) => say(title)), advice };
}

/** For pairs the step's digit, which the page turns into words. */
function answerText(question: Question, answer: Answer, say: Say): string {
  if (answer.kind === "pair") return String(answer.step);
  if (answer.kind === "text" || answer.kind === "prompt") return answer.text;
  return optionTexts(question, answer.kind === "single_choice" ? [answer.option] : answer.options, say);
}

function keyText(question: Question, say: Say): string | null {
  if (question.kind === "pair") return question.team === null ? null : String(question.team);
  if (question.kind === "single_choice") return optionTexts(question, question.correct ? [question.correct] : [], say);
  return question.kind === "multiple_choice" ? optionTexts(question, question.correct, say) : null;
}

const optionTexts = (question: Question, ids: string[], say: Say): string =>
  "options" in question
    ? question.options
        .filter(({ id }) => ids.includes(id))
        .map(({ text }) => say(text))
        .join(" · ")
    : "";
