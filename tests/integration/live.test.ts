/** Live dialogues end to end: prompt, two streamed answers, judgement, next turn; and everything that can go wrong on the way. */
import { sql } from "drizzle-orm";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { claimGeneration } from "@/db/queries/live";
import { selectRows } from "@/db/queries/rows";
import { prompts } from "@/db/schema";
import type { LiveState } from "@/lib/contracts/live-state";
import { contentHash, promptHash } from "@/lib/domain/holdout";
import { skipAssignment } from "@/lib/services/assignments/end";
import { leaseAssignment } from "@/lib/services/assignments/lease";
import { submitComparison } from "@/lib/services/comparisons/submit";
import type { ServiceContext } from "@/lib/services/context";
import { continueLive, finishLive } from "@/lib/services/live/continue";
import { checkNovelty } from "@/lib/services/live/novelty";
import { getLiveState, watchLiveState } from "@/lib/services/live/read";
import { retryLive } from "@/lib/services/live/retry";
import { sendLivePrompt } from "@/lib/services/live/send-prompt";
import { stopLive } from "@/lib/services/live/stop";
import { getLiveTree } from "@/lib/services/live/tree";
import { startGenerationLoop } from "@/lib/worker/generations";
import {
  contextOf,
  createCampaign,
  createLiveItems,
  createProject,
  createReplayPolicies,
  createUsers,
} from "../support/annotation-fixture";
import { createTestDatabase, type TestDatabase } from "../support/database";

let database: Database;
let clone: TestDatabase;
const stopWorkers = new AbortController();
let worker: Promise<void>;
const log = pino({ level: "silent" });

beforeAll(async () => {
  clone = await createTestDatabase();
  database = createDatabase(clone.url, { connectionsMax: 20 });
  worker = startGenerationLoop({ ...database, log, signal: stopWorkers.signal, wordDelayMs: 5 });
});
afterAll(async () => {
  stopWorkers.abort();
  await worker;
  await database.pool.end();
  await clone.drop();
});

const LONG = Array.from({ length: 400 }, (_, index) => `word${index}`).join(" ");

async function setUp(answers: { response: string; weight?: number }[], turnsMax = 6) {
  const { db } = database;
  const projectId = await createProject(db);
  const campaignId = await createCampaign(db, projectId);
  await db.execute(
    sql`with told as (insert into audit_events (actor_kind, action, object_type, object_id) values ('seed', 'test', 'campaign', 'x'))
      update campaigns set turns_max = ${turnsMax} where id = ${campaignId}::uuid`,
  );
  const [itemId] = await createLiveItems(db, projectId, campaignId, 1);
  const variants = await createReplayPolicies(db, projectId, answers);
  const [user, other] = await createUsers(db, projectId, 2);
  const person = contextOf(db, user!);
  const leased = (await leaseAssignment(person, { projectId, resume: false }))!;
  return { projectId, itemId: itemId!, person, stranger: contextOf(db, other!), leased, variants };
}

async function settle(person: ServiceContext, assignmentId: string): Promise<LiveState[]> {
  const states: LiveState[] = [];
  for await (const state of watchLiveState(person, { assignmentId }, AbortSignal.timeout(20_000))) states.push(state);
  return states;
}
const judge = (person: ServiceContext, assignmentId: string, preferred: "a" | "b" = "a") =>
  submitComparison(person, {
    assignmentId,
    preferred,
    strength: "better",
    tags: [],
    durationMs: 10,
    idempotencyKey: `live-${assignmentId}`,
  });

