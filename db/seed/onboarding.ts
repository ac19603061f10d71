/** The demo's entry test: published for the safety task, passed by one annotator, handed in by another and waiting for its grades. */
import { type Answer, allQuestions, type Question } from "@/lib/domain/entry-test";
import { requireUser, type ServiceContext } from "@/lib/services/context";
import { saveAnswers, startAttempt, submitAttempt } from "@/lib/services/onboarding/attempts";
import { gradeAnswer } from "@/lib/services/onboarding/grading";
import { createEntryTest, publishEntryTest } from "@/lib/services/onboarding/tests";
import { ESSAYS } from "./content/essays";

/** The right answer where there is one, as the test's author set it. */
function answerOf(question: Question, essay: string): Answer {
  if (question.kind === "single_choice") return { kind: question.kind, option: question.correct ?? "" };
  if (question.kind === "multiple_choice") return { kind: question.kind, options: question.correct };
  if (question.kind === "pair") return { kind: question.kind, step: question.team ?? 1 };
  return { kind: question.kind, text: essay };
}

/** Those who play a part, each as they would be signed in. */
interface Cast {
  lead: ServiceContext;
  reviewer: ServiceContext;
  /** Gets the certificate. */
  passes: ServiceContext;
  /** Is not graded yet. */
  waits: ServiceContext;
}

export async function seedOnboarding(projectId: string, cast: Cast): Promise<void> {
  const test = await createEntryTest(cast.lead, { projectId, task: "safety", template: "sensitive" });
  const { content, updatedAt } = test.draft!;
  await publishEntryTest(cast.lead, { testId: test.id, basedOn: updatedAt });
  const questions = allQuestions(content);
  const take = async (self: ServiceContext): Promise<string> => {
    const locale = requireUser(self).locale === "ko" ? "ko" : "en";
    const { id } = await startAttempt(self, { testId: test.id, locale });
    const essays = [...ESSAYS[locale]];
    const answers = questions.map((question) => {
      const essay = "rubric" in question ? (essays.shift() ?? "") : "";
      return { questionId: question.id, answer: answerOf(question, essay), revision: 1 };
    });
    await saveAnswers(self, { attemptId: id, answers });
    await submitAttempt(self, id);
    return id;
  };
  const attemptId = await take(cast.passes);
  for (const question of questions)
    if ("rubric" in question)
      await gradeAnswer(cast.reviewer, { attemptId, questionId: question.id, score: 4, comment: "" });
  await take(cast.waits);
}
