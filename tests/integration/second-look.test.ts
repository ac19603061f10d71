/** Reviews and adjudications on a real Postgres: who may, what waits, what the snapshot makes of it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { reviewTallies } from "@/db/queries/reviews";
import { selectRows } from "@/db/queries/rows";
import { approvalRate } from "@/lib/domain/review";
import * as environment from "@/lib/env";
import { addCaseComment, listCaseComments } from "@/lib/services/adjudications/comments";
import { adjudicateItem } from "@/lib/services/adjudications/decide";
import { listGuidelineGaps, resolveGuidelineGap } from "@/lib/services/adjudications/gaps";
import { claimDisagreements, listDisagreements } from "@/lib/services/adjudications/list";
import { supersedeComparison } from "@/lib/services/comparisons/supersede";
import { systemContext } from "@/lib/services/context";
import { reviewComparison } from "@/lib/services/reviews/create";
import { claimReviews, countReviews, listReviewQueue } from "@/lib/services/reviews/list";
import { freezeSnapshot } from "@/lib/services/snapshots/freeze";
import type { PreferencePair } from "@/trainer/format/pair";
import { readPairs } from "@/trainer/format/snapshot";
import { contextOf, createCampaign, createPairs, createProject, createUsers } from "../support/annotation-fixture";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { changeSettings, judge } from "../support/judging";

let database: Database;
let clone: TestDatabase;
let home: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), "pairwright-review-"));
  clone = await createTestDatabase();
  const real = environment.env();
  vi.spyOn(environment, "env").mockReturnValue({ ...real, PAIRWRIGHT_HOME: home });
  database = createDatabase(clone.url);
});
afterAll(async () => {
  await database.pool.end();
  await clone.drop();
  await rm(home, { recursive: true, force: true });
});

/** A project whose reviewers see only what is flagged or unsafe, unless told otherwise. */
async function setUp(options: {
  task?: "helpfulness" | "safety";
  items?: number;
  overlap?: number;
  annotators?: number;
}) {
  const { db } = database;
  const { task = "safety", items = 1, overlap = 1, annotators = 1 } = options;
  const projectId = await createProject(db);
  await changeSettings(db, projectId, { review: { share: 0, firstJudgements: 0 } });
  const campaignId = await createCampaign(db, projectId, { task, overlap });
  await createPairs(db, projectId, campaignId, items, overlap);
  const people = await createUsers(db, projectId, annotators);
  const [reviewer, second] = await createUsers(db, projectId, 2, "reviewer");
  return {
    db,
    projectId,
    people,
    reviewer: contextOf(db, reviewer!),
    second: contextOf(db, second!),
    page: { projectId, limit: 20 },
  };
}

async function freeze(projectId: string) {
  const snapshot = await freezeSnapshot(systemContext(database.db, "worker"), { projectId, name: "s" });
  const pairs: PreferencePair[] = [];
  for (const name of ["train.jsonl", "heldout.jsonl"])
    for await (const pair of readPairs(path.join(home, "snapshots", snapshot.id, name))) pairs.push(pair);
  return { pairs, datasheet: snapshot.manifest.datasheet as { excluded: Record<string, number> } };
}

const notesOf = (userId: string) =>
  selectRows<{ body: string; comparisonId: string }>(
    database.db,
    sql`select body, comparison_id as "comparisonId" from annotator_notes where user_id = ${userId}::uuid order by created_at`,
  );

