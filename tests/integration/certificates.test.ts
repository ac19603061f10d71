/** Published versions, graders, and certificates that stay, end or are renewed. */
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { certificates, entryTestVersions } from "@/db/schema";
import { fitRules } from "@/lib/domain/entry-test";
import { systemContext } from "@/lib/services/context";
import { createGuideline } from "@/lib/services/guidelines/guidelines";
import { readOwnAttempt, saveAnswers, startAttempt, submitAttempt } from "@/lib/services/onboarding/attempts";
import { grantCertificate, listCertificates, revokeCertificate } from "@/lib/services/onboarding/certificates";
import { gradeAnswer, listGrading } from "@/lib/services/onboarding/grading";
import { sweepOnboarding } from "@/lib/services/onboarding/sweep";
import {
  createEntryTest,
  discardDraft,
  listEntryTests,
  publishEntryTest,
  saveDraft,
} from "@/lib/services/onboarding/tests";
import { contextOf, createUsers } from "../support/annotation-fixture";
import {
  type Crew,
  crewOf,
  gradeAll,
  openDatabase,
  pass,
  publish,
  questionIds,
  rightAnswer,
  taskOf,
} from "./onboarding-fixture";

let db: Db;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ db, close } = await openDatabase());
});
afterAll(() => close());

describe("a published version", () => {
  it("never changes; a change is a new version, and a running attempt ends on its own", async () => {
    const crew = await crewOf(db);
    const test = await publish(crew, "ranking");
    const attempt = await startAttempt(crew.annotator, { testId: test.testId, locale: "en" });
    const changed = { ...test.content, title: { en: "Harder", ko: "더 어려운 시험" }, rules: fitRules(test.content) };
    const saved = await saveDraft(crew.lead, { testId: test.testId, content: changed, basedOn: null });
    expect([saved.published!.version, saved.draft!.version]).toEqual([1, 2]);
    await expect(saveDraft(crew.lead, { testId: test.testId, content: changed, basedOn: null })).rejects.toMatchObject({
      code: "conflict",
    });
    await publishEntryTest(crew.lead, { testId: test.testId, basedOn: saved.draft!.updatedAt });
    expect((await readOwnAttempt(crew.annotator, attempt.id)).title).toBe("Grading and ranking");
    expect((await taskOf(crew)).steps[0]!.title).toBe("Harder");
    const update = db.update(entryTestVersions).set({ version: 9 }).where(eq(entryTestVersions.testId, test.testId));
    await expect(update).rejects.toMatchObject({ cause: { code: "23001" } });
    await discardDraft(crew.lead, test.testId);
    expect((await listEntryTests(crew.lead, crew.projectId)).rows).toMatchObject([
      { draft: null, published: { version: 2 } },
    ]);
  });

  it("is refused while nobody could pass it, with the place named", async () => {
    const crew = await crewOf(db);
    const { id, draft } = await createEntryTest(crew.lead, {
      projectId: crew.projectId,
      task: "safety",
      template: "ranking",
    });
    await expect(publishEntryTest(crew.lead, { testId: id, basedOn: draft!.updatedAt })).rejects.toMatchObject({
      code: "invalid",
      problems: [{ path: "rule pairs-match", message: expect.stringContaining("nobody can pass") }],
    });
  });
});

