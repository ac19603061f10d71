/** Entry tests as a lead keeps them: from a template to a draft, from a draft to a version that never changes. */
import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Connection, Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { selectRows } from "@/db/queries/rows";
import { entryTests, entryTestVersions } from "@/db/schema";
import type { EntryTest, EntryTestTemplate } from "@/lib/contracts/entry-tests";
import { templateSchema } from "@/lib/contracts/entry-tests";
import { type EntryTestContent, type ProblemCode, publishProblems, type TestProblem } from "@/lib/domain/entry-test";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { iso, isoOrNull } from "../instants";
import { templateContent } from "./templates";

type Row = typeof entryTests.$inferSelect;
const NO_ATTEMPTS = { running: 0, submitted: 0, passed: 0, failed: 0 };

async function attemptCounts(connection: Connection, testIds: string[]) {
  const rows = await selectRows<{ testId: string } & typeof NO_ATTEMPTS>(
    connection,
    sql`select test_id as "testId", count(*) filter (where state = 'running')::int as running,
      count(*) filter (where state = 'submitted')::int as submitted,
      count(*) filter (where state = 'graded' and outcome = 'passed')::int as passed,
      count(*) filter (where state = 'graded' and outcome = 'failed')::int as failed
    from entry_test_attempts where test_id in ${testIds} group by test_id`,
  );
  return new Map(rows.map(({ testId, ...counts }) => [testId, counts]));
}

async function views(connection: Connection, tests: Row[]): Promise<EntryTest[]> {
  if (tests.length === 0) return [];
  const ids = tests.map(({ id }) => id);
  const versions = await connection
    .select()
    .from(entryTestVersions)
    .where(inArray(entryTestVersions.testId, ids))
    .orderBy(asc(entryTestVersions.version));
  const counts = await attemptCounts(connection, ids);
  return tests.map((test) => {
    const own = versions.filter(({ testId }) => testId === test.id);
    const draft = own.find(({ publishedAt }) => publishedAt === null);
    const published = own.findLast(({ publishedAt }) => publishedAt !== null);
    return {
      id: test.id,
      projectId: test.projectId,
      task: test.task,
      position: test.position,
      required: test.required,
      template: templateSchema.nullable().catch(null).parse(test.template),
      createdAt: iso(test.createdAt),
      archivedAt: isoOrNull(test.archivedAt),
      draft: draft ? { version: draft.version, content: draft.content, updatedAt: iso(draft.updatedAt) } : null,
      published: published
        ? { version: published.version, content: published.content, publishedAt: iso(published.publishedAt!) }
        : null,
      attempts: counts.get(test.id) ?? NO_ATTEMPTS,
    };
  });
}

export async function listEntryTests(context: ServiceContext, projectId: string): Promise<{ rows: EntryTest[] }> {
  await requireProject(context, context.db, projectId, "lead");
  const tests = await context.db
    .select()
    .from(entryTests)
    .where(and(eq(entryTests.projectId, projectId), isNull(entryTests.archivedAt)))
    .orderBy(asc(entryTests.task), asc(entryTests.position), asc(entryTests.createdAt));
  return { rows: await views(context.db, tests) };
}

/** The test's row, locked, for a lead of its project. */
async function lockTest(context: ServiceContext, tx: Tx, testId: string): Promise<Row> {
  const [test] = await tx.select().from(entryTests).where(eq(entryTests.id, testId)).for("update");
  if (!test) throw notFound("Entry test");
  await requireProject(context, tx, test.projectId, "lead");
  return test;
}

const one = async (tx: Tx, test: Row): Promise<EntryTest> => (await views(tx, [test]))[0]!;

const told = (context: ServiceContext, test: Row, action: string, details: Record<string, unknown> = {}) => ({
  actor: auditActor(context.actor),
  action,
  objectType: "entry_test",
  objectId: test.id,
  projectId: test.projectId,
  details,
});

const actorId = (context: ServiceContext): string | null => (context.actor.kind === "user" ? context.actor.id : null);

export async function createEntryTest(
  context: ServiceContext,
  input: { projectId: string; task: "helpfulness" | "safety"; template: EntryTestTemplate },
): Promise<EntryTest> {
  return inTransaction(context, async (tx) => {
    await requireProject(context, tx, input.projectId, "lead");
    const [last] = await tx
      .select({ position: sql<number>`coalesce(max(${entryTests.position}), 0)::int` })
      .from(entryTests)
      .where(and(eq(entryTests.projectId, input.projectId), eq(entryTests.task, input.task)));
    const createdBy = actorId(context);
    const [test] = await tx
      .insert(entryTests)
      .values({ ...input, position: last!.position + 1, createdBy })
      .returning();
    await tx
      .insert(entryTestVersions)
      .values({ testId: test!.id, version: 1, content: templateContent(input.template), createdBy, ...stamped });
    await insertAudit(tx, told(context, test!, "entry_test.created", { template: input.template, task: input.task }));
    return one(tx, test!);
  });
}

