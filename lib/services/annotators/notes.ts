/** Notes to annotators, and their own list of them. */

import { selectMembers } from "@/db/queries/annotators";
import { insertAudit } from "@/db/queries/audit";
import {
  countUnread,
  judgementOwner,
  markAllRead,
  markNoteRead,
  type NotePage,
  type NoteRow,
  selectNotes,
} from "@/db/queries/notes";
import { annotatorNotes } from "@/db/schema";
import type { Note } from "@/lib/contracts/notes";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, requireUser, type ServiceContext } from "../context";
import { decodeKeyset, pageFrom } from "../paging";

const toNote = (row: NoteRow): Note => ({
  id: row.id,
  kind: row.kind,
  body: row.body,
  author: row.author,
  about:
    row.comparisonId && row.task
      ? {
          comparisonId: row.comparisonId,
          promptExcerpt: row.promptExcerpt ?? "",
          chosenExcerpt: row.chosenExcerpt ?? "",
          otherExcerpt: row.otherExcerpt ?? "",
          task: row.task,
          category: row.category,
          sideRight: row.sideRight,
        }
      : null,
  createdAt: new Date(row.createdAtMs).toISOString(),
  readAt: row.readAtMs === null ? null : new Date(row.readAtMs).toISOString(),
});

async function page<V>(
  context: ServiceContext,
  input: Pick<NotePage, "projectId" | "userId" | "visibleOnly"> & { after?: string; limit: number },
  view: (row: NoteRow) => V,
) {
  const cursor = decodeKeyset(input.after);
  const rows = await selectNotes(context.db, {
    ...input,
    after: cursor ?? null,
    limit: input.limit + 1,
  });
  return pageFrom(
    rows.map((row) => ({ at: row.at, id: row.id, row })),
    input.limit,
    ({ row }) => view(row),
  );
}

/** The moment of a note is when it could first be seen: when it was written would give away a gold item's. */
export async function listMyNotes(
  context: ServiceContext,
  input: { projectId: string; after?: string; limit: number },
) {
  const { id: userId } = requireUser(context);
  await requireProject(context, context.db, input.projectId);
  return page(context, { ...input, userId, visibleOnly: true }, (row) =>
    toNote({ ...row, createdAtMs: row.visibleFromMs }),
  );
}

export async function countMyNotes(context: ServiceContext, projectId: string): Promise<{ unread: number }> {
  const { id } = requireUser(context);
  await requireProject(context, context.db, projectId);
  return { unread: await countUnread(context.db, projectId, id) };
}

export async function readMyNote(context: ServiceContext, noteId: string) {
  const readAtMs = await markNoteRead(context.db, requireUser(context).id, noteId);
  if (readAtMs === undefined) throw notFound("Note");
  return { id: noteId, readAt: new Date(readAtMs).toISOString() };
}

export async function readMyNotes(context: ServiceContext, projectId: string): Promise<{ read: number }> {
  const { id } = requireUser(context);
  await requireProject(context, context.db, projectId);
  return { read: await markAllRead(context.db, id, projectId) };
}

export async function listAnnotatorNotes(
  context: ServiceContext,
  input: { projectId: string; userId: string; after?: string; limit: number },
) {
  await requireProject(context, context.db, input.projectId, "reviewer");
  return page(context, { ...input, visibleOnly: false }, (row) => ({
    ...toNote(row),
    visibleFrom: new Date(row.visibleFromMs).toISOString(),
  }));
}

export interface NewNote {
  projectId: string;
  /** Left out = everybody of the project, or whose judgement it is. */
  userIds?: readonly string[];
  comparisonId?: string;
  body: string;
}

const refuse = (path: string, message: string) =>
  new DomainError("invalid", `body.${path}: ${message}`, [{ path: `body.${path}`, message }]);

/** Errors: `invalid` for people who are no members, or for a judgement that is not theirs. */
export async function sendNote(context: ServiceContext, input: NewNote): Promise<{ sent: number }> {
  return inTransaction(context, async (tx) => {
    const { projectId, comparisonId } = input;
    await requireProject(context, tx, projectId, "reviewer");
    const author = requireUser(context);
    const owner = comparisonId ? await judgementOwner(tx, projectId, comparisonId) : undefined;
    if (comparisonId && !owner?.userId) throw refuse("comparisonId", "no annotator's judgement in this project");
    const wanted = input.userIds ?? (owner?.userId ? [owner.userId] : null);
    if (owner && wanted?.some((userId) => userId !== owner.userId))
      throw refuse("userIds", "a judgement is told only to the one who made it");
    const members = await selectMembers(tx, projectId, wanted);
    if (wanted && members.length < new Set(wanted).size) throw refuse("userIds", "not all of them are members");
    if (members.length > 0)
      await tx.insert(annotatorNotes).values(
        members.map(({ userId }) => ({
          projectId,
          userId,
          comparisonId: comparisonId ?? null,
          authorId: author.id,
          body: input.body.trim(),
        })),
      );
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "note.sent",
      objectType: "project",
      objectId: projectId,
      projectId,
      details: { to: members.map(({ userId }) => userId), ...(comparisonId ? { comparisonId } : {}) },
    });
    return { sent: members.length };
  });
}
