/** Reads and locks behind the entry tests. */
import { and, desc, eq, isNull, lte, sql } from "drizzle-orm";
import type { Answer, EntryTestContent } from "@/lib/domain/entry-test";
import type { Connection, Tx } from "../client";
import {
  certificates,
  entryTestAnswers,
  entryTestAttempts,
  entryTestGrades,
  entryTests,
  entryTestVersions,
  recertifications,
} from "../schema";
import { selectRow, selectRows } from "./rows";

export type StoredAttempt = typeof entryTestAttempts.$inferSelect;
export type StoredTest = typeof entryTests.$inferSelect;
export type StoredVersion = typeof entryTestVersions.$inferSelect;
type Task = "helpfulness" | "safety";

/** The tests of a project that people take now: not archived, each with its newest published version. */
export async function publishedTests(connection: Connection, projectId: string, task?: Task) {
  const rows = await connection
    .selectDistinctOn([entryTests.id], { test: entryTests, version: entryTestVersions })
    .from(entryTests)
    .innerJoin(entryTestVersions, eq(entryTestVersions.testId, entryTests.id))
    .where(
      and(
        eq(entryTests.projectId, projectId),
        isNull(entryTests.archivedAt),
        sql`${entryTestVersions.publishedAt} is not null`,
        task ? eq(entryTests.task, task) : undefined,
      ),
    )
    .orderBy(entryTests.id, desc(entryTestVersions.version));
  return rows.toSorted((a, b) => a.test.position - b.test.position);
}

/** Attempts begun before this no longer count for the person and task. */
export async function countedSince(connection: Connection, projectId: string, task: Task, userId: string) {
  const row = await selectRow<{ since: number | null }>(
    connection,
    sql`select (extract(epoch from max(created_at)) * 1000)::float8 as since from recertifications
      where project_id = ${projectId}::uuid and task = ${task} and (user_id is null or user_id = ${userId}::uuid)`,
  );
  return new Date(row?.since ?? 0);
}

export const attemptsOf = (connection: Connection, projectId: string, userId: string) =>
  connection
    .select()
    .from(entryTestAttempts)
    .where(and(eq(entryTestAttempts.projectId, projectId), eq(entryTestAttempts.userId, userId)));

/** Locks and returns one attempt with what it was taken on. */
export async function lockAttempt(tx: Tx, attemptId: string) {
  const [attempt] = await tx.select().from(entryTestAttempts).where(eq(entryTestAttempts.id, attemptId)).for("update");
  if (!attempt) return undefined;
  return { attempt, ...(await attemptSubject(tx, attempt)) };
}

export async function attemptSubject(connection: Connection, attempt: StoredAttempt) {
  const [row] = await connection
    .select({ version: entryTestVersions, test: entryTests })
    .from(entryTestVersions)
    .innerJoin(entryTests, eq(entryTests.id, entryTestVersions.testId))
    .where(eq(entryTestVersions.id, attempt.versionId));
  return row!;
}

/** Running attempts past their deadline, locked; those that somebody else is closing are left to them. */
export const lockOverdue = (tx: Tx, scope: { projectId?: string; userId?: string }) =>
  tx
    .select({ id: entryTestAttempts.id })
    .from(entryTestAttempts)
    .where(
      and(
        eq(entryTestAttempts.state, "running"),
        lte(entryTestAttempts.deadline, sql`clock_timestamp()`),
        scope.projectId ? eq(entryTestAttempts.projectId, scope.projectId) : undefined,
        scope.userId ? eq(entryTestAttempts.userId, scope.userId) : undefined,
      ),
    )
    .for("update", { skipLocked: true });

export async function answersOf(connection: Connection, attemptId: string) {
  return connection.select().from(entryTestAnswers).where(eq(entryTestAnswers.attemptId, attemptId));
}

export const answerMap = (rows: { questionId: string; answer: Answer }[]): Map<string, Answer> =>
  new Map(rows.map((row) => [row.questionId, row.answer]));

export const gradesOf = (connection: Connection, attemptId: string) =>
  connection.select().from(entryTestGrades).where(eq(entryTestGrades.attemptId, attemptId));

