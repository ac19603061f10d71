/** A project with pairs and people, and what annotators do in it, for the tests of the queue. Registers its own database. */
import { sql } from "drizzle-orm";
import { afterAll, beforeAll } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { explainNoItem } from "@/lib/services/assignments/explain";
import { leaseAssignment } from "@/lib/services/assignments/lease";
import { submitComparison } from "@/lib/services/comparisons/submit";
import type { ServiceContext } from "@/lib/services/context";
import {
  type CampaignOptions,
  contextOf,
  createCampaign,
  createPairs,
  createProject,
  createUsers,
} from "./annotation-fixture";
import { createTestDatabase, type TestDatabase } from "./database";

export let database: Database;
let clone: TestDatabase;
beforeAll(async () => {
  clone = await createTestDatabase();
  database = createDatabase(clone.url, { connectionsMax: 8 });
});
afterAll(async () => {
  await database.pool.end();
  await clone.drop();
});

export interface Person {
  id: string;
  context: ServiceContext;
}
export async function setUp(options: { items: number; people?: number; campaign?: CampaignOptions }) {
  const { db } = database;
  const projectId = await createProject(db);
  const overlap = options.campaign?.overlap ?? 1;
  const campaignId = await createCampaign(db, projectId, options.campaign);
  const itemIds = await createPairs(db, projectId, campaignId, options.items, overlap);
  const users = await createUsers(db, projectId, options.people ?? 1);
  const people: Person[] = users.map((user) => ({ id: user.id, context: contextOf(db, user) }));
  return { projectId, campaignId, itemIds, people, person: people[0] as Person };
}
export const run = (statement: ReturnType<typeof sql>) => database.db.execute(statement);
export const rowsOf = async <Row>(statement: ReturnType<typeof sql>) => (await run(statement)).rows as Row[];
export const lease = (person: Person, projectId: string) =>
  leaseAssignment(person.context, { projectId, resume: false });
export const why = (person: Person, projectId: string) => explainNoItem(person.context, { projectId });

let keys = 0;
export async function judge(person: Person, assignmentId: string, preferred: "a" | "b" = "a") {
  keys += 1;
  const verdict = { preferred, strength: "better", tags: [], durationMs: 1000 } as const;
  return submitComparison(person.context, { ...verdict, tags: [], assignmentId, idempotencyKey: `rule-key-${keys}` });
}
export async function work(person: Person, projectId: string) {
  const leased = await lease(person, projectId);
  if (leased) await judge(person, leased.assignmentId);
  return leased;
}
export const setItem = (itemId: string, changes: { language?: string; category?: string }) =>
  run(sql`update items set language = coalesce(${changes.language ?? null}, language),
    category = coalesce(${changes.category ?? null}, category) where id = ${itemId}::uuid`);
