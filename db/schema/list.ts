/** What leads keep about lists: saved views, and bulk actions with what they changed. */
import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "./columns";
import { users } from "./identity";
import { projects } from "./project";

/** A list's filters and columns under a name. Private unless shared; without a project it belongs to a list of the whole installation. */
export const savedViews = pgTable(
  "saved_views",
  {
    id: id(),
    projectId: uuid("project_id").references(() => projects.id, { onDelete: "cascade" }),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** One of LIST_SCREENS of lib/domain/lists.ts. */
    screen: text("screen").notNull(),
    name: text("name").notNull(),
    /** The address's query string, without "?". */
    query: text("query").notNull(),
    shared: boolean("shared").notNull().default(false),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("saved_views_name").on(
      table.userId,
      table.screen,
      sql`coalesce(${table.projectId}, '00000000-0000-0000-0000-000000000000'::uuid)`,
      table.name,
    ),
    index("saved_views_project").on(table.projectId, table.screen),
  ],
);

/** One change of many rows at once. */
export const bulkActions = pgTable(
  "bulk_actions",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    userId: uuid("user_id").references(() => users.id),
    /** "items" | "prompts". */
    screen: text("screen").notNull(),
    /** ItemBulkAction or PromptBulkAction of lib/domain/lists.ts. */
    action: jsonb("action").notNull(),
    rows: integer("rows").notNull(),
    createdAt: createdAt(),
    undoneAt: instant("undone_at"),
    undoneBy: uuid("undone_by").references(() => users.id),
    /** Rows that had changed since and stayed as they were when the rest was undone. */
    refusedRows: integer("refused_rows"),
  },
  (table) => [index("bulk_actions_project").on(table.projectId, table.screen, table.createdAt)],
);

/** The touched fields of each row before and after: undo puts `before` back where the row still says `after`. */
export const bulkActionRows = pgTable(
  "bulk_action_rows",
  {
    bulkActionId: uuid("bulk_action_id")
      .notNull()
      .references(() => bulkActions.id, { onDelete: "cascade" }),
    rowId: uuid("row_id").notNull(),
    before: jsonb("before").notNull(),
    after: jsonb("after").notNull(),
  },
  (table) => [primaryKey({ columns: [table.bulkActionId, table.rowId] })],
);