/** Keeps the newer revision; an attempt that is over refuses by trigger. */
export async function upsertAnswers(
  tx: Tx,
  attemptId: string,
  answers: { questionId: string; answer: Answer; revision: number }[],
): Promise<void> {
  await tx
    .insert(entryTestAnswers)
    .values(answers.map((row) => ({ attemptId, ...row })))
    .onConflictDoUpdate({
      target: [entryTestAnswers.attemptId, entryTestAnswers.questionId],
      set: { answer: sql`excluded.answer`, revision: sql`excluded.revision`, savedAt: sql`now()` },
      setWhere: sql`excluded.revision > ${entryTestAnswers.revision}`,
    });
}

export interface AttemptListRow {
  id: string;
  testId: string;
  content: EntryTestContent;
  task: Task;
  version: number;
  userId: string;
  name: string;
  state: "running" | "submitted" | "graded" | "void";
  outcome: "passed" | "failed" | null;
  startedAt: string;
  deadline: string;
  minutesAdded: number;
  submittedAt: string | null;
  gradedAt: string | null;
  voidedReason: string | null;
  answered: number;
}

const isoText = (column: string) => sql.raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

export const listAttemptRows = (
  connection: Connection,
  page: { projectId: string; state?: string; after?: { at: string; id: string }; limit: number },
) =>
  selectRows<AttemptListRow>(
    connection,
    sql`select a.id, a.test_id as "testId", v.content, t.task, v.version, a.user_id as "userId", u.name, a.state, a.outcome,
      ${isoText("a.started_at")} as "startedAt", ${isoText("a.deadline")} as "deadline", a.minutes_added as "minutesAdded",
      ${isoText("a.submitted_at")} as "submittedAt", ${isoText("a.graded_at")} as "gradedAt",
      a.voided_reason as "voidedReason",
      (select count(*)::int from entry_test_answers k where k.attempt_id = a.id) as "answered"
    from entry_test_attempts a join entry_test_versions v on v.id = a.version_id
      join entry_tests t on t.id = a.test_id join users u on u.id = a.user_id
    where a.project_id = ${page.projectId}::uuid
      and (${page.state ?? null}::text is null or a.state::text = ${page.state ?? null})
      and (${page.after?.at ?? null}::timestamptz is null
        or (a.started_at, a.id) < (${page.after?.at ?? null}::timestamptz, ${page.after?.id ?? null}::uuid))
    order by a.started_at desc, a.id desc limit ${page.limit}::int`,
  );

export interface WaitingAnswer {
  attemptId: string;
  questionId: string;
  answer: Answer;
  content: EntryTestContent;
  locale: string;
  submittedAt: string;
}

/** Written answers of handed-in attempts that lack grades and that this reviewer may grade: not their own, not graded by them yet. */
const waitingFrom = (projectId: string, reviewerId: string) => sql`
  from entry_test_attempts a join entry_test_versions v on v.id = a.version_id
    join entry_test_answers k on k.attempt_id = a.id
  where a.project_id = ${projectId}::uuid and a.state = 'submitted' and a.user_id <> ${reviewerId}::uuid
    and k.answer->>'kind' in ('text', 'prompt') and btrim(k.answer->>'text', E' \\t\\r\\n') <> ''
    and (select count(*) from entry_test_grades g
      where g.attempt_id = a.id and g.question_id = k.question_id and g.grader_id is not null)
      < (v.content->>'gradersPerAnswer')::int
    and not exists (select 1 from entry_test_grades g
      where g.attempt_id = a.id and g.question_id = k.question_id and g.grader_id = ${reviewerId}::uuid)`;

export const listWaiting = (connection: Connection, projectId: string, reviewerId: string, limit: number) =>
  selectRows<WaitingAnswer>(
    connection,
    sql`select a.id as "attemptId", k.question_id as "questionId", k.answer, v.content, a.locale,
      ${isoText("a.submitted_at")} as "submittedAt"
      ${waitingFrom(projectId, reviewerId)}
      order by a.submitted_at, a.id, k.question_id limit ${limit}::int`,
  );

export async function countWaiting(connection: Connection, projectId: string, reviewerId: string): Promise<number> {
  const row = await selectRow<{ n: number }>(
    connection,
    sql`select count(*)::int as n ${waitingFrom(projectId, reviewerId)}`,
  );
  return row?.n ?? 0;
}

