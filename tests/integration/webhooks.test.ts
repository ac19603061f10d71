/** Webhooks from the event to the receiver: signed, repeated, given up, and never to a private address. */
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { auditEvents, webhookDeliveries, webhooks } from "@/db/schema";
import type { WebhookEvent } from "@/lib/domain/webhook-events";
import { ATTEMPTS_MAX, FAILURES_MAX } from "@/lib/domain/webhooks";
import { leaseAssignment } from "@/lib/services/assignments/lease";
import { submitComparison } from "@/lib/services/comparisons/submit";
import { type ServiceContext, systemContext } from "@/lib/services/context";
import { runWebhooks } from "@/lib/services/webhooks/deliver";
import {
  createWebhook,
  deleteWebhook,
  listWebhookDeliveries,
  listWebhooks,
  pingWebhook,
  redeliverWebhook,
  rotateWebhookSecret,
  updateWebhook,
} from "@/lib/services/webhooks/manage";
import { contextOf, createCampaign, createPairs, createProject, createUsers } from "../support/annotation-fixture";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { verifyWebhook } from "../support/verify-webhook";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver";

let database: Database;
let clone: TestDatabase;
let receiver: WebhookReceiver;
let worker: ServiceContext;
const LOCAL = { allowedHosts: "127.0.0.1" };

beforeAll(async () => {
  process.env.AUTH_SECRET = "webhook-".repeat(6);
  clone = await createTestDatabase();
  database = createDatabase(clone.url);
  worker = systemContext(database.db, "worker");
  receiver = await startWebhookReceiver();
});
afterAll(async () => {
  await receiver.close();
  await database.pool.end();
  await clone.drop();
});
beforeEach(async () => {
  receiver.mode = 200;
  receiver.received.length = 0;
  await database.db.delete(webhooks);
});

async function place(events: WebhookEvent[]) {
  const { db } = database;
  const projectId = await createProject(db);
  const [user] = await createUsers(db, projectId, 1, "lead");
  const lead = contextOf(db, user!);
  const made = await createWebhook(lead, { projectId, url: receiver.url, description: "", events }, LOCAL);
  return { projectId, lead, id: made.webhook.id, secret: made.secret };
}

/** The outbox follows transactions that have ended, so one of another test's may hold it back for a moment. */
async function run(): Promise<void> {
  await runWebhooks(worker, { ...LOCAL, timeoutMs: 500 });
}
const bodies = () => receiver.received.map(({ body }) => JSON.parse(body));
const makeDue = (id: string) =>
  database.db.update(webhookDeliveries).set({ nextAttemptAt: sql`now()` }).where(eq(webhookDeliveries.webhookId, id));
const tell = (projectId: string, action: string, objectId = "1") =>
  insertAudit(database.db, { actor: { id: null, kind: "seed" }, action, objectType: "test", objectId, projectId });

