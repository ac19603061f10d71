/** The console's lists: pages that stay put, filters, files, saved views, and bulk changes that do what their preview says. */
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { promptTextLike } from "@/db/queries/prompts";
import { auditEvents, bulkActions, items, prompts } from "@/db/schema";
import type { BulkRequest } from "@/lib/contracts/bulk-actions";
import { searchSchema } from "@/lib/contracts/common";
import { leaseAssignment } from "@/lib/services/assignments/lease";
import { submitComparison } from "@/lib/services/comparisons/submit";
import type { ServiceContext } from "@/lib/services/context";
import { applyBulkAction, listBulkActions, previewBulkAction, undoBulkAction } from "@/lib/services/lists/bulk-actions";
import { listComparisons, showComparison } from "@/lib/services/lists/comparisons";
import { exportItems, listItems } from "@/lib/services/lists/items";
import { listPrompts } from "@/lib/services/lists/prompts";
import { createSavedView, deleteSavedView, listSavedViews, updateSavedView } from "@/lib/services/lists/saved-views";
import { contextOf, createCampaign, createPairs, createProject, createUsers } from "../support/annotation-fixture";
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

interface Place {
  projectId: string;
  campaignId: string;
  lead: ServiceContext;
}
async function place(): Promise<Place> {
  const projectId = await createProject(database.db);
  const [lead] = await createUsers(database.db, projectId, 1, "lead");
  return { projectId, campaignId: await createCampaign(database.db, projectId), lead: contextOf(database.db, lead!) };
}

const text = async (bytes: AsyncIterable<Buffer>) => {
  let all = "";
  for await (const piece of bytes) all += piece.toString("utf8");
  return all;
};

describe("a list's pages", () => {
  it("give every item once, also those of one instant, while others are added", async () => {
    const { projectId, campaignId, lead } = await place();
    await createPairs(database.db, projectId, campaignId, 7);
    const before = new Set((await listItems(lead, { projectId, limit: 50 })).rows.map((item) => item.id));
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await listItems(lead, { projectId, limit: 2, after });
      seen.push(...page.rows.map((item) => item.id));
      await createPairs(database.db, projectId, campaignId, 1);
      if (!page.next) break;
      after = page.next;
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen)).toEqual(before);
  });

  it("keep apart instants that differ by microseconds", async () => {
    const { projectId, campaignId, lead } = await place();
    const ids = await createPairs(database.db, projectId, campaignId, 3);
    for (const [index, id] of ids.entries())
      await database.db.execute(
        sql`update items set created_at = '2026-01-01T00:00:00Z'::timestamptz + make_interval(secs => ${index * 1e-6}::float8)
          where id = ${id}::uuid`,
      );
    const first = await listItems(lead, { projectId, limit: 1 });
    const second = await listItems(lead, { projectId, limit: 1, after: first.next! });
    const third = await listItems(lead, { projectId, limit: 1, after: second.next! });
    expect([first, second, third].map((page) => page.rows[0]?.id)).toEqual(ids.toReversed());
    expect(third.next).toBeNull();
  });

  it("refuse a cursor that is none, and people who may not see the list", async () => {
    const { projectId, lead } = await place();
    for (const after of [
      "x",
      Buffer.from("2026-01-01|1").toString("base64url"),
      Buffer.from("'; --|x").toString("base64url"),
    ])
      await expect(listItems(lead, { projectId, limit: 2, after })).rejects.toMatchObject({ code: "invalid" });
    const [annotator] = await createUsers(database.db, projectId, 1);
    await expect(listItems(contextOf(database.db, annotator!), { projectId, limit: 2 })).rejects.toMatchObject({
      code: "forbidden",
    });
    const { lead: stranger } = await place();
    await expect(listItems(stranger, { projectId, limit: 2 })).rejects.toMatchObject({ code: "not_found" });
  });

  it("are filtered by the server, and the file holds the same rows", async () => {
    const { projectId, campaignId, lead } = await place();
    const [a, b] = await createPairs(database.db, projectId, campaignId, 4);
    await database.db.update(items).set({ language: "ko", category: "=cmd()" }).where(eq(items.id, a!));
    await database.db.update(items).set({ state: "withdrawn", language: "ko" }).where(eq(items.id, b!));
    const ids = async (filter: object) =>
      (await listItems(lead, { projectId, limit: 50, ...filter })).rows.map(({ id }) => id);
    expect((await ids({ language: "ko" })).sort()).toEqual([a, b].sort());
    expect(await ids({ state: "withdrawn" })).toEqual([b]);
    expect(await ids({ category: "=cmd()" })).toEqual([a]);
    expect(await ids({ judgementsMin: 1 })).toEqual([]);
    const file = await exportItems(lead, { projectId, language: "ko", columns: "state,category" });
    const lines = (await text(file.bytes)).trimEnd().split("\r\n");
    expect([lines[0], ...lines.slice(1).sort()]).toEqual(["state,category", '"open","\'=cmd()"', '"withdrawn",']);
  });
});

