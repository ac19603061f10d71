/** Triage on a real Postgres: what surprises a reward model, in which queue, and what each decision sets going. */
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { selectRows } from "@/db/queries/rows";
import { evaluations, rewardModels, snapshots, trainingRuns } from "@/db/schema";
import * as environment from "@/lib/env";
import { listGuidelineGaps } from "@/lib/services/adjudications/gaps";
import { type ServiceContext, systemContext } from "@/lib/services/context";
import { listReviewQueue } from "@/lib/services/reviews/list";
import { decideTriage } from "@/lib/services/triage/decide";
import { listTriage } from "@/lib/services/triage/list";
import { adoptEvaluations, requestTriageScores, storeRewards } from "@/lib/services/triage/score";
import { scoreTriage } from "@/lib/worker/score-triage";
import { trainingConfigSchema } from "@/trainer/format/training-config";
import { openWorkbench, type Workbench } from "@/trainer/recipes/training.test-support";
import { contextOf, createCampaign, createPairs, createProject, createUsers } from "../support/annotation-fixture";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { changeSettings, judge } from "../support/judging";

let database: Database;
let clone: TestDatabase;
let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench("triage");
  clone = await createTestDatabase();
  const real = environment.env();
  vi.spyOn(environment, "env").mockReturnValue({ ...real, PAIRWRIGHT_HOME: bench.root });
  database = createDatabase(clone.url);
});
afterAll(async () => {
  await database.pool.end();
  await clone.drop();
  bench.remove();
});

/** Every pair judged by everybody: "first" is better. A helpfulness reward model serves. */
async function setUp(options: { items: number; annotators: number; category?: string; overlap?: number }) {
  const { db } = database;
  const { items, annotators, category, overlap = annotators } = options;
  const projectId = await createProject(db);
  await changeSettings(db, projectId, { review: { share: 0, firstJudgements: 0 } });
  const campaignId = await createCampaign(db, projectId, { overlap });
  const itemIds = await createPairs(db, projectId, campaignId, items, overlap);
  if (category) await db.execute(sql`update items set category = ${category} where campaign_id = ${campaignId}::uuid`);
  const people = await createUsers(db, projectId, annotators);
  const [reviewer] = await createUsers(db, projectId, 1, "reviewer");
  const rewardModelId = await createServingModel(projectId);
  return {
    db,
    projectId,
    people,
    itemIds,
    rewardModelId,
    reviewer: contextOf(db, reviewer!),
    worker: systemContext(db, "worker"),
  };
}

async function createServingModel(projectId: string): Promise<string> {
  return database.db.transaction(async (tx) => {
    await insertAudit(tx, { actor: { id: null, kind: "seed" }, action: "t", objectType: "t", objectId: "t" });
    const values = { projectId, name: "S", directory: "none", manifest: {}, manifestSha256: "0" };
    const [snapshot] = await tx.insert(snapshots).values(values).returning();
    const run = {
      projectId,
      snapshotId: snapshot!.id,
      task: "helpfulness" as const,
      baseModel: "tiny",
      directory: "r",
    };
    const config = trainingConfigSchema.parse({ task: "helpfulness" });
    const [made] = await tx
      .insert(trainingRuns)
      .values({ ...run, config, state: "done" })
      .returning();
    const [model] = await tx
      .insert(rewardModels)
      .values({
        projectId,
        trainingRunId: made!.id,
        task: "helpfulness",
        state: "serving",
        directory: "reward/model",
        weightsSha256: "0",
      })
      .returning();
    return model!.id;
  });
}

/** The model is `surprise` nats surprised: -ln sigma(margin), solved for the margin. */
const rewards = (comparisonId: string, surprise: number) => ({
  comparisonId,
  rewardChosen: -Math.log(Math.expm1(surprise)),
  rewardRejected: 0,
});
const page = { limit: 20 };