describe("the reviewers' queue", () => {
  it("holds what was chosen unsafe or flagged until somebody else has reviewed it", async () => {
    const { db, projectId, reviewer, page } = await setUp({ items: 3 });
    const [author] = await createUsers(db, projectId, 1, "reviewer");
    const [outsider] = await createUsers(db, null, 1, "reviewer");
    const [annotator] = await createUsers(db, projectId, 1);
    const made = [
      await judge(db, author!, projectId, { chosen: "first", safety: "preferred_unsafe", rationale: "it answers" }),
      await judge(db, author!, projectId, { chosen: "second", safety: "both_safe", tags: ["flagged"] }),
      await judge(db, author!, projectId, { chosen: "second", safety: "both_safe", tags: ["tone"] }),
    ];
    const { cases } = await listReviewQueue(reviewer, page);
    expect(cases.map((entry) => [entry.comparisonId, entry.reasons])).toEqual([
      [made[0]!.id, ["preferred_unsafe"]],
      [made[1]!.id, ["flagged"]],
    ]);
    const shown = cases[0]!;
    expect(shown.judgement).toMatchObject({ preferred: made[0]!.preferred, safety: "preferred_unsafe" });
    expect(shown.judgement.preferred === "a" ? shown.responseA : shown.responseB).toBe("first");
    expect((await listReviewQueue(reviewer, { ...page, reason: "flagged" })).cases).toHaveLength(1);
    expect((await listReviewQueue(reviewer, { ...page, userId: annotator!.id })).cases).toEqual([]);
    const firstPage = await listReviewQueue(reviewer, { ...page, limit: 1 });
    expect(
      (await listReviewQueue(reviewer, { ...page, limit: 1, cursor: firstPage.nextCursor! })).cases[0]?.comparisonId,
    ).toBe(made[1]!.id);
    const counts = await countReviews(reviewer, { projectId });
    expect(Object.fromEntries(counts.reasons.map(({ key, count }) => [key, count]))).toEqual({
      flagged: 1,
      preferred_unsafe: 1,
    });
    const person = contextOf(db, author!);
    expect((await listReviewQueue(person, page)).cases).toEqual([]);
    const review = { comparisonId: made[0]!.id, decision: "rejected" as const, feedback: "unsafe indeed" };
    await expect(reviewComparison(person, review)).rejects.toMatchObject({ code: "forbidden" });
    await expect(reviewComparison(contextOf(db, outsider!), review)).rejects.toMatchObject({ code: "not_found" });
    await expect(reviewComparison(contextOf(db, annotator!), review)).rejects.toMatchObject({ code: "forbidden" });
    await expect(listReviewQueue(contextOf(db, annotator!), page)).rejects.toMatchObject({ code: "forbidden" });
    await expect(claimReviews(contextOf(db, annotator!), { projectId, exclude: [], limit: 1 })).rejects.toMatchObject({
      code: "forbidden",
    });
    expect(await reviewComparison(reviewer, review)).toMatchObject({ decision: "rejected" });
    expect((await listReviewQueue(reviewer, page)).cases).toHaveLength(1);
    expect(await notesOf(author!.id)).toEqual([{ body: "unsafe indeed", comparisonId: made[0]!.id }]);
  });

  it("draws a share by chance and an annotator's first ones, and a campaign may set its own share", async () => {
    const { db, projectId, people, reviewer, page } = await setUp({ task: "helpfulness", items: 5 });
    await changeSettings(db, projectId, { review: { share: 0, firstJudgements: 2 } });
    for (let n = 0; n < 4; n += 1) await judge(db, people[0]!, projectId, { chosen: "first" });
    expect((await listReviewQueue(reviewer, page)).cases.map(({ reasons }) => reasons)).toEqual([
      ["new_annotator"],
      ["new_annotator"],
    ]);
    await db.transaction(async (tx) => {
      await tx.execute(sql`update campaigns set review_share = 1 where project_id = ${projectId}::uuid`);
      await tx.execute(
        sql`insert into audit_events (actor_kind, action, object_type, object_id) values ('seed', 't', 't', 't')`,
      );
    });
    await judge(db, people[0]!, projectId, { chosen: "first" });
    expect((await listReviewQueue(reviewer, page)).cases.map(({ reasons }) => reasons[0])).toEqual([
      "new_annotator",
      "new_annotator",
      "sample",
    ]);
  });

  it("gives two reviewers at once different cases, and each case to one", async () => {
    const { db, projectId, people, reviewer, second } = await setUp({ items: 8 });
    for (let n = 0; n < 8; n += 1)
      await judge(db, people[0]!, projectId, { chosen: "first", safety: "both_safe", tags: ["flagged"] });
    const claims = await Promise.all(
      [reviewer, second, reviewer, second].map((context) =>
        claimReviews(context, { projectId, exclude: [], limit: 4 }),
      ),
    );
    const ids = (index: number) => claims[index]!.cases.map(({ comparisonId }) => comparisonId);
    const mine = new Set([...ids(0), ...ids(2)]);
    expect(mine.size).toBeGreaterThan(0);
    for (const id of [...ids(1), ...ids(3)]) expect(mine.has(id)).toBe(false);
    const held = (await claimReviews(reviewer, { projectId, exclude: [], limit: 4 })).cases;
    expect(held).toHaveLength(4);
    // What one holds the other cannot decide; what is left for later is not given again.
    const taken = { comparisonId: held[0]!.comparisonId, decision: "approved" as const };
    await expect(reviewComparison(second, taken)).rejects.toMatchObject({ code: "conflict" });
    const exclude = held.map(({ comparisonId }) => comparisonId);
    const others = (await claimReviews(reviewer, { projectId, exclude, limit: 4 })).cases;
    expect(others.some(({ comparisonId }) => exclude.includes(comparisonId))).toBe(false);
    // They are free again now.
    await reviewComparison(second, taken);
    // Two who decide the same case at the same moment: one wins, the other is told.
    const free = { comparisonId: held[1]!.comparisonId, decision: "approved" as const };
    await claimReviews(reviewer, { projectId, exclude, limit: 1 });
    const race = await Promise.allSettled([reviewComparison(reviewer, free), reviewComparison(second, free)]);
    expect(race.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(race.find((result) => result.status === "rejected")).toMatchObject({ reason: { code: "conflict" } });
  });
});

describe("a review", () => {
  it("that fixes goes to the snapshot as corrected, with both authors, and leaves the annotator's row as it was", async () => {
    const { db, projectId, people, reviewer } = await setUp({ items: 2 });
    const made = await judge(db, people[0]!, projectId, {
      chosen: "first",
      safety: "preferred_unsafe",
      rationale: "answers",
    });
    await judge(db, people[0]!, projectId, { chosen: "second", safety: "both_safe" });
    const row = () => selectRows(db, sql`select * from comparisons where id = ${made.id}::uuid`);
    const before = await row();
    const other = made.preferred === "a" ? ("b" as const) : ("a" as const);
    const correction = { preferred: other, strength: "slightly_better" as const, safety: "preferred_safe" as const };
    const fix = { comparisonId: made.id, decision: "fixed" as const, correction };
    const nothing = {
      preferred: made.preferred,
      strength: "better",
      safety: "preferred_unsafe",
      rationale: "answers",
    } as const;
    await expect(reviewComparison(reviewer, { ...fix, correction: nothing })).rejects.toMatchObject({
      code: "invalid",
    });
    const { safety: _safety, ...unsafe } = correction;
    await expect(reviewComparison(reviewer, { ...fix, correction: unsafe })).rejects.toMatchObject({
      problems: [{ path: "body.correction.safety" }],
    });
    await reviewComparison(reviewer, fix);
    const { pairs, datasheet } = await freeze(projectId);
    expect(pairs.find(({ id }) => id === made.id)).toMatchObject({
      chosen: "second",
      rejected: "first",
      strength: "slightly_better",
      safety: "preferred_safe",
      meta: {
        annotator: expect.stringMatching(/^[0-9a-f]{16}$/),
        correctedBy: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
    });
    const { annotator, correctedBy } = pairs.find(({ id }) => id === made.id)!.meta!;
    expect(annotator).not.toBe(correctedBy);
    expect(pairs).toHaveLength(2);
    expect(datasheet.excluded).toEqual({});
    expect(await row()).toEqual(before);
    await expect(db.execute(sql`update corrections set strength = 'better'`)).rejects.toThrow();
  });

  it("can be taken back, and the next one must name what it replaces; rejected ones stay out of snapshots", async () => {
    const { db, projectId, people, reviewer, second, page } = await setUp({ items: 2 });
    const made = await judge(db, people[0]!, projectId, { chosen: "first", safety: "both_safe", tags: ["flagged"] });
    await judge(db, people[0]!, projectId, { chosen: "first", safety: "both_safe" });
    const comparisonId = made.id;
    const first = await reviewComparison(reviewer, {
      comparisonId,
      decision: "rejected",
      feedback: "Look at the facts.",
    });
    expect((await freeze(projectId)).datasheet.excluded).toEqual({ rejected_by_review: 1 });
    const overruling = { comparisonId, decision: "approved" as const };
    await expect(reviewComparison(second, overruling)).rejects.toMatchObject({ code: "conflict" });
    const withdrawal = { comparisonId, decision: "withdrawn" as const, supersedesId: first.id };
    await expect(reviewComparison(second, withdrawal)).rejects.toMatchObject({ code: "conflict" });
    const taken = await reviewComparison(reviewer, withdrawal);
    expect(await notesOf(people[0]!.id)).toEqual([]);
    expect((await freeze(projectId)).pairs).toHaveLength(2);
    const [waiting] = (await listReviewQueue(second, page)).cases;
    expect(waiting).toMatchObject({ comparisonId, reviewId: taken.id });
    await reviewComparison(second, { ...overruling, supersedesId: waiting!.reviewId });
    expect((await listReviewQueue(second, page)).cases).toEqual([]);
  });

  it("with feedback opens an old judgement to its author again, whose new one comes back to review", async () => {
    const { db, projectId, people, reviewer, page } = await setUp({ items: 1 });
    const made = await judge(db, people[0]!, projectId, { chosen: "first", safety: "both_safe", tags: ["flagged"] });
    await db.execute(sql`alter table comparisons disable trigger user`);
    await db.execute(sql`update comparisons set created_at = now() - interval '30 days' where id = ${made.id}::uuid`);
    await db.execute(sql`alter table comparisons enable trigger user`);
    const verdict = {
      preferred: made.preferred,
      strength: "slightly_better",
      safety: "both_safe",
      tags: [],
      durationMs: 1,
    } as const;
    const change = { comparisonId: made.id, verdict, idempotencyKey: "after-feedback" };
    const author = contextOf(db, people[0]!);
    await expect(supersedeComparison(author, change)).rejects.toMatchObject({ code: "conflict" });
    await reviewComparison(reviewer, { comparisonId: made.id, decision: "rejected", feedback: "Too strong." });
    const changed = await supersedeComparison(author, change);
    const [again] = (await listReviewQueue(reviewer, page)).cases;
    expect(again).toMatchObject({ comparisonId: changed.id, reasons: ["revised"], earlierFeedback: "Too strong." });
    await expect(reviewComparison(reviewer, { comparisonId: made.id, decision: "approved" })).rejects.toThrow(
      /replaced/,
    );
  });

  it("counts towards its annotator's approval rate only where chance chose it", async () => {
    const { db, projectId, people, reviewer, page } = await setUp({ task: "helpfulness", items: 3 });
    await judge(db, people[0]!, projectId, { chosen: "first", tags: ["flagged"] });
    await changeSettings(db, projectId, { review: { share: 1, firstJudgements: 0 } });
    // The flagged one is taken in under the old settings.
    const flagged = await listReviewQueue(reviewer, { ...page, reason: "flagged" });
    for (let n = 0; n < 2; n += 1) await judge(db, people[0]!, projectId, { chosen: "first" });
    const { cases } = await listReviewQueue(reviewer, { ...page, reason: "sample" });
    expect(flagged.cases).toHaveLength(1);
    for (const [index, { comparisonId }] of cases.entries())
      await reviewComparison(reviewer, {
        comparisonId,
        decision: index === 0 ? "rejected" : "approved",
        feedback: "?",
      });
    const [tally] = await reviewTallies(db, projectId);
    expect(tally).toMatchObject({
      userId: people[0]!.id,
      rejected: 1,
      approved: cases.length - 1,
      sampled: cases.length,
    });
    expect(approvalRate(tally!)).toMatchObject({ n: cases.length, share: (cases.length - 1) / cases.length });
  });
});

describe("a disagreement", () => {
  /** Two of three prefer "first"; the item is done. */
  async function disputed(task: "helpfulness" | "safety" = "helpfulness") {
    const made = await setUp({ task, overlap: 3, annotators: 3 });
    const safety = task === "safety" ? { safety: "both_safe" as const } : {};
    const ids: string[] = [];
    for (const [index, person] of made.people.entries()) {
      const chosen = index === 2 ? ("second" as const) : ("first" as const);
      ids.push((await judge(made.db, person, made.projectId, { chosen, ...safety })).id);
    }
    const [entry] = (await listDisagreements(made.reviewer, made.page)).cases;
    return { ...made, ids, entry: entry! };
  }
  const sideOf = (entry: { responseA: string }, text: string) =>
    entry.responseA === text ? ("a" as const) : ("b" as const);

  it("waits once the item is done, without names, and not for those who took part", async () => {
    const { db, projectId, people, reviewer, second, page, entry } = await disputed();
    expect(entry.judgements.map(({ preferred }) => (preferred === sideOf(entry, "first") ? 1 : 2)).sort()).toEqual([
      1, 1, 2,
    ]);
    expect(JSON.stringify(entry)).not.toContain(people[0]!.id);
    const [outsider] = await createUsers(db, null, 1, "reviewer");
    const settle = { itemId: entry.itemId, outcome: "plurality" as const };
    await expect(adjudicateItem(contextOf(db, outsider!), settle)).rejects.toMatchObject({ code: "not_found" });
    await expect(adjudicateItem(contextOf(db, people[0]!), settle)).rejects.toMatchObject({ code: "forbidden" });
    await db.execute(sql`update users set role = 'reviewer' where id = ${people[0]!.id}::uuid`).catch(() => undefined);
    const judgeAndReviewer = contextOf(db, { id: people[0]!.id, role: "reviewer" });
    expect((await listDisagreements(judgeAndReviewer, page)).cases).toEqual([]);
    await expect(adjudicateItem(judgeAndReviewer, settle)).rejects.toMatchObject({ code: "forbidden" });
    expect((await claimDisagreements(reviewer, { projectId, exclude: [], limit: 1 })).cases).toHaveLength(1);
    expect((await claimDisagreements(second, { projectId, exclude: [], limit: 1 })).cases).toEqual([]);
    await expect(adjudicateItem(second, settle)).rejects.toMatchObject({ code: "conflict" });
  });

  it("settled by a verdict gives one row of the adjudicator's, and may be taken back", async () => {
    const { projectId, reviewer, second, page, ids, entry } = await disputed("safety");
    const { itemId } = entry;
    const verdict = {
      itemId,
      outcome: "verdict" as const,
      preferred: sideOf(entry, "second"),
      strength: "significantly_better" as const,
    };
    await expect(adjudicateItem(reviewer, verdict)).rejects.toMatchObject({ problems: [{ path: "body.safety" }] });
    const made = await adjudicateItem(reviewer, { ...verdict, safety: "preferred_safe" });
    const { pairs, datasheet } = await freeze(projectId);
    expect(pairs).toHaveLength(1);
    // The judgement that had it right carries it.
    expect(pairs[0]).toMatchObject({
      id: ids[2],
      chosen: "second",
      strength: "significantly_better",
      safety: "preferred_safe",
      meta: { adjudicatedBy: expect.any(String), votes: { same: 1, other: 2 } },
    });
    expect(datasheet.excluded).toEqual({ adjudicated: 2 });
    expect((await listDisagreements(reviewer, page)).cases).toEqual([]);
    await expect(adjudicateItem(second, { itemId, outcome: "plurality" })).rejects.toMatchObject({ code: "conflict" });
    await adjudicateItem(reviewer, { itemId, outcome: "withdrawn", supersedesId: made.id });
    expect((await freeze(projectId)).pairs).toHaveLength(3);
    expect((await listDisagreements(second, page)).cases).toHaveLength(1);
  });

  it("that is a plurality keeps every row with its share of the votes", async () => {
    const { projectId, reviewer, entry } = await disputed();
    const race = await Promise.allSettled(
      Array.from({ length: 4 }, () => adjudicateItem(reviewer, { itemId: entry.itemId, outcome: "plurality" })),
    );
    expect(race.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const { pairs } = await freeze(projectId);
    expect(pairs.map(({ chosen, meta }) => [chosen, meta!.softLabel]).sort()).toEqual([
      ["first", 2 / 3],
      ["first", 2 / 3],
      ["second", 1 / 3],
    ]);
  });

  it("that the guidelines leave open stays out until a lead has settled it, then waits again", async () => {
    const { db, projectId, reviewer, second, page, entry } = await disputed();
    const { itemId } = entry;
    await adjudicateItem(reviewer, { itemId, outcome: "guideline_gap", note: "What of jokes?" });
    await expect(freeze(projectId)).rejects.toThrow(/nothing to freeze/);
    const { gaps } = await listGuidelineGaps(reviewer, { projectId });
    expect(gaps).toMatchObject([{ itemId, note: "What of jokes?", resolvedAt: null }]);
    const gapId = gaps[0]!.id;
    await expect(resolveGuidelineGap(reviewer, { gapId, resolution: "x" })).rejects.toMatchObject({
      code: "forbidden",
    });
    const [lead] = await createUsers(db, projectId, 1, "lead");
    await resolveGuidelineGap(contextOf(db, lead!), { gapId, resolution: "Jokes are fine." });
    await expect(resolveGuidelineGap(contextOf(db, lead!), { gapId, resolution: "x" })).rejects.toMatchObject({
      code: "conflict",
    });
    const [again] = (await listDisagreements(second, page)).cases;
    await adjudicateItem(second, { itemId, outcome: "plurality", supersedesId: again!.adjudicationId });
    expect((await freeze(projectId)).pairs).toHaveLength(3);
  });

  it("is dropped when the annotators come to agree", async () => {
    const { db, people, reviewer, page, ids, entry } = await disputed();
    const [last] = await selectRows<{ swapped: boolean }>(
      db,
      sql`select swapped from comparisons where id = ${ids[2]}::uuid`,
    );
    const verdict = { preferred: last!.swapped ? "b" : "a", strength: "better", tags: [], durationMs: 1 } as const;
    await supersedeComparison(contextOf(db, people[2]!), {
      comparisonId: ids[2]!,
      verdict,
      idempotencyKey: "agreeing",
    });
    expect((await listDisagreements(reviewer, page)).cases).toEqual([]);
    await addCaseComment(reviewer, { itemId: entry.itemId, body: "They settled it themselves." });
    expect((await listCaseComments(reviewer, { itemId: entry.itemId })).comments).toMatchObject([
      { body: "They settled it themselves." },
    ]);
    await expect(listCaseComments(contextOf(db, people[0]!), { itemId: entry.itemId })).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});
