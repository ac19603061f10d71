/**
 * Bulk actions. The preview and the change ask the same statement what would become of each row; the change locks the rows,
 * keeps what they were, and is undone row by row where nothing else has touched them.
 */
import { randomUUID } from "node:crypto";
import { and, asc, desc, eq, sql } from "drizzle-orm";
import type { Connection, Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { itemTexts, lockItems, planItems, writeItems } from "@/db/queries/items";
import { lockPrompts, planPrompts, promptTexts, writePrompts } from "@/db/queries/prompts";
import { bulkActionRows, bulkActions, users } from "@/db/schema";
import { type BulkAction, type BulkPreview, type BulkRequest, bulkActionSchema } from "@/lib/contracts/bulk-actions";
import { BULK_ROWS_MAX, type SkipReason, UNDO_HOURS_MAX } from "@/lib/domain/lists";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { iso, isoOrNull } from "../instants";

const EXAMPLES = 5;
const REFUSED_IDS_MAX = 100;
const HOUR_MS = 3_600_000;

interface RowPlan {
  id: string;
  reason: SkipReason | null;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}
interface RowChange {
  id: string;
  from: Record<string, unknown>;
  to: Record<string, unknown>;
}

/** What differs between the two lists that can be changed in bulk. */
const SCREENS = {
  items: { lock: lockItems, write: writeItems, texts: itemTexts },
  prompts: { lock: lockPrompts, write: writePrompts, texts: promptTexts },
} as const;

async function planRows(
  connection: Connection,
  projectId: string,
  request: BulkRequest,
  lock: boolean,
): Promise<RowPlan[]> {
  const limit = BULK_ROWS_MAX + 1;
  const { selection } = request;
  const plans =
    request.screen === "items"
      ? await planItems(connection, projectId, { ...request, limit, lock })
      : await planPrompts(connection, projectId, { ...request, limit, lock });
  if (plans.length > BULK_ROWS_MAX) throw tooMany();
  // An id that the project does not have is a mistake or a probe; it must not look like a row that was left alone.
  if ("ids" in selection && plans.length < new Set(selection.ids).size) throw notFound("A row of the selection");
  return plans;
}

const tooMany = () =>
  new DomainError("invalid", `More than ${BULK_ROWS_MAX.toLocaleString("en")} rows: narrow the filter.`, [
    { path: "body.selection", message: `more than ${BULK_ROWS_MAX} rows` },
  ]);

/** What would change, what would stay and why. */
export async function previewBulkAction(
  context: ServiceContext,
  input: { projectId: string; request: BulkRequest },
): Promise<BulkPreview> {
  await requireProject(context, context.db, input.projectId, "lead");
  const plans = await planRows(context.db, input.projectId, input.request, false);
  const reasons = new Map<SkipReason, number>();
  for (const { reason } of plans) if (reason) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const changing = plans.filter(({ reason }) => reason === null);
  const first = changing.slice(0, EXAMPLES);
  const texts = await SCREENS[input.request.screen].texts(
    context.db,
    first.map(({ id }) => id),
  );
  return {
    selected: plans.length,
    changes: changing.length,
    skipped: [...reasons].map(([reason, rows]) => ({ reason, rows })),
    examples: first.map(({ id, before, after }) => ({
      id,
      before,
      after,
      text: texts.find((text) => text.id === id)?.text ?? null,
    })),
  };
}

/** Errors: `conflict` when something else than the preview's number of rows would change, or nothing at all. */
export async function applyBulkAction(
  context: ServiceContext,
  input: { projectId: string; request: BulkRequest; expectedChanges?: number | undefined },
): Promise<BulkAction> {
  return inTransaction(context, async (tx) => {
    await requireProject(context, tx, input.projectId, "lead");
    const plans = await planRows(tx, input.projectId, input.request, true);
    const changes = plans.flatMap(({ id, reason, before, after }) =>
      reason === null ? [{ id, from: before, to: after }] : [],
    );
    if (changes.length === 0) throw new DomainError("conflict", "Nothing would change.");
    if (input.expectedChanges !== undefined && input.expectedChanges !== changes.length)
      throw new DomainError(
        "conflict",
        `The rows have changed since the preview: it is ${changes.length} now, not ${input.expectedChanges}. Nothing was changed; look at the preview again.`,
      );
    const id = await storeAction(context, tx, input, changes);
    const written = await SCREENS[input.request.screen].write(tx, input.projectId, changes);
    if (written.length !== changes.length) throw new Error(`bulk action: ${written.length} of ${changes.length} rows`);
    return loadAction(tx, id);
  });
}

async function storeAction(
  context: ServiceContext,
  tx: Tx,
  { projectId, request }: { projectId: string; request: BulkRequest },
  changes: RowChange[],
): Promise<string> {
  const id = randomUUID();
  const { actor } = context;
  const userId = actor.kind === "user" ? actor.id : null;
  await tx
    .insert(bulkActions)
    .values({ id, projectId, userId, screen: request.screen, action: request.action, rows: changes.length });
  const texts = (field: "from" | "to") => sql.param(changes.map((change) => JSON.stringify(change[field])));
  await tx.execute(sql`insert into bulk_action_rows (bulk_action_id, row_id, before, after)
    select ${id}::uuid, * from unnest(${sql.param(changes.map((change) => change.id))}::uuid[], ${texts("from")}::jsonb[],
      ${texts("to")}::jsonb[])`);
  await insertAudit(tx, {
    actor: auditActor(actor),
    action: "bulk_action.applied",
    objectType: "bulk_action",
    objectId: id,
    projectId,
    details: { screen: request.screen, action: request.action, rows: changes.length },
  });
  return id;
}

const columns = { action: bulkActions, user: users.name };
type ActionRow = { action: typeof bulkActions.$inferSelect; user: string | null };

function viewOf({ action, user }: ActionRow): BulkAction {
  const until = action.createdAt.getTime() + UNDO_HOURS_MAX * HOUR_MS;
  return bulkActionSchema.parse({
    ...action,
    user,
    createdAt: iso(action.createdAt),
    undoneAt: isoOrNull(action.undoneAt),
    undoUntil: action.undoneAt || until < Date.now() ? null : new Date(until).toISOString(),
  });
}

async function loadAction(connection: Connection, id: string): Promise<BulkAction> {
  const [row] = await connection
    .select(columns)
    .from(bulkActions)
    .leftJoin(users, eq(users.id, bulkActions.userId))
    .where(eq(bulkActions.id, id));
  if (!row) throw notFound("Bulk action");
  return viewOf(row);
}

export async function listBulkActions(
  context: ServiceContext,
  input: { projectId: string; screen: "items" | "prompts"; limit: number },
) {
  await requireProject(context, context.db, input.projectId, "lead");
  const rows = await context.db
    .select(columns)
    .from(bulkActions)
    .leftJoin(users, eq(users.id, bulkActions.userId))
    .where(and(eq(bulkActions.projectId, input.projectId), eq(bulkActions.screen, input.screen)))
    .orderBy(desc(bulkActions.createdAt), desc(bulkActions.id))
    .limit(input.limit);
  return { rows: rows.map(viewOf) };
}

/** Errors: `conflict` when it was undone before, when its day is over, or when every row has changed since. */
export async function undoBulkAction(context: ServiceContext, id: string) {
  return inTransaction(context, async (tx) => {
    const [row] = await tx.select().from(bulkActions).where(eq(bulkActions.id, id)).for("update");
    if (!row) throw notFound("Bulk action");
    await requireProject(context, tx, row.projectId, "lead");
    if (row.undoneAt) throw new DomainError("conflict", "It was undone already.");
    if (row.createdAt.getTime() + UNDO_HOURS_MAX * HOUR_MS < Date.now())
      throw new DomainError("conflict", `It was more than ${UNDO_HOURS_MAX} hours ago.`);
    const screen = SCREENS[row.screen as BulkRequest["screen"]];
    const stored = await tx
      .select()
      .from(bulkActionRows)
      .where(eq(bulkActionRows.bulkActionId, id))
      .orderBy(asc(bulkActionRows.rowId));
    const back = stored.map(({ rowId, before, after }) => ({
      id: rowId,
      from: after as Record<string, unknown>,
      to: before as Record<string, unknown>,
    }));
    await screen.lock(
      tx,
      row.projectId,
      back.map((change) => change.id),
    );
    const restored = new Set(await screen.write(tx, row.projectId, back));
    const refused = back.filter((change) => !restored.has(change.id)).map((change) => change.id);
    if (restored.size === 0) throw new DomainError("conflict", "Every row has changed since; nothing was undone.");
    await closeAction(context, tx, row, { restored: restored.size, refused });
    return { restored: restored.size, refused: refused.length, refusedIds: refused.slice(0, REFUSED_IDS_MAX) };
  });
}

async function closeAction(
  context: ServiceContext,
  tx: Tx,
  row: typeof bulkActions.$inferSelect,
  outcome: { restored: number; refused: string[] },
): Promise<void> {
  const { actor } = context;
  await tx
    .update(bulkActions)
    .set({
      undoneAt: new Date(),
      undoneBy: actor.kind === "user" ? actor.id : null,
      refusedRows: outcome.refused.length,
    })
    .where(eq(bulkActions.id, row.id));
  await insertAudit(tx, {
    actor: auditActor(actor),
    action: "bulk_action.undone",
    objectType: "bulk_action",
    objectId: row.id,
    projectId: row.projectId,
    details: { restored: outcome.restored, refused: outcome.refused.slice(0, REFUSED_IDS_MAX) },
  });
}
