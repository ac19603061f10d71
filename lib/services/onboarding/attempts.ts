/** One's own attempts: begin, read, save, hand in. The database's clock decides what is in time. */
import { and, eq, sql } from "drizzle-orm";
import { databaseError, type Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { lockAttempt, publishedTests, upsertAnswers } from "@/db/queries/onboarding";
import { entryTestAttempts, entryTests } from "@/db/schema";
import type { OwnAttempt } from "@/lib/contracts/onboarding";
import { type Answer, allQuestions, fits } from "@/lib/domain/entry-test";
import type { TestStanding } from "@/lib/domain/entry-test-standing";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, requireUser, type ServiceContext } from "../context";
import { ownView } from "./own-view";
import { type AttemptSubject, closeAttempt, closeOverdue, standingsOf } from "./settle";

const REFUSALS: Record<Exclude<TestStanding["status"], "open" | "running">, string> = {
  waiting: "This test is handed in and waits for its grades.",
  passed: "This test is passed already.",
  cooldown: "This test cannot be taken again yet.",
  exhausted: "There is no attempt left at this test. Ask your lead.",
  locked: "An earlier test comes first.",
};

/** The published test with its project checked, or "not found". */
async function openTest(context: ServiceContext, tx: Tx, testId: string) {
  const [test] = await tx.select().from(entryTests).where(eq(entryTests.id, testId));
  if (!test) throw notFound("Entry test");
  await requireProject(context, tx, test.projectId);
  const open = (await publishedTests(tx, test.projectId, test.task)).find((entry) => entry.test.id === testId);
  if (!open) throw notFound("Entry test");
  return open;
}

export async function startAttempt(
  context: ServiceContext,
  input: { testId: string; locale: string },
): Promise<OwnAttempt> {
  const user = requireUser(context);
  await closeOverdue(context, { userId: user.id });
  return inTransaction(context, async (tx) => {
    const { test, version } = await openTest(context, tx, input.testId);
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${user.id}, 3))`);
    const [running] = await tx
      .select()
      .from(entryTestAttempts)
      .where(and(eq(entryTestAttempts.userId, user.id), eq(entryTestAttempts.state, "running")));
    if (running?.testId === test.id) {
      const subject = await lockAttempt(tx, running.id);
      return ownView(tx, subject!);
    }
    if (running) throw new DomainError("conflict", "Another entry test is running. Finish that one first.");
    const { found } = await standingsOf(tx, test.projectId, test.task, user.id);
    const standing = found.find(({ testId }) => testId === test.id)!;
    if (standing.status !== "open" && standing.status !== "running")
      throw new DomainError("conflict", REFUSALS[standing.status], [], {
        availableAt: standing.availableAt?.toISOString() ?? null,
      });
    const [attempt] = await tx
      .insert(entryTestAttempts)
      .values({
        projectId: test.projectId,
        testId: test.id,
        versionId: version.id,
        userId: user.id,
        locale: input.locale,
        deadline: sql`now() + make_interval(mins => ${version.content.minutes}::int)`,
      })
      .returning();
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "entry_test.started",
      objectType: "entry_test_attempt",
      objectId: attempt!.id,
      projectId: test.projectId,
      details: { testId: test.id, version: version.version, minutes: version.content.minutes },
    });
    return ownView(tx, { attempt: attempt!, test, version });
  });
}

/** The actor's own attempt, locked; anybody else's is not there (I11). */
async function ownAttempt(context: ServiceContext, tx: Tx, attemptId: string): Promise<AttemptSubject> {
  const user = requireUser(context);
  const subject = await lockAttempt(tx, attemptId);
  if (subject?.attempt.userId !== user.id) throw notFound("Attempt");
  await requireProject(context, tx, subject.attempt.projectId);
  return subject;
}

export async function readOwnAttempt(context: ServiceContext, attemptId: string): Promise<OwnAttempt> {
  await closeOverdue(context, { userId: requireUser(context).id });
  return inTransaction(context, async (tx) => ownView(tx, await ownAttempt(context, tx, attemptId)));
}

const over = () =>
  new DomainError("conflict", "The time is over. What was saved before the end is handed in; nothing can be added.");

/** The trigger on the answers is the last word on being late. */
const asLate = (error: unknown): never => {
  if (databaseError(error)?.code === "23001") throw over();
  throw error;
};

export async function saveAnswers(
  context: ServiceContext,
  input: { attemptId: string; answers: { questionId: string; answer: Answer; revision: number }[] },
) {
  await closeOverdue(context, { userId: requireUser(context).id });
  return inTransaction(context, async (tx) => {
    const { attempt, version } = await ownAttempt(context, tx, input.attemptId);
    if (attempt.state !== "running") throw over();
    const questions = new Map(allQuestions(version.content).map((question) => [question.id, question]));
    const newest = new Map<string, (typeof input.answers)[number]>();
    for (const [index, row] of input.answers.entries()) {
      const question = questions.get(row.questionId);
      if (!question || !fits(question, row.answer)) {
        const path = `answers.${index}`;
        const message = question ? "does not fit the question" : "the test has no such question";
        throw new DomainError("invalid", `${path}: ${message}`, [{ path, message }]);
      }
      if ((newest.get(row.questionId)?.revision ?? 0) < row.revision) newest.set(row.questionId, row);
    }
    await upsertAnswers(tx, attempt.id, [...newest.values()]).catch(asLate);
    const now = new Date().toISOString();
    return { savedAt: now, deadline: attempt.deadline.toISOString(), now };
  });
}

/** Handing in what is handed in already changes nothing: the answer to a lost reply. */
export async function submitAttempt(context: ServiceContext, attemptId: string): Promise<OwnAttempt> {
  await closeOverdue(context, { userId: requireUser(context).id });
  return inTransaction(context, async (tx) => {
    const subject = await ownAttempt(context, tx, attemptId);
    if (subject.attempt.state === "running") await closeAttempt(tx, subject, auditActor(context.actor), null);
    return ownView(tx, (await lockAttempt(tx, attemptId))!);
  });
}