/** Whole milliseconds, because the browser sends the instant back to say what it edited. */
const stamped = { updatedAt: sql`date_trunc('milliseconds', clock_timestamp())` };

export async function updateEntryTest(
  context: ServiceContext,
  input: { testId: string; position?: number; required?: boolean; archived?: boolean },
): Promise<EntryTest> {
  return inTransaction(context, async (tx) => {
    const test = await lockTest(context, tx, input.testId);
    const { testId: _testId, archived, ...changes } = input;
    const archivedAt = archived === undefined ? test.archivedAt : archived ? new Date() : null;
    const [row] = await tx
      .update(entryTests)
      .set({ ...changes, archivedAt })
      .where(eq(entryTests.id, test.id))
      .returning();
    await insertAudit(tx, told(context, test, "entry_test.updated", { ...changes, archived }));
    return one(tx, row!);
  });
}

const draftOf = async (tx: Tx, testId: string) =>
  (
    await tx
      .select()
      .from(entryTestVersions)
      .where(and(eq(entryTestVersions.testId, testId), isNull(entryTestVersions.publishedAt)))
  )[0];

function requireSame(updatedAt: Date | undefined, basedOn: string | null): void {
  if ((updatedAt?.toISOString() ?? null) !== basedOn)
    throw new DomainError("conflict", "Somebody else changed this draft meanwhile. Load it again; yours is not saved.");
}

export async function saveDraft(
  context: ServiceContext,
  input: { testId: string; content: EntryTestContent; basedOn: string | null },
): Promise<EntryTest> {
  return inTransaction(context, async (tx) => {
    const test = await lockTest(context, tx, input.testId);
    const draft = await draftOf(tx, test.id);
    requireSame(draft?.updatedAt, input.basedOn);
    if (draft)
      await tx
        .update(entryTestVersions)
        .set({ content: input.content, ...stamped })
        .where(eq(entryTestVersions.id, draft.id));
    else {
      const [last] = await tx
        .select({ version: sql<number>`coalesce(max(${entryTestVersions.version}), 0)::int` })
        .from(entryTestVersions)
        .where(eq(entryTestVersions.testId, test.id));
      const createdBy = actorId(context);
      await tx
        .insert(entryTestVersions)
        .values({ testId: test.id, version: last!.version + 1, content: input.content, createdBy, ...stamped });
    }
    await insertAudit(tx, told(context, test, "entry_test.draft_saved"));
    return one(tx, test);
  });
}

export async function discardDraft(context: ServiceContext, testId: string): Promise<void> {
  await inTransaction(context, async (tx) => {
    const test = await lockTest(context, tx, testId);
    const draft = await draftOf(tx, test.id);
    if (!draft) return;
    if (draft.version === 1)
      throw new DomainError("conflict", "This test has no published version to go back to. Archive the test instead.");
    await tx.delete(entryTestVersions).where(eq(entryTestVersions.id, draft.id));
    await insertAudit(tx, told(context, test, "entry_test.draft_discarded", { version: draft.version }));
  });
}

const WORDS: Record<ProblemCode, string> = {
  no_title: "the test needs a title",
  no_sections: "the test needs a section",
  section_empty: "the section has no question",
  section_no_rule: "no pass rule weighs every question of the section",
  answers_min_too_high: "asks for more answers than there are questions",
  question_no_text: "the question has no text",
  question_no_key: "the right answer is not chosen",
  question_options: "an option or response is missing",
  question_no_rubric: "a written question needs a rubric for its graders",
  rule_no_section: "the rule names no section",
  rule_wrong_measure: "the rule's sections hold no question of the kind it weighs",
  rule_out_of_reach: "nobody can pass: the rule asks for more than there is",
};

const asField = ({ code, sectionId, questionId, ruleId }: TestProblem) => ({
  path: [sectionId && `section ${sectionId}`, questionId && `question ${questionId}`, ruleId && `rule ${ruleId}`]
    .filter(Boolean)
    .join(", "),
  message: WORDS[code],
});

export async function publishEntryTest(
  context: ServiceContext,
  input: { testId: string; basedOn: string },
): Promise<EntryTest> {
  return inTransaction(context, async (tx) => {
    const test = await lockTest(context, tx, input.testId);
    const draft = await draftOf(tx, test.id);
    if (!draft) throw new DomainError("conflict", "There is no draft to publish.");
    requireSame(draft.updatedAt, input.basedOn);
    const problems = publishProblems(draft.content).map(asField);
    if (problems.length > 0) {
      const all = problems.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; ");
      throw new DomainError("invalid", `Not ready to publish: ${all}.`, problems);
    }
    await tx
      .update(entryTestVersions)
      .set({ publishedAt: sql`now()`, publishedBy: actorId(context) })
      .where(eq(entryTestVersions.id, draft.id));
    await insertAudit(tx, told(context, test, "entry_test.published", { version: draft.version }));
    return one(tx, test);
  });
}