export async function validCertificate(connection: Connection, projectId: string, task: Task, userId: string) {
  const [row] = await connection
    .select()
    .from(certificates)
    .where(
      and(
        eq(certificates.projectId, projectId),
        eq(certificates.task, task),
        eq(certificates.userId, userId),
        isNull(certificates.revokedAt),
      ),
    );
  return row;
}

/** The call to renew that still runs for a certificate of this age, if any. */
export async function pendingRenewal(connection: Connection, projectId: string, task: Task, grantedAt: Date) {
  const [row] = await connection
    .select()
    .from(recertifications)
    .where(
      and(
        eq(recertifications.projectId, projectId),
        eq(recertifications.task, task),
        isNull(recertifications.userId),
        isNull(recertifications.appliedAt),
        sql`${recertifications.createdAt} > ${grantedAt.toISOString()}::timestamptz`,
      ),
    )
    .orderBy(recertifications.dueAt)
    .limit(1);
  return row;
}

/** Calls whose day has come, locked. */
export const lockDueRecertifications = (tx: Tx, projectId?: string) =>
  tx
    .select()
    .from(recertifications)
    .where(
      and(
        isNull(recertifications.appliedAt),
        lte(recertifications.dueAt, sql`clock_timestamp()`),
        projectId ? eq(recertifications.projectId, projectId) : undefined,
      ),
    )
    .for("update", { skipLocked: true });

/** Why the newest certificate ended. */
export async function lastRevocation(connection: Connection, projectId: string, task: Task, userId: string) {
  const [row] = await connection
    .select({ reason: certificates.revokedReason })
    .from(certificates)
    .where(and(eq(certificates.projectId, projectId), eq(certificates.task, task), eq(certificates.userId, userId)))
    .orderBy(desc(certificates.grantedAt))
    .limit(1);
  return row?.reason ?? null;
}

/** Tasks of which an open campaign gives items only to the certified. */
export async function certifiedTasks(connection: Connection, projectId: string): Promise<Set<Task>> {
  const rows = await selectRows<{ task: Task }>(
    connection,
    sql`select distinct task from campaigns where project_id = ${projectId}::uuid and state = 'open' and certified_only`,
  );
  return new Set(rows.map(({ task }) => task));
}

export interface CertificateRow {
  id: string;
  task: Task;
  userId: string;
  name: string;
  grantedAt: string;
  grantedBy: string | null;
  revokedAt: string | null;
  revokedReason: string | null;
  renewBy: string | null;
}
export const listCertificateRows = (
  connection: Connection,
  scope: { projectId: string; task?: Task; id?: string; limit: number },
) =>
  selectRows<CertificateRow>(
    connection,
    sql`select c.id, c.task, c.user_id as "userId", u.name, ${isoText("c.granted_at")} as "grantedAt", g.name as "grantedBy",
      ${isoText("c.revoked_at")} as "revokedAt", c.revoked_reason as "revokedReason",
      case when c.revoked_at is null then (select ${isoText("min(r.due_at)")} from recertifications r
        where r.project_id = c.project_id and r.task = c.task and r.user_id is null and r.applied_at is null
          and r.created_at > c.granted_at) end as "renewBy"
    from certificates c join users u on u.id = c.user_id left join users g on g.id = c.granted_by
    where c.project_id = ${scope.projectId}::uuid
      and (${scope.task ?? null}::text is null or c.task::text = ${scope.task ?? null})
      and (${scope.id ?? null}::uuid is null or c.id = ${scope.id ?? null}::uuid)
    order by (c.revoked_at is not null), c.granted_at desc, c.id limit ${scope.limit}::int`,
  );

/** Certificates that a call to renew ends. */
export const lockValidCertificates = (tx: Tx, scope: { projectId: string; task: Task; grantedBefore: Date }) =>
  tx
    .select()
    .from(certificates)
    .where(
      and(
        eq(certificates.projectId, scope.projectId),
        eq(certificates.task, scope.task),
        isNull(certificates.revokedAt),
        lte(certificates.grantedAt, scope.grantedBefore),
      ),
    )
    .for("update");
