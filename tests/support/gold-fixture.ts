/** What the tests of gold items, mirrors and standing share: judging by service, and projects that are judged already. */
import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { selectRow } from "@/db/queries/rows";
import type { LeasedAssignment } from "@/lib/contracts/assignments";
import { leaseAssignment } from "@/lib/services/assignments/lease";
import { submitComparison } from "@/lib/services/comparisons/submit";
import { type ServiceContext, systemContext } from "@/lib/services/context";
import { refreshQuality } from "@/lib/services/quality/refresh";
import { contextOf, createCampaign, createPairs, createProject, createUsers } from "./annotation-fixture";

export const worker = (db: Db): ServiceContext => systemContext(db, "worker");
export const refresh = (db: Db) => refreshQuality(worker(db));
let keys = 0;

/** Judges what was leased: `first` = prefers the answer that reads "first". */
export async function judge(context: ServiceContext, leased: LeasedAssignment, first: boolean, durationMs = 60_000) {
  const firstIsA = leased.item.responseA === "first";
  keys += 1;
  return submitComparison(context, {
    assignmentId: leased.assignmentId,
    preferred: firstIsA === first ? "a" : "b",
    strength: "better",
    tags: [],
    durationMs,
    idempotencyKey: `gold-test-${keys}`,
  });
}

export const lease = (context: ServiceContext, projectId: string) =>
  leaseAssignment(context, { projectId, resume: false });

export async function setCampaign(db: Db, campaignId: string, set: ReturnType<typeof sql>): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`update campaigns set ${set} where id = ${campaignId}::uuid`);
    await insertAudit(tx, {
      actor: { id: null, kind: "seed" },
      action: "test.change",
      objectType: "campaign",
      objectId: campaignId,
    });
  });
}

export async function purposeOf(db: Db, leased: LeasedAssignment | null): Promise<string | undefined> {
  const row = await selectRow<{ purpose: string }>(
    db,
    sql`select purpose from items where id = ${leased!.item.id}::uuid`,
  );
  return row?.purpose;
}

/** A project whose pairs are all judged alike by three people ("first" is better), and two leads. */
export async function createJudged(db: Db, pairs: number) {
  const projectId = await createProject(db);
  const campaignId = await createCampaign(db, projectId, { overlap: 3 });
  const itemIds = await createPairs(db, projectId, campaignId, pairs, 3);
  for (const person of await createUsers(db, projectId, 3)) {
    const context = contextOf(db, person);
    for (let n = 0; n < pairs; n += 1) await judge(context, (await lease(context, projectId))!, true);
  }
  const [lead] = await createUsers(db, projectId, 1, "lead");
  return { projectId, campaignId, itemIds, lead: contextOf(db, lead!) };
}
