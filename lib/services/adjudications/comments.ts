/** Reviewers' discussion of an item: append-only, for reviewers and above. */
import { asc, eq } from "drizzle-orm";
import type { Connection } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { caseComments, items, users } from "@/db/schema";
import { notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, requireUser, type ServiceContext } from "../context";
import { iso } from "../instants";

const SHOWN_MAX = 200;

async function projectOfItem(context: ServiceContext, connection: Connection, itemId: string): Promise<string> {
  const [item] = await connection.select({ projectId: items.projectId }).from(items).where(eq(items.id, itemId));
  if (!item) throw notFound("Item");
  await requireProject(context, connection, item.projectId, "reviewer").catch((error: Error) => {
    throw error.message === "Project not found" ? notFound("Item") : error;
  });
  return item.projectId;
}

export async function listCaseComments(context: ServiceContext, { itemId }: { itemId: string }) {
  await projectOfItem(context, context.db, itemId);
  const rows = await context.db
    .select({ comment: caseComments, author: users.name })
    .from(caseComments)
    .innerJoin(users, eq(users.id, caseComments.authorId))
    .where(eq(caseComments.itemId, itemId))
    .orderBy(asc(caseComments.createdAt))
    .limit(SHOWN_MAX);
  return {
    comments: rows.map(({ comment, author }) => ({
      id: comment.id,
      author,
      body: comment.body,
      createdAt: iso(comment.createdAt),
    })),
  };
}

export async function addCaseComment(context: ServiceContext, input: { itemId: string; body: string }) {
  const author = requireUser(context);
  return inTransaction(context, async (tx) => {
    const projectId = await projectOfItem(context, tx, input.itemId);
    const [row] = await tx
      .insert(caseComments)
      .values({ projectId, itemId: input.itemId, authorId: author.id, body: input.body.trim() })
      .returning();
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "case-comment.create",
      objectType: "case_comment",
      objectId: row!.id,
      projectId,
      details: { itemId: input.itemId },
    });
    const [person] = await tx.select({ name: users.name }).from(users).where(eq(users.id, author.id));
    return { id: row!.id, author: person!.name, body: row!.body, createdAt: iso(row!.createdAt) };
  });
}
