/** Gold and mirrored items on their whole way: made, served, graded, and what follows for the figures. */
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { selectRow, selectRows } from "@/db/queries/rows";
import { resumeAnnotator } from "@/lib/services/annotators/change";
import { listAnnotatorNotes, listMyNotes, readMyNote } from "@/lib/services/annotators/notes";
import { readAnnotator } from "@/lib/services/annotators/read";
import { skipAssignment } from "@/lib/services/assignments/end";
import { supersedeComparison } from "@/lib/services/comparisons/supersede";
import { acceptGoldCandidates, createGoldItem } from "@/lib/services/gold/create";
import { listGoldCandidates, listGoldItems } from "@/lib/services/gold/list";
import { restoreGoldItem, retireGoldItem } from "@/lib/services/gold/retire";
import { keepMirrors } from "@/lib/services/mirrors/create";
import { readAgreement } from "@/lib/services/quality/agreement";
import { readAnnotatorQuality, readDrift } from "@/lib/services/quality/annotators";
import { exportHours, readProgress } from "@/lib/services/quality/progress";
import { contextOf, createPairs, createUsers } from "../support/annotation-fixture";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { createJudged, judge, lease, purposeOf, refresh, setCampaign, worker } from "../support/gold-fixture";

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

describe("gold items", () => {
  it("go from consensus to a pause, and a lead lets the annotator go on", async () => {
    const { db } = database;
    const { projectId, campaignId, lead } = await createJudged(db, 8);
    const candidates = await listGoldCandidates(lead, { projectId, annotatorsMin: 3, limit: 50 });
    expect(candidates.rows).toHaveLength(8);
    expect(candidates.rows.every((row) => row.preferred === 1 && row.annotators === 3)).toBe(true);
    const itemIds = candidates.rows.map((row) => row.itemId);
    const made = await acceptGoldCandidates(lead, { projectId, itemIds });
    expect(made.itemIds).toHaveLength(8);
    // What is gold is proposed no more, and not made twice.
    expect((await listGoldCandidates(lead, { projectId, annotatorsMin: 3, limit: 50 })).rows).toEqual([]);
    expect((await acceptGoldCandidates(lead, { projectId, itemIds })).itemIds).toEqual([]);
    await expect(
      createGoldItem(lead, { projectId, itemId: itemIds[0]!, preferred: 1, explanation: "" }),
    ).rejects.toMatchObject({ code: "conflict" });

    // Half of a newcomer's items are gold, while there is work.
    await setCampaign(db, campaignId, sql`gold_share = 0.5`);
    await createPairs(db, projectId, campaignId, 40, 3);
    const [newcomer] = await createUsers(db, projectId, 1);
    const context = contextOf(db, newcomer!);
    const seen: Record<string, number> = {};
    let paused = false;
    for (let n = 0; n < 40 && !paused; n += 1) {
      const leased = await lease(context, projectId);
      if (!leased) {
        paused = true;
        break;
      }
      const purpose = (await purposeOf(db, leased))!;
      seen[purpose] = (seen[purpose] ?? 0) + 1;
      // Always wrong on gold.
      await judge(context, leased, purpose !== "gold");
      await refresh(db);
    }
    expect(paused).toBe(true);
    // ln(0.95 / 0.01) / ln(0.35 / 0.1) = 3.6: four wrong answers.
    expect(seen.gold).toBe(4);

    const details = await readAnnotator(lead, { projectId, userId: newcomer!.id });
    expect(details.paused?.reason).toBe("gold");
    expect(details.gold).toMatchObject({ share: 0, n: 4 });
    expect(details.goldTest.steps).toHaveLength(4);
    expect(details.goldTest.logRatio).toBeGreaterThanOrEqual(details.goldTest.upper);
    const audited = await selectRows<{ action: string; kind: string }>(
      db,
      sql`select action, actor_kind as kind from audit_events where object_id = ${newcomer!.id} and action like 'annotator.%'`,
    );
    expect(audited).toEqual([{ action: "annotator.paused", kind: "worker" }]);
    // Told of the pause at once, of the gold items only days later.
    expect((await listMyNotes(context, { projectId, limit: 20 })).rows.map((note) => note.kind)).toEqual(["pause"]);
    const all = await listAnnotatorNotes(lead, { projectId, userId: newcomer!.id, limit: 20 });
    const gold = all.rows.filter((note) => note.kind === "gold");
    expect(gold).toHaveLength(4);
    // One moment for all, a midnight, at least the seven days away.
    expect(new Set(gold.map((note) => note.visibleFrom)).size).toBe(1);
    expect(gold[0]!.visibleFrom.endsWith("T00:00:00.000Z")).toBe(true);
    expect(Date.parse(gold[0]!.visibleFrom) - Date.now()).toBeGreaterThan(7 * 86_400_000);
    await expect(readMyNote(context, gold[0]!.id)).rejects.toMatchObject({ code: "not_found" });

    await resumeAnnotator(lead, { projectId, userId: newcomer!.id, note: "Have another look at the guidelines." });
    expect(await lease(context, projectId)).not.toBeNull();
    const after = await readAnnotator(lead, { projectId, userId: newcomer!.id });
    expect(after).toMatchObject({ paused: null, gold: { n: 4 }, goldTest: { logRatio: 0, steps: [] } });
    expect((await listMyNotes(context, { projectId, limit: 20 })).rows[0]).toMatchObject({
      kind: "resume",
      body: "Have another look at the guidelines.",
    });
  });

  it("never come again to who judged the pair already", async () => {
    const { db } = database;
    const { projectId, campaignId, lead } = await createJudged(db, 3);
    const { rows } = await listGoldCandidates(lead, { projectId, annotatorsMin: 3, limit: 50 });
    await acceptGoldCandidates(lead, { projectId, itemIds: rows.map((row) => row.itemId) });
    await setCampaign(db, campaignId, sql`gold_share = 0.5`);
    await createPairs(db, projectId, campaignId, 12, 3);
    const judges = await selectRows<{ id: string }>(
      db,
      sql`select distinct user_id as id from comparisons where project_id = ${projectId}::uuid`,
    );
    const context = contextOf(db, judges[0]!);
    for (let n = 0; n < 12; n += 1) {
      const leased = await lease(context, projectId);
      expect(await purposeOf(db, leased)).toBe("work");
      await judge(context, leased!, true);
    }
  });

  it("and the pairs that they are made of never come to one and the same annotator, skipped ones included", async () => {
    const { db } = database;
    const { projectId, campaignId, lead } = await createJudged(db, 3);
    const { rows } = await listGoldCandidates(lead, { projectId, annotatorsMin: 3, limit: 50 });
    const [source] = rows;
    await acceptGoldCandidates(lead, { projectId, itemIds: [source!.itemId] });
    const setSlots = (slots: number) =>
      db.execute(sql`update items set overlap = judgements + ${slots}::int, slots_remaining = ${slots}::int,
        state = ${slots > 0 ? "open" : "done"}::item_state where id = ${source!.itemId}::uuid`);
    // Gold comes only where work is left: with so much of it, it comes before the end.
    await createPairs(db, projectId, campaignId, 40, 3);
    const judges = await createUsers(db, projectId, 2);
    const people = judges.map((person) => contextOf(db, person));
    const served = async (person: (typeof people)[number], share: number) => {
      await setCampaign(db, campaignId, sql`gold_share = ${share}`);
      const found = [];
      for (let leased = await lease(person, projectId); leased; leased = await lease(person, projectId)) {
        found.push({ purpose: await purposeOf(db, leased), isSource: leased.item.id === source!.itemId });
        await skipAssignment(person, { assignmentId: leased.assignmentId, mode: "requeue_for_others", reason: "no" });
      }
      return found;
    };
    await setSlots(2);
    const workFirst = await served(people[0]!, 0);
    expect(workFirst.filter(({ isSource }) => isSource)).toHaveLength(1);
    await setSlots(0);
    expect((await served(people[1]!, 0.5)).map(({ purpose }) => purpose)).toContain("gold");
    await setSlots(2);
    await createPairs(db, projectId, campaignId, 20, 3);
    const sourceAfterGold = await served(people[1]!, 0);
    expect(sourceAfterGold).toHaveLength(20);
    expect(sourceAfterGold.some(({ isSource }) => isSource)).toBe(false);
    const goldAfterSource = await served(people[0]!, 0.5);
    expect(goldAfterSource).toEqual(Array.from({ length: 20 }, () => ({ purpose: "work", isSource: false })));
  });

  it("that are wrong are made good when they are retired as wrong", async () => {
    const { db } = database;
    const { projectId, campaignId, itemIds, lead } = await createJudged(db, 4);
    const made: string[] = [];
    for (const itemId of itemIds)
      made.push((await createGoldItem(lead, { projectId, itemId, preferred: 2, explanation: "Look closer." })).itemId);
    await setCampaign(db, campaignId, sql`gold_share = 0.5`);
    await createPairs(db, projectId, campaignId, 40, 3);
    const [honest] = await createUsers(db, projectId, 1);
    const context = contextOf(db, honest!);
    for (;;) {
      const leased = await lease(context, projectId);
      if (!leased) break;
      await judge(context, leased, true);
      await refresh(db);
    }
    expect((await readAnnotator(lead, { projectId, userId: honest!.id })).paused?.reason).toBe("gold");
    expect(await retireGoldItem(lead, { projectId, itemId: made[0]!, wrong: true })).toMatchObject({ resumed: 1 });
    const after = await readAnnotator(lead, { projectId, userId: honest!.id });
    expect(after).toMatchObject({ paused: null, gold: { n: 3 } });
    const notes = await listAnnotatorNotes(lead, { projectId, userId: honest!.id, limit: 20 });
    expect(notes.rows.filter((note) => note.kind === "gold")).toHaveLength(3);
    expect((await listGoldItems(lead, { projectId, state: "retired", limit: 10 })).rows).toMatchObject([
      { itemId: made[0], voided: true, seen: 0 },
    ]);
    await restoreGoldItem(lead, { projectId, itemId: made[0]! });
    const active = await listGoldItems(lead, { projectId, state: "active", limit: 2 });
    expect(active.rows).toHaveLength(2);
    const rest = await listGoldItems(lead, { projectId, state: "active", limit: 2, after: active.next! });
    const ids = [...active.rows, ...rest.rows].map((row) => row.itemId);
    expect(ids.sort()).toEqual([...made].sort());
    expect([...active.rows, ...rest.rows].every((row) => row.seen === 1 && row.missed === 1)).toBe(true);
  });

  it("that good annotators miss are suspect", async () => {
    const { db } = database;
    const { projectId, campaignId, itemIds, lead } = await createJudged(db, 8);
    const right = itemIds.slice(1);
    for (const itemId of right) await createGoldItem(lead, { projectId, itemId, preferred: 1, explanation: "" });
    const wrong = await createGoldItem(lead, { projectId, itemId: itemIds[0]!, preferred: 2, explanation: "" });
    await setCampaign(db, campaignId, sql`gold_share = 0.5`);
    await createPairs(db, projectId, campaignId, 60, 3);
    for (const person of await createUsers(db, projectId, 2)) {
      const context = contextOf(db, person);
      const golds = new Set<string>();
      while (golds.size < 8) {
        const leased = (await lease(context, projectId))!;
        if ((await purposeOf(db, leased)) === "gold") golds.add(leased.item.id);
        await judge(context, leased, true);
      }
    }
    const found = await listGoldItems(lead, { projectId, state: "suspect", limit: 10 });
    expect(found.rows).toMatchObject([{ itemId: wrong.itemId, goodSeen: 2, goodMissed: 2, suspect: true }]);
  });

  it("refuse what is not the lead's to mark", async () => {
    const { db } = database;
    const { projectId, itemIds } = await createJudged(db, 1);
    const other = await createJudged(db, 1);
    const input = { projectId, itemId: itemIds[0]!, preferred: 1 as const, explanation: "" };
    await expect(createGoldItem(other.lead, input)).rejects.toMatchObject({ code: "not_found" });
    await expect(createGoldItem(other.lead, { ...input, projectId: other.projectId })).rejects.toMatchObject({
      code: "not_found",
    });
    const [own] = await createUsers(db, projectId, 1, "lead");
    await expect(createGoldItem(contextOf(db, own!), { ...input, campaignId: other.campaignId })).rejects.toMatchObject(
      { code: "invalid" },
    );
  });
});

