/** Entry tests from the template to the certificate: the deadline, the keys, and who may do what. */
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { auditEvents, campaigns, entryTestAttempts } from "@/db/schema";
import { allQuestions, fitRules } from "@/lib/domain/entry-test";
import { leaseAssignment } from "@/lib/services/assignments/lease";
import { systemContext } from "@/lib/services/context";
import { readOwnAttempt, saveAnswers, startAttempt, submitAttempt } from "@/lib/services/onboarding/attempts";
import { grantCertificate } from "@/lib/services/onboarding/certificates";
import { gradeAnswer } from "@/lib/services/onboarding/grading";
import { extendAttempt, listAttempts, readAttempt, voidAttempt } from "@/lib/services/onboarding/manage-attempts";
import { sweepOnboarding } from "@/lib/services/onboarding/sweep";
import { createEntryTest, publishEntryTest, saveDraft, updateEntryTest } from "@/lib/services/onboarding/tests";
import { contextOf, createCampaign, createPairs, createUsers } from "../support/annotation-fixture";
import {
  answerAll,
  crewOf,
  gradeAll,
  letTimePass,
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

describe("the way to a certificate", () => {
  it("leads from no items through tests and grades to items", async () => {
    const crew = await crewOf(db);
    const campaignId = await createCampaign(db, crew.projectId);
    await createPairs(db, crew.projectId, campaignId, 1);
    await db.transaction(async (tx) => {
      await tx.update(campaigns).set({ certifiedOnly: true }).where(eq(campaigns.id, campaignId));
      await insertAudit(tx, {
        actor: { id: null, kind: "seed" },
        action: "test",
        objectType: "campaign",
        objectId: campaignId,
      });
    });
    const lease = () => leaseAssignment(crew.annotator, { projectId: crew.projectId, resume: false });
    const language = await publish(crew, "language");
    const ranking = await publish(crew, "ranking");
    const before = await taskOf(crew);
    expect(before).toMatchObject({ certificateNeeded: true, certificate: null });
    expect(before.steps.map(({ status }) => status)).toEqual(["open", "locked"]);
    expect(await lease()).toBeNull();

    expect((await pass(crew, language)).state).toBe("submitted");
    expect((await taskOf(crew)).steps.map(({ status }) => status)).toEqual(["waiting", "open"]);
    expect((await pass(crew, ranking)).result).toMatchObject({ outcome: "passed" });
    expect((await taskOf(crew)).certificate).toBeNull();
    expect(await gradeAll(crew, 4)).toEqual({ graded: 3, state: "graded" });

    const after = await taskOf(crew);
    expect(after.certificate).not.toBeNull();
    expect(after.steps.map(({ status }) => status)).toEqual(["passed", "passed"]);
    expect(await lease()).not.toBeNull();
    const granted = await db.select().from(auditEvents).where(eq(auditEvents.action, "certificate.granted"));
    expect(granted.some(({ projectId }) => projectId === crew.projectId)).toBe(true);
  });

  it("fails a mean below 4, tells what each grader wrote, and holds the keys back while a retake is possible", async () => {
    const crew = await crewOf(db);
    const test = await publish(crew, "language", { cooldownDays: 2, attemptsMax: 2 });
    const { id } = await pass(crew, test);
    await gradeAll(crew, 3);
    const { result } = await readOwnAttempt(crew.annotator, id);
    expect(result).toMatchObject({ outcome: "failed", rules: [{ passed: true }, { passed: false, got: 3 }] });
    expect(result!.rules[1]!.advice).toHaveLength(2);
    expect(result!.feedback.filter(({ grade }) => grade === 3).map(({ comments }) => comments)).toEqual(
      Array(3).fill(["Say the main point first."]),
    );
    expect(result!.feedback.every(({ key, explanation }) => key === null && explanation === null)).toBe(true);
    const [step] = (await taskOf(crew)).steps;
    expect(step).toMatchObject({ status: "cooldown", attemptsLeft: 1 });
    await expect(startAttempt(crew.annotator, { testId: test.testId, locale: "en" })).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("needs every required test, and no test that is not required or archived", async () => {
    const crew = await crewOf(db);
    const ranking = await publish(crew, "ranking");
    const language = await publish(crew, "language");
    await updateEntryTest(crew.lead, { testId: language.testId, required: false });
    await pass(crew, ranking);
    expect((await taskOf(crew)).certificate).not.toBeNull();
    await updateEntryTest(crew.lead, { testId: language.testId, archived: true });
    expect((await taskOf(crew)).steps).toHaveLength(1);
  });
});

describe("time", () => {
  it("refuses an answer after the deadline, hands in what was saved before, and goes on after a reload", async () => {
    const crew = await crewOf(db);
    const test = await publish(crew, "ranking");
    const attempt = await startAttempt(crew.annotator, { testId: test.testId, locale: "ko" });
    expect(Date.parse(attempt.deadline) - Date.parse(attempt.startedAt)).toBeGreaterThan(59 * 60_000);
    const ids = questionIds(attempt);
    const save = (questionId: string, revision: number, step: number) =>
      saveAnswers(crew.annotator, {
        attemptId: attempt.id,
        answers: [{ questionId, revision, answer: { kind: "pair", step } }],
      });
    await save(ids[0]!, 2, 7);
    await save(ids[0]!, 1, 1);
    const again = await startAttempt(crew.annotator, { testId: test.testId, locale: "ko" });
    expect(again).toMatchObject({ id: attempt.id, deadline: attempt.deadline, sections: attempt.sections });
    expect(again.answers).toEqual([{ questionId: ids[0], revision: 2, answer: { kind: "pair", step: 7 } }]);

    await letTimePass(db, attempt.id);
    await expect(save(ids[1]!, 1, 3)).rejects.toMatchObject({ code: "conflict" });
    const closed = await readOwnAttempt(crew.annotator, attempt.id);
    expect(closed).toMatchObject({ state: "graded", result: { outcome: "failed" } });
    expect(closed.result!.feedback.filter(({ yours }) => yours !== "")).toHaveLength(1);
    expect(await submitAttempt(crew.annotator, attempt.id)).toMatchObject({ state: "graded" });
  });

  it("is the database's: a late write is refused even past the service", async () => {
    const crew = await crewOf(db);
    const test = await publish(crew, "ranking");
    const attempt = await startAttempt(crew.annotator, { testId: test.testId, locale: "en" });
    await letTimePass(db, attempt.id);
    const late = db.execute(sql`insert into entry_test_answers (attempt_id, question_id, answer, revision)
      values (${attempt.id}::uuid, 'p1', '{"kind":"pair","step":1}', 1)`);
    await expect(late).rejects.toMatchObject({ cause: { code: "23001" } });
    await sweepOnboarding(systemContext(db, "worker"));
    const { rows } = await listAttempts(crew.lead, { projectId: crew.projectId, limit: 10 });
    expect(rows).toMatchObject([{ state: "graded", outcome: "failed", answered: 0 }]);
  });

  it("can be extended by a lead, and an attempt can be taken out so that it does not count", async () => {
    const crew = await crewOf(db);
    const test = await publish(crew, "ranking", { attemptsMax: 1 });
    const attempt = await startAttempt(crew.annotator, { testId: test.testId, locale: "en" });
    const { deadline } = await extendAttempt(crew.lead, { attemptId: attempt.id, minutes: 25 });
    expect(Date.parse(deadline) - Date.parse(attempt.deadline)).toBe(25 * 60_000);
    expect((await readOwnAttempt(crew.annotator, attempt.id)).deadline).toBe(deadline);
    await submitAttempt(crew.annotator, attempt.id);
    expect((await taskOf(crew)).steps[0]!.status).toBe("exhausted");
    await voidAttempt(crew.lead, { attemptId: attempt.id, reason: "the power failed" });
    expect((await taskOf(crew)).steps[0]!.status).toBe("open");
    await expect(extendAttempt(crew.lead, { attemptId: attempt.id, minutes: 5 })).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("runs for one test at a time", async () => {
    const crew = await crewOf(db);
    const first = await publish(crew, "ranking");
    const other = await crewOf(db);
    await db.execute(
      sql`insert into project_members (project_id, user_id) values (${other.projectId}::uuid, ${crew.annotatorId}::uuid)`,
    );
    const second = await publish(other, "ranking");
    const begin = (testId: string) => startAttempt(crew.annotator, { testId, locale: "en" });
    const outcomes = await Promise.allSettled([begin(first.testId), begin(second.testId), begin(first.testId)]);
    const running = await db.select().from(entryTestAttempts).where(eq(entryTestAttempts.userId, crew.annotatorId));
    expect(running).toHaveLength(1);
    expect(
      outcomes
        .filter(({ status }) => status === "rejected")
        .map((outcome) => (outcome as PromiseRejectedResult).reason.code),
    ).toEqual(expect.arrayContaining(["conflict"]));
  });
});

describe("keys", () => {
  it("are in no response to the annotator while the test runs or waits", async () => {
    const crew = await crewOf(db);
    const marked = await createEntryTest(crew.lead, {
      projectId: crew.projectId,
      task: "helpfulness",
      template: "language",
    });
    const ranking = await createEntryTest(crew.lead, {
      projectId: crew.projectId,
      task: "helpfulness",
      template: "ranking",
    });
    const shows = [];
    for (const test of [marked, ranking]) {
      const content = test.draft!.content;
      await publishEntryTest(crew.lead, {
        testId: test.id,
        basedOn: (
          await saveDraft(crew.lead, {
            testId: test.id,
            content: { ...content, rules: fitRules(content) },
            basedOn: test.draft!.updatedAt,
          })
        ).draft!.updatedAt,
      });
      shows.push(await taskOf(crew));
      const attempt = await startAttempt(crew.annotator, { testId: test.id, locale: "en" });
      shows.push(attempt, await readOwnAttempt(crew.annotator, attempt.id));
      const [first] = questionIds(attempt);
      shows.push(
        await saveAnswers(crew.annotator, {
          attemptId: attempt.id,
          answers: [{ questionId: first!, answer: rightAnswer(content, first!), revision: 1 }],
        }),
      );
      if (test === marked) {
        await answerAll(crew.annotator, attempt, content);
        shows.push(
          await submitAttempt(crew.annotator, attempt.id),
          await readOwnAttempt(crew.annotator, attempt.id),
          await taskOf(crew),
        );
      }
    }
    const text = JSON.stringify(shows);
    for (const content of [marked, ranking].map(({ draft }) => draft!.content))
      for (const question of allQuestions(content)) {
        const secrets = [
          "explanation" in question ? question.explanation.en : "",
          "rubric" in question ? question.rubric.en : "",
        ];
        for (const secret of secrets.filter(Boolean)) expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
      }
    for (const word of ['"correct"', '"team"', '"rubric"', '"match"', '"explanation"', '"score"'])
      expect(text).not.toContain(word);
  });

  it("are shown once the test is passed", async () => {
    const crew = await crewOf(db);
    const test = await publish(crew, "ranking");
    const { result } = await pass(crew, test);
    expect(result!.feedback.every(({ key, explanation }) => key !== null && explanation !== null)).toBe(true);
  });
});

describe("who may", () => {
  it("lets a lead read what was handed in with its keys, and not in the middle of it", async () => {
    const crew = await crewOf(db);
    const test = await publish(crew, "ranking");
    const attempt = await startAttempt(crew.annotator, { testId: test.testId, locale: "en" });
    expect((await readAttempt(crew.lead, attempt.id)).feedback).toEqual([]);
    await answerAll(crew.annotator, attempt, test.content);
    await submitAttempt(crew.annotator, attempt.id);
    const read = await readAttempt(crew.lead, attempt.id);
    expect(read).toMatchObject({ name: "Someone", rules: [{ got: 5, passed: true }] });
    expect(read.feedback.every(({ key, right }) => key !== null && right)).toBe(true);
    await expect(readAttempt((await crewOf(db)).lead, attempt.id)).rejects.toMatchObject({ code: "not_found" });
    const own = await startAttempt(crew.lead, { testId: test.testId, locale: "en" });
    await submitAttempt(crew.lead, own.id);
    await expect(readAttempt(crew.lead, own.id)).rejects.toMatchObject({ code: "forbidden" });
  });

  it("hides tests, attempts and certificates of another project, and another's attempt", async () => {
    const crew = await crewOf(db);
    const other = await crewOf(db);
    const test = await publish(crew, "language");
    const attempt = await startAttempt(crew.annotator, { testId: test.testId, locale: "en" });
    const gone = { code: "not_found" };
    const [colleague] = await createUsers(db, crew.projectId, 1);
    await expect(startAttempt(other.annotator, { testId: test.testId, locale: "en" })).rejects.toMatchObject(gone);
    await expect(readOwnAttempt(contextOf(db, colleague!), attempt.id)).rejects.toMatchObject(gone);
    await expect(submitAttempt(crew.lead, attempt.id)).rejects.toMatchObject(gone);
    await expect(extendAttempt(other.lead, { attemptId: attempt.id, minutes: 5 })).rejects.toMatchObject(gone);
    await expect(publishEntryTest(other.lead, { testId: test.testId, basedOn: attempt.now })).rejects.toMatchObject(
      gone,
    );
    await expect(
      gradeAnswer(other.reviewer, { attemptId: attempt.id, questionId: "r1", score: 5, comment: "" }),
    ).rejects.toMatchObject(gone);
    await expect(
      createEntryTest(crew.reviewer, { projectId: crew.projectId, task: "safety", template: "blank" }),
    ).rejects.toMatchObject({ code: "forbidden" });
    await expect(
      grantCertificate(crew.reviewer, { projectId: crew.projectId, task: "safety", userId: crew.annotatorId }),
    ).rejects.toMatchObject({ code: "forbidden" });
    const strange = [{ questionId: "p1", revision: 1, answer: { kind: "pair" as const, step: 1 } }];
    await expect(saveAnswers(crew.annotator, { attemptId: attempt.id, answers: strange })).rejects.toMatchObject({
      code: "invalid",
    });
  });
});
