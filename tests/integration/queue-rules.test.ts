/** Who gets which item: pauses, certificates, languages, categories, limits, gold and mirrored items. Against a real Postgres. */
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { insertAudit } from "@/db/queries/audit";
import * as schema from "@/db/schema";
import { releaseAssignment } from "@/lib/services/assignments/end";
import { explainNoItem } from "@/lib/services/assignments/explain";
import { listCampaigns } from "@/lib/services/campaigns/campaigns";
import { submitComparison } from "@/lib/services/comparisons/submit";
import { contextOf, createPairs, createUsers } from "../support/annotation-fixture";
import { database, judge, lease, type Person, rowsOf, run, setItem, setUp, why, work } from "../support/queue-fixture";

describe("who may get items", () => {
  it("gives a paused annotator nothing, and says so", async () => {
    const { projectId, person } = await setUp({ items: 1 });
    await database.db
      .insert(schema.annotatorStates)
      .values({ projectId, userId: person.id, pausedAt: new Date(), pauseReason: "lead" });
    expect(await lease(person, projectId)).toBeNull();
    expect(await why(person, projectId)).toEqual({ reason: "paused", until: null });
    await run(
      sql`update annotator_states set paused_at = null, pause_reason = null where user_id = ${person.id}::uuid`,
    );
    expect(await why(person, projectId)).toEqual({ reason: null, until: null });
    expect(await lease(person, projectId)).not.toBeNull();
  });

  it("asks for a valid certificate of the campaign's task", async () => {
    const { projectId, person } = await setUp({ items: 2, campaign: { certifiedOnly: true } });
    const certify = (task: "helpfulness" | "safety") =>
      database.db.insert(schema.certificates).values({ projectId, task, userId: person.id });
    await certify("safety");
    expect(await lease(person, projectId)).toBeNull();
    expect((await why(person, projectId)).reason).toBe("not_certified");
    await certify("helpfulness");
    expect(await lease(person, projectId)).not.toBeNull();
    await run(sql`update certificates set revoked_at = now() where user_id = ${person.id}::uuid`);
    expect(await lease(person, projectId)).toBeNull();
  });

  it("gives items in languages that the annotator speaks", async () => {
    const { projectId, itemIds, person } = await setUp({ items: 2 });
    await setItem(itemIds[0]!, { language: "ko-KR" });
    await setItem(itemIds[1]!, { language: "fr" });
    await run(sql`update users set languages = '{en,ko}' where id = ${person.id}::uuid`);
    expect((await lease(person, projectId))?.item).toMatchObject({ id: itemIds[0], language: "ko-KR" });
    expect(await lease(person, projectId)).toBeNull();
    expect((await why(person, projectId)).reason).toBe("language");
  });

  it("keeps a campaign to speakers of its languages; who named none gets everything", async () => {
    const { projectId, people } = await setUp({ items: 2, people: 2, campaign: { languages: ["ko"] } });
    await run(sql`update users set languages = '{en}' where id = ${people[0]!.id}::uuid`);
    expect(await lease(people[0]!, projectId)).toBeNull();
    expect((await why(people[0]!, projectId)).reason).toBe("language");
    expect(await lease(people[1]!, projectId)).not.toBeNull();
  });

  it("never offers categories that the annotator does not want", async () => {
    const { projectId, itemIds, person } = await setUp({ items: 2 });
    await setItem(itemIds[0]!, { category: "hateful_and_harmful" });
    await database.db
      .insert(schema.annotatorPreferences)
      .values({ userId: person.id, excludedCategories: ["hateful_and_harmful"] });
    expect((await lease(person, projectId))?.item.id).toBe(itemIds[1]);
    expect(await lease(person, projectId)).toBeNull();
    expect((await why(person, projectId)).reason).toBe("excluded");
  });

  it("says nothing is left where all is done, whatever else stands in the way", async () => {
    const { projectId, person } = await setUp({ items: 0, campaign: { certifiedOnly: true } });
    expect(await why(person, projectId)).toEqual({ reason: "nothing", until: null });
    const [stranger] = await createUsers(database.db, null, 1);
    const context = contextOf(database.db, stranger!);
    await expect(explainNoItem(context, { projectId })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("what remains", () => {
  const tell = (projectId: string, open: number) =>
    run(sql`insert into campaign_tallies (campaign_id, items, items_done, items_open)
      select id, ${open}::int, 0, ${open}::int from campaigns where project_id = ${projectId}::uuid
      on conflict (campaign_id) do update set items_open = excluded.items_open`);
  const remaining = async ({ person, projectId }: Awaited<ReturnType<typeof setUp>>) =>
    (await lease(person, projectId))?.item.progress.remaining;

  it("is not counted where the worker's tally says that it is plenty for this annotator", async () => {
    const all = await setUp({ items: 3 });
    await tell(all.projectId, 5000);
    expect(await remaining(all)).toBe(1000);
    const few = await setUp({ items: 3 });
    await tell(few.projectId, 1999);
    expect(await remaining(few)).toBe(2);
    const choosy = await setUp({ items: 3 });
    await tell(choosy.projectId, 5000);
    await run(sql`update users set languages = '{en}' where id = ${choosy.person.id}::uuid`);
    expect(await remaining(choosy)).toBe(2);
    const busy = await setUp({ items: 3 });
    await tell(busy.projectId, 5000);
    await run(sql`insert into annotator_days (user_id, day, campaign_id, project_id, judgements)
      select ${busy.person.id}::uuid, '2026-01-01', id, project_id, 3500 from campaigns where project_id = ${busy.projectId}::uuid`);
    expect(await remaining(busy)).toBe(2);
  });
});

describe("limits of a day", () => {
  const midnight = () => new Date(new Date().setUTCHours(24, 0, 0, 0)).toISOString();

  it("counts judgements and what is held against the campaign's limit", async () => {
    const { projectId, person } = await setUp({ items: 5, campaign: { judgementsMaxPerDay: 2 } });
    await work(person, projectId);
    const held = await lease(person, projectId);
    expect(held?.item.progress).toEqual({ today: 1, remaining: 0 });
    expect(await lease(person, projectId)).toBeNull();
    expect(await why(person, projectId)).toEqual({ reason: "daily_limit", until: midnight() });
  });

  it("stops harmful items at the budget, and goes on with others", async () => {
    const { projectId, itemIds, person } = await setUp({
      items: 4,
      campaign: { task: "helpfulness", exposureMaxPerDay: 2 },
    });
    for (const itemId of itemIds.slice(0, 3)) await setItem(itemId, { category: "hateful_and_harmful" });
    const got = [await lease(person, projectId), await lease(person, projectId), await lease(person, projectId)];
    const harmful = got.filter((leased) => leased?.item.category === "hateful_and_harmful");
    expect(harmful).toHaveLength(2);
    expect(got.some((leased) => leased?.item.id === itemIds[3])).toBe(true);
    await releaseAssignment(person.context, harmful[0]!);
    expect((await lease(person, projectId))?.item.category).toBe("hateful_and_harmful");
  });

  it("honours the annotator's own smaller budget, and says until when", async () => {
    const { projectId, itemIds, person } = await setUp({ items: 2, campaign: { exposureMaxPerDay: 10 } });
    for (const itemId of itemIds) await setItem(itemId, { category: "illicit_and_criminal" });
    await database.db.insert(schema.annotatorPreferences).values({ userId: person.id, exposureMaxPerDay: 1 });
    expect(await lease(person, projectId)).not.toBeNull();
    expect(await lease(person, projectId)).toBeNull();
    expect(await why(person, projectId)).toEqual({ reason: "exposure_limit", until: midnight() });
  });

  it("withholds everything during the cool-down, then gives harmless items again", async () => {
    const rules = { exposureMaxPerDay: 1, cooldownMinutes: 30 };
    const { projectId, itemIds, person } = await setUp({ items: 1, campaign: rules });
    await setItem(itemIds[0]!, { category: "unqualified_advice" });
    await lease(person, projectId);
    const [campaign] = await rowsOf<{ id: string }>(
      sql`select campaign_id as id from items where id = ${itemIds[0]}::uuid`,
    );
    await createPairs(database.db, projectId, campaign!.id, 1);
    expect(await lease(person, projectId)).toBeNull();
    const { reason, until } = await why(person, projectId);
    expect(reason).toBe("cool_down");
    expect(Date.parse(until!) - Date.now()).toBeGreaterThan(29 * 60_000);
    await run(
      sql`update annotator_days set last_exposure_at = now() - interval '31 minutes' where user_id = ${person.id}::uuid`,
    );
    expect(await lease(person, projectId)).not.toBeNull();
  });

  it("counts a risk category that the annotator's own prompt turns out to have", async () => {
    const { projectId, person } = await setUp({ items: 1 });
    const leased = await lease(person, projectId);
    await submitComparison(person.context, {
      assignmentId: leased!.assignmentId,
      preferred: "a",
      strength: "better",
      tags: [],
      durationMs: 1,
      idempotencyKey: "risk-category-1",
      riskCategory: "hateful_and_harmful",
      attackVector: "logic",
      severity: 4,
      reasons: ["tone", "factual"],
      bothUnacceptable: true,
    }).then((answer) =>
      expect(answer).toMatchObject({
        reasons: ["tone", "factual"],
        bothUnacceptable: true,
        riskCategory: "hateful_and_harmful",
        attackVector: "logic",
        severity: 4,
      }),
    );
    const days = await rowsOf(sql`select judgements, exposures from annotator_days where user_id = ${person.id}::uuid`);
    expect(days).toEqual([{ judgements: 1, exposures: 1 }]);
  });
});

/** Gold items with the messages of `itemIds`, as lib/services/gold makes them. */
async function addGold(itemIds: string[]): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(sql`
    insert into items (project_id, campaign_id, kind, purpose, dialogue_id, context_message_id, response1_id, response2_id,
      pair_probability, overlap, slots_remaining)
    select project_id, campaign_id, 'pair', 'gold', dialogue_id, context_message_id, response1_id, response2_id, 1, 1000, 1000
    from items where id = any(${sql.param(itemIds)}::uuid[]) returning id`);
  await database.db
    .insert(schema.goldAnswers)
    .values(rows.map(({ id }) => ({ itemId: id, preferred: 1, source: "lead" as const })));
  return rows.map(({ id }) => id);
}

describe("gold and mirrored items", () => {
  it("mixes gold in by the campaign's share, each once per annotator, and only beside work", async () => {
    const { projectId, itemIds, people } = await setUp({
      items: 60,
      people: 2,
      campaign: { goldShare: 0.5, overlap: 2 },
    });
    const golden = await addGold(itemIds.slice(0, 6));
    await run(sql`update gold_answers set retired_at = now() where item_id = ${golden[0]}::uuid`);
    for (const person of people) {
      const got: string[] = [];
      for (let leased = await work(person, projectId); leased; leased = await work(person, projectId)) {
        expect(Object.keys(leased.item)).not.toContain("purpose");
        expect(leased.item.progress.remaining).toBeLessThanOrEqual(60);
        got.push(leased.item.id);
      }
      expect(new Set(got).size).toBe(got.length);
      expect(got.filter((id) => golden.includes(id)).sort()).toEqual(golden.slice(1).sort());
      expect(got).toHaveLength(65);
      expect(golden).not.toContain(got.at(-1));
    }
    const [campaign] = (await listCampaigns(people[0]!.context, projectId)).rows;
    expect(campaign).toMatchObject({ items: 60, itemsDone: 60 });
  });

  it("serves no gold without a share, and none when the work is done", async () => {
    const { projectId, campaignId, itemIds, person } = await setUp({ items: 1 });
    await addGold(itemIds);
    expect((await work(person, projectId))?.item.id).toBe(itemIds[0]);
    expect(await lease(person, projectId)).toBeNull();
    await database.db.transaction(async (tx) => {
      await tx.execute(sql`update campaigns set gold_share = 0.5 where id = ${campaignId}::uuid`);
      await insertAudit(tx, {
        actor: { id: null, kind: "seed" },
        action: "t",
        objectType: "campaign",
        objectId: campaignId,
      });
    });
    for (let turn = 0; turn < 8; turn += 1) expect(await lease(person, projectId)).toBeNull();
  });

  it("asks a judgement again with the sides swapped, of the same annotator alone", async () => {
    const { projectId, itemIds, people } = await setUp({ items: 1, people: 2, campaign: { mirrorShare: 0.5 } });
    const [person, other] = people as [Person, Person];
    const first = await work(person, projectId);
    const [mirror] = await rowsOf<{ id: string }>(sql`
      insert into items (project_id, campaign_id, kind, purpose, reserved_for, mirror_of_id, dialogue_id, context_message_id,
        response1_id, response2_id, pair_probability, overlap, slots_remaining)
      select i.project_id, i.campaign_id, 'pair', 'mirror', k.user_id, k.id, i.dialogue_id, i.context_message_id, i.response1_id,
        i.response2_id, 1, 1, 1 from items i join comparisons k on k.item_id = i.id where i.id = ${itemIds[0]}::uuid returning id`);
    let again = null;
    for (let turn = 0; turn < 60 && !again; turn += 1) {
      expect(await lease(other, projectId)).toBeNull();
      again = await lease(person, projectId);
    }
    expect(again?.item).toMatchObject({
      id: mirror!.id,
      responseA: first!.item.responseB,
      responseB: first!.item.responseA,
    });
    await judge(person, again!.assignmentId);
  });
});