describe("what is told", () => {
  it("is each judgement once, in one delivery, and the item that it finishes, signed", async () => {
    const { projectId, secret, id } = await place(["comparison.created", "item.done"]);
    const campaignId = await createCampaign(database.db, projectId, { overlap: 1 });
    await createPairs(database.db, projectId, campaignId, 2);
    const [annotator] = await createUsers(database.db, projectId, 1);
    const person = contextOf(database.db, annotator!);
    const made: string[] = [];
    for (let turn = 0; turn < 2; turn += 1) {
      const { assignmentId } = (await leaseAssignment(person, { projectId, resume: false }))!;
      const verdict = { preferred: "a" as const, strength: "better" as const, durationMs: 1, tags: [] };
      made.push((await submitComparison(person, { assignmentId, ...verdict, idempotencyKey: `${assignmentId}-1` })).id);
    }
    await run();
    await run();
    expect(receiver.received).toHaveLength(2);
    const judged = bodies().find(({ type }) => type === "comparison.created");
    expect(judged).toMatchObject({
      projectId,
      data: { comparisons: made.map((one) => ({ id: one, strength: "better" })) },
    });
    const done = bodies().find(({ type }) => type === "item.done");
    expect(done.data.items).toHaveLength(2);
    for (const { headers, body } of receiver.received) {
      const nowSeconds = Math.floor(Date.now() / 1000);
      expect(verifyWebhook({ secret, headers, body, nowSeconds })).toBe(true);
      expect(body).not.toContain("first");
    }
    const log = await listWebhookDeliveries(contextOf(database.db, { id: annotator!.id, role: "admin" }), {
      webhookId: id,
      limit: 9,
    });
    expect(log.rows.map(({ state, attempts, responseStatus }) => [state, attempts, responseStatus])).toEqual([
      ["delivered", 1, 200],
      ["delivered", 1, 200],
    ]);
  });

  it("is nothing of other projects, other events, or what was rolled back", async () => {
    const { projectId } = await place(["round.finished"]);
    const other = await createProject(database.db);
    await tell(projectId, "snapshot.frozen");
    await tell(other, "round.done");
    await database.db
      .transaction(async (tx) => {
        await insertAudit(tx, {
          actor: { id: null, kind: "seed" },
          action: "round.done",
          objectType: "round",
          objectId: "gone",
          projectId,
        });
        throw new Error("rolled back");
      })
      .catch(() => undefined);
    await run();
    expect(receiver.received).toEqual([]);
    await tell(projectId, "round.done", "kept");
    await run();
    expect(bodies()).toMatchObject([{ type: "round.finished", data: { action: "round.done", objectId: "kept" } }]);
  });

  it("leaves nothing out when transactions commit in another order than they began", async () => {
    const { projectId } = await place(["round.finished"]);
    const slow = await database.pool.connect();
    await slow.query("begin");
    await slow.query(
      "insert into audit_events (actor_kind, action, object_type, object_id, project_id) values ('seed', 'round.done', 'round', 'slow', $1)",
      [projectId],
    );
    await tell(projectId, "round.done", "fast");
    await run();
    await slow.query("commit");
    slow.release();
    await run();
    await run();
    expect(
      bodies()
        .map(({ data }) => data.objectId)
        .sort(),
    ).toEqual(["fast", "slow"]);
  });
});

describe("a receiver that fails", () => {
  it("gets the same id and body again, later each time, until it takes them", async () => {
    const { lead, id } = await place(["round.finished"]);
    receiver.mode = 500;
    await pingWebhook(lead, id);
    await run();
    await run();
    expect(receiver.received).toHaveLength(1);
    await makeDue(id);
    receiver.mode = 204;
    await run();
    expect(receiver.received).toHaveLength(2);
    expect(receiver.received[1]).toMatchObject({ body: receiver.received[0]!.body });
    expect(receiver.received[1]!.headers.id).toBe(receiver.received[0]!.headers.id);
    expect((await listWebhooks(lead, (await rowOf(id)).projectId)).rows[0]).toMatchObject({
      failures: 0,
      lastDelivery: { state: "delivered", status: 204 },
    });
  });

  it("is given up after the last try, and can be sent it again", async () => {
    const { lead, id } = await place(["round.finished"]);
    receiver.mode = 503;
    const ping = await pingWebhook(lead, id);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      await makeDue(id);
      await run();
    }
    await makeDue(id);
    await run();
    expect(receiver.received).toHaveLength(ATTEMPTS_MAX);
    const dead = (await listWebhookDeliveries(lead, { webhookId: id, limit: 5, state: "dead" })).rows[0]!;
    expect(dead).toMatchObject({ id: ping.id, attempts: ATTEMPTS_MAX, responseStatus: 503 });
    expect(dead.error).not.toContain("a word of the receiver's");
    receiver.mode = 200;
    await redeliverWebhook(lead, ping.id);
    await run();
    expect(receiver.received.at(-1)!.headers.id).toBe(ping.id);
    expect((await listWebhookDeliveries(lead, { webhookId: id, limit: 5 })).rows[0]).toMatchObject({
      state: "delivered",
    });
  });

  it.each([
    [302, "redirects are not followed"],
    ["hang", "did not answer in time"],
  ] as const)("by %s counts as failed", async (mode, error) => {
    const { lead, id } = await place(["round.finished"]);
    receiver.mode = mode;
    await pingWebhook(lead, id);
    await run();
    const [delivery] = (await listWebhookDeliveries(lead, { webhookId: id, limit: 5 })).rows;
    expect(delivery).toMatchObject({ state: "pending", attempts: 1 });
    expect(delivery!.error).toContain(error);
    expect(receiver.received).toHaveLength(1);
  });

  it("again and again is switched off, told to the audit trail, and goes on from then when switched on", async () => {
    const { lead, id, projectId } = await place(["round.finished"]);
    await database.db
      .update(webhooks)
      .set({ failures: FAILURES_MAX - 1 })
      .where(eq(webhooks.id, id));
    receiver.mode = 500;
    await pingWebhook(lead, id);
    await run();
    expect(await rowOf(id)).toMatchObject({ disabledReason: "failures", failures: FAILURES_MAX });
    const told = await database.db.select().from(auditEvents).where(eq(auditEvents.objectId, id));
    expect(told.map(({ action }) => action)).toContain("webhook.disabled");
    await expect(pingWebhook(lead, id)).rejects.toMatchObject({ code: "conflict" });
    await tell(projectId, "round.done", "meanwhile");
    receiver.mode = 200;
    receiver.received.length = 0;
    await database.db.delete(webhookDeliveries);
    await updateWebhook(lead, { id, disabled: false }, LOCAL);
    await tell(projectId, "round.done", "after");
    await run();
    expect(bodies().map(({ data }) => data.objectId)).toEqual(["after"]);
  });
});

