/** New guidelines may end the certificates of before: at once, or on a day until which their holders pass the tests again. */
import { eq, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { type AuditActor, insertAudit } from "@/db/queries/audit";
import { lockDueRecertifications, lockValidCertificates } from "@/db/queries/onboarding";
import { certificates, recertifications } from "@/db/schema";
import { DomainError } from "@/lib/errors";
import { auditActor, inTransaction, type ServiceContext } from "../context";
import type { Task } from "./settle";

export type Recertification =
  | { mode: "keep" }
  | { mode: "now"; reason: string }
  | { mode: "by"; dueAt: string; reason: string };

const YEAR_MS = 365 * 86_400_000;

/** Called in the transaction that publishes the guidelines; the caller has checked that the actor is a lead. */
export async function requireRecertification(
  context: ServiceContext,
  tx: Tx,
  input: { projectId: string; task: Task; guidelineVersionId: string; choice: Recertification },
): Promise<void> {
  const { choice, ...place } = input;
  if (choice.mode === "keep") return;
  const dueAt = choice.mode === "now" ? null : new Date(choice.dueAt);
  if (dueAt && (dueAt.getTime() <= Date.now() || dueAt.getTime() > Date.now() + YEAR_MS))
    throw new DomainError("invalid", "certificates.dueAt: must lie ahead, within a year", [
      { path: "certificates.dueAt", message: "must lie ahead, within a year" },
    ]);
  const createdBy = context.actor.kind === "user" ? context.actor.id : null;
  const [row] = await tx
    .insert(recertifications)
    .values({ ...place, reason: choice.reason, dueAt: dueAt ?? sql`now()`, createdBy })
    .returning();
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action: "recertification.required",
    objectType: "recertification",
    objectId: row!.id,
    projectId: input.projectId,
    details: { task: input.task, mode: choice.mode, dueAt: row!.dueAt.toISOString() },
  });
  if (choice.mode === "now") await apply(tx, row!, auditActor(context.actor));
}

/** Ends the certificates granted before the call. Renewed ones are younger and stay. */
async function apply(tx: Tx, call: typeof recertifications.$inferSelect, actor: AuditActor): Promise<void> {
  const { projectId, task, createdAt, reason } = call;
  for (const certificate of await lockValidCertificates(tx, { projectId, task, grantedBefore: createdAt })) {
    await tx
      .update(certificates)
      .set({ revokedAt: sql`now()`, revokedReason: reason })
      .where(eq(certificates.id, certificate.id));
    await insertAudit(tx, {
      actor,
      action: "certificate.revoked",
      objectType: "certificate",
      objectId: certificate.id,
      projectId,
      details: { userId: certificate.userId, task, recertificationId: call.id },
    });
  }
  await tx.update(recertifications).set({ appliedAt: sql`now()` }).where(eq(recertifications.id, call.id));
}

/** The worker calls it every minute; an annotator's own overview does too, so that no screen is behind. */
export async function applyDueRecertifications(context: ServiceContext, projectId?: string): Promise<void> {
  await inTransaction(context, async (tx) => {
    for (const call of await lockDueRecertifications(tx, projectId))
      await apply(tx, call, { id: null, kind: "worker" });
  });
}
