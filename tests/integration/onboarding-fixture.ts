/** People, published tests and passed attempts for the tests of onboarding, made by the services as people would. */
import { eq, sql } from "drizzle-orm";
import { createDatabase, type Db } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { entryTestAttempts } from "@/db/schema";
import type { EntryTestTemplate } from "@/lib/contracts/entry-tests";
import type { OwnAttempt } from "@/lib/contracts/onboarding";
import { type Answer, allQuestions, type EntryTestContent, fitRules } from "@/lib/domain/entry-test";
import type { ServiceContext } from "@/lib/services/context";
import { saveAnswers, startAttempt, submitAttempt } from "@/lib/services/onboarding/attempts";
import { gradeAnswer, listGrading } from "@/lib/services/onboarding/grading";
import { readOnboarding } from "@/lib/services/onboarding/overview";
import { createEntryTest, publishEntryTest, saveDraft } from "@/lib/services/onboarding/tests";
import { contextOf, createProject, createUsers } from "../support/annotation-fixture";
import { createTestDatabase } from "../support/database";

/** A fresh database; `close` drops it. */
export async function openDatabase(): Promise<{ db: Db; close: () => Promise<void> }> {
  const clone = await createTestDatabase();
  const { db, pool } = createDatabase(clone.url);
  return {
    db,
    close: async () => {
      await pool.end();
      await clone.drop();
    },
  };
}

export interface Crew {
  projectId: string;
  lead: ServiceContext;
  reviewer: ServiceContext;
  annotator: ServiceContext;
  annotatorId: string;
}

export async function crewOf(db: Db): Promise<Crew> {
  const projectId = await createProject(db);
  const person = async (role: "lead" | "reviewer" | "annotator") => (await createUsers(db, projectId, 1, role))[0]!;
  const annotator = await person("annotator");
  return {
    projectId,
    lead: contextOf(db, await person("lead")),
    reviewer: contextOf(db, await person("reviewer")),
    annotator: contextOf(db, annotator),
    annotatorId: annotator.id,
  };
}

/** A published test; `change` edits the template first. */
export async function publish(crew: Crew, template: EntryTestTemplate, change: Partial<EntryTestContent> = {}) {
  const test = await createEntryTest(crew.lead, { projectId: crew.projectId, task: "helpfulness", template });
  const content = { ...test.draft!.content, ...change };
  const saved = await saveDraft(crew.lead, {
    testId: test.id,
    content: { ...content, rules: fitRules(content) },
    basedOn: test.draft!.updatedAt,
  });
  await publishEntryTest(crew.lead, { testId: test.id, basedOn: saved.draft!.updatedAt });
  return { testId: test.id, content };
}

export function rightAnswer(content: EntryTestContent, questionId: string): Answer {
  const question = allQuestions(content).find(({ id }) => id === questionId)!;
  if (question.kind === "pair") return { kind: "pair", step: question.team! };
  if (question.kind === "single_choice") return { kind: "single_choice", option: question.correct! };
  if (question.kind === "multiple_choice") return { kind: "multiple_choice", options: question.correct };
  return { kind: question.kind, text: `My own words about ${questionId}` };
}

export const questionIds = (attempt: OwnAttempt) =>
  attempt.sections.flatMap(({ questions }) => questions.map(({ id }) => id));

export async function answerAll(context: ServiceContext, attempt: OwnAttempt, content: EntryTestContent) {
  const answers = questionIds(attempt).map((questionId) => ({
    questionId,
    answer: rightAnswer(content, questionId),
    revision: 1,
  }));
  await saveAnswers(context, { attemptId: attempt.id, answers });
}

export async function pass(crew: Crew, test: { testId: string; content: EntryTestContent }) {
  const attempt = await startAttempt(crew.annotator, { testId: test.testId, locale: "en" });
  await answerAll(crew.annotator, attempt, test.content);
  return submitAttempt(crew.annotator, attempt.id);
}

/** Moves the deadline of a running attempt into the past, as waiting would. */
export const letTimePass = (db: Db, attemptId: string) =>
  db.transaction(async (tx) => {
    await insertAudit(tx, {
      actor: { id: null, kind: "seed" },
      action: "test.time",
      objectType: "test",
      objectId: attemptId,
    });
    await tx
      .update(entryTestAttempts)
      .set({ deadline: sql`now() - interval '1 second'` })
      .where(eq(entryTestAttempts.id, attemptId));
  });

export const taskOf = async (crew: Crew) =>
  (await readOnboarding(crew.annotator, { projectId: crew.projectId, locale: "en" })).tasks.find(
    ({ task }) => task === "helpfulness",
  )!;

export const gradeAll = async (crew: Crew, score: number) => {
  const { cases } = await listGrading(crew.reviewer, { projectId: crew.projectId, limit: 100 });
  let state = "";
  for (const { attemptId, questionId } of cases)
    ({ state } = await gradeAnswer(crew.reviewer, {
      attemptId,
      questionId,
      score,
      comment: "Say the main point first.",
    }));
  return { graded: cases.length, state };
};
