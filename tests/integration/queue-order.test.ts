/** The order in which items come: by chance, or by what a judgement of them would tell. Against a real Postgres. */
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { insertAudit } from "@/db/queries/audit";
import * as schema from "@/db/schema";
import { releaseAssignment } from "@/lib/services/assignments/end";
import { listCampaigns, updateCampaign } from "@/lib/services/campaigns/campaigns";
import { systemContext } from "@/lib/services/context";
import { refreshQueue } from "@/lib/services/ordering/refresh";
import { keepScores, unscoredPairs } from "@/lib/services/ordering/score";
import { contextOf, createLiveItems, createUsers } from "../support/annotation-fixture";
import { database, lease, rowsOf, run, setItem, setUp, work } from "../support/queue-fixture";

async function addServingModel(projectId: string): Promise<string> {
  return database.db.transaction(async (tx) => {
    await insertAudit(tx, { actor: { id: null, kind: "seed" }, action: "t", objectType: "t", objectId: "t" });
    const [snapshot] = await tx
      .insert(schema.snapshots)
      .values({ projectId, name: "S", directory: "none", manifest: {}, manifestSha256: "0" })
      .returning();
    const [trained] = await tx
      .insert(schema.trainingRuns)
      .values({
        projectId,
        snapshotId: snapshot!.id,
        task: "helpfulness",
        config: {},
        baseModel: "tiny",
        directory: "none",
        state: "done",
      })
      .returning();
    const [model] = await tx
      .insert(schema.rewardModels)
      .values({
        projectId,
        trainingRunId: trained!.id,
        task: "helpfulness",
        state: "serving",
        directory: "none",
        weightsSha256: "0",
      })
      .returning();
    return model!.id;
  });
}
const scored = (itemId: string, modelId: string, difference: number) =>
  run(sql`insert into reward_scores (message_id, reward_model_id, reward)
    select response1_id, ${modelId}::uuid, 0 from items where id = ${itemId}::uuid
    union all select response2_id, ${modelId}::uuid, ${difference}::real from items where id = ${itemId}::uuid`);
const leases = (projectId: string) =>
  rowsOf<{ itemId: string; ordering: string; probability: number }>(sql`
    select item_id as "itemId", ordering, order_probability as probability from assignments
    where project_id = ${projectId}::uuid order by leased_at`);
const worker = () => systemContext(database.db, "worker");
/** Never explores. */
const greedy = () => 0.999;
async function leadOf(projectId: string) {
  const [lead] = await createUsers(database.db, projectId, 1, "lead");
  return contextOf(database.db, lead!);
}

