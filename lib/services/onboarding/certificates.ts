/** Certificates as a lead keeps them: who has one, granting by hand, revoking with a reason. */
import { and, eq, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { listCertificateRows, pendingRenewal, validCertificate } from "@/db/queries/onboarding";
import { certificates, projectMembers, recertifications } from "@/db/schema";
import type { Certificate } from "@/lib/contracts/entry-tests";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { applyDueRecertifications } from "./recertify";
import { grant, type Task } from "./settle";

export async function listCertificates(
  context: ServiceContext,
  input: { projectId: string; task?: Task; limit: number },
): Promise<{ rows: Certificate[] }> {
  await requireProject(context, context.db, input.projectId, "lead");
  await applyDueRecertifications(context, input.projectId);
  return { rows: await listCertificateRows(context.db, input) };
}

const one = async (tx: Tx, projectId: string, id: string): Promise<Certificate> =>
  (await listCertificateRows(tx, { projectId, id, limit: 1 }))[0]!;

export async function grantCertificate(
  context: ServiceContext,
  input: { projectId: string; task: Task; userId: string },
): Promise<Certificate> {
  return inTransaction(context, async (tx) => {
    await requireProject(context, tx, input.projectId, "lead");
    const { projectId, task, userId } = input;
    const [member] = await tx
      .select()
      .from(projectMembers)
      .where(and(eq(projectMembers.projectId, projectId), eq(projectMembers.userId, userId)))
      .for("update");
    if (!member) throw notFound("Member");
    const valid = await validCertificate(tx, projectId, task, userId);
    if (valid && !(await pendingRenewal(tx, projectId, task, valid.grantedAt)))
      throw new DomainError("conflict", "This person is certified already.");
    const actor = auditActor(context.actor);
    return one(tx, projectId, await grant(tx, { projectId, task, userId, grantedBy: actor.id, actor }));
  });
}

/** What was passed before counts no more for this person: a certificate taken away must be earned again. */
export async function revokeCertificate(
  context: ServiceContext,
  input: { certificateId: string; reason: string },
): Promise<Certificate> {
  return inTransaction(context, async (tx) => {
    const [row] = await tx.select().from(certificates).where(eq(certificates.id, input.certificateId)).for("update");
    if (!row) throw notFound("Certificate");
    await requireProject(context, tx, row.projectId, "lead");
    if (row.revokedAt) throw new DomainError("conflict", "This certificate is revoked already.");
    await tx
      .update(certificates)
      .set({ revokedAt: sql`now()`, revokedReason: input.reason })
      .where(eq(certificates.id, row.id));
    const actor = auditActor(context.actor);
    const { projectId, task, userId } = row;
    await tx.insert(recertifications).values({
      ...{ projectId, task, userId, reason: input.reason, createdBy: actor.id },
      dueAt: sql`now()`,
      appliedAt: sql`now()`,
    });
    await insertAudit(tx, {
      actor,
      action: "certificate.revoked",
      objectType: "certificate",
      objectId: row.id,
      projectId,
      details: { userId, task, reason: input.reason },
    });
    return one(tx, projectId, row.id);
  });
}