describe("checks and the figures", () => {
  it("no figure but the hours counts gold and mirrored items, whatever the order of taking in", async () => {
    const { db } = database;
    const { projectId, campaignId, lead } = await createJudged(db, 6);
    const before = await readAgreement(lead, { projectId });
    const { rows } = await listGoldCandidates(lead, { projectId, annotatorsMin: 3, limit: 50 });
    await acceptGoldCandidates(lead, { projectId, itemIds: rows.slice(0, 3).map((row) => row.itemId) });
    await setCampaign(db, campaignId, sql`gold_share = 0.5, mirror_share = 0.5, mirror_after_days = 0`);
    const [newcomer] = await createUsers(db, projectId, 1);
    const context = contextOf(db, newcomer!);
    await createPairs(db, projectId, campaignId, 6, 3);
    let gold = 0;
    for (let leased = await lease(context, projectId); leased; leased = await lease(context, projectId)) {
      if ((await purposeOf(db, leased)) === "gold") gold += 1;
      await judge(context, leased, true);
    }
    const after = await readAgreement(lead, { projectId });
    const measured = (found: typeof after) => found.measures.map((one) => [one.measure, one.items, one.observed]);
    expect(measured(after)).toEqual(measured(before));
    const row = (await readAnnotatorQuality(lead, { projectId })).rows.find((one) => one.userId === newcomer!.id)!;
    expect(row.judgements).toBe(6);
    expect(row.hours).toBeCloseTo(((6 + gold) * 60_000) / 3_600_000, 9);
    expect(row.gold?.n ?? 0).toBe(gold);
    const { campaigns } = await readProgress(lead, projectId);
    expect(campaigns[0]).toMatchObject({ judgementsWanted: 36, judgements: 24 });
    const line = (await exportHours(lead, { projectId })).split("\r\n").find((text) => text.includes(`,${6 + gold},`));
    expect(line).toBeDefined();

    // Mirrors of own judgements: consistent on all but one, which then is changed back.
    expect((await keepMirrors(worker(db))).made).toBeGreaterThan(0);
    expect((await keepMirrors(worker(db))).made).toBe(0);
    const mirrored: { id: string; sourceSwapped: boolean }[] = [];
    let last: { id: string } | undefined;
    for (let n = 0; n < 20; n += 1) {
      const leased = await lease(context, projectId);
      if (!leased) continue;
      const found = await selectRow<{ purpose: string; swapped: boolean; own: boolean }>(
        db,
        sql`select i.purpose, k.swapped, a.swapped as own from items i join assignments a on a.id = ${leased.assignmentId}::uuid
          left join comparisons k on k.id = i.mirror_of_id where i.id = ${leased.item.id}::uuid`,
      );
      if (found?.purpose !== "mirror") continue;
      // The sides are swapped.
      expect(found.own).toBe(!found.swapped);
      last = await judge(context, leased, mirrored.length > 0);
      mirrored.push({ id: leased.item.id, sourceSwapped: found.swapped });
    }
    // Half of six judgements.
    expect(mirrored).toHaveLength(3);
    const details = await readAnnotator(lead, { projectId, userId: newcomer!.id });
    expect(details.habits?.selfConsistency).toMatchObject({ n: 3, share: 2 / 3 });
    expect(details.mirrored.sameSide).toMatchObject({ n: 3, share: 1 / 3 });
    // The second answer "second" on the same side as "first" before: on the left exactly if "first" stood there.
    expect(details.mirrored.choseATwice).toMatchObject({ n: 1, share: mirrored[0]!.sourceSwapped ? 0 : 1 });
    const { weeks } = await readDrift(lead, { projectId });
    expect(weeks.at(-1)?.selfConsistency).toMatchObject({ n: 3 });
    expect(last).toBeDefined();

    const TABLES = [
      "gold_grades",
      "quality_mirrors",
      "quality_days",
      "quality_items",
      "quality_patterns",
      "quality_peers",
    ];
    const read = async () => {
      const all: Record<string, unknown> = {};
      for (const table of TABLES)
        all[table] = await selectRows(
          db,
          sql.raw(`select to_jsonb(q) - 'duration_log_sum' as row from ${table} q order by 1`),
        );
      return all;
    };
    await refresh(db);
    const incremental = await read();
    await db.execute(sql.raw(`truncate ${TABLES.join(", ")}, quality_battles`));
    await db.execute(
      sql`insert into quality_pending (comparison_id) select id from comparisons where source = 'annotator' order by id`,
    );
    await refresh(db);
    expect(await read()).toEqual(incremental);
  });

  it("a replaced judgement is graded anew and no longer compared with its mirror", async () => {
    const { db } = database;
    const { projectId, campaignId, itemIds, lead } = await createJudged(db, 2);
    await createGoldItem(lead, { projectId, itemId: itemIds[0]!, preferred: 1, explanation: "Because." });
    await setCampaign(db, campaignId, sql`gold_share = 0.5, mirror_share = 0.5, mirror_after_days = 0`);
    await createPairs(db, projectId, campaignId, 8, 3);
    const [newcomer] = await createUsers(db, projectId, 1);
    const context = contextOf(db, newcomer!);
    let goldAnswer: { id: string } | undefined;
    const work: { id: string }[] = [];
    for (let leased = await lease(context, projectId); leased; leased = await lease(context, projectId)) {
      const gold = (await purposeOf(db, leased)) === "gold";
      const answer = await judge(context, leased, !gold);
      if (gold) goldAnswer = answer;
      else work.push(answer);
    }
    await refresh(db);
    const goldNotes = async () =>
      (await listAnnotatorNotes(lead, { projectId, userId: newcomer!.id, limit: 20 })).rows.filter(
        (note) => note.kind === "gold",
      );
    if (goldAnswer) {
      expect(await goldNotes()).toMatchObject([{ body: "Because.", about: { sideRight: false } }]);
      const old = await selectRow<{ swapped: boolean }>(
        db,
        sql`select swapped from comparisons where id = ${goldAnswer.id}::uuid`,
      );
      await supersedeComparison(context, {
        comparisonId: goldAnswer.id,
        idempotencyKey: `again-${goldAnswer.id}`,
        verdict: { preferred: old!.swapped ? "b" : "a", strength: "better", tags: [], durationMs: 60_000 },
      });
      await refresh(db);
      expect(await goldNotes()).toEqual([]);
      expect((await readAnnotator(lead, { projectId, userId: newcomer!.id })).gold).toMatchObject({ n: 1, share: 1 });
    }
    await keepMirrors(worker(db));
    const waiting = await selectRows<{ of: string }>(
      db,
      sql`select mirror_of_id as of from items where purpose = 'mirror' and reserved_for = ${newcomer!.id}::uuid`,
    );
    // Half of eight judgements.
    expect(waiting).toHaveLength(4);
    await supersedeComparison(context, {
      comparisonId: waiting[0]!.of,
      idempotencyKey: `again-${waiting[0]!.of}`,
      verdict: { preferred: "a", strength: "better", tags: [], durationMs: 60_000 },
    });
    expect(await keepMirrors(worker(db))).toMatchObject({ withdrawn: 1 });
    expect(work.map(({ id }) => id)).toContain(waiting[0]!.of);
  });
});
