/** Attempts as a lead sees them: who took what, more time for whoever needs it, and letting a broken one not count. */
import { eq, sql } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { type AttemptListRow, attemptSubject, listAttemptRows, lockAttempt } from "@/db/queries/onboarding";
import { entryTestAttempts, users } from "@/db/schema";
import type { AttemptRow } from "@/lib/contracts/entry-tests";
import { allQuestions, type Localized, pickText } from "@/lib/domain/entry-test";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, requireUser, type ServiceContext } from "../context";
import { decodeKeyset, pageFrom } from "../paging";
import { feedbackOf, rulesOf } from "./own-view";
import { closeOverdue } from "./settle";

export async function listAttempts(
  context: ServiceContext,
  input: { projectId: string; state?: string; after?: string; limit: number },
) {
  await requireProject(context, context.db, input.projectId, "lead");
  await closeOverdue(context, { projectId: input.projectId });
  const { projectId, state, limit } = input;
  const rows = await listAttemptRows(context.db, {
    projectId,
    state,
    after: decodeKeyset(input.after),
    limit: limit + 1,
  });
  const locale = context.actor.kind === "user" ? context.actor.locale : "en";
  const view = ({ content, ...row }: AttemptListRow): AttemptRow => ({
    ...row,
    title: pickText(content.title, locale),
    questions: allQuestions(content).length,
  });
  return pageFrom(
    rows.map((row) => ({ ...row, at: row.startedAt })),
    limit,
    ({ at: _at, ...row }) => view(row),
  );
}

const lockFor = async (context: ServiceContext, tx: Parameters<typeof lockAttempt>[0], attemptId: string) => {
  const subject = await lockAttempt(tx, attemptId);
  if (!subject) throw notFound("Attempt");
  await requireProject(context, tx, subject.attempt.projectId, "lead");
  return subject.attempt;
};

export async function readAttempt(context: ServiceContext, attemptId: string) {
  await closeOverdue(context);
  const { db } = context;
  const [row] = await db
    .select({ attempt: entryTestAttempts, name: users.name })
    .from(entryTestAttempts)
    .innerJoin(users, eq(users.id, entryTestAttempts.userId))
    .where(eq(entryTestAttempts.id, attemptId));
  if (!row) throw notFound("Attempt");
  const { attempt, name } = row;
  await requireProject(context, db, attempt.projectId, "lead");
  if (attempt.userId === requireUser(context).id && attempt.outcome !== "passed")
    throw new DomainError("forbidden", "Nobody reads the keys of a test that they still have to pass.");
  const { version, test } = await attemptSubject(db, attempt);
  const say = (text: Localized) => pickText(text, attempt.locale);
  const handedIn = attempt.state !== "running";
  return {
    id: attempt.id,
    name,
    title: say(version.content.title),
    rules: rulesOf(attempt, version.content, say),
    feedback: handedIn ? await feedbackOf(db, { attempt, version, test }, say, true) : [],
  };
}

export async function extendAttempt(context: ServiceContext, input: { attemptId: string; minutes: number }) {
  await closeOverdue(context);
  return inTransaction(context, async (tx) => {
    const attempt = await lockFor(context, tx, input.attemptId);
    if (attempt.state !== "running")
      throw new DomainError("conflict", "Only a running attempt can get more time. Let it not count instead.");
    const [row] = await tx
      .update(entryTestAttempts)
      .set({
        deadline: sql`${entryTestAttempts.deadline} + make_interval(mins => ${input.minutes}::int)`,
        minutesAdded: sql`${entryTestAttempts.minutesAdded} + ${input.minutes}::int`,
      })
      .where(eq(entryTestAttempts.id, attempt.id))
      .returning();
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "entry_test.extended",
      objectType: "entry_test_attempt",
      objectId: attempt.id,
      projectId: attempt.projectId,
      details: { minutes: input.minutes },
    });
    return { deadline: row!.deadline.toISOString() };
  });
}

export async function voidAttempt(context: ServiceContext, input: { attemptId: string; reason: string }) {
  await inTransaction(context, async (tx) => {
    const attempt = await lockFor(context, tx, input.attemptId);
    if (attempt.state === "void") return;
    if (attempt.outcome === "passed")
      throw new DomainError("conflict", "This attempt was passed. Revoke the certificate instead.");
    await tx
      .update(entryTestAttempts)
      .set({ state: "void", voidedReason: input.reason })
      .where(eq(entryTestAttempts.id, attempt.id));
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "entry_test.voided",
      objectType: "entry_test_attempt",
      objectId: attempt.id,
      projectId: attempt.projectId,
      details: { reason: input.reason },
    });
  });
}
