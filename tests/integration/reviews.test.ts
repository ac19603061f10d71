/** The turn reviews of Ghost Attention dialogues. */
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { ghostAttentionDialogues, items, rounds } from "@/db/schema";
import { leaseAssignment } from "@/lib/services/assignments/lease";
import { submitComparison } from "@/lib/services/comparisons/submit";
import { submitTurnReview } from "@/lib/services/turn-reviews/submit";
import {
  contextOf,
  createCampaign,
  createProject,
  createReplayPolicies,
  createUsers,
} from "../support/annotation-fixture";
import { createTestDatabase, type TestDatabase } from "../support/database";

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

async function ghostItem(db: Database["db"], projectId: string, campaignId: string): Promise<string> {
  const [variantId] = await createReplayPolicies(db, projectId, [{ response: "Arr!" }]);
  return db.transaction(async (tx) => {
    const [round] = await tx.insert(rounds).values({ projectId, number: 1, trigger: "test", config: {} }).returning();
    const values = { projectId, campaignId, kind: "turn_review" as const, overlap: 1, slotsRemaining: 1 };
    const [item] = await tx.insert(items).values(values).returning();
    await tx.insert(ghostAttentionDialogues).values({
      roundId: round!.id,
      position: 0,
      variantId: variantId!,
      instruction: "Speak like a pirate.",
      constraints: [],
      messages: [
        { role: "user", content: "Speak like a pirate. Hello" },
        { role: "assistant", content: "Arr!" },
        { role: "user", content: "And now?" },
        { role: "assistant", content: "Good day." },
      ],
      lossOn: [false, false, false, true],
      itemId: item!.id,
    });
    await insertAudit(tx, {
      actor: { id: null, kind: "seed" },
      action: "test",
      objectType: "round",
      objectId: round!.id,
    });
    return item!.id;
  });
}

describe("a turn review", () => {
  it("shows the dialogue with its instruction, takes one verdict per answer, once", async () => {
    const { db } = database;
    const projectId = await createProject(db);
    const campaignId = await createCampaign(db, projectId, { kind: "ghost_attention" });
    const itemId = await ghostItem(db, projectId, campaignId);
    const [user] = await createUsers(db, projectId, 1);
    const person = contextOf(db, user!);
    const leased = (await leaseAssignment(person, { projectId, resume: false }))!;
    expect(leased.item).toMatchObject({ kind: "turn_review", instruction: "Speak like a pirate.", responseA: null });
    expect(leased.item.context.map((message) => message.role)).toEqual(["user", "assistant", "user", "assistant"]);
    const review = { assignmentId: leased.assignmentId, durationMs: 5, idempotencyKey: "turn-review-1" };
    await expect(submitTurnReview(person, { ...review, verdicts: ["kept"] })).rejects.toMatchObject({
      code: "invalid",
      problems: [{ path: "body.verdicts", message: "needs 2 verdicts, one per answer, but has 1" }],
    });
    const whole = { ...review, verdicts: ["kept", "broken"] as ("kept" | "broken")[] };
    const answers = await Promise.all(Array.from({ length: 8 }, () => submitTurnReview(person, whole)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await expect(submitTurnReview(person, { ...whole, verdicts: ["kept", "kept"] })).rejects.toMatchObject({
      code: "idempotency_mismatch",
    });
    const found = await db.execute(sql`select state, judgements from items where id = ${itemId}::uuid`);
    expect(found.rows[0]).toEqual({ state: "done", judgements: 1 });
    await expect(
      submitComparison(person, {
        assignmentId: leased.assignmentId,
        preferred: "a",
        strength: "better",
        tags: [],
        durationMs: 1,
        idempotencyKey: "not-a-comparison",
      }),
    ).rejects.toMatchObject({ code: "conflict" });
  });
});