describe("a live dialogue", () => {
  it("streams two answers, takes the judgement and goes on from the chosen one over three turns", async () => {
    const { person, leased, itemId } = await setUp([
      { response: "The first answer" },
      { response: "The second answer" },
    ]);
    expect(leased.item.live).toMatchObject({ phase: "prompt", a: null, b: null });
    let { assignmentId } = leased;
    const expected: string[] = [];
    for (let turn = 1; turn <= 3; turn += 1) {
      await sendLivePrompt(person, { assignmentId, content: `Prompt ${turn}` });
      const states = await settle(person, assignmentId);
      const last = states.at(-1)!;
      expect(last.phase).toBe("votable");
      expect([last.a!.text, last.b!.text].sort()).toEqual(["The first answer", "The second answer"]);
      await judge(person, assignmentId, turn % 2 === 0 ? "a" : "b");
      expected.push(`Prompt ${turn}`, (turn % 2 === 0 ? last.a : last.b)!.text);
      const [next, same] = [await continueLive(person, { assignmentId }), await continueLive(person, { assignmentId })];
      expect(same.assignmentId).toBe(next.assignmentId);
      expect(next.item.turn).toBe(turn + 1);
      expect(next.item.context.map((message) => message.content)).toEqual(expected);
      assignmentId = next.assignmentId;
    }
    const { turns } = await getLiveTree(person, { assignmentId });
    expect(turns.map(({ turn, prompt, preferred, chosen }) => [turn, prompt, preferred, chosen])).toEqual([
      [1, "Prompt 1", "b", expected[1]],
      [2, "Prompt 2", "a", expected[3]],
      [3, "Prompt 3", "b", expected[5]],
    ]);
    for (const { chosen, sibling } of turns)
      expect([chosen, sibling].sort()).toEqual(["The first answer", "The second answer"]);
    await finishLive(person, { assignmentId });
    const chain = await database.db.execute(sql`select count(*)::int as n from items where dialogue_id =
      (select dialogue_id from items where id = ${itemId}::uuid) and state = 'done'`);
    expect(chain.rows[0]).toEqual({ n: 3 });
  });

  it("goes on in the language and category of the turn before, and counts a harmful turn as met", async () => {
    const { db } = database;
    const { person, leased, itemId, projectId } = await setUp([{ response: "하나" }, { response: "둘" }]);
    const first = [{ role: "user" as const, content: "감기약을 두 배로 먹어도 되나요?" }];
    const known = { projectId, task: "helpfulness" as const, messages: first, language: "ko", source: "test" };
    const hashes = { promptHash: promptHash(first), contentHash: contentHash(first) };
    await db.insert(prompts).values({ ...known, ...hashes, category: "unqualified_advice" });
    await sendLivePrompt(person, { assignmentId: leased.assignmentId, content: first[0]!.content });
    await settle(person, leased.assignmentId);
    await judge(person, leased.assignmentId);
    const next = await continueLive(person, { assignmentId: leased.assignmentId });
    const turns = await selectRows(
      db,
      sql`select i.turn, i.language, i.category, d.prompt_id is not null as "hasPrompt" from items i
        join dialogues d on d.id = i.dialogue_id where i.dialogue_id = (select dialogue_id from items where id = ${itemId}::uuid)
        order by 1`,
    );
    expect(turns).toEqual([
      { turn: 1, language: "ko", category: null, hasPrompt: true },
      { turn: 2, language: "ko", category: "unqualified_advice", hasPrompt: true },
    ]);
    const met = () =>
      selectRows(db, sql`select exposures from annotator_days where project_id = ${projectId}::uuid`).then(
        ([row]) => row,
      );
    expect(await met()).toEqual({ exposures: 1 });
    await finishLive(person, { assignmentId: next.assignmentId });
    expect(await met()).toEqual({ exposures: 0 });
  });

  it("says how new a prompt is among what others of the project wrote, and to strangers nothing", async () => {
    const { projectId, person, stranger, leased } = await setUp([{ response: "one" }, { response: "two" }]);
    const { assignmentId } = leased;
    const asked = "How do I keep basil alive indoors during winter?";
    const empty = await checkNovelty(person, { assignmentId, content: asked });
    expect(empty).toEqual({ novelty: 1, nearest: null });
    await sendLivePrompt(person, { assignmentId, content: asked });
    // One's own dialogue under way is no repetition.
    expect((await checkNovelty(person, { assignmentId, content: asked })).nearest).toBeNull();
    const campaignId = await createCampaign(database.db, projectId);
    await createLiveItems(database.db, projectId, campaignId, 1);
    const later = (await leaseAssignment(stranger, { projectId, campaignId, resume: false }))!;
    const again = { assignmentId: later.assignmentId, content: "How can I keep basil alive indoors in winter?" };
    const { novelty, nearest } = await checkNovelty(stranger, again);
    expect(nearest?.excerpt).toBe(asked);
    expect(novelty).toBeLessThan(0.5);
    const other = { assignmentId: later.assignmentId, content: "Write a haiku about trains" };
    expect(await checkNovelty(stranger, other)).toEqual({ novelty: 1, nearest: null });
    await expect(checkNovelty(person, again)).rejects.toMatchObject({ code: "not_found" });
  });

  it("stores with what probability the pair was drawn, and by whom each answer was made (I8, I9)", async () => {
    const { person, leased, itemId } = await setUp([
      { response: "one", weight: 1 },
      { response: "two", weight: 2 },
      { response: "three", weight: 5 },
    ]);
    await sendLivePrompt(person, { assignmentId: leased.assignmentId, content: "Hello" });
    await settle(person, leased.assignmentId);
    const found =
      await database.db.execute(sql`select i.pair_probability as pair, m1.sampling, v1.weight as w1, v2.weight as w2,
      m1.draw_probability as p1, m2.draw_probability as p2
      from items i join messages m1 on m1.id = i.response1_id join messages m2 on m2.id = i.response2_id
        join policy_variants v1 on v1.id = m1.variant_id join policy_variants v2 on v2.id = m2.variant_id
      where i.id = ${itemId}::uuid`);
    const row = found.rows[0] as { pair: number; sampling: object; w1: number; w2: number; p1: number };
    const [w1, w2] = [row.w1, row.w2];
    expect(row.pair).toBeCloseTo((w1 / 8) * (w2 / (8 - w1)) + (w2 / 8) * (w1 / (8 - w2)), 10);
    expect(row.p1).toBeGreaterThan(0);
    expect(row.sampling).toMatchObject({ temperature: expect.any(Number), seed: expect.any(Number), similarity: 1 });
  });

  it("never tells which policy answered, also while it streams (I7)", async () => {
    const { person, leased } = await setUp([{ response: "alpha" }, { response: "beta" }]);
    const first = await sendLivePrompt(person, { assignmentId: leased.assignmentId, content: "Hello" });
    const states = [first, ...(await settle(person, leased.assignmentId))];
    expect(JSON.stringify(states)).not.toMatch(/variant|policy|sampling|probability|swapped|position|replay|seed/i);
  });

  it("takes the same prompt twice as one, and no second prompt", async () => {
    const { person, leased, itemId } = await setUp([{ response: "one" }, { response: "two" }]);
    const input = { assignmentId: leased.assignmentId, content: "Hello" };
    await Promise.all([sendLivePrompt(person, input), sendLivePrompt(person, input)]);
    await expect(sendLivePrompt(person, { ...input, content: "Other" })).rejects.toMatchObject({ code: "conflict" });
    const rows = await database.db.execute(
      sql`select count(*)::int as n from generations where item_id = ${itemId}::uuid`,
    );
    expect(rows.rows[0]).toEqual({ n: 2 });
  });

  it("stops an answer, keeps its text and lets the annotator vote", async () => {
    const { person, leased } = await setUp([{ response: LONG }, { response: `${LONG} again` }]);
    const { assignmentId } = leased;
    await sendLivePrompt(person, { assignmentId, content: "Hello" });
    for await (const state of watchLiveState(person, { assignmentId }, AbortSignal.timeout(20_000)))
      if (state.a!.text !== "" && state.b!.text !== "") break;
    await expect(judge(person, assignmentId)).rejects.toMatchObject({ code: "conflict" });
    await stopLive(person, { assignmentId, side: "a" });
    await stopLive(person, { assignmentId, side: "b" });
    const last = (await settle(person, assignmentId)).at(-1)!;
    expect(last).toMatchObject({ phase: "votable", a: { state: "stopped" }, b: { state: "stopped" } });
    expect(LONG.startsWith(last.a!.text)).toBe(true);
    expect(last.a!.text.length).toBeLessThan(LONG.length);
    expect(await judge(person, assignmentId)).toMatchObject({ preferred: "a" });
  });

  it("shows a failure, and the retry is a new attempt of the same variant", async () => {
    const { person, leased, itemId } = await setUp([{ response: "one" }, { response: "two" }]);
    const { assignmentId } = leased;
    // Recordings that do not parse stand for any defect of a policy.
    await database.db.execute(
      sql`with told as (insert into audit_events (actor_kind, action, object_type, object_id) values ('seed', 'test', 'policy', 'x'))
        update policies set config = '{"recordings": []}' where name = 'two' and project_id = (select project_id from items where id = ${itemId}::uuid)`,
    );
    await sendLivePrompt(person, { assignmentId, content: "Hello" });
    const last = (await settle(person, assignmentId)).at(-1)!;
    const side = last.a!.state === "failed" ? "a" : "b";
    expect(last[side]).toMatchObject({ state: "failed", error: "failed" });
    expect(last[side === "a" ? "b" : "a"]).toMatchObject({ state: "done", text: "one" });
    await database.db.execute(
      sql`with told as (insert into audit_events (actor_kind, action, object_type, object_id) values ('seed', 'test', 'policy', 'x'))
        update policies set config = '{"recordings": [{"prompt": "Hello", "responses": ["two"]}]}'
        where name = 'two' and project_id = (select project_id from items where id = ${itemId}::uuid)`,
    );
    await retryLive(person, { assignmentId, side });
    const healed = (await settle(person, assignmentId)).at(-1)!;
    expect(healed).toMatchObject({ phase: "votable", [side]: { state: "done", text: "two", attempt: 2 } });
    const variants = await database.db.execute(
      sql`select count(distinct variant_id)::int as n from generations where item_id = ${itemId}::uuid and position =
        (select position from generations where item_id = ${itemId}::uuid and attempt = 2)`,
    );
    expect(variants.rows[0]).toEqual({ n: 1 });
    await expect(retryLive(person, { assignmentId, side })).rejects.toMatchObject({ code: "conflict" });
  });

  it("takes over an answer whose worker has died, and the dead worker's text is refused", async () => {
    const { person, leased, itemId } = await setUp([{ response: "one" }, { response: "two" }]);
    const { assignmentId } = leased;
    await sendLivePrompt(person, { assignmentId, content: "Hello" });
    await settle(person, assignmentId);
    // A fresh attempt in the state that a killed worker leaves behind.
    const [stale] = (
      await database.db.execute(sql`insert into generations (item_id, position, attempt, variant_id, draw_probability, seed, state, text, heartbeat_at, claimed_by)
        select item_id, 1, 9, variant_id, draw_probability, 1, 'running', 'half', now() - interval '1 minute', gen_random_uuid()
        from generations where item_id = ${itemId}::uuid and position = 1 limit 1 returning id, claimed_by`)
    ).rows as { id: string; claimed_by: string }[];
    await expect
      .poll(
        async () =>
          (await database.db.execute(sql`select state from generations where id = ${stale!.id}::uuid`)).rows[0],
        { timeout: 10_000 },
      )
      .toEqual({ state: "done" });
    const { writeProgress } = await import("@/lib/services/generations/work");
    expect(await writeProgress(database.db, stale!.id, stale!.claimed_by, "from the grave")).toBeUndefined();
    expect(await claimGeneration(database.db, stale!.claimed_by, 15)).toBeUndefined();
  });

  it("needs two variants, knows no turn of somebody else, and ends at turnsMax", async () => {
    const alone = await setUp([{ response: "only" }]);
    await expect(
      sendLivePrompt(alone.person, { assignmentId: alone.leased.assignmentId, content: "Hello" }),
    ).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("two active policy variants") });
    const { person, stranger, leased } = await setUp([{ response: "one" }, { response: "two" }], 1);
    const { assignmentId } = leased;
    for (const attempt of [
      () => getLiveState(stranger, { assignmentId }),
      () => sendLivePrompt(stranger, { assignmentId, content: "x" }),
      () => stopLive(stranger, { assignmentId, side: "a" }),
      () => retryLive(stranger, { assignmentId, side: "a" }),
      () => continueLive(stranger, { assignmentId }),
      () => finishLive(stranger, { assignmentId }),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: "not_found" });
    await sendLivePrompt(person, { assignmentId, content: "Hello" });
    await settle(person, assignmentId);
    await expect(continueLive(person, { assignmentId })).rejects.toMatchObject({ code: "conflict" });
    await judge(person, assignmentId);
    await expect(continueLive(person, { assignmentId })).rejects.toThrow("at most 1 turns");
  });

  it("hands a turn that was begun and given up to the next annotator, who can judge it", async () => {
    const { person, stranger, leased, projectId } = await setUp([{ response: "one" }, { response: "two" }]);
    await sendLivePrompt(person, { assignmentId: leased.assignmentId, content: "Hello" });
    await settle(person, leased.assignmentId);
    await skipAssignment(person, { assignmentId: leased.assignmentId, mode: "requeue_for_others", reason: "tired" });
    const taken = (await leaseAssignment(stranger, { projectId, resume: false }))!;
    expect(taken.item.live).toMatchObject({ phase: "votable", prompt: "Hello" });
    await judge(stranger, taken.assignmentId);
  });
});