describe("grading", () => {
  it("is without names, not one's own, and asks as many graders as the test says", async () => {
    const crew = await crewOf(db);
    const test = await publish(crew, "writing", { gradersPerAnswer: 2 });
    const [second] = await createUsers(db, crew.projectId, 1, "reviewer");
    const attempt = await startAttempt(crew.annotator, { testId: test.testId, locale: "en" });
    const answers = questionIds(attempt)
      .slice(0, 6)
      .map((questionId) => ({ questionId, revision: 1, answer: rightAnswer(test.content, questionId) }));
    await saveAnswers(crew.annotator, { attemptId: attempt.id, answers });
    await submitAttempt(crew.annotator, attempt.id);
    const queue = await listGrading(crew.reviewer, { projectId: crew.projectId, limit: 100 });
    expect([queue.cases.length, queue.waiting]).toEqual([6, 6]);
    expect(JSON.stringify(queue)).not.toContain(crew.annotatorId);
    expect(queue.cases[0]!.rubric).toContain("a prompt that a real person would write");
    await gradeAll(crew, 5);
    expect((await listGrading(crew.reviewer, { projectId: crew.projectId, limit: 100 })).cases).toEqual([]);
    expect((await readOwnAttempt(crew.annotator, attempt.id)).state).toBe("submitted");
    expect(await gradeAll({ ...crew, reviewer: contextOf(db, second!) }, 4)).toEqual({ graded: 6, state: "graded" });
    expect((await readOwnAttempt(crew.annotator, attempt.id)).result).toMatchObject({
      outcome: "passed",
      rules: [{ got: 4.5 }],
    });
    const late = gradeAnswer(crew.reviewer, {
      attemptId: attempt.id,
      questionId: answers[0]!.questionId,
      score: 1,
      comment: "no",
    });
    await expect(late).rejects.toMatchObject({ code: "conflict" });
  });

  it("never by the one who wrote it", async () => {
    const crew = await crewOf(db);
    const test = await publish(crew, "language");
    const own = { ...crew, annotator: crew.reviewer };
    const { id } = await pass(own, test);
    expect((await listGrading(crew.reviewer, { projectId: crew.projectId, limit: 10 })).cases).toEqual([]);
    await expect(
      gradeAnswer(crew.reviewer, { attemptId: id, questionId: "r1", score: 5, comment: "" }),
    ).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("certificates", () => {
  const publishGuideline = (crew: Crew, choice: Parameters<typeof createGuideline>[1]["certificates"]) =>
    createGuideline(crew.lead, {
      projectId: crew.projectId,
      task: "helpfulness",
      locale: "en",
      body: "New words.",
      certificates: choice,
    });

  it("stay, end at once, or end on a day by which they can be renewed", async () => {
    const crew = await crewOf(db);
    const test = await publish(crew, "ranking");
    await pass(crew, test);
    const first = (await taskOf(crew)).certificate!;
    await publishGuideline(crew, { mode: "keep" });
    expect((await taskOf(crew)).certificate).toEqual(first);

    const dueAt = new Date(Date.now() + 86_400_000).toISOString();
    await publishGuideline(crew, { mode: "by", dueAt, reason: "Ties are new." });
    expect(await taskOf(crew)).toMatchObject({
      certificate: first,
      renewBy: dueAt,
      renewReason: "Ties are new.",
      steps: [{ status: "open" }],
    });
    await pass(crew, test);
    const renewed = await taskOf(crew);
    expect(renewed).toMatchObject({ renewBy: null, steps: [{ status: "passed" }] });
    expect(renewed.certificate!.id).not.toBe(first.id);
    await db.execute(
      sql`update recertifications set due_at = now() - interval '1 minute' where project_id = ${crew.projectId}::uuid`,
    );
    await sweepOnboarding(systemContext(db, "worker"));
    expect((await taskOf(crew)).certificate).toEqual(renewed.certificate);

    await publishGuideline(crew, { mode: "now", reason: "Ties are gone again." });
    expect(await taskOf(crew)).toMatchObject({
      certificate: null,
      revokedReason: "Ties are gone again.",
      steps: [{ status: "open" }],
    });
  });

  it("that were not renewed end on the day", async () => {
    const crew = await crewOf(db);
    await pass(crew, await publish(crew, "ranking"));
    await publishGuideline(crew, {
      mode: "by",
      dueAt: new Date(Date.now() + 60_000).toISOString(),
      reason: "Read again.",
    });
    await db.execute(
      sql`update recertifications set due_at = now() - interval '1 minute' where project_id = ${crew.projectId}::uuid`,
    );
    await sweepOnboarding(systemContext(db, "worker"));
    const [row] = await db.select().from(certificates).where(eq(certificates.userId, crew.annotatorId));
    expect(row).toMatchObject({ revokedReason: "Read again." });
    expect(row!.revokedAt).not.toBeNull();
  });

  it("refuse a day that is past", async () => {
    const crew = await crewOf(db);
    const choice = { mode: "by" as const, dueAt: new Date(Date.now() - 1000).toISOString(), reason: "" };
    await expect(publishGuideline(crew, choice)).rejects.toMatchObject({ code: "invalid" });
  });

  it("can be granted and taken by a lead; what was taken must be earned again", async () => {
    const crew = await crewOf(db);
    const input = { projectId: crew.projectId, task: "helpfulness" as const, userId: crew.annotatorId };
    const test = await publish(crew, "ranking");
    await pass(crew, test);
    const { rows } = await listCertificates(crew.lead, { projectId: crew.projectId, limit: 10 });
    await expect(grantCertificate(crew.lead, input)).rejects.toMatchObject({ code: "conflict" });
    await revokeCertificate(crew.lead, { certificateId: rows[0]!.id, reason: "Somebody else took the test." });
    expect(await taskOf(crew)).toMatchObject({
      certificate: null,
      revokedReason: "Somebody else took the test.",
      steps: [{ status: "open" }],
    });
    expect(await grantCertificate(crew.lead, input)).toMatchObject({
      userId: crew.annotatorId,
      grantedBy: "Someone",
      revokedAt: null,
    });
    const [stranger] = await createUsers(db, null, 1);
    await expect(grantCertificate(crew.lead, { ...input, userId: stranger!.id })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
