/** Reviews on a real Postgres: who may, what waits, what the snapshot makes of it. */
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { reviewTallies } from "@/db/queries/reviews";
import { selectRows } from "@/db/queries/rows";
import { approvalRate } from "@/lib/domain/review";
import { readAnnotator } from "@/lib/services/annotators/read";
import { listMyComparisons } from "@/lib/services/comparisons/read";
import { supersedeComparison } from "@/lib/services/comparisons/supersede";
import { reviewComparison } from "@/lib/services/reviews/create";
import { claimReviews, countReviews, listReviewQueue } from "@/lib/services/reviews/list";
import { contextOf, createUsers } from "../support/annotation-fixture";
import { changeSettings, judge } from "../support/judging";
import { reviewBench } from "../support/review-bench";

const { setUp, freeze } = reviewBench();

const notesOf = (db: Db, userId: string) =>
  selectRows<{ body: string; comparisonId: string }>(
    db,
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
    expect(await notesOf(db, author!.id)).toEqual([{ body: "unsafe indeed", comparisonId: made[0]!.id }]);
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
    expect(await notesOf(db, people[0]!.id)).toEqual([]);
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
      strength: "slightly_better" as const,
      safety: "both_safe" as const,
      tags: [],
      durationMs: 1,
    };
    const change = { comparisonId: made.id, verdict, idempotencyKey: "after-feedback" };
    const author = contextOf(db, people[0]!);
    await expect(supersedeComparison(author, change)).rejects.toMatchObject({ code: "conflict" });
    await reviewComparison(reviewer, { comparisonId: made.id, decision: "rejected", feedback: "Too strong." });
    const [told] = (await listMyComparisons(author, page)).comparisons;
    expect(told).toMatchObject({ review: "rejected", feedback: "Too strong." });
    expect(Date.parse(told!.changeableUntil)).toBeGreaterThan(Date.now() + 6 * 86_400_000);
    const changed = await supersedeComparison(author, change);
    expect((await listMyComparisons(author, page)).comparisons).toMatchObject([{ review: null, feedback: null }]);
    const [again] = (await listReviewQueue(reviewer, page)).cases;
    expect(again).toMatchObject({ comparisonId: changed.id, reasons: ["revised"], earlierFeedback: "Too strong." });
    await expect(reviewComparison(reviewer, { comparisonId: made.id, decision: "approved" })).rejects.toThrow(
      /replaced/,
    );
  });

  it("counts towards its annotator's approval rate only where chance chose it", async () => {
    const { db, projectId, people, reviewer, page } = await setUp({ task: "helpfulness", items: 3 });
    await judge(db, people[0]!, projectId, { chosen: "first", tags: ["flagged"] });
    // Taken in under the old settings.
    const [flagged] = (await listReviewQueue(reviewer, page)).cases;
    await changeSettings(db, projectId, { review: { share: 1, firstJudgements: 0 } });
    for (let n = 0; n < 2; n += 1) await judge(db, people[0]!, projectId, { chosen: "first" });
    const drawn = (await listReviewQueue(reviewer, { ...page, reason: "sample" })).cases;
    expect(drawn).toHaveLength(2);
    for (const [index, { comparisonId }] of [flagged!, ...drawn].entries())
      await reviewComparison(reviewer, { comparisonId, decision: index < 2 ? "rejected" : "approved", feedback: "?" });
    const [tally] = await reviewTallies(db, projectId);
    expect(tally).toMatchObject({
      userId: people[0]!.id,
      approved: 1,
      fixed: 0,
      rejected: 2,
      sampled: 2,
      sampledApproved: 1,
    });
    expect(approvalRate(tally!)).toMatchObject({ n: 2, share: 0.5 });
    const [lead] = await createUsers(db, projectId, 1, "lead");
    const seen = await readAnnotator(contextOf(db, lead!), { projectId, userId: people[0]!.id });
    expect(seen.approved).toMatchObject({ n: 2, share: 0.5 });
  });
});
