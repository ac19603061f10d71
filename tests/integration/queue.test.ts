/** The concurrency contract of the queue against a real Postgres: I1, I2, I3 under races. */
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { sweepExpiredLeases } from "@/db/queries/queue";
import type { ComparisonBody } from "@/lib/contracts/comparisons";
import { releaseAssignment, skipAssignment } from "@/lib/services/assignments/end";
import { heartbeatAssignment } from "@/lib/services/assignments/heartbeat";
import { leaseAssignment } from "@/lib/services/assignments/lease";
import { getComparison, listMyComparisons } from "@/lib/services/comparisons/read";
import { submitComparison } from "@/lib/services/comparisons/submit";
import { supersedeComparison } from "@/lib/services/comparisons/supersede";
import type { ServiceContext } from "@/lib/services/context";
import { saveDraft } from "@/lib/services/drafts/save";
import { contextOf, createCampaign, createPairs, createProject, createUsers } from "../support/annotation-fixture";
import { createTestDatabase, type TestDatabase } from "../support/database";

let database: Database;
let clone: TestDatabase;
beforeAll(async () => {
  clone = await createTestDatabase();
  database = createDatabase(clone.url, { connectionsMax: 20 });
});
afterAll(async () => {
  await database.pool.end();
  await clone.drop();
});

async function setUp(options: { items: number; overlap?: number; people: number; task?: "helpfulness" | "safety" }) {
  const { db } = database;
  const projectId = await createProject(db);
  const overlap = options.overlap ?? 1;
  const campaignId = await createCampaign(db, projectId, { overlap, task: options.task ?? "helpfulness" });
  const itemIds = await createPairs(db, projectId, campaignId, options.items, overlap);
  const people = await createUsers(db, projectId, options.people);
  return { projectId, campaignId, itemIds, people: people.map((person) => contextOf(db, person)) };
}

const verdict = { preferred: "a", strength: "better", tags: [], durationMs: 1200 } as const;
let keys = 0;
const submission = (assignmentId: string, changes: Partial<ComparisonBody> = {}) => {
  keys += 1;
  return { ...verdict, tags: [], assignmentId, idempotencyKey: `key-number-${keys}`, ...changes };
};
const lease = (person: ServiceContext, projectId: string) => leaseAssignment(person, { projectId, resume: false });
const slotsOf = async (itemId: string) => {
  const found = await database.db.execute(
    sql`select slots_remaining as slots, judgements, state from items where id = ${itemId}::uuid`,
  );
  return found.rows[0] as { slots: number; judgements: number; state: string };
};
const expire = async (assignmentId: string) => {
  await database.db.execute(
    sql`update assignments set expires_at = now() - interval '1 second' where id = ${assignmentId}::uuid`,
  );
};

describe("leasing", () => {
  it.each([1, 3])(
    "never serves an item of overlap %i more often than that to 20 annotators at once",
    async (overlap) => {
      const { projectId, itemIds, people } = await setUp({ items: 1, overlap, people: 20 });
      const leased = await Promise.all(people.map((person) => lease(person, projectId)));
      const served = leased.filter((answer) => answer !== null);
      // Rows locked by others are stepped over, so a busy moment may serve fewer at first, never more.
      expect(served.length).toBeLessThanOrEqual(overlap);
      for (const [index, person] of people.entries()) if (leased[index] === null) await lease(person, projectId);
      expect(await slotsOf(itemIds[0]!)).toMatchObject({ slots: 0 });
      const held = await database.db.execute(
        sql`select count(*)::int as n, count(distinct user_id)::int as people from assignments where item_id = ${itemIds[0]}::uuid`,
      );
      expect(held.rows[0]).toEqual({ n: overlap, people: overlap });
    },
  );

  it("gives one annotator an item once, however many requests race", async () => {
    const { projectId, people } = await setUp({ items: 1, overlap: 3, people: 1 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => lease(people[0]!, projectId)));
    expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
  });

  it("caps the leases of one annotator at three, however many requests race", async () => {
    const { projectId, people } = await setUp({ items: 12, people: 1 });
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => lease(people[0]!, projectId)));
    expect(answers.filter((answer) => answer.status === "fulfilled" && answer.value !== null)).toHaveLength(3);
    for (const answer of answers) if (answer.status === "rejected") expect(answer.reason.code).toBe("conflict");
    const resumed = await leaseAssignment(people[0]!, { projectId, resume: true });
    expect(resumed).not.toBeNull();
  });

  it("resumes the lease that is held, and skips the one on screen when prefetching", async () => {
    const { projectId, people } = await setUp({ items: 2, people: 1 });
    const first = await lease(people[0]!, projectId);
    const resumed = await leaseAssignment(people[0]!, { projectId, resume: true });
    expect(resumed?.assignmentId).toBe(first?.assignmentId);
    const next = await leaseAssignment(people[0]!, {
      projectId,
      resume: true,
      afterAssignmentId: first!.assignmentId,
    });
    expect(next?.item.id).not.toBe(first?.item.id);
  });

  it("answers 404 for a project of others and null for an empty one", async () => {
    const { projectId, people } = await setUp({ items: 0, people: 1 });
    const [stranger] = await createUsers(database.db, null, 1);
    await expect(lease(contextOf(database.db, stranger!), projectId)).rejects.toMatchObject({ code: "not_found" });
    expect(await lease(people[0]!, projectId)).toBeNull();
  });

  it("tells nothing about where the answers come from (I7)", async () => {
    const { projectId, people } = await setUp({ items: 1, people: 1 });
    const answer = await lease(people[0]!, projectId);
    expect(JSON.stringify(answer)).not.toMatch(
      /variant|policy|sampling|probability|swapped|position|score|reward|source/i,
    );
    expect([answer!.item.responseA, answer!.item.responseB].sort()).toEqual(["first", "second"]);
    expect(answer!.item.context).toEqual([{ role: "user", content: expect.stringMatching(/^Question/) }]);
    expect(answer!.item.guideline).toMatchObject({ version: 1, body: "How to judge helpfulness" });
  });
});

