/** Projects, their members, settings and guidelines. */
import { sql } from "drizzle-orm";
import {
  boolean,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "./columns";
import { users } from "./identity";

export const task = pgEnum("task", ["helpfulness", "safety"]);

export const projects = pgTable("projects", {
  id: id(),
  name: text("name").notNull(),
  description: text("description").notNull().default(""),
  /** ProjectSettings of lib/domain/project-settings.ts. */
  settings: jsonb("settings").notNull().default(sql`'{}'::jsonb`),
  /** Weekly run: cron expression and IANA time zone. */
  scheduleCron: text("schedule_cron").notNull().default("0 3 * * 1"),
  scheduleTimeZone: text("schedule_time_zone").notNull().default("UTC"),
  schedulePaused: boolean("schedule_paused").notNull().default(true),
  createdBy: uuid("created_by").references(() => users.id),
  createdAt: createdAt(),
  archivedAt: instant("archived_at"),
});

export const projectMembers = pgTable(
  "project_members",
  {
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.userId] }), index("project_members_user").on(table.userId)],
);

export const guidelineVersions = pgTable(
  "guideline_versions",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    task: task("task").notNull(),
    version: integer("version").notNull(),
    locale: text("locale").notNull().default("en"),
    body: text("body").notNull(),
    createdBy: uuid("created_by").references(() => users.id),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("guideline_versions_number").on(table.projectId, table.task, table.locale, table.version)],
);
