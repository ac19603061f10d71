/** Quality tallies: equal to what the judgements say, whatever the order in which they were taken in. */
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { selectRows } from "@/db/queries/rows";
import { dialogues, items, messages } from "@/db/schema";
import { gwetAgreement } from "@/lib/domain/agreement";
import { seededInteger } from "@/lib/domain/seeded";
import { leaseAssignment } from "@/lib/services/assignments/lease";
import { submitComparison } from "@/lib/services/comparisons/submit";
import { supersedeComparison } from "@/lib/services/comparisons/supersede";
import { systemContext } from "@/lib/services/context";
import { readAgreement } from "@/lib/services/quality/agreement";
import { readAnnotatorQuality, readDrift } from "@/lib/services/quality/annotators";
import { readPolicyRatings } from "@/lib/services/quality/policies";
import { exportHours, readProgress } from "@/lib/services/quality/progress";
import { refreshQuality } from "@/lib/services/quality/refresh";
import {
  contextOf,
  createCampaign,
  createPairs,
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

const STRENGTHS = ["significantly_better", "better", "slightly_better", "negligibly_better"] as const;
const SAFETY = ["preferred_safe", "both_safe", "both_unsafe", "preferred_unsafe"] as const;
const ITEMS = 12;
const ANNOTATORS = 3;

const verdictOf = (seed: number) => {
  const safety = SAFETY[seededInteger(seed, "safety") % 4]!;
  return {
    preferred: (["a", "b"] as const)[seededInteger(seed, "side") % 2]!,
    strength: STRENGTHS[seededInteger(seed, "strength") % 4]!,
    safety,
    tags: [],
    durationMs: 1000 + (seededInteger(seed, "time") % 60_000),
    ...(safety === "preferred_unsafe" ? { rationale: "because" } : {}),
  };
};

/** Everybody judges everything, every fourth judgement is changed, and the tallies are refreshed in between. */
async function judgeAll(projectId: string, people: { id: string }[]): Promise<void> {
  const { db } = database;
  let seed = 0;
  for (let n = 0; n < ITEMS; n += 1)
    for (const person of people) {
      seed += 1;
      const context = contextOf(db, person);
      const leased = await leaseAssignment(context, { projectId, resume: false });
      const { assignmentId } = leased!;
      const made = await submitComparison(context, { assignmentId, ...verdictOf(seed), idempotencyKey: `q-${seed}` });
      if (seed % 5 === 0) await refreshQuality(systemContext(db, "worker"));
      if (seed % 4 === 0)
        await supersedeComparison(context, {
          comparisonId: made.id,
          verdict: verdictOf(seed + 1000),
          idempotencyKey: `again-${seed}`,
        });
    }
}

const TALLIES = ["quality_items", "quality_patterns", "quality_days", "quality_peers", "quality_battles"];
const tallies = async () => {
  const all: Record<string, unknown> = {};
  for (const table of TALLIES)
    all[table] = (
      await selectRows<{ row: string }>(
        database.db,
        sql.raw(`select to_jsonb(q) - 'duration_log_sum' as row from ${table} q order by 1`),
      )
    ).map(({ row }) => row);
  return all;
};

/** Pairs of two variants' answers, the first variant's answer being response 1 and response 2 in turns. */
async function createBattles(projectId: string, campaignId: string, variants: string[], count: number): Promise<void> {
  const texts = ["a strong and long answer", "weak"];
  await database.db.transaction(async (tx) => {
    for (let n = 0; n < count; n += 1) {
      const [dialogue] = await tx.insert(dialogues).values({ projectId }).returning();
      const dialogueId = dialogue!.id;
      const [prompt] = await tx
        .insert(messages)
        .values({ dialogueId, role: "user", content: `Q ${n}` })
        .returning();
      const answers = [];
      for (const at of n % 2 === 0 ? [0, 1] : [1, 0]) {
        const shared = {
          dialogueId,
          parentId: prompt!.id,
          role: "assistant" as const,
          sampling: {},
          drawProbability: 0.5,
        };
        const [answer] = await tx
          .insert(messages)
          .values({ ...shared, content: texts[at]!, variantId: variants[at]! })
          .returning();
        answers.push(answer!.id);
      }
      await tx.insert(items).values({
        projectId,
        campaignId,
        kind: "pair",
        dialogueId,
        contextMessageId: prompt!.id,
        response1Id: answers[0]!,
        response2Id: answers[1]!,
        pairProbability: 0.5,
        overlap: 2,
        slotsRemaining: 2,
      });
    }
  });
}

describe("quality", () => {
  let projectId: string;
  let people: { id: string }[];
  beforeAll(async () => {
    const { db } = database;
    projectId = await createProject(db);
    const campaignId = await createCampaign(db, projectId, { task: "safety", overlap: ANNOTATORS });
    await createPairs(db, projectId, campaignId, ITEMS, ANNOTATORS);
    people = await createUsers(db, projectId, ANNOTATORS);
    await judgeAll(projectId, people);
    await refreshQuality(systemContext(db, "worker"));
  });

  it("taking changes in one by one gives the same tallies as reading everything anew", async () => {
    const before = await tallies();
    await database.db.execute(sql.raw(`truncate ${TALLIES.join(", ")}`));
    await database.db.execute(
      sql`insert into quality_pending (comparison_id) select id from comparisons where source = 'annotator' order by id`,
    );
    await refreshQuality(systemContext(database.db, "worker"));
    expect(await tallies()).toEqual(before);
    expect((before.quality_items as unknown[]).length).toBe(ITEMS);
  });

  it("agreement is that of the standing judgements", async () => {
    const [lead] = await createUsers(database.db, projectId, 1, "lead");
    const found = await readAgreement(contextOf(database.db, lead!), { projectId });
    const standing = await selectRows<{ itemId: string; first: boolean; strength: (typeof STRENGTHS)[number] }>(
      database.db,
      sql`select c.item_id as "itemId", c.chosen_id = i.response1_id as first, c.strength
        from comparisons c join items i on i.id = c.item_id
        where not exists (select 1 from comparisons newer where newer.supersedes_id = c.id)`,
    );
    expect(standing.length).toBe(ITEMS * ANNOTATORS);
    const items = [...new Set(standing.map((row) => row.itemId))];
    const table = (categories: number, of: (row: (typeof standing)[number]) => number) =>
      items.map((item) => ({
        counts: Array.from(
          { length: categories },
          (_, k) => standing.filter((row) => row.itemId === item && of(row) === k).length,
        ),
        subjects: 1,
      }));
    const preferred = gwetAgreement(table(2, (row) => (row.first ? 0 : 1)));
    const step = (row: (typeof standing)[number]) => {
      const distance = STRENGTHS.indexOf(row.strength);
      return row.first ? distance : 7 - distance;
    };
    const strength = gwetAgreement(table(8, step), "ordinal");
    expect(found.measures[0]?.gwet?.coefficient).toBeCloseTo(preferred!.coefficient, 12);
    expect(found.measures[0]?.gwet?.interval?.[0]).toBeCloseTo(preferred!.interval![0], 12);
    expect(found.measures[1]?.gwet?.coefficient).toBeCloseTo(strength!.coefficient, 12);
    expect(found.distances.reduce((sum, n) => sum + n, 0)).toBe(ITEMS * 3);
    expect(found.pending).toBe(0);
  });

  it("an annotator's row counts standing judgements, pairs with others, and sides as shown", async () => {
    const [lead] = await createUsers(database.db, projectId, 1, "lead");
    const { rows } = await readAnnotatorQuality(contextOf(database.db, lead!), { projectId });
    expect(rows.map((row) => row.userId).sort()).toEqual(people.map((person) => person.id).sort());
    for (const row of rows) {
      expect(row.judgements).toBe(ITEMS);
      expect(row.agreement?.n).toBe(ITEMS * (ANNOTATORS - 1));
      const [shown] = await selectRows<{ n: number }>(
        database.db,
        sql`select count(*)::int as n from comparisons c join items i on i.id = c.item_id
          where c.user_id = ${row.userId}::uuid and (c.chosen_id = i.response1_id) = not c.swapped
            and not exists (select 1 from comparisons newer where newer.supersedes_id = c.id)`,
      );
      expect(Math.round((row.choseA?.share ?? 0) * ITEMS)).toBe(shown?.n);
    }
    const { weeks } = await readDrift(contextOf(database.db, lead!), { projectId });
    expect(weeks.reduce((sum, week) => sum + week.judgements, 0)).toBe(ITEMS * ANNOTATORS);
  });

  it("rates policy variants from the same judgements, whichever side they stood on", async () => {
    const { db } = database;
    const own = await createProject(db, "Battles");
    const campaignId = await createCampaign(db, own, { overlap: 2 });
    const variants = await createReplayPolicies(db, own, [{ response: "strong" }, { response: "weak" }]);
    await createBattles(own, campaignId, variants, 10);
    for (const person of await createUsers(db, own, 2)) {
      const context = contextOf(db, person);
      for (let n = 0; n < 10; n += 1) {
        const leased = await leaseAssignment(context, { projectId: own, resume: false });
        const strongIsA = leased!.item.responseA === "a strong and long answer";
        // Nine of ten judgements go to the strong one.
        const preferred = strongIsA === n > 0 ? ("a" as const) : ("b" as const);
        const body = {
          assignmentId: leased!.assignmentId,
          preferred,
          strength: "better" as const,
          tags: [],
          durationMs: 1,
        };
        await submitComparison(context, { ...body, idempotencyKey: `battle-${person.id}-${n}` });
      }
    }
    const [lead] = await createUsers(db, own, 1, "lead");
    const found = await readPolicyRatings(contextOf(db, lead!), { projectId: own, lengthControlled: false });
    expect(found.ratings.map(({ policy, battles }) => [policy, battles])).toEqual([
      ["strong", 20],
      ["weak", 20],
    ]);
    expect(found.wins).toEqual([
      [0, 18],
      [2, 0],
    ]);
    expect(found.annotators).toBe(2);
    // ln 9 apart: the odds of nine to one.
    const gap = (found.ratings[0]!.elo - found.ratings[1]!.elo) / (400 / Math.LN10);
    expect(gap).toBeCloseTo(Math.log(9), 2);
  });

  it("tells progress and gives the hours as a file that no spreadsheet runs", async () => {
    const { db } = database;
    const [lead] = await createUsers(db, projectId, 1, "lead");
    const context = contextOf(db, lead!);
    const { campaigns } = await readProgress(context, projectId);
    expect(campaigns).toMatchObject([
      { judgementsWanted: ITEMS * ANNOTATORS, judgements: ITEMS * ANNOTATORS, daysLeft: 0, interval: null },
    ]);
    await db.execute(sql`update users set name = '=1+1' where id = ${people[0]!.id}::uuid`);
    const lines = (await exportHours(context, { projectId })).trim().split("\r\n");
    expect(lines).toHaveLength(1 + ANNOTATORS);
    expect(lines.filter((line) => line.includes(`"'=1+1"`))).toHaveLength(1);
    expect(lines.slice(1).every((line) => line.split(",")[4] === String(ITEMS))).toBe(true);
    expect((await exportHours(context, { projectId, to: "2020-01-01" })).trim().split("\r\n")).toHaveLength(1);
  });

  it("annotators see neither the figures nor other projects'", async () => {
    const person = contextOf(database.db, people[0]!);
    await expect(readAgreement(person, { projectId })).rejects.toMatchObject({ code: "forbidden" });
    const [stranger] = await createUsers(database.db, null, 1, "lead");
    for (const read of [readAgreement, readAnnotatorQuality, readDrift])
      await expect(read(contextOf(database.db, stranger!), { projectId })).rejects.toMatchObject({ code: "not_found" });
    await expect(
      readPolicyRatings(contextOf(database.db, stranger!), { projectId, lengthControlled: false }),
    ).rejects.toMatchObject({ code: "not_found" });
  });
});