const rowOf = async (id: string) => (await database.db.select().from(webhooks).where(eq(webhooks.id, id)))[0]!;

describe("an address", () => {
  const make = async (url: string, resolve?: (host: string) => Promise<{ address: string; family: number }[]>) => {
    const projectId = await createProject(database.db);
    const [user] = await createUsers(database.db, projectId, 1, "lead");
    const input = { projectId, url, description: "", events: ["item.done" as const] };
    return createWebhook(contextOf(database.db, user!), input, { allowedHosts: "", ...(resolve ? { resolve } : {}) });
  };
  it.each([
    "http://127.0.0.1/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://169.254.169.254/latest/meta-data",
    "https://10.1.2.3/",
    "https://[64:ff9b::a00:1]/",
    "https://user:secret@93.184.216.34/",
    "http://93.184.216.34/",
  ])("%s is refused", async (url) => {
    await expect(make(url)).rejects.toMatchObject({ code: "invalid", problems: [{ path: "body.url" }] });
  });

  it("that turns private after it was saved is not reached", async () => {
    const answers = [[{ address: "93.184.216.34", family: 4 }], [{ address: "127.0.0.1", family: 4 }]];
    const resolve = async () => answers.shift() ?? [{ address: "127.0.0.1", family: 4 }];
    const { webhook } = await make("https://rebinding.test/hook", resolve);
    const admin = contextOf(database.db, { id: (await rowOf(webhook.id)).createdBy!, role: "admin" });
    await pingWebhook(admin, webhook.id);
    await runWebhooks(worker, { allowedHosts: "", resolve, timeoutMs: 500 });
    const [delivery] = (await listWebhookDeliveries(admin, { webhookId: webhook.id, limit: 5 })).rows;
    expect(delivery).toMatchObject({ state: "pending", attempts: 1, responseStatus: null });
    expect(delivery!.error).toContain("private or reserved range");
  });
});

describe("a secret", () => {
  it("is stored sealed, shown once, and replaced at once", async () => {
    const { lead, id, secret, projectId } = await place(["item.done"]);
    const row = await rowOf(id);
    expect(row.secretCiphertext.toString("latin1")).not.toContain(secret.slice(6));
    expect(JSON.stringify(await listWebhooks(lead, projectId))).not.toContain(secret);
    const rotated = await rotateWebhookSecret(lead, id);
    expect(rotated.secret).not.toBe(secret);
    await pingWebhook(lead, id);
    await run();
    const [{ headers, body }] = receiver.received as [(typeof receiver.received)[0]];
    const check = (key: string) => verifyWebhook({ secret: key, headers, body, nowSeconds: Date.now() / 1000 });
    expect([check(secret), check(rotated.secret)]).toEqual([false, true]);
    await deleteWebhook(lead, id);
    expect((await listWebhooks(lead, projectId)).rows).toEqual([]);
  });
});