describe("ends of a lease", () => {
  it("gives the slot of an expired lease to the next annotator, and only once", async () => {
    const { projectId, itemIds, people } = await setUp({ items: 1, people: 3 });
    const first = await lease(people[0]!, projectId);
    expect(await lease(people[1]!, projectId)).toBeNull();
    await expire(first!.assignmentId);
    const second = await lease(people[1]!, projectId);
    expect(second?.item.id).toBe(itemIds[0]);
    await Promise.all([sweepExpiredLeases(database.db, null), sweepExpiredLeases(database.db, projectId)]);
    expect(await slotsOf(itemIds[0]!)).toMatchObject({ slots: 0 });
    expect(await lease(people[2]!, projectId)).toBeNull();
  });

  it("takes a late judgement while a slot is free", async () => {
    const { projectId, itemIds, people } = await setUp({ items: 1, people: 1 });
    const first = await lease(people[0]!, projectId);
    await expire(first!.assignmentId);
    await sweepExpiredLeases(database.db, projectId);
    expect(await slotsOf(itemIds[0]!)).toMatchObject({ slots: 1 });
    await submitComparison(people[0]!, submission(first!.assignmentId));
    expect(await slotsOf(itemIds[0]!)).toEqual({ slots: 0, judgements: 1, state: "done" });
  });

  it("refuses a late judgement of an item that went to somebody else, and keeps its text", async () => {
    const { projectId, people } = await setUp({ items: 1, people: 2 });
    const first = await lease(people[0]!, projectId);
    await expire(first!.assignmentId);
    expect(await lease(people[1]!, projectId)).not.toBeNull();
    const late = submission(first!.assignmentId, { rationale: "an hour of thought" });
    await expect(submitComparison(people[0]!, late)).rejects.toMatchObject({ code: "lease_expired" });
    const drafts = await database.db.execute(
      sql`select body->>'rationale' as rationale from comparison_drafts where assignment_id = ${first!.assignmentId}::uuid`,
    );
    expect(drafts.rows).toEqual([{ rationale: "an hour of thought" }]);
    await expect(heartbeatAssignment(people[0]!, first!)).rejects.toMatchObject({ code: "lease_expired" });
  });

  it("takes a late judgement where its writer holds the item anew, and gives that lease back", async () => {
    const { projectId, itemIds, people } = await setUp({ items: 1, people: 2 });
    const first = await lease(people[0]!, projectId);
    await expire(first!.assignmentId);
    const again = await lease(people[0]!, projectId);
    expect(again?.item.id).toBe(itemIds[0]);
    expect(await submitComparison(people[0]!, submission(first!.assignmentId))).toMatchObject({ itemId: itemIds[0] });
    expect(await slotsOf(itemIds[0]!)).toEqual({ slots: 0, judgements: 1, state: "done" });
    const { rows } = await database.db.execute(
      sql`select a.state, (select array_agg(e.action order by e.action) from audit_events e where e.object_id = a.id::text) as told
        from assignments a where a.id = ${again!.assignmentId}::uuid`,
    );
    expect(rows).toEqual([{ state: "released", told: ["assignment.lease", "assignment.release"] }]);
    await expect(submitComparison(people[0]!, submission(again!.assignmentId))).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("does not lease an expired item anew behind the screen that still shows it", async () => {
    const { projectId, itemIds, people } = await setUp({ items: 1, people: 1 });
    const first = await lease(people[0]!, projectId);
    await expire(first!.assignmentId);
    const after = { projectId, afterAssignmentId: first!.assignmentId };
    expect(await leaseAssignment(people[0]!, { ...after, resume: true })).toBeNull();
    expect(await leaseAssignment(people[0]!, { ...after, resume: false })).toBeNull();
    expect((await lease(people[0]!, projectId))?.item.id).toBe(itemIds[0]);
  });

  it("extends a lease by heartbeat, but not for ever", async () => {
    const { projectId, people } = await setUp({ items: 1, people: 1 });
    const first = await lease(people[0]!, projectId);
    await database.db.execute(
      sql`update assignments set expires_at = now() + interval '5 seconds' where id = ${first!.assignmentId}::uuid`,
    );
    const { expiresAt } = await heartbeatAssignment(people[0]!, first!);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(1_700_000);
    await database.db.execute(
      sql`update assignments set leased_at = now() - interval '10 hours', expires_at = now() + interval '5 seconds'
        where id = ${first!.assignmentId}::uuid`,
    );
    const last = await heartbeatAssignment(people[0]!, first!);
    expect(Date.parse(last.expiresAt) - Date.now()).toBeLessThan(10_000);
  });

  it("requeues a skipped item as asked, and answers a repeated skip alike", async () => {
    const { projectId, itemIds, people } = await setUp({ items: 1, people: 2 });
    const first = await lease(people[0]!, projectId);
    const skip = { assignmentId: first!.assignmentId, mode: "requeue_for_me" as const, reason: "later" };
    const ended = await skipAssignment(people[0]!, skip);
    expect(await skipAssignment(people[0]!, skip)).toEqual(ended);
    expect(await slotsOf(itemIds[0]!)).toMatchObject({ slots: 1 });
    const again = await lease(people[0]!, projectId);
    expect(again?.item.id).toBe(itemIds[0]);
    await skipAssignment(people[0]!, { assignmentId: again!.assignmentId, mode: "requeue_for_others", reason: "no" });
    expect(await lease(people[0]!, projectId)).toBeNull();
    const other = await lease(people[1]!, projectId);
    expect(other?.item.id).toBe(itemIds[0]);
    await skipAssignment(people[1]!, { assignmentId: other!.assignmentId, mode: "unusable", reason: "garbled" });
    expect(await slotsOf(itemIds[0]!)).toMatchObject({ slots: 1, state: "unusable" });
  });

  it("serves fresh items before those that the annotator put off", async () => {
    const { projectId, people } = await setUp({ items: 3, people: 1 });
    const first = await lease(people[0]!, projectId);
    await skipAssignment(people[0]!, { assignmentId: first!.assignmentId, mode: "requeue_for_me", reason: "later" });
    const order = [];
    for (let index = 0; index < 3; index += 1) order.push((await lease(people[0]!, projectId))!.item.id);
    expect(order.at(-1)).toBe(first!.item.id);
  });

  it("releases an untouched lease back to the same annotator too", async () => {
    const { projectId, people } = await setUp({ items: 1, people: 1 });
    const first = await lease(people[0]!, projectId);
    await releaseAssignment(people[0]!, first!);
    expect((await lease(people[0]!, projectId))?.item.id).toBe(first!.item.id);
  });
});

describe("judging", () => {
  it("stores one comparison for twenty submissions under one key and gives all the same answer", async () => {
    const { projectId, itemIds, people } = await setUp({ items: 1, people: 1 });
    const leased = await lease(people[0]!, projectId);
    const body = submission(leased!.assignmentId);
    const answers = await Promise.all(Array.from({ length: 20 }, () => submitComparison(people[0]!, body)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await slotsOf(itemIds[0]!)).toEqual({ slots: 0, judgements: 1, state: "done" });
    await expect(submitComparison(people[0]!, { ...body, strength: "significantly_better" })).rejects.toMatchObject({
      code: "idempotency_mismatch",
    });
  });

  it("takes one of twenty submissions under different keys", async () => {
    const { projectId, people } = await setUp({ items: 1, people: 1 });
    const leased = await lease(people[0]!, projectId);
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, () => submitComparison(people[0]!, submission(leased!.assignmentId))),
    );
    expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
    for (const answer of answers) if (answer.status === "rejected") expect(answer.reason.code).toBe("conflict");
  });

  it("keeps keys of two annotators apart", async () => {
    const { projectId, people } = await setUp({ items: 2, people: 2 });
    const idempotencyKey = "the-same-key";
    const ids = await Promise.all(
      people.map(async (person) => {
        const leased = await lease(person, projectId);
        return (await submitComparison(person, { ...submission(leased!.assignmentId), idempotencyKey })).id;
      }),
    );
    expect(new Set(ids).size).toBe(2);
  });

  it("knows no assignment of somebody else: every verb answers not found", async () => {
    const { projectId, people } = await setUp({ items: 1, people: 2 });
    const leased = await lease(people[0]!, projectId);
    const { assignmentId } = leased!;
    const [, other] = people;
    const missing = { code: "not_found" };
    await expect(submitComparison(other!, submission(assignmentId))).rejects.toMatchObject(missing);
    await expect(heartbeatAssignment(other!, { assignmentId })).rejects.toMatchObject(missing);
    await expect(releaseAssignment(other!, { assignmentId })).rejects.toMatchObject(missing);
    await expect(saveDraft(other!, { assignmentId, draft: {} })).rejects.toMatchObject(missing);
    const mine = await submitComparison(people[0]!, submission(assignmentId));
    await expect(getComparison(other!, { comparisonId: mine.id })).rejects.toMatchObject(missing);
    await expect(
      supersedeComparison(other!, {
        comparisonId: mine.id,
        idempotencyKey: "other-key-1",
        verdict: { ...verdict, tags: [] },
      }),
    ).rejects.toMatchObject(missing);
  });

  it("stores the response that stood on the preferred side as chosen", async () => {
    const { projectId, people } = await setUp({ items: 3, people: 4 });
    for (const person of people.slice(0, 3)) {
      const leased = await lease(person, projectId);
      const preferred = leased!.item.responseA === "second" ? "a" : "b";
      const answer = await submitComparison(person, submission(leased!.assignmentId, { preferred }));
      expect(answer.preferred).toBe(preferred);
      const chosen = await database.db.execute(
        sql`select m.content from comparisons k join messages m on m.id = k.chosen_id where k.id = ${answer.id}::uuid`,
      );
      expect(chosen.rows).toEqual([{ content: "second" }]);
    }
  });

  it("asks for the safety label in the safety task, and only there", async () => {
    const safety = await setUp({ items: 1, people: 1, task: "safety" });
    const leased = await lease(safety.people[0]!, safety.projectId);
    await expect(submitComparison(safety.people[0]!, submission(leased!.assignmentId))).rejects.toMatchObject({
      code: "invalid",
      problems: [{ path: "body.safety" }],
    });
    const answer = await submitComparison(
      safety.people[0]!,
      submission(leased!.assignmentId, { safety: "preferred_unsafe" }),
    );
    expect(answer.needsReview).toBe(true);
    const helpfulness = await setUp({ items: 1, people: 1 });
    const other = await lease(helpfulness.people[0]!, helpfulness.projectId);
    await expect(
      submitComparison(helpfulness.people[0]!, submission(other!.assignmentId, { safety: "both_safe" })),
    ).rejects.toMatchObject({ code: "invalid" });
  });

  it("replaces a judgement by a new row once, and lists only the newest", async () => {
    const { projectId, people } = await setUp({ items: 2, people: 1 });
    const [person] = people;
    const first = await submitComparison(person!, submission((await lease(person!, projectId))!.assignmentId));
    const second = await submitComparison(person!, submission((await lease(person!, projectId))!.assignmentId));
    const change = (idempotencyKey: string) =>
      supersedeComparison(person!, {
        comparisonId: first.id,
        idempotencyKey,
        verdict: { ...verdict, preferred: "b", tags: ["tone"] },
      });
    const answers = await Promise.all(Array.from({ length: 5 }, () => change("change-of-mind")));
    expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
    expect(answers[0]).toMatchObject({ supersedesId: first.id, preferred: "b", itemId: first.itemId });
    await expect(change("another-key")).rejects.toMatchObject({ code: "conflict" });
    const page = await listMyComparisons(person!, { projectId, limit: 1 });
    expect(page.comparisons.map((row) => row.id)).toEqual([answers[0]!.id]);
    const rest = await listMyComparisons(person!, { projectId, limit: 5, cursor: page.nextCursor! });
    expect(rest.comparisons.map((row) => row.id)).toEqual([second.id]);
    await expect(listMyComparisons(person!, { projectId, limit: 5, cursor: "1;drop" })).rejects.toMatchObject({
      code: "invalid",
    });
  });

  it("keeps a draft over reload", async () => {
    const { projectId, people } = await setUp({ items: 1, people: 1 });
    const leased = await lease(people[0]!, projectId);
    const draft = { preferred: "b", rationale: "half a thought", tags: ["tone"] } as const;
    await saveDraft(people[0]!, { assignmentId: leased!.assignmentId, draft: { ...draft, tags: ["tone"] } });
    const resumed = await leaseAssignment(people[0]!, { projectId, resume: true });
    expect(resumed?.draft).toEqual(draft);
  });
});