describe("triage", () => {
  it("asks an annotator about a likely slip, once, and opens the judgement to them", async () => {
    const { db, projectId, people, rewardModelId, reviewer, worker } = await setUp({ items: 3, annotators: 1 });
    const made = [];
    for (let n = 0; n < 3; n += 1) made.push(await judge(db, people[0]!, projectId, { chosen: "first" }));
    await storeRewards(worker, rewardModelId, [
      rewards(made[0]!.id, 3),
      rewards(made[1]!.id, 0.2),
      rewards(made[2]!.id, 5),
    ]);
    const listed = await listTriage(reviewer, { projectId, ...page });
    expect(listed.cases.map(({ comparisonId, queue }) => [comparisonId, queue])).toEqual([
      [made[2]!.id, "likely_slip"],
      [made[0]!.id, "likely_slip"],
    ]);
    expect(listed.cases[1]).toMatchObject({ votes: { same: 1, other: 0 }, categoryEvidence: null });
    expect(listed.cases[1]!.surprise).toBeCloseTo(3, 5);
    expect(listed.counts).toEqual({ likely_slip: 2, guideline_gap: 0, plurality: 0 });
    const first = await listTriage(reviewer, { projectId, limit: 1 });
    expect(first.cases.map(({ comparisonId }) => comparisonId)).toEqual([made[2]!.id]);
    const second = await listTriage(reviewer, { projectId, limit: 1, after: first.next! });
    expect(second.cases.map(({ comparisonId }) => comparisonId)).toEqual([made[0]!.id]);
    expect(second.next).toBeNull();
    await expect(listTriage(reviewer, { projectId, limit: 1, after: "1" })).rejects.toMatchObject({ code: "invalid" });
    const [outsider] = await createUsers(db, null, 1, "reviewer");
    const ask = { comparisonId: made[2]!.id, action: "ask_annotator" as const, note: "Was that meant?" };
    await expect(decideTriage(contextOf(db, people[0]!), ask)).rejects.toMatchObject({ code: "forbidden" });
    await expect(decideTriage(contextOf(db, outsider!), ask)).rejects.toMatchObject({ code: "not_found" });
    // A reviewer's own judgement is nobody's case of theirs.
    const self = contextOf(db, { id: people[0]!.id, role: "reviewer" });
    expect((await listTriage(self, { projectId, ...page })).cases).toEqual([]);
    await expect(decideTriage(self, ask)).rejects.toMatchObject({ code: "conflict" });
    const race = await Promise.allSettled(Array.from({ length: 4 }, () => decideTriage(reviewer, ask)));
    expect(race.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of race)
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "conflict" });
    const notes = await selectRows(
      db,
      sql`select body, comparison_id as id from annotator_notes where user_id = ${people[0]!.id}::uuid`,
    );
    expect(notes).toEqual([{ body: "Was that meant?", id: made[2]!.id }]);
    await decideTriage(reviewer, { comparisonId: made[0]!.id, action: "review", note: "" });
    expect((await listTriage(reviewer, { projectId, ...page })).cases).toEqual([]);
    const queue = await listReviewQueue(reviewer, { projectId, limit: 10 });
    expect(queue.cases.map(({ comparisonId, reasons }) => [comparisonId, reasons])).toEqual([
      [made[0]!.id, ["triage"]],
    ]);
  });

  it("asks the lead where several annotators surprise the model in one category", async () => {
    const setting = { items: 4, annotators: 3, overlap: 1, category: "unqualified_advice" };
    const { db, projectId, people, rewardModelId, reviewer, worker, itemIds } = await setUp(setting);
    // Served after the category's items, of which each person so gets one at least.
    const plain = await createCampaign(db, projectId, { priority: 200 });
    await createPairs(db, projectId, plain, 12);
    const made = [];
    for (let n = 0; n < 16; n += 1) made.push(await judge(db, people[n % 3]!, projectId, { chosen: "first" }));
    await storeRewards(
      worker,
      rewardModelId,
      made.map(({ id, itemId }) => rewards(id, itemIds.includes(itemId) ? 3 : 0.3)),
    );
    const { cases } = await listTriage(reviewer, { projectId, ...page });
    expect(cases.map(({ itemId }) => itemId).sort()).toEqual([...itemIds].sort());
    expect(new Set(cases.map(({ queue }) => queue))).toEqual(new Set(["guideline_gap"]));
    expect(cases[0]!.categoryEvidence).toMatchObject({ annotators: 3, share: 1, projectShare: 0.25 });
    await decideTriage(reviewer, { comparisonId: cases[0]!.comparisonId, action: "ask_lead", note: "May we advise?" });
    expect((await listGuidelineGaps(reviewer, { projectId })).gaps).toMatchObject([
      { note: "May we advise?", category: "unqualified_advice", resolvedAt: null },
    ]);
  });

  it("keeps as a plurality what reliable annotators split on", async () => {
    const { db, projectId, people, rewardModelId, reviewer, worker } = await setUp({ items: 1, annotators: 3 });
    const made = [];
    for (const [index, person] of people.entries())
      made.push(await judge(db, person, projectId, { chosen: index === 0 ? "second" : "first" }));
    await db.execute(sql`
      insert into annotator_states (project_id, user_id, gold_seen, gold_right)
      select ${projectId}::uuid, id, 40, 38 from unnest(${sql.param(people.map(({ id }) => id))}::uuid[]) as person(id)`);
    await storeRewards(worker, rewardModelId, [rewards(made[0]!.id, 4), rewards(made[1]!.id, 0.1)]);
    const { cases } = await listTriage(reviewer, { projectId, queue: "plurality", ...page });
    expect(cases).toMatchObject([{ comparisonId: made[0]!.id, votes: { same: 1, other: 2 } }]);
    const kept = await decideTriage(reviewer, { comparisonId: made[0]!.id, action: "keep_plurality", note: "" });
    const outcomes = await selectRows(
      db,
      sql`select outcome from adjudications where item_id = ${made[0]!.itemId}::uuid`,
    );
    expect(outcomes).toEqual([{ outcome: "plurality" }]);
    expect((await listTriage(reviewer, { projectId, ...page })).cases).toEqual([]);
    const { comparisonId } = cases[0]!;
    await decideTriage(reviewer, { comparisonId, action: "withdrawn", note: "", supersedesId: kept.id });
    expect((await listTriage(reviewer, { projectId, ...page })).cases).toMatchObject([{ comparisonId }]);
  });

  it("takes a decision back with what it set going, until somebody has acted on that", async () => {
    const { db, projectId, people, rewardModelId, reviewer, worker } = await setUp({ items: 1, annotators: 1 });
    const [second] = await createUsers(db, projectId, 1, "reviewer");
    const { id: comparisonId } = await judge(db, people[0]!, projectId, { chosen: "first" });
    await storeRewards(worker, rewardModelId, [rewards(comparisonId, 4)]);
    const waiting = async () =>
      (await listTriage(reviewer, { projectId, ...page })).cases.map((entry) => entry.decisionId);
    const withdraw = (by: ServiceContext, supersedesId: string) =>
      decideTriage(by, { comparisonId, action: "withdrawn", note: "", supersedesId });
    const left = () =>
      selectRows(
        db,
        sql`select (select count(*)::int from annotator_notes where comparison_id = ${comparisonId}::uuid) as notes,
          (select count(*)::int from review_cases where comparison_id = ${comparisonId}::uuid) as cases,
          (select count(*)::int from guideline_gaps where project_id = ${projectId}::uuid and resolved_at is null) as gaps`,
      ).then(([row]) => row);
    let before: string | null = null;
    for (const action of ["ask_annotator", "ask_lead", "review", "dismiss"] as const) {
      expect(await waiting()).toEqual([before]);
      const made = await decideTriage(reviewer, { comparisonId, action, note: "Why?", supersedesId: before });
      expect(await waiting()).toEqual([]);
      await expect(withdraw(contextOf(db, second!), made.id)).rejects.toMatchObject({ code: "conflict" });
      const back = await Promise.allSettled([withdraw(reviewer, made.id), withdraw(reviewer, made.id)]);
      expect(back.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      expect(await left()).toEqual({ notes: 0, cases: 0, gaps: 0 });
      const [done] = back.filter((result) => result.status === "fulfilled");
      before = done!.value.id;
    }
    // Without naming the decision that was taken back, nobody knows what they overrule.
    const again = { comparisonId, action: "ask_annotator" as const, note: "Why?" };
    await expect(decideTriage(reviewer, again)).rejects.toMatchObject({ code: "conflict" });
    const asked = await decideTriage(reviewer, { ...again, supersedesId: before });
    await db.execute(sql`update annotator_notes set read_at = now() where comparison_id = ${comparisonId}::uuid`);
    await expect(withdraw(reviewer, asked.id)).rejects.toThrow("has read the question");
    expect(await waiting()).toEqual([]);
  });

  it("takes over the rewards of an evaluation, of this project's judgements only", async () => {
    const { db, projectId, people, rewardModelId, reviewer, worker } = await setUp({ items: 1, annotators: 1 });
    const other = await setUp({ items: 1, annotators: 1 });
    const own = await judge(db, people[0]!, projectId, { chosen: "first" });
    const foreign = await judge(db, other.people[0]!, other.projectId, { chosen: "first" });
    const worst = [own.id, foreign.id, `${own.id}/edited-chosen`].map((pairId) => ({
      pairId,
      rewardChosen: -3,
      rewardRejected: 2,
    }));
    const [snapshot] = await selectRows<{ id: string }>(
      db,
      sql`select id from snapshots where project_id = ${projectId}::uuid`,
    );
    await db.insert(evaluations).values({ rewardModelId, snapshotId: snapshot!.id, report: { worst } });
    await adoptEvaluations(worker, projectId);
    expect((await listTriage(reviewer, { projectId, ...page })).cases).toMatchObject([
      { comparisonId: own.id, rewardMargin: -5 },
    ]);
    expect((await listTriage(other.reviewer, { projectId: other.projectId, ...page })).cases).toEqual([]);
  });

  it("scores judgements with the model in service, and says so where none serves", async () => {
    await bench.run("reward", { epochs: 1 });
    const { db, projectId, people, reviewer, worker, rewardModelId } = await setUp({ items: 3, annotators: 1 });
    for (let n = 0; n < 3; n += 1) await judge(db, people[0]!, projectId, { chosen: "first" });
    expect(await requestTriageScores(reviewer, { projectId })).toEqual({ unscored: 3 });
    await scoreTriage(worker, projectId, new AbortController().signal);
    expect((await listTriage(reviewer, { projectId, ...page })).unscored).toBe(0);
    const rows = await selectRows<{ model: string; margin: number; surprise: number }>(
      db,
      sql`select reward_model_id as model, (reward_chosen - reward_rejected)::float8 as margin, surprise::float8 from surprises where project_id = ${projectId}::uuid`,
    );
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      expect(row.model).toBe(rewardModelId);
      expect(row.surprise).toBeCloseTo(Math.log1p(Math.exp(-row.margin)), 4);
    }
    const bare = await createProject(db);
    const [lead] = await createUsers(db, bare, 1, "lead");
    await expect(requestTriageScores(contextOf(db, lead!), { projectId: bare })).rejects.toThrow(/No reward model/);
  });
});
