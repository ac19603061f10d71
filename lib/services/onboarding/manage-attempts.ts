/** Attempts as a lead sees them: who took what, more time for whoever needs it, and letting a broken one not count. */
import { eq, sql } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { type AttemptListRow, listAttemptRows, lockAttempt } from "@/db/queries/onboarding";
import { entryTestAttempts } from "@/db/schema";
import type { AttemptRow } from "@/lib/contracts/entry-tests";
import { allQuestions, pickText } from "@/lib/domain/entry-test";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { decodeKeyset, pageFrom } from "../paging";
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