describe("the order of items", () => {
  it("is random unless told otherwise, and stores one over the open items as the chance", async () => {
    const { projectId, people } = await setUp({ items: 4, people: 2 });
    await lease(people[0]!, projectId);
    await lease(people[1]!, projectId);
    const stored = await leases(projectId);
    expect(stored.map(({ ordering }) => ordering)).toEqual(["random", "random"]);
    expect(stored.map(({ probability }) => probability)).toEqual([expect.closeTo(1 / 4, 6), expect.closeTo(1 / 3, 6)]);
  });

  it("puts pairs first of which the reward model is unsure; the rest, unscored, comes at random", async () => {
    const { projectId, campaignId, itemIds, person } = await setUp({ items: 6, campaign: { ordering: "uncertainty" } });
    const modelId = await addServingModel(projectId);
    await scored(itemIds[4]!, modelId, 0.1);
    await scored(itemIds[1]!, modelId, -0.4);
    await scored(itemIds[2]!, modelId, 3);
    expect(await refreshQueue(worker(), greedy)).toBe(1);
    expect(await refreshQueue(worker(), greedy)).toBe(0);
    for (let turn = 0; turn < 4; turn += 1) await work(person, projectId);
    const stored = await leases(projectId);
    expect(stored.slice(0, 3).map(({ itemId }) => itemId)).toEqual([itemIds[4], itemIds[1], itemIds[2]]);
    expect(stored.map(({ ordering }) => ordering)).toEqual(["uncertainty", "uncertainty", "uncertainty", "random"]);
    expect(stored[0]!.probability).toBeCloseTo(0.9 + 0.1 / 6, 6);
    const [campaign] = (await listCampaigns(person.context, projectId)).rows;
    expect(campaign?.order).toMatchObject({ itemsOrdered: 3, itemsOpen: 6 });
    await updateCampaign(await leadOf(projectId), { id: campaignId, ordering: "random" });
    await refreshQueue(worker(), greedy);
    const keyed = await rowsOf(
      sql`select 1 from items where campaign_id = ${campaignId}::uuid and state = 'open' and order_key is not null`,
    );
    expect(keyed).toEqual([]);
  });

  it("asks for the scores that are missing, and orders anew when they are there", async () => {
    const { projectId, itemIds, person } = await setUp({ items: 3, campaign: { ordering: "uncertainty" } });
    const modelId = await addServingModel(projectId);
    await refreshQueue(worker(), greedy);
    const pairs = await unscoredPairs(worker(), projectId, 10);
    expect(pairs).toHaveLength(3);
    expect(pairs[0]!.prompt).toEqual([{ role: "user", content: expect.stringMatching(/^Question/) }]);
    const [surest] = pairs;
    const scores = pairs.flatMap((pair) => [
      { messageId: pair.response1Id, rewardModelId: modelId, reward: 0 },
      { messageId: pair.response2Id, rewardModelId: modelId, reward: pair === surest ? 5 : 1 },
    ]);
    await keepScores(worker(), scores, pairs);
    expect(await unscoredPairs(worker(), projectId, 10)).toEqual([]);
    expect(await refreshQueue(worker(), greedy)).toBe(1);
    for (let turn = 0; turn < 3; turn += 1) await work(person, projectId);
    const last = (await leases(projectId)).at(-1)!;
    const shown = await rowsOf<{ id: string }>(
      sql`select response1_id as id from items where id = ${last.itemId}::uuid`,
    );
    expect(shown[0]!.id).toBe(surest!.response1Id);
    expect(itemIds).toContain(last.itemId);
  });

  it("says that it ordered nothing where no model has scored anything", async () => {
    const { projectId, person } = await setUp({ items: 2, campaign: { ordering: "uncertainty" } });
    await refreshQueue(worker(), greedy);
    const [campaign] = (await listCampaigns(person.context, projectId)).rows;
    expect(campaign?.order).toMatchObject({ itemsOrdered: 0, itemsOpen: 2 });
    await lease(person, projectId);
    expect((await leases(projectId))[0]).toMatchObject({ ordering: "random", probability: expect.closeTo(1 / 2, 6) });
  });

  it("puts pairs first on which annotators disagree", async () => {
    const { projectId, itemIds, people, person } = await setUp({
      items: 3,
      people: 1,
      campaign: { ordering: "disagreement", overlap: 5 },
    });
    const judged = (itemId: string, preferred: number[]) =>
      run(sql`insert into quality_items (item_id, project_id, campaign_id, language, category, steps, safety, user_ids, preferred)
        select id, project_id, campaign_id, 'en', '', '{0,0,0,0,0,0,0,0}', '{0,0,0,0}',
          array(select gen_random_uuid() from generate_series(1, ${preferred.length}::int)), ${sql.param(preferred)}::smallint[]
        from items where id = ${itemId}::uuid`);
    await judged(itemIds[0]!, [1, 1, 1]);
    await judged(itemIds[1]!, [1, 2, 1]);
    await judged(itemIds[2]!, [1, 2]);
    expect(people).toHaveLength(1);
    await refreshQueue(worker(), greedy);
    for (let turn = 0; turn < 3; turn += 1) await work(person, projectId);
    expect((await leases(projectId)).map(({ itemId }) => itemId)).toEqual([itemIds[2], itemIds[1], itemIds[0]]);
  });

  it("puts cells first that have few judgements, and fills them evenly", async () => {
    const { projectId, campaignId, itemIds, person } = await setUp({
      items: 6,
      campaign: { ordering: "coverage", task: "helpfulness" },
    });
    for (const [index, itemId] of itemIds.entries())
      await setItem(itemId, { category: index < 4 ? "cooking" : "gardening", language: "en" });
    await run(
      sql`update items set judgements = 1, slots_remaining = 0, state = 'done' where id = any(${sql.param(itemIds.slice(0, 2))}::uuid[])`,
    );
    await refreshQueue(worker(), greedy);
    const order: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) order.push((await work(person, projectId))!.item.category!);
    expect(order).toEqual(["gardening", "gardening", "cooking", "cooking"]);
    expect(
      (await rowsOf(sql`select 1 from campaign_tallies where campaign_id = ${campaignId}::uuid and items_ordered = 4`))
        .length,
    ).toBe(1);
  });

  it("walks on from where the annotator was, and comes back for what was returned behind", async () => {
    const { projectId, people } = await setUp({ items: 8, people: 2 });
    const first = await lease(people[0]!, projectId);
    const second = await work(people[1]!, projectId);
    expect(second).not.toBeNull();
    await releaseAssignment(people[0]!.context, first!);
    const rest: string[] = [];
    for (let leased = await work(people[1]!, projectId); leased; leased = await work(people[1]!, projectId))
      rest.push(leased.item.id);
    expect(rest).toHaveLength(7);
    expect(rest.at(-1)).toBe(first!.item.id);
  });

  it("keeps live items in the queue beside pairs", async () => {
    const { projectId, campaignId, person } = await setUp({ items: 0 });
    const [liveId] = await createLiveItems(database.db, projectId, campaignId, 1);
    expect((await lease(person, projectId))?.item.id).toBe(liveId);
  });
});
