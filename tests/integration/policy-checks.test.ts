/** Test prompts: a lead asks, the worker answers, the list tells how it went. */
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { policies, policyVariants } from "@/db/schema";
import { systemContext } from "@/lib/services/context";
import { checkPolicyVariant, listPolicyChecks } from "@/lib/services/policies/checks";
import { checkPolicy } from "@/lib/worker/check-policy";
import { contextOf, createProject, createReplayPolicies, createUsers } from "../support/annotation-fixture";
import { createTestDatabase, type TestDatabase } from "../support/database";

let database: Database;
let clone: TestDatabase;
beforeAll(async () => {
  process.env.AUTH_SECRET = "checks--".repeat(6);
  clone = await createTestDatabase();
  database = createDatabase(clone.url);
});
afterAll(async () => {
  await database.pool.end();
  await clone.drop();
});

async function place() {
  const { db } = database;
  const projectId = await createProject(db);
  const [user] = await createUsers(db, projectId, 1, "lead");
  const [variantId] = await createReplayPolicies(db, projectId, [{ response: "Good morning to you." }]);
  const [variant] = await db.select().from(policyVariants).where(eq(policyVariants.id, variantId!));
  return { projectId, lead: contextOf(db, user!), variantId: variantId!, policyId: variant!.policyId };
}
const never = new AbortController().signal;

describe("a test prompt", () => {
  it("is answered by the worker, once, with its timing", async () => {
    const { lead, variantId, policyId } = await place();
    const check = await checkPolicyVariant(lead, { id: variantId, prompt: "Hello" });
    expect(check).toMatchObject({ state: "queued", text: null });
    const worker = systemContext(database.db, "worker");
    await checkPolicy(worker, check.id, never);
    await checkPolicy(worker, check.id, never);
    const { checks } = await listPolicyChecks(lead, policyId);
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({ id: check.id, state: "done", text: "Good morning to you.", error: null });
    expect(checks[0]!.firstTextMs).toBeLessThanOrEqual(checks[0]!.durationMs!);
  });

  it("that cannot be answered says why, in words of ours", async () => {
    const { lead, variantId, policyId } = await place();
    const config = { baseUrl: "http://127.0.0.1:9/v1", model: "m", timeoutSecondsMax: 1 };
    await database.db.transaction(async (tx) => {
      await insertAudit(tx, {
        actor: { id: null, kind: "seed" },
        action: "t",
        objectType: "policy",
        objectId: policyId,
      });
      await tx.update(policies).set({ kind: "endpoint", config }).where(eq(policies.id, policyId));
    });
    const check = await checkPolicyVariant(lead, { id: variantId, prompt: "Hello" });
    await checkPolicy(systemContext(database.db, "worker"), check.id, never);
    const { checks } = await listPolicyChecks(lead, policyId);
    expect(checks[0]).toMatchObject({ state: "failed", text: null });
    expect(checks[0]!.error).toContain("private or reserved range");
  });

  it("is nothing for others' policies", async () => {
    const mine = await place();
    const other = await place();
    await expect(checkPolicyVariant(mine.lead, { id: other.variantId, prompt: "Hi" })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(listPolicyChecks(mine.lead, other.policyId)).rejects.toMatchObject({ code: "not_found" });
  });
});
