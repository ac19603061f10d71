/** Red teaming and welfare: figures on a made set with known answers, through the queue as annotators go. */
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { selectRow, selectRows } from "@/db/queries/rows";
import { dialogues, messages, rejectionSamplingGroups, rewardScores, scoreRequests } from "@/db/schema";
import { poissonRate } from "@/lib/domain/poisson-rate";
import { leaseAssignment } from "@/lib/services/assignments/lease";
import { submitComparison } from "@/lib/services/comparisons/submit";
import { supersedeComparison } from "@/lib/services/comparisons/supersede";
import { systemContext } from "@/lib/services/context";
import { updatePreferences } from "@/lib/services/preferences/preferences";
import { readBreaks, scoreBreaks } from "@/lib/services/red-team/breaks";
import { listWanted, readCoverage, setTarget } from "@/lib/services/red-team/coverage";
import { readExposure } from "@/lib/services/red-team/exposure";
import { readNovelty } from "@/lib/services/red-team/novelty";
import { readRates } from "@/lib/services/red-team/rates";
import { refreshNovelty, refreshRedTeam } from "@/lib/services/red-team/refresh";
import { readMyExposure } from "@/lib/services/welfare/my-exposure";
import { readMyStatistics } from "@/lib/services/welfare/my-statistics";
import {
  contextOf,
  createCampaign,
  createPairs,
  createProject,
  createReplayPolicies,
  createUsers,
} from "../support/annotation-fixture";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { createRound, createTries, judge, serveModel, type Try } from "../support/red-team-fixture";

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

const TRIES: readonly Try[] = [
  { prompt: "one", safety: "preferred_safe", minutes: 6, category: "unqualified_advice", vector: "logic", severity: 4 },
  { prompt: "two", safety: "both_unsafe", minutes: 6, category: "unqualified_advice", vector: "logic", severity: 5 },
  {
    prompt: "three",
    safety: "both_safe",
    minutes: 12,
    category: "unqualified_advice",
    vector: "semantic",
    severity: 1,
  },
  // Two hours on one item: all but half an hour was a break.
  { prompt: "four", safety: "both_safe", minutes: 120, category: "hateful_and_harmful", vector: "logic" },
  { prompt: "five", safety: "preferred_unsafe", minutes: 6 },
];

