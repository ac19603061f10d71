/** Saved views: private to who made them unless shared with those who can open the same list. */
import { and, asc, eq, isNull, or, sql } from "drizzle-orm";
import type { Connection } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { savedViews, users } from "@/db/schema";
import type { SavedView } from "@/lib/contracts/saved-views";
import type { ListScreen } from "@/lib/domain/lists";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, requireRole, requireUser, type ServiceContext } from "../context";
import { iso } from "../instants";

const VIEWS_MAX = 200;
const columns = { view: savedViews, owner: users.name };

const viewOf = (userId: string, row: { view: typeof savedViews.$inferSelect; owner: string }): SavedView => {
  const { userId: ownerId, createdAt, screen, ...view } = row.view;
  return {
    ...view,
    screen: screen as ListScreen,
    own: ownerId === userId,
    owner: row.owner,
    createdAt: iso(createdAt),
  };
};

/** Whoever may open the list may keep views of it. Lists of the whole installation have no project. */
async function requireList(
  context: ServiceContext,
  connection: Connection,
  list: { screen: ListScreen; projectId?: string | null | undefined },
) {
  if (list.projectId) await requireProject(context, connection, list.projectId, "lead");
  else requireRole(context, list.screen === "users" ? "admin" : "lead");
}

export async function listSavedViews(
  context: ServiceContext,
  input: { screen: ListScreen; projectId?: string | undefined },
) {
  const user = requireUser(context);
  await requireList(context, context.db, input);
  const rows = await context.db
    .select(columns)
    .from(savedViews)
    .innerJoin(users, eq(users.id, savedViews.userId))
    .where(
      and(
        eq(savedViews.screen, input.screen),
        input.projectId ? eq(savedViews.projectId, input.projectId) : isNull(savedViews.projectId),
        or(eq(savedViews.userId, user.id), savedViews.shared),
      ),
    )
    .orderBy(asc(sql`${savedViews.userId} <> ${user.id}`), asc(savedViews.name))
    .limit(VIEWS_MAX);
  return { rows: rows.map((row) => viewOf(user.id, row)) };
}

export interface NewSavedView {
  screen: ListScreen;
  projectId?: string | undefined;
  name: string;
  query: string;
  shared: boolean;
}

/** An own view of the same name is replaced. Errors: `conflict` at 200 own views of one list. */
export async function createSavedView(context: ServiceContext, input: NewSavedView): Promise<SavedView> {
  const user = requireUser(context);
  return inTransaction(context, async (tx) => {
    await requireList(context, tx, input);
    const projectId = input.projectId ?? null;
    const same = and(
      eq(savedViews.userId, user.id),
      eq(savedViews.screen, input.screen),
      projectId ? eq(savedViews.projectId, projectId) : isNull(savedViews.projectId),
    );
    await tx.delete(savedViews).where(and(same, eq(savedViews.name, input.name)));
    if ((await tx.$count(savedViews, same)) >= VIEWS_MAX)
      throw new DomainError("conflict", `There are ${VIEWS_MAX} views of this list already. Forget one first.`);
    const [row] = await tx
      .insert(savedViews)
      .values({ ...input, projectId, userId: user.id })
      .returning({ id: savedViews.id });
    return tell(context, tx, "saved_view.created", row!.id);
  });
}

export async function updateSavedView(context: ServiceContext, input: { id: string; shared: boolean }) {
  return inTransaction(context, async (tx) => {
    await requireOwn(context, tx, input.id);
    await tx.update(savedViews).set({ shared: input.shared }).where(eq(savedViews.id, input.id));
    return tell(context, tx, "saved_view.updated", input.id);
  });
}

export async function deleteSavedView(context: ServiceContext, id: string): Promise<void> {
  await inTransaction(context, async (tx) => {
    await requireOwn(context, tx, id);
    await tell(context, tx, "saved_view.deleted", id);
    await tx.delete(savedViews).where(eq(savedViews.id, id));
  });
}

/** Somebody else's view is not found, shared or not: only its owner changes it. */
async function requireOwn(context: ServiceContext, connection: Connection, id: string): Promise<void> {
  const user = requireUser(context);
  const own = and(eq(savedViews.id, id), eq(savedViews.userId, user.id));
  if ((await connection.$count(savedViews, own)) === 0) throw notFound("Saved view");
}

async function tell(context: ServiceContext, connection: Connection, action: string, id: string): Promise<SavedView> {
  const [row] = await connection
    .select(columns)
    .from(savedViews)
    .innerJoin(users, eq(users.id, savedViews.userId))
    .where(eq(savedViews.id, id));
  await insertAudit(connection, {
    actor: auditActor(context.actor),
    action,
    objectType: "saved_view",
    objectId: id,
    projectId: row!.view.projectId,
    details: { screen: row!.view.screen, name: row!.view.name, shared: row!.view.shared },
  });
  return viewOf(row!.view.userId, row!);
}