describe("prompts", () => {
  it("are found by a part of their text, whatever stands in it", async () => {
    const { projectId, lead } = await place();
    const contents = ['Say "hello" 100%', "여름 휴가 계획을 세워 줘", "a_b\\c\nnext line", "여름휴가를\n부산에서"];
    await database.db.insert(prompts).values(
      contents.map((content, index) => ({
        projectId,
        task: "helpfulness" as const,
        messages: [{ role: "user" as const, content }],
        promptHash: `h${index}`,
        contentHash: `c${index}`,
        source: "test",
      })),
    );
    const found = async (search: string) =>
      (await listPrompts(lead, { projectId, limit: 10, search })).rows.map((prompt) => prompt.text);
    expect(await found("HELLO")).toEqual([contents[0]]);
    expect(await found('"hello" 100%')).toEqual([contents[0]]);
    // Two syllables: where a word begins with them, be it the text's first or a line's. More of them: anywhere.
    expect(await found("휴가")).toEqual([contents[1]]);
    expect((await found("여름")).sort()).toEqual([contents[1], contents[3]].sort());
    expect(await found("부산")).toEqual([contents[3]]);
    expect(await found("름휴가")).toEqual([contents[3]]);
    expect(await found("b\\c\nnext")).toEqual([contents[2]]);
    expect(await found("aXb")).toEqual([]);
  });

  it("are found by the index, also by two syllables, and no shorter text is asked for", async () => {
    for (const search of ["hello", "휴가"]) {
      const plan = await database.db.transaction(async (tx) => {
        await tx.execute(sql`set local enable_seqscan = off`);
        const like = promptTextLike(sql`p.messages`, search);
        return tx.execute(sql`explain select p.id from prompts p where ${like}`);
      });
      const shown = plan.rows.map((row) => row["QUERY PLAN"]).join("\n");
      expect(shown).toContain("prompts_text");
      expect(shown).not.toContain("Seq Scan");
    }
    const trigrams = await database.db.execute(sql`select show_trgm('휴가') as found`);
    expect(trigrams.rows).not.toEqual([{ found: [] }]);
    for (const search of ["to", "가", "%%%"]) expect(searchSchema.safeParse(search).success).toBe(false);
    for (const search of ["tea", "휴가"]) expect(searchSchema.safeParse(search).success).toBe(true);
  });
});

