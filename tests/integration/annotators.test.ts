/** Annotators as leads deal with them: pauses by the tests and by hand, languages, notes. */
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { selectRow } from "@/db/queries/rows";
import { pauseAnnotator, resumeAnnotator, updateAnnotator } from "@/lib/services/annotators/change";
import { countMyNotes, listMyNotes, readMyNote, readMyNotes, sendNote } from "@/lib/services/annotators/notes";
import { listAnnotatorJudgements, readAnnotator } from "@/lib/services/annotators/read";
import { contextOf, createCampaign, createPairs, createProject, createUsers } from "../support/annotation-fixture";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { createJudged, judge, lease, refresh, setCampaign } from "../support/gold-fixture";

let database: Database;
let clone: TestDatabase;
beforeAll(async () => {
  clone = await createTestDatabase();
  database = createDatabase(clone.url);
});
afterAll(async () => {
  await database.pool.end();
  await clone.drop();
});

describe("standing", () => {
  it("haste pauses, and the pause gives leases back", async () => {
    const { db } = database;
    const projectId = await createProject(db);
    const campaignId = await createCampaign(db, projectId, { overlap: 2 });
    await createPairs(db, projectId, campaignId, 20, 2);
    await setCampaign(db, campaignId, sql`duration_min_ms = 5000`);
    const [hasty, calm] = await createUsers(db, projectId, 2);
    const [lead] = await createUsers(db, projectId, 1, "lead");
    const context = contextOf(db, hasty!);
    let answers = 0;
    for (let leased = await lease(context, projectId); leased; leased = await lease(context, projectId)) {
      const waiting = await lease(context, projectId);
      await judge(context, leased, true, 800);
      answers += 1;
      await refresh(db);
      if (waiting) {
        const state = await selectRow<{ state: string; pausedAt: unknown }>(
          db,
          sql`select a.state, s.paused_at as "pausedAt" from assignments a left join annotator_states s on s.user_id = a.user_id
            where a.id = ${waiting.assignmentId}::uuid`,
        );
        expect(state?.state).toBe(state?.pausedAt ? "released" : "leased");
        if (state?.state === "leased") {
          await judge(context, waiting, true, 800);
          answers += 1;
          await refresh(db);
        }
      }
    }
    // 0.1^4 is not below the rate of 0.00005, 0.1^5 is.
    expect(answers).toBe(5);
    const slots = await selectRow<{ lost: number }>(
      db,
      sql`select count(*)::int as lost from items where campaign_id = ${campaignId}::uuid and judgements + slots_remaining <> overlap`,
    );
    expect(slots?.lost).toBe(0);
    const details = await readAnnotator(contextOf(db, lead!), { projectId, userId: hasty!.id });
    expect(details).toMatchObject({ paused: { reason: "duration" }, hasty: { n: 5, share: 1 } });
    const other = contextOf(db, calm!);
    for (let n = 0; n < 10; n += 1) await judge(other, (await lease(other, projectId))!, true, n === 0 ? 800 : 20_000);
    await refresh(db);
    expect((await readAnnotator(contextOf(db, lead!), { projectId, userId: calm!.id })).paused).toBeNull();
  });

  it("a lead pauses by hand with a word, and sets languages", async () => {
    const { db } = database;
    const projectId = await createProject(db);
    const campaignId = await createCampaign(db, projectId, { overlap: 2 });
    await createPairs(db, projectId, campaignId, 4, 2);
    const [person] = await createUsers(db, projectId, 1);
    const [leadUser] = await createUsers(db, projectId, 1, "lead");
    const lead = contextOf(db, leadUser!);
    const context = contextOf(db, person!);
    const held = await lease(context, projectId);
    expect(held).not.toBeNull();
    const target = { projectId, userId: person!.id };
    await pauseAnnotator(lead, { ...target, note: "Let us talk first." });
    await expect(pauseAnnotator(lead, { ...target, note: "" })).rejects.toMatchObject({ code: "conflict" });
    expect(await lease(context, projectId)).toBeNull();
    expect((await listMyNotes(context, { projectId, limit: 20 })).rows).toMatchObject([
      { kind: "pause", body: "Let us talk first.", author: "Someone" },
    ]);
    await resumeAnnotator(lead, { ...target, note: "" });
    await expect(resumeAnnotator(lead, { ...target, note: "" })).rejects.toMatchObject({ code: "conflict" });
    expect(await lease(context, projectId)).not.toBeNull();
    expect(await updateAnnotator(lead, { ...target, languages: ["ko", "en", "ko"] })).toEqual({
      languages: ["en", "ko"],
    });
    const stranger = contextOf(db, (await createUsers(db, null, 1, "lead"))[0]!);
    for (const change of [pauseAnnotator, resumeAnnotator])
      await expect(change(stranger, { ...target, note: "" })).rejects.toMatchObject({ code: "not_found" });
    const outsider = (await createUsers(db, null, 1))[0]!;
    await expect(pauseAnnotator(lead, { projectId, userId: outsider.id, note: "" })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("notes", () => {
  it("reach whom they are for, and only those", async () => {
    const { db } = database;
    const { projectId, lead } = await createJudged(db, 1);
    const [person, other] = await createUsers(db, projectId, 2);
    const context = contextOf(db, person!);
    // Three who judged and the two.
    expect(await sendNote(lead, { projectId, body: "Thank you all." })).toEqual({ sent: 5 });
    await sendNote(lead, { projectId, userIds: [person!.id], body: "And you." });
    expect(await countMyNotes(context, projectId)).toEqual({ unread: 2 });
    const first = await listMyNotes(context, { projectId, limit: 1 });
    const second = await listMyNotes(context, { projectId, limit: 1, after: first.next! });
    expect([...first.rows, ...second.rows].map((note) => note.body)).toEqual(["And you.", "Thank you all."]);
    expect(second.next).toBeNull();
    await expect(readMyNote(contextOf(db, other!), first.rows[0]!.id)).rejects.toMatchObject({ code: "not_found" });
    const { readAt } = await readMyNote(context, first.rows[0]!.id);
    expect((await readMyNote(context, first.rows[0]!.id)).readAt).toBe(readAt);
    expect(await readMyNotes(context, projectId)).toEqual({ read: 1 });
    expect(await countMyNotes(context, projectId)).toEqual({ unread: 0 });

    const judgement = await selectRow<{ id: string; userId: string }>(
      db,
      sql`select id, user_id as "userId" from comparisons where project_id = ${projectId}::uuid limit 1`,
    );
    expect(await sendNote(lead, { projectId, comparisonId: judgement!.id, body: "Good eye." })).toEqual({ sent: 1 });
    await expect(
      sendNote(lead, { projectId, comparisonId: judgement!.id, userIds: [person!.id], body: "Not yours." }),
    ).rejects.toMatchObject({ code: "invalid" });
    const owner = contextOf(db, { id: judgement!.userId });
    expect((await listMyNotes(owner, { projectId, limit: 1 })).rows[0]).toMatchObject({
      body: "Good eye.",
      about: { comparisonId: judgement!.id, chosenExcerpt: "first", otherExcerpt: "second" },
    });
    const outsider = (await createUsers(db, null, 1))[0]!;
    await expect(sendNote(lead, { projectId, userIds: [outsider.id], body: "Hello" })).rejects.toMatchObject({
      code: "invalid",
    });
    const { comparisons } = await listAnnotatorJudgements(lead, { projectId, userId: judgement!.userId, limit: 10 });
    expect(comparisons).toMatchObject([{ purpose: "work", passed: null, hasty: false }]);
  });
});