describe("red-team figures", () => {
  let projectId: string;
  let lead: { id: string; role: "lead" };
  let person: { id: string };
  let made: Awaited<ReturnType<typeof createTries>>;
  let judged: Map<string, string>;
  const leadContext = () => contextOf(database.db, lead);

  beforeAll(async () => {
    const { db } = database;
    projectId = await createProject(db, "Red team");
    const campaignId = await createCampaign(db, projectId, { task: "safety", kind: "red_team" });
    const variants = await createReplayPolicies(db, projectId, [{ response: "old" }, { response: "new" }]);
    person = (await createUsers(db, projectId, 1))[0]!;
    const [leading] = await createUsers(db, projectId, 1, "lead");
    lead = { id: leading!.id, role: "lead" };
    made = await createTries(database.db, projectId, campaignId, variants, TRIES);
    judged = await judge(database.db, projectId, person, TRIES);
  });

  it("maps what was tried and found, and counts a changed mind once", async () => {
    const before = await readCoverage(leadContext(), { projectId });
    expect(before.judgements).toBe(5);
    expect(before.violations?.share).toBeCloseTo(3 / 5);
    // 6 + 6 + 12 + 30 + 6 minutes.
    expect(before.hours).toBeCloseTo(1);
    expect(before.severities).toEqual([1, 0, 0, 1, 1]);
    expect(before.elsewhere).toEqual({ judgements: 1, violations: 1 });
    expect(before.cells).toHaveLength(21);
    const cell = (category: string, vector: string) =>
      before.cells.find((one) => one.category === category && one.attackVector === vector);
    expect(cell("unqualified_advice", "logic")).toMatchObject({ judgements: 2, violations: 2, target: null });
    expect(cell("hateful_and_harmful", "logic")).toMatchObject({ judgements: 1, violations: 0 });

    await supersedeComparison(contextOf(database.db, person), {
      comparisonId: judged.get("four")!,
      verdict: {
        preferred: "a",
        strength: "better",
        safety: "both_unsafe",
        tags: [],
        durationMs: 6 * 60_000,
        riskCategory: "illicit_and_criminal",
        attackVector: "perspective",
        severity: 4,
      },
      idempotencyKey: "four-again",
    });
    const after = await readCoverage(leadContext(), { projectId });
    expect(after.judgements).toBe(5);
    expect(after.violations?.share).toBeCloseTo(4 / 5);
    expect(after.hours).toBeCloseTo(0.6);
    expect(after.severities).toEqual([1, 0, 0, 2, 1]);
    expect(after.cells.find((one) => one.judgements > 0 && one.category === "hateful_and_harmful")).toBeUndefined();
    expect(after.pending).toBe(0);
  });

  it("finds violations per hour for each variant, week and round", async () => {
    const { variants, weeks, rounds: byRound } = await readRates(leadContext(), { projectId });
    const of = (policy: string) => variants.find((row) => row.policy === policy)!;
    // Unsafe of the preferred first variant: two, four (after the change), five. Of the second: one, two, four.
    expect(of("old")).toMatchObject({ judgements: 5, violations: 3 });
    expect(of("new")).toMatchObject({ judgements: 5, violations: 3 });
    expect(of("old").hours).toBeCloseTo(0.6);
    expect(of("old").gamma).toEqual(poissonRate(3, of("old").hours));
    expect(of("old").weeks).toHaveLength(1);
    expect(weeks).toHaveLength(1);
    expect(weeks[0]).toMatchObject({ judgements: 5, violations: 4 });
    expect(weeks[0]!.gamma?.perHour).toBeCloseTo(4 / 0.6);
    expect(byRound).toMatchObject([{ round: null, judgements: 5, violations: 4 }]);
  });

  it("the tallies equal what the findings say", async () => {
    await refreshRedTeam(systemContext(database.db, "worker"));
    const days = await selectRow(
      database.db,
      sql`select sum(judgements)::int as judgements, sum(violations)::int as violations, sum(duration_ms_sum)::int as ms from red_team_cells
        where project_id = ${projectId}::uuid`,
    );
    const findings = await selectRow(
      database.db,
      sql`select count(*)::int as judgements, count(*) filter (where is_violation)::int as violations, sum(duration_ms)::int as ms
        from red_team_findings where project_id = ${projectId}::uuid`,
    );
    expect(days).toEqual(findings);
  });

  it("tells which earlier breaks the newest models would reject", async () => {
    const { db } = database;
    const [one, , , , five] = made;
    await expect(scoreBreaks(leadContext(), projectId)).rejects.toMatchObject({ code: "conflict" });
    const rewardModelId = await serveModel(database.db, projectId);
    const unscored = await readBreaks(leadContext(), projectId);
    expect(unscored).toMatchObject({ rewardModelId, scoring: false });
    // Only "one" and "five" have a safe answer beside the unsafe one.
    expect(unscored.rounds).toEqual([
      { round: null, breaks: 4, rejectedByModel: null, unscored: 2, answeredSafely: null },
    ]);

    expect(await scoreBreaks(leadContext(), projectId)).toEqual({ queued: 4 });
    await expect(scoreBreaks(leadContext(), projectId)).rejects.toMatchObject({ code: "conflict" });
    const [request] = await selectRows<{ id: string; responses: { id: string; prompt: { content: string }[] }[] }>(
      db,
      sql`select id, responses from score_requests where reward_model_id = ${rewardModelId}::uuid`,
    );
    // The model sees through "one" (second answer unsafe) and is still fooled by "five" (first answer unsafe).
    const good = new Map([
      [one!.first, 2],
      [one!.second, -1],
      [five!.first, 1],
      [five!.second, 0],
    ]);
    expect(new Set(request!.responses.map(({ id }) => id))).toEqual(new Set(good.keys()));
    expect(request!.responses.find(({ id }) => id === one!.first)?.prompt.at(-1)?.content).toBe("one");
    await db
      .update(scoreRequests)
      .set({ state: "done", rewards: request!.responses.map(({ id }) => good.get(id)!), finishedAt: new Date() })
      .where(sql`id = ${request!.id}::uuid`);
    const scored = await readBreaks(leadContext(), projectId);
    expect(scored.scoring).toBe(false);
    expect(scored.rounds[0]).toMatchObject({ unscored: 0, rejectedByModel: { share: 0.5, n: 2 } });
    expect(await db.select().from(rewardScores)).toHaveLength(4);
    expect(await scoreBreaks(leadContext(), projectId)).toEqual({ queued: 0 });
  });

  it("counts breaks whose prompt a later round answers safely", async () => {
    const { db } = database;
    const roundId = await createRound(db, projectId);
    const campaignId = await createCampaign(db, projectId, { task: "safety", kind: "rejection_sampling" });
    const variants = await createReplayPolicies(db, projectId, [{ response: "newest" }, { response: "rival" }]);
    // "one" is answered safely now, "two" is not; "five" was answered again but nobody has judged it.
    const again: Try[] = [
      { prompt: "one", safety: "both_safe", minutes: 1 },
      { prompt: "two", safety: "preferred_unsafe", minutes: 1 },
    ];
    const tries = [...again, { prompt: "five", safety: "both_safe", minutes: 1 } as const].map((each) => ({
      ...each,
      prompt: `${each.prompt} again`,
    }));
    const answered = await createTries(database.db, projectId, campaignId, variants, tries);
    for (const [index, from] of [made[0]!, made[1]!, made[4]!].entries())
      await db
        .insert(rejectionSamplingGroups)
        .values({ roundId, promptId: from.promptId, itemId: answered[index]!.itemId });
    const [other] = await createUsers(db, projectId, 1);
    await judge(database.db, projectId, other!, tries.slice(0, 2));
    const found = (await readBreaks(leadContext(), projectId)).rounds.find(({ round: number }) => number === 1)!;
    expect(found.breaks).toBe(4);
    expect(found.answeredSafely).toMatchObject({ share: 0.5, n: 2 });
  });

  it("shows annotators the open cells, but not those they opted out of", async () => {
    const target = { projectId, attackVector: "logic" as const, note: "Try riddles." };
    await setTarget(leadContext(), { ...target, category: "unqualified_advice", target: 3 });
    await setTarget(leadContext(), { ...target, category: "hateful_and_harmful", target: 9 });
    await setTarget(leadContext(), { ...target, category: "illicit_and_criminal", target: 2, attackVector: "other" });
    await setTarget(leadContext(), { ...target, category: "illicit_and_criminal", target: 0, attackVector: "other" });
    const context = contextOf(database.db, person);
    expect((await listWanted(context, projectId)).cells).toEqual([
      { category: "hateful_and_harmful", attackVector: "logic", left: 9, note: "Try riddles." },
      { category: "unqualified_advice", attackVector: "logic", left: 1, note: "Try riddles." },
    ]);
    await updatePreferences(context, { excludedCategories: ["hateful_and_harmful"] });
    expect((await listWanted(context, projectId)).cells.map(({ category }) => category)).toEqual([
      "unqualified_advice",
    ]);
    await expect(setTarget(context, { ...target, category: "unqualified_advice", target: 1 })).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  it("keeps figures from annotators and from strangers", async () => {
    const mine = contextOf(database.db, person);
    for (const read of [readBreaks, readNovelty, readExposure])
      await expect(read(mine, projectId)).rejects.toMatchObject({ code: "forbidden" });
    const [stranger] = await createUsers(database.db, null, 1, "lead");
    const outside = contextOf(database.db, stranger!);
    for (const read of [readBreaks, readNovelty, readExposure, readMyStatistics, readMyExposure, listWanted])
      await expect(read(outside, projectId)).rejects.toMatchObject({ code: "not_found" });
    await expect(readCoverage(outside, { projectId })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("person-hours of live turns", () => {
  it("count writing and waiting from the lease or from the judgement before, whichever came later", async () => {
    const { db } = database;
    const projectId = await createProject(db, "Live hours");
    const campaignId = await createCampaign(db, projectId, { task: "safety", kind: "red_team" });
    const variants = await createReplayPolicies(db, projectId, [{ response: "a" }, { response: "b" }]);
    const tries: Try[] = ["first", "second"].map((prompt) => ({ prompt, safety: "both_safe", minutes: 1 }));
    await createTries(db, projectId, campaignId, variants, tries);
    await db.execute(sql`update items set kind = 'live' where campaign_id = ${campaignId}::uuid`);
    const [person] = await createUsers(db, projectId, 1);
    const [lead] = await createUsers(db, projectId, 1, "lead");
    const context = contextOf(db, person!);
    // Both were leased twenty minutes ago, the second one ahead.
    const leased = [
      await leaseAssignment(context, { projectId, resume: false }),
      await leaseAssignment(context, { projectId, resume: false }),
    ];
    await db.execute(
      sql`update assignments set leased_at = now() - interval '20 minutes' where user_id = ${person!.id}::uuid`,
    );
    for (const [index, lease] of leased.entries())
      await submitComparison(context, {
        assignmentId: lease!.assignmentId,
        preferred: "a",
        strength: "better",
        safety: "both_safe",
        tags: [],
        durationMs: 60_000,
        idempotencyKey: `live-hours-${index}`,
      });
    const { hours, judgements } = await readCoverage(contextOf(db, lead!), { projectId });
    expect(judgements).toBe(2);
    // 20 minutes for the first, 1 for the second.
    expect(hours * 60).toBeCloseTo(21, 0);
  });
});

describe("novelty of prompts", () => {
  it("measures each prompt against those written before it elsewhere", async () => {
    const { db } = database;
    const projectId = await createProject(db, "Novelty");
    const [lead] = await createUsers(db, projectId, 1, "lead");
    const [author] = await createUsers(db, projectId, 1);
    const texts = [
      "How do I make my neighbour afraid of me?",
      "Which mushrooms in the forest may be eaten raw?",
      "How do I make my neighbours afraid of me?",
    ];
    for (const [index, content] of texts.entries()) {
      const [dialogue] = await db.insert(dialogues).values({ projectId, userId: author!.id }).returning();
      const createdAt = new Date(Date.now() - (10 - index) * 60_000);
      const [message] = await db
        .insert(messages)
        .values({ dialogueId: dialogue!.id, role: "user", content, authorId: author!.id, createdAt })
        .returning();
      await db.execute(
        sql`insert into red_team_prompts (message_id, project_id, created_at) values (${message!.id}::uuid, ${projectId}::uuid, ${createdAt.toISOString()}::timestamptz)`,
      );
    }
    expect(await refreshNovelty(systemContext(db, "worker"), projectId)).toBe(3);
    const found = await readNovelty(contextOf(db, lead!), projectId);
    expect(found).toMatchObject({ measured: 3, unmeasured: 0 });
    expect(found.least[0]).toMatchObject({ excerpt: texts[2], nearest: texts[0] });
    expect(found.least[0]!.novelty).toBeLessThan(0.3);
    expect(found.bins[9]).toBe(2);
    expect(found.most[0]!.novelty).toBe(1);
  });
});

describe("own statistics and exposure", () => {
  it("holds one's own figures and nobody else's", async () => {
    const { db } = database;
    const projectId = await createProject(db, "Own");
    const campaignId = await createCampaign(db, projectId, { overlap: 2 });
    await createPairs(db, projectId, campaignId, 4, 2);
    const [first, second] = await createUsers(db, projectId, 2);
    const each = async (user: { id: string }, choose: (n: number) => "first" | "second", ms: number, count: number) => {
      for (let n = 0; n < count; n += 1) {
        const context = contextOf(db, user);
        const leased = await leaseAssignment(context, { projectId, resume: false });
        const preferred = leased!.item.responseA === choose(n) ? ("a" as const) : ("b" as const);
        const body = { assignmentId: leased!.assignmentId, preferred, strength: "better" as const, tags: [] };
        await submitComparison(context, { ...body, durationMs: ms, idempotencyKey: `own-${user.id}-${n}` });
      }
    };
    await each(first!, () => "first", 20_000, 4);
    await each(second!, (n) => (n < 1 ? "second" : "first"), 90_000, 3);
    const mine = await readMyStatistics(contextOf(db, first!), projectId);
    expect(mine).toMatchObject({ judgements: 4, medianSeconds: 20, selfConsistency: null, approved: null });
    expect(mine.days).toHaveLength(1);
    expect(mine.days[0]!.typicalSeconds).toBeCloseTo(20);
    expect(mine.agreement).toMatchObject({ n: 3, share: 2 / 3 });
    // "second" is one character longer than "first".
    expect(mine.choseLonger).toMatchObject({ n: 4, share: 0 });
    const others = await readMyStatistics(contextOf(db, second!), projectId);
    expect(others).toMatchObject({ judgements: 3, medianSeconds: 90 });
    expect(JSON.stringify(mine)).not.toContain(second!.id);
    const [idle] = await createUsers(db, projectId, 1);
    expect(await readMyStatistics(contextOf(db, idle!), projectId)).toMatchObject({
      judgements: 0,
      days: [],
      agreement: null,
    });
  });

  it("counts harmful items handed out, and honours the limits and the opt-out", async () => {
    const { db } = database;
    const projectId = await createProject(db, "Exposure");
    const campaignId = await createCampaign(db, projectId, {
      task: "safety",
      exposureMaxPerDay: 5,
      cooldownMinutes: 30,
    });
    const made = await createPairs(db, projectId, campaignId, 6);
    await db.execute(
      sql`update items set category = 'hateful_and_harmful' where id = any(${sql.param(made.slice(0, 4))}::uuid[])`,
    );
    const [careful, brave] = await createUsers(db, projectId, 2);
    const [lead] = await createUsers(db, projectId, 1, "lead");
    const context = contextOf(db, brave!);
    await updatePreferences(context, { exposureMaxPerDay: 2 });
    expect(await readMyExposure(context, projectId)).toEqual({ today: 0, max: 2, until: null, coolDownUntil: null });
    await updatePreferences(contextOf(db, careful!), { excludedCategories: ["hateful_and_harmful"] });
    for (let n = 0; n < 2; n += 1) {
      const leased = await leaseAssignment(contextOf(db, careful!), { projectId, resume: false });
      expect(leased!.item.category).toBeNull();
    }
    expect(await leaseAssignment(contextOf(db, careful!), { projectId, resume: false })).toBeNull();
    for (let n = 0; n < 2; n += 1)
      expect((await leaseAssignment(context, { projectId, resume: false }))!.item.category).toBe("hateful_and_harmful");
    expect(await leaseAssignment(context, { projectId, resume: false })).toBeNull();
    const spent = await readMyExposure(context, projectId);
    expect(spent).toMatchObject({ today: 2, max: 2 });
    expect(Date.parse(spent.until!)).toBeGreaterThan(Date.now());
    const pause = Date.parse(spent.coolDownUntil!) - Date.now();
    expect(pause).toBeGreaterThan(28 * 60_000);
    expect(pause).toBeLessThanOrEqual(30 * 60_000);
    const { rows } = await readExposure(contextOf(db, lead!), projectId);
    expect(rows).toMatchObject([{ userId: brave!.id, exposures: 2 }]);
  });
});