describe("judgements", () => {
  it("are listed newest first and open with their pair", async () => {
    const { projectId, campaignId, lead } = await place();
    await createPairs(database.db, projectId, campaignId, 2);
    const [annotator] = await createUsers(database.db, projectId, 1);
    const person = contextOf(database.db, annotator!);
    const made: string[] = [];
    for (const strength of ["better", "slightly_better"] as const) {
      const { assignmentId } = (await leaseAssignment(person, { projectId, resume: false }))!;
      const verdict = { preferred: "a" as const, strength, durationMs: 1500, tags: [], rationale: "clear" };
      made.push((await submitComparison(person, { assignmentId, ...verdict, idempotencyKey: `${assignmentId}-1` })).id);
    }
    const page = await listComparisons(lead, { projectId, limit: 1 });
    expect(page.rows.map(({ id }) => id)).toEqual([made[1]]);
    const next = await listComparisons(lead, { projectId, limit: 1, after: page.next! });
    expect(next).toMatchObject({ rows: [{ id: made[0], strength: "better" }], next: null });
    const filtered = await listComparisons(lead, {
      projectId,
      limit: 9,
      strength: "better",
      campaignId,
      userId: annotator!.id,
    });
    expect(filtered.rows.map(({ id }) => id)).toEqual([made[0]]);
    expect((await listComparisons(lead, { projectId, limit: 9, to: "2020-01-01" })).rows).toEqual([]);
    const shown = await showComparison(lead, { projectId, comparisonId: made[0]! });
    expect(shown).toMatchObject({ choseA: true, rationale: "clear", reviews: [], superseded: false });
    expect([shown.chosen, shown.rejected].sort()).toEqual(["first", "second"]);
    const other = await place();
    await expect(
      showComparison(other.lead, { projectId: other.projectId, comparisonId: made[0]! }),
    ).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("saved views", () => {
  it("are private until shared, and only their owner changes them", async () => {
    const { projectId, lead } = await place();
    const [second] = await createUsers(database.db, projectId, 1, "lead");
    const colleague = contextOf(database.db, second!);
    const input = { screen: "items" as const, projectId, name: "Open", query: "state=open", shared: false };
    const view = await createSavedView(lead, input);
    const list = { screen: "items" as const, projectId };
    expect((await listSavedViews(lead, list)).rows).toMatchObject([{ id: view.id, own: true }]);
    expect((await listSavedViews(colleague, list)).rows).toEqual([]);
    await updateSavedView(lead, { id: view.id, shared: true });
    expect((await listSavedViews(colleague, list)).rows).toMatchObject([{ id: view.id, own: false }]);
    await expect(updateSavedView(colleague, { id: view.id, shared: false })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(deleteSavedView(colleague, view.id)).rejects.toMatchObject({ code: "not_found" });
    const again = await createSavedView(lead, { ...input, query: "state=done" });
    expect((await listSavedViews(lead, list)).rows).toMatchObject([{ id: again.id, query: "state=done" }]);
    await deleteSavedView(lead, again.id);
    expect((await listSavedViews(lead, list)).rows).toEqual([]);
  });
});

const on = (ids: string[], action: Extract<BulkRequest, { screen: "items" }>["action"]): BulkRequest => ({
  screen: "items",
  selection: { ids },
  action,
});
const itemOf = async (id: string) => (await database.db.select().from(items).where(eq(items.id, id)))[0]!;

describe("a bulk action", () => {
  it("changes exactly what its preview said, tells the audit trail, and is undone", async () => {
    const { projectId, campaignId, lead } = await place();
    const ids = await createPairs(database.db, projectId, campaignId, 5);
    await database.db.update(items).set({ state: "unusable" }).where(eq(items.id, ids[0]!));
    const request: BulkRequest = {
      screen: "items",
      selection: { filter: { campaignId } },
      action: { kind: "withdraw" },
    };
    const preview = await previewBulkAction(lead, { projectId, request });
    expect(preview).toMatchObject({ selected: 5, changes: 4, skipped: [{ reason: "not_open", rows: 1 }] });
    expect(preview.examples[0]).toMatchObject({ before: { state: "open" }, after: { state: "withdrawn" } });
    expect((await itemOf(ids[1]!)).state).toBe("open");
    const made = await applyBulkAction(lead, { projectId, request, expectedChanges: preview.changes });
    expect(made.rows).toBe(4);
    expect((await Promise.all(ids.map(itemOf))).map(({ state }) => state)).toEqual([
      "unusable",
      ...Array(4).fill("withdrawn"),
    ]);
    const [told] = await database.db.select().from(auditEvents).where(eq(auditEvents.objectId, made.id));
    expect(told).toMatchObject({ action: "bulk_action.applied", projectId, details: { rows: 4 } });
    expect(await undoBulkAction(lead, made.id)).toEqual({ restored: 4, refused: 0, refusedIds: [] });
    expect((await itemOf(ids[1]!)).state).toBe("open");
    await expect(undoBulkAction(lead, made.id)).rejects.toMatchObject({ code: "conflict" });
    expect((await listBulkActions(lead, { projectId, screen: "items", limit: 5 })).rows).toMatchObject([
      { id: made.id, undoUntil: null, refusedRows: 0 },
    ]);
  });

  it("does nothing when the rows are no longer those of the preview", async () => {
    const { projectId, campaignId, lead } = await place();
    const ids = await createPairs(database.db, projectId, campaignId, 3);
    await database.db.update(items).set({ state: "unusable" }).where(eq(items.id, ids[0]!));
    const apply = applyBulkAction(lead, { projectId, request: on(ids, { kind: "withdraw" }), expectedChanges: 3 });
    await expect(apply).rejects.toMatchObject({ code: "conflict" });
    expect((await itemOf(ids[1]!)).state).toBe("open");
  });

  it("leaves what changed since as it is when undone, and says which", async () => {
    const { projectId, campaignId, lead } = await place();
    const ids = await createPairs(database.db, projectId, campaignId, 3);
    const made = await applyBulkAction(lead, { projectId, request: on(ids, { kind: "withdraw" }) });
    await applyBulkAction(lead, { projectId, request: on([ids[1]!], { kind: "mark_unusable" }) });
    expect(await undoBulkAction(lead, made.id)).toEqual({ restored: 2, refused: 1, refusedIds: [ids[1]] });
    expect((await Promise.all(ids.map(itemOf))).map(({ state }) => state)).toEqual(["open", "unusable", "open"]);
  });

  it("raises and lowers the overlap without losing or doubling a judgement", async () => {
    const { projectId, campaignId, lead } = await place();
    const [judged, leased, fresh] = await createPairs(database.db, projectId, campaignId, 3);
    const [annotator] = await createUsers(database.db, projectId, 1);
    const person = contextOf(database.db, annotator!);
    await database.db
      .update(items)
      .set({ slotsRemaining: 0, judgements: 1, state: "done" })
      .where(eq(items.id, judged!));
    const lease = await leaseAssignment(person, { projectId, resume: false });
    const [held, free] = lease!.item.id === leased ? [leased!, fresh!] : [fresh!, leased!];
    const raised = await applyBulkAction(lead, {
      projectId,
      request: on([judged!, held, free], { kind: "set_overlap", overlap: 3 }),
    });
    expect(await itemOf(judged!)).toMatchObject({ overlap: 3, slotsRemaining: 2, judgements: 1, state: "open" });
    expect(await itemOf(held)).toMatchObject({ overlap: 3, slotsRemaining: 2, state: "open" });
    // Another annotator takes a slot of the judged item: what is handed out cannot be taken back.
    await database.db.update(items).set({ slotsRemaining: 1 }).where(eq(items.id, judged!));
    const lowered = await previewBulkAction(lead, {
      projectId,
      request: on([judged!, held, free], { kind: "set_overlap", overlap: 1 }),
    });
    expect(lowered).toMatchObject({ changes: 2, skipped: [{ reason: "in_work", rows: 1 }] });
    expect(await undoBulkAction(lead, raised.id)).toEqual({ restored: 2, refused: 1, refusedIds: [judged] });
    expect(await itemOf(free)).toMatchObject({ overlap: 1, slotsRemaining: 1, state: "open" });
    expect(await itemOf(held)).toMatchObject({ overlap: 1, slotsRemaining: 0, state: "open" });
  });

  it("moves what nobody has judged to a campaign of the same kind and task, and puts items off", async () => {
    const { projectId, campaignId, lead } = await place();
    const [one, two] = await createPairs(database.db, projectId, campaignId, 2);
    const target = await createCampaign(database.db, projectId);
    const unlike = await createCampaign(database.db, projectId, { task: "safety" });
    const preview = (to: string) =>
      previewBulkAction(lead, { projectId, request: on([one!, two!], { kind: "move", campaignId: to }) });
    expect(await preview(unlike)).toMatchObject({ changes: 0, skipped: [{ reason: "other_kind", rows: 2 }] });
    expect(await preview((await place()).campaignId)).toMatchObject({ changes: 0 });
    await applyBulkAction(lead, { projectId, request: on([one!], { kind: "move", campaignId: target }) });
    expect((await itemOf(one!)).campaignId).toBe(target);
    const key = (await itemOf(two!)).randomKey;
    const off = await applyBulkAction(lead, { projectId, request: on([two!], { kind: "set_order", order: "last" }) });
    expect((await itemOf(two!)).randomKey).toBeCloseTo(key + 1, 12);
    await undoBulkAction(lead, off.id);
    expect((await itemOf(two!)).randomKey).toBe(key);
  });

  it("knows no rows of another project, by id, by filter or by undo", async () => {
    const mine = await place();
    const other = await place();
    const [id] = await createPairs(database.db, other.projectId, other.campaignId, 1);
    const request = on([id!], { kind: "withdraw" });
    await expect(previewBulkAction(mine.lead, { projectId: mine.projectId, request })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(applyBulkAction(mine.lead, { projectId: other.projectId, request })).rejects.toMatchObject({
      code: "not_found",
    });
    const made = await applyBulkAction(other.lead, { projectId: other.projectId, request });
    await expect(undoBulkAction(mine.lead, made.id)).rejects.toMatchObject({ code: "not_found" });
  });

  it("cannot be undone after a day", async () => {
    const { projectId, campaignId, lead } = await place();
    const ids = await createPairs(database.db, projectId, campaignId, 1);
    const made = await applyBulkAction(lead, { projectId, request: on(ids, { kind: "withdraw" }) });
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    await database.db.update(bulkActions).set({ createdAt: yesterday }).where(eq(bulkActions.id, made.id));
    await expect(undoBulkAction(lead, made.id)).rejects.toMatchObject({ code: "conflict" });
    expect((await itemOf(ids[0]!)).state).toBe("withdrawn");
  });

  it("gives prompts and their items a category, and takes it back", async () => {
    const { projectId, campaignId, lead } = await place();
    const [itemId] = await createPairs(database.db, projectId, campaignId, 1);
    const [prompt] = await database.db
      .insert(prompts)
      .values({
        projectId,
        task: "helpfulness",
        messages: [{ role: "user", content: "Hi" }],
        promptHash: "h",
        contentHash: "x",
        category: "old",
        source: "test",
      })
      .returning();
    await database.db.update(items).set({ promptId: prompt!.id, category: "old" }).where(eq(items.id, itemId!));
    const selection = { ids: [prompt!.id] };
    const categoryOf = async () => {
      const [row] = await database.db.select().from(prompts).where(eq(prompts.id, prompt!.id));
      return [row!.category, (await itemOf(itemId!)).category];
    };
    const request = (category: string | null): BulkRequest => ({
      screen: "prompts",
      selection,
      action: { kind: "set_category", category },
    });
    const made = await applyBulkAction(lead, { projectId, request: request("new") });
    expect(await categoryOf()).toEqual(["new", "new"]);
    const none = await applyBulkAction(lead, { projectId, request: request(null) });
    expect(await categoryOf()).toEqual([null, null]);
    await expect(undoBulkAction(lead, made.id)).rejects.toMatchObject({ code: "conflict" });
    await undoBulkAction(lead, none.id);
    expect(await categoryOf()).toEqual(["new", "new"]);
    await undoBulkAction(lead, made.id);
    expect(await categoryOf()).toEqual(["old", "old"]);
  });
});
