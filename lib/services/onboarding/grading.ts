/** The graders' queue. Names never reach it: an answer is graded by what it says, against the rubric beside it. */
import { and, eq, sql } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { answersOf, countWaiting, listWaiting, lockAttempt, type WaitingAnswer } from "@/db/queries/onboarding";
import { entryTestAttempts, entryTestGrades } from "@/db/schema";
import type { GradingCase } from "@/lib/contracts/entry-tests";
import { allQuestions, isAnswered, pickText } from "@/lib/domain/entry-test";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, requireUser, type ServiceContext } from "../context";
import { closeOverdue, settle } from "./settle";

function caseOf(row: WaitingAnswer): GradingCase {
  const { content, locale } = row;
  const section = content.sections.find(({ questions }) => questions.some(({ id }) => id === row.questionId))!;
  const question = section.questions.find(({ id }) => id === row.questionId)!;
  return {
    attemptId: row.attemptId,
    questionId: row.questionId,
    test: pickText(content.title, locale),
    section: pickText(section.title, locale),
    kind: question.kind,
    question: pickText(question.text, locale),
    rubric: "rubric" in question ? pickText(question.rubric, locale) : "",
    wordsMin: "wordsMin" in question ? question.wordsMin : null,
    locale,
    answer: row.answer,
    submittedAt: row.submittedAt,
  };
}

export async function listGrading(
  context: ServiceContext,
  input: { projectId: string; limit: number },
): Promise<{ cases: GradingCase[]; waiting: number }> {
  const reviewer = requireUser(context);
  await requireProject(context, context.db, input.projectId, "reviewer");
  await closeOverdue(context, { projectId: input.projectId });
  const rows = await listWaiting(context.db, input.projectId, reviewer.id, input.limit);
  return { cases: rows.map(caseOf), waiting: await countWaiting(context.db, input.projectId, reviewer.id) };
}

/** A grader may correct their own grade until the outcome stands. */
export async function gradeAnswer(
  context: ServiceContext,
  input: { attemptId: string; questionId: string; score: number; comment: string },
) {
  const grader = requireUser(context);
  return inTransaction(context, async (tx) => {
    const subject = await lockAttempt(tx, input.attemptId);
    if (!subject) throw notFound("Attempt");
    const { attempt, version } = subject;
    await requireProject(context, tx, attempt.projectId, "reviewer");
    if (attempt.userId === grader.id) throw new DomainError("forbidden", "Nobody grades their own test.");
    if (attempt.state !== "submitted") throw new DomainError("conflict", "This attempt does not wait for grades.");
    const question = allQuestions(version.content).find(({ id }) => id === input.questionId);
    if (!question || !("rubric" in question)) throw notFound("Question");
    const answer = (await answersOf(tx, attempt.id)).find(({ questionId }) => questionId === input.questionId);
    if (!isAnswered(answer?.answer)) throw new DomainError("conflict", "This question was not answered.");
    const { score, comment } = input;
    await tx
      .insert(entryTestGrades)
      .values({ attemptId: attempt.id, questionId: question.id, graderId: grader.id, score, comment })
      .onConflictDoUpdate({
        target: [entryTestGrades.attemptId, entryTestGrades.questionId, entryTestGrades.graderId],
        targetWhere: sql`grader_id is not null`,
        set: { score, comment },
      });
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "entry_test.answer_graded",
      objectType: "entry_test_attempt",
      objectId: attempt.id,
      projectId: attempt.projectId,
      details: { questionId: question.id, score },
    });
    await settle(tx, attempt);
    const [after] = await tx
      .select({ state: entryTestAttempts.state })
      .from(entryTestAttempts)
      .where(and(eq(entryTestAttempts.id, attempt.id)));
    return { state: after!.state };
  });
}
