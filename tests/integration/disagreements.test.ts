/** Disagreements on a real Postgres: who settles them, and what the snapshot makes of each outcome. */
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { selectRows } from "@/db/queries/rows";
import { addCaseComment, listCaseComments } from "@/lib/services/adjudications/comments";
import { adjudicateItem } from "@/lib/services/adjudications/decide";
import { listGuidelineGaps, resolveGuidelineGap } from "@/lib/services/adjudications/gaps";
import { claimDisagreements, listDisagreements } from "@/lib/services/adjudications/list";
import { supersedeComparison } from "@/lib/services/comparisons/supersede";
import { contextOf, createUsers } from "../support/annotation-fixture";
import { judge } from "../support/judging";
import { reviewBench } from "../support/review-bench";

const { setUp, freeze } = reviewBench();

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
    const preferred = last!.swapped ? ("b" as const) : ("a" as const);
    const verdict = { preferred, strength: "better" as const, tags: [], durationMs: 1 };
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
