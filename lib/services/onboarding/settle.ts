/** What ends an attempt: handing it in, the deadline, the last grade; and what a passed one leads to. */
import { eq, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { type AuditActor, insertAudit } from "@/db/queries/audit";
import {
  answerMap,
  answersOf,
  attemptSubject,
  attemptsOf,
  countedSince,
  gradesOf,
  lockAttempt,
  lockOverdue,
  pendingRenewal,
  publishedTests,
  type StoredAttempt,
  type StoredTest,
  type StoredVersion,
  validCertificate,
} from "@/db/queries/onboarding";
import { certificates, entryTestAttempts, entryTestGrades } from "@/db/schema";
import { allQuestions } from "@/lib/domain/entry-test";
import { evaluate, isRight } from "@/lib/domain/entry-test-grading";
import { isComplete, standings, type TestFacts } from "@/lib/domain/entry-test-standing";
import { inTransaction, type ServiceContext } from "../context";
import { newestGuidelineId } from "./guideline";

export interface AttemptSubject {
  attempt: StoredAttempt;
  test: StoredTest;
  version: StoredVersion;
}
export type Task = StoredTest["task"];

/** The system acts where time or the last grade decides. */
const SYSTEM: AuditActor = { id: null, kind: "worker" };

export const factsOf = ({ test, version }: { test: StoredTest; version: StoredVersion }): TestFacts => ({
  testId: test.id,
  position: test.position,
  required: test.required,
  cooldownDays: version.content.cooldownDays,
  attemptsMax: version.content.attemptsMax,
});

/** Hands in every attempt whose time is over. Whoever looks at attempts calls it first; the worker does every minute. */
export async function closeOverdue(
  context: ServiceContext,
  scope: { projectId?: string; userId?: string } = {},
): Promise<void> {
  await inTransaction(context, async (tx) => {
    for (const { id } of await lockOverdue(tx, scope)) {
      const subject = await lockAttempt(tx, id);
      if (subject) await closeAttempt(tx, subject, SYSTEM, subject.attempt.deadline);
    }
  });
}

/** From running to handed in; what has a key is graded at once. The row is locked by the caller. */
export async function closeAttempt(tx: Tx, subject: AttemptSubject, actor: AuditActor, at: Date | null): Promise<void> {
  const { attempt, test, version } = subject;
  const [closed] = await tx
    .update(entryTestAttempts)
    .set({ state: "submitted", submittedAt: at ?? sql`now()` })
    .where(eq(entryTestAttempts.id, attempt.id))
    .returning();
  await insertAudit(tx, {
    actor,
    action: "entry_test.submitted",
    objectType: "entry_test_attempt",
    objectId: attempt.id,
    projectId: attempt.projectId,
    details: { testId: test.id, version: version.version, by: at ? "deadline" : "annotator" },
  });
  const answers = answerMap(await answersOf(tx, attempt.id));
  const grades = allQuestions(version.content).flatMap((question) => {
    const right = isRight(question, answers.get(question.id));
    return right === null ? [] : [{ attemptId: attempt.id, questionId: question.id, score: right ? 1 : 0 }];
  });
  if (grades.length > 0) await tx.insert(entryTestGrades).values(grades);
  await settle(tx, closed!);
}

/** Closes the grading once its outcome is known. */
export async function settle(tx: Tx, attempt: StoredAttempt): Promise<void> {
  const { version, test } = await attemptSubject(tx, attempt);
  const byQuestion = new Map<string, number[]>();
  for (const grade of await gradesOf(tx, attempt.id))
    if (grade.graderId) byQuestion.set(grade.questionId, [...(byQuestion.get(grade.questionId) ?? []), grade.score]);
  const answers = answerMap(await answersOf(tx, attempt.id));
  const { rules, outcome } = evaluate(version.content, { answers, grades: byQuestion });
  if (!outcome) return;
  await tx
    .update(entryTestAttempts)
    .set({ state: "graded", outcome, results: rules, gradedAt: sql`now()` })
    .where(eq(entryTestAttempts.id, attempt.id));
  await insertAudit(tx, {
    actor: SYSTEM,
    action: "entry_test.graded",
    objectType: "entry_test_attempt",
    objectId: attempt.id,
    projectId: attempt.projectId,
    details: { testId: test.id, version: version.version, outcome },
  });
  if (outcome === "passed") await grantIfComplete(tx, attempt.projectId, test.task, attempt.userId);
}

/** The person's standing in each published test of a task. */
export async function standingsOf(tx: Tx | ServiceContext["db"], projectId: string, task: Task, userId: string) {
  const tests = await publishedTests(tx, projectId, task);
  const facts = tests.map(factsOf);
  const since = await countedSince(tx, projectId, task, userId);
  const found = standings(facts, await attemptsOf(tx, projectId, userId), since, new Date());
  return { tests, facts, found };
}

async function grantIfComplete(tx: Tx, projectId: string, task: Task, userId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${projectId}:${task}:${userId}`}, 2))`);
  const { facts, found } = await standingsOf(tx, projectId, task, userId);
  if (!isComplete(facts, found)) return;
  const valid = await validCertificate(tx, projectId, task, userId);
  if (valid && !(await pendingRenewal(tx, projectId, task, valid.grantedAt))) return;
  await grant(tx, { projectId, task, userId, grantedBy: null, actor: SYSTEM });
}

/** Grants anew; an older one that is still valid ends as renewed. Returns the certificate's id. */
export async function grant(
  tx: Tx,
  input: { projectId: string; task: Task; userId: string; grantedBy: string | null; actor: AuditActor },
): Promise<string> {
  const { projectId, task, userId, grantedBy, actor } = input;
  const valid = await validCertificate(tx, projectId, task, userId);
  if (valid)
    await tx
      .update(certificates)
      .set({ revokedAt: sql`now()`, revokedReason: RENEWED })
      .where(eq(certificates.id, valid.id));
  const guidelineVersionId = await newestGuidelineId(tx, projectId, task);
  const [row] = await tx
    .insert(certificates)
    .values({ projectId, task, userId, grantedBy, guidelineVersionId })
    .returning({ id: certificates.id });
  await insertAudit(tx, {
    actor,
    action: "certificate.granted",
    objectType: "certificate",
    objectId: row!.id,
    projectId,
    details: { userId, task, renewed: Boolean(valid) },
  });
  return row!.id;
}

/** Reason of a certificate that a newer one replaced. */
export const RENEWED = "renewed";
