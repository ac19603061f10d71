/** Entry tests, the attempts at them, answers, grades, and the calls for re-certification (paper A.5.4). */
import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { Answer, EntryTestContent } from "@/lib/domain/entry-test";
import type { RuleResult } from "@/lib/domain/entry-test-grading";
import { createdAt, id, instant } from "./columns";
import { users } from "./identity";
import { guidelineVersions, task } from "./project";
import { projectId } from "./references";

export const entryTests = pgTable(
  "entry_tests",
  {
    id: id(),
    projectId: projectId(),
    task: task("task").notNull(),
    /** Place among the task's tests; they are taken in this order. */
    position: integer("position").notNull(),
    /** Whether a certificate needs it. */
    required: boolean("required").notNull().default(true),
    /** The built-in template it began as. */
    template: text("template"),
    createdBy: uuid("created_by").references(() => users.id),
    createdAt: createdAt(),
    archivedAt: instant("archived_at"),
  },
  (table) => [index("entry_tests_project").on(table.projectId, table.task, table.position)],
);

/** A published version never changes (trigger); the highest published one is taken by people. */
export const entryTestVersions = pgTable(
  "entry_test_versions",
  {
    id: id(),
    testId: uuid("test_id")
      .notNull()
      .references(() => entryTests.id),
    version: integer("version").notNull(),
    content: jsonb("content").$type<EntryTestContent>().notNull(),
    createdBy: uuid("created_by").references(() => users.id),
    createdAt: createdAt(),
    updatedAt: instant("updated_at").notNull().default(sql`now()`),
    /** Null = the draft; a test has one at most. */
    publishedAt: instant("published_at"),
    publishedBy: uuid("published_by").references(() => users.id),
  },
  (table) => [
    uniqueIndex("entry_test_versions_number").on(table.testId, table.version),
    uniqueIndex("entry_test_versions_draft").on(table.testId).where(sql`published_at is null`),
  ],
);

export const entryTestAttemptState = pgEnum("entry_test_attempt_state", ["running", "submitted", "graded", "void"]);
export const entryTestOutcome = pgEnum("entry_test_outcome", ["passed", "failed"]);

export const entryTestAttempts = pgTable(
  "entry_test_attempts",
  {
    id: id(),
    projectId: projectId(),
    testId: uuid("test_id")
      .notNull()
      .references(() => entryTests.id),
    versionId: uuid("version_id")
      .notNull()
      .references(() => entryTestVersions.id),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** Language of the questions, fixed at the start. */
    locale: text("locale").notNull(),
    state: entryTestAttemptState("state").notNull().default("running"),
    /** Whole milliseconds, as the pages of a list name it. */
    startedAt: instant("started_at").notNull().default(sql`date_trunc('milliseconds', now())`),
    /** Answers after it are refused, by a trigger too. */
    deadline: instant("deadline").notNull(),
    /** What a lead added. */
    minutesAdded: integer("minutes_added").notNull().default(0),
    submittedAt: instant("submitted_at"),
    gradedAt: instant("graded_at"),
    outcome: entryTestOutcome("outcome"),
    results: jsonb("results").$type<RuleResult[]>(),
    voidedReason: text("voided_reason"),
  },
  (table) => [
    uniqueIndex("entry_test_attempts_running").on(table.userId).where(sql`state = 'running'`),
    index("entry_test_attempts_user").on(table.userId, table.projectId),
    index("entry_test_attempts_project").on(table.projectId, table.startedAt, table.id),
    index("entry_test_attempts_open").on(table.state, table.deadline).where(sql`state in ('running', 'submitted')`),
    check("entry_test_attempts_graded", sql`${table.state} <> 'graded' or ${table.outcome} is not null`),
    check(
      "entry_test_attempts_submitted",
      sql`${table.state} in ('running', 'void') or ${table.submittedAt} is not null`,
    ),
  ],
);

export const entryTestAnswers = pgTable(
  "entry_test_answers",
  {
    attemptId: uuid("attempt_id")
      .notNull()
      .references(() => entryTestAttempts.id, { onDelete: "cascade" }),
    questionId: text("question_id").notNull(),
    answer: jsonb("answer").$type<Answer>().notNull(),
    /** Counted by the browser; an older one never replaces a newer one. */
    revision: integer("revision").notNull(),
    savedAt: instant("saved_at").notNull().default(sql`now()`),
  },
  (table) => [primaryKey({ columns: [table.attemptId, table.questionId] })],
);

export const entryTestGrades = pgTable(
  "entry_test_grades",
  {
    id: id(),
    attemptId: uuid("attempt_id")
      .notNull()
      .references(() => entryTestAttempts.id, { onDelete: "cascade" }),
    questionId: text("question_id").notNull(),
    /** Null = graded by rule. */
    graderId: uuid("grader_id").references(() => users.id),
    /** By rule: 1 right, 0 wrong. By a reviewer: 1 to 5. */
    score: smallint("score").notNull(),
    comment: text("comment").notNull().default(""),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("entry_test_grades_reviewer")
      .on(table.attemptId, table.questionId, table.graderId)
      .where(sql`grader_id is not null`),
    uniqueIndex("entry_test_grades_rule").on(table.attemptId, table.questionId).where(sql`grader_id is null`),
    check(
      "entry_test_grades_score",
      sql`case when ${table.graderId} is null then ${table.score} between 0 and 1 else ${table.score} between 1 and 5 end`,
    ),
  ],
);

/**
 * "Pass the tests again by then", because the guidelines changed or because a lead took one person's certificate. Attempts begun
 * before `created_at` no longer count.
 */
export const recertifications = pgTable(
  "recertifications",
  {
    id: id(),
    projectId: projectId(),
    task: task("task").notNull(),
    /** Null = everybody. */
    userId: uuid("user_id").references(() => users.id, { onDelete: "cascade" }),
    guidelineVersionId: uuid("guideline_version_id").references(() => guidelineVersions.id),
    reason: text("reason").notNull().default(""),
    /** Until then the certificates of before stay valid. */
    dueAt: instant("due_at").notNull(),
    appliedAt: instant("applied_at"),
    createdBy: uuid("created_by").references(() => users.id),
    createdAt: createdAt(),
  },
  (table) => [
    index("recertifications_project").on(table.projectId, table.task, table.createdAt),
    index("recertifications_due").on(table.dueAt).where(sql`applied_at is null`),
  ],
);
