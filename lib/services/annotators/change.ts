/** What a lead changes about an annotator: pause, languages. */
import { eq } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { users } from "@/db/schema";
import { DomainError } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { type AnnotatorInput, requireAnnotator } from "./read";
import { pause, resume } from "./standing";

/** Errors: `conflict` when they are paused already. */
export async function pauseAnnotator(context: ServiceContext, input: AnnotatorInput & { note: string }) {
  return inTransaction(context, async (tx) => {
    const { projectId, userId, note } = input;
    await requireProject(context, tx, projectId, "lead");
    await requireAnnotator(tx, input);
    const change = { actor: auditActor(context.actor), note, reason: "lead" as const };
    if (!(await pause(tx, { projectId, userId }, change)))
      throw new DomainError("conflict", "This person is paused already.");
    return { userId, paused: true };
  });
}

/** Errors: `conflict` when they are not paused. */
export async function resumeAnnotator(context: ServiceContext, input: AnnotatorInput & { note: string }) {
  return inTransaction(context, async (tx) => {
    const { projectId, userId, note } = input;
    await requireProject(context, tx, projectId, "lead");
    await requireAnnotator(tx, input);
    if (!(await resume(tx, { projectId, userId }, { actor: auditActor(context.actor), note })))
      throw new DomainError("conflict", "This person is not paused.");
    return { userId, paused: false };
  });
}

export async function updateAnnotator(
  context: ServiceContext,
  input: AnnotatorInput & { languages: readonly string[] },
): Promise<{ languages: string[] }> {
  return inTransaction(context, async (tx) => {
    const { projectId, userId } = input;
    await requireProject(context, tx, projectId, "lead");
    await requireAnnotator(tx, input);
    const languages = [...new Set(input.languages)].sort();
    await tx.update(users).set({ languages }).where(eq(users.id, userId));
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "user.languages_changed",
      objectType: "user",
      objectId: userId,
      projectId,
      details: { languages },
    });
    return { languages };
  });
}
