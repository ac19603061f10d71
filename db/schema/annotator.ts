/** What belongs to one annotator: preferences, standing in a project, notes, certificates, guidelines read. */
import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  doublePrecision,
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
import { guidelineVersions, task } from "./project";
import { projectId } from "./references";
import { comparisons } from "./work";

const userId = () =>
  uuid("user_id")
    .notNull()
    .references(() => users.id, { onDelete: "cascade" });

/** Absent row = all defaults. */
export const annotatorPreferences = pgTable("annotator_preferences", {
  userId: userId().primaryKey(),
  /** Action name to key, only where the annotator changed it. */
  shortcuts: jsonb("shortcuts").$type<Record<string, string>>().notNull().default({}),
  blurHarmful: boolean("blur_harmful").notNull().default(true),
  /** Risk categories that the queue never offers. */
  excludedCategories: text("excluded_categories").array().notNull().default(sql`'{}'::text[]`),
  /** Harmful items a day that the annotator wants at most; null = only the campaign's own budget. */
  exposureMaxPerDay: integer("exposure_max_per_day"),
  /** Work without a pause after which a break is suggested; null = never. */
  breakAfterMinutes: integer("break_after_minutes").default(50),
  updatedAt: instant("updated_at").notNull().default(sql`now()`),
});

export const pauseReason = pgEnum("pause_reason", ["gold", "duration", "lead"]);
/** Standing in a project. Absent row = not paused, nothing counted yet. A paused annotator gets no items there. */
export const annotatorStates = pgTable(
  "annotator_states",
  {
    projectId: projectId(),
    userId: userId(),
    pausedAt: instant("paused_at"),
    pauseReason: pauseReason("pause_reason"),
    pauseNote: text("pause_note").notNull().default(""),
    goldSeen: integer("gold_seen").notNull().default(0),
    goldRight: integer("gold_right").notNull().default(0),
    /** Log-likelihood ratio of the sequential test (lib/domain/sequential-test.ts) since it last began. */
    logLikelihoodRatio: doublePrecision("log_likelihood_ratio").notNull().default(0),
    /** A lead let the annotator go on: what lies before counts no more in the tests. */
    testedSince: instant("tested_since"),
    updatedAt: instant("updated_at").notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.userId] }),
    check("annotator_states_pause", sql`(${table.pausedAt} is null) = (${table.pauseReason} is null)`),
  ],
);

/** `gold`: what a missed gold item would have been. `pause`, `resume`: the annotator's standing changed. */
export const noteKind = pgEnum("note_kind", ["note", "gold", "pause", "resume"]);
/** A word from a lead or reviewer, perhaps about one judgement, or from the system (no author). */
export const annotatorNotes = pgTable(
  "annotator_notes",
  {
    id: id(),
    projectId: projectId(),
    userId: userId(),
    kind: noteKind("kind").notNull().default("note"),
    authorId: uuid("author_id").references(() => users.id),
    comparisonId: uuid("comparison_id").references(() => comparisons.id),
    body: text("body").notNull(),
    createdAt: createdAt(),
    /** The annotator sees it from then on. */
    visibleFrom: instant("visible_from").notNull().default(sql`now()`),
    readAt: instant("read_at"),
  },
  (table) => [
    index("annotator_notes_user").on(table.userId, table.projectId, table.createdAt),
    index("annotator_notes_comparison").on(table.comparisonId),
  ],
);

/** Leave to work on a task's items where the campaign asks for it. Re-certification revokes the old one and grants anew. */
export const certificates = pgTable(
  "certificates",
  {
    id: id(),
    projectId: projectId(),
    task: task("task").notNull(),
    userId: userId(),
    guidelineVersionId: uuid("guideline_version_id").references(() => guidelineVersions.id),
    grantedAt: instant("granted_at").notNull().default(sql`now()`),
    /** Null where the tests granted it. */
    grantedBy: uuid("granted_by").references(() => users.id),
    revokedAt: instant("revoked_at"),
    revokedReason: text("revoked_reason"),
  },
  (table) => [
    uniqueIndex("certificates_valid").on(table.projectId, table.task, table.userId).where(sql`revoked_at is null`),
  ],
);

/** Which guideline versions an annotator has seen, so that "what changed" is shown once. */
export const guidelineReads = pgTable(
  "guideline_reads",
  {
    userId: userId(),
    guidelineVersionId: uuid("guideline_version_id")
      .notNull()
      .references(() => guidelineVersions.id),
    readAt: instant("read_at").notNull().default(sql`now()`),
  },
  (table) => [primaryKey({ columns: [table.userId, table.guidelineVersionId] })],
);
