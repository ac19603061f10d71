/** Judgements made through the services, named by the answer's text and not by the side that chance gave it. */
import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { type ProjectSettings, projectSettingsSchema } from "@/lib/domain/project-settings";
import { leaseAssignment } from "@/lib/services/assignments/lease";
import { submitComparison } from "@/lib/services/comparisons/submit";
import { contextOf } from "./annotation-fixture";

let submissions = 0;

export interface Opinion {
  /** Content of the better answer. */
  chosen: "first" | "second";
  strength?: "significantly_better" | "better" | "slightly_better" | "negligibly_better";
  safety?: "preferred_safe" | "both_safe" | "both_unsafe" | "preferred_unsafe";
  tags?: string[];
  rationale?: string;
}

/** Leases the person's next item and judges it; the comparison's id, and which side was preferred. */
export async function judge(db: Db, person: { id: string }, projectId: string, opinion: Opinion) {
  const context = contextOf(db, person);
  const leased = await leaseAssignment(context, { projectId, resume: false });
  if (!leased) throw new Error("there is no item to judge");
  const { chosen, strength = "better", tags = [], ...rest } = opinion;
  submissions += 1;
  const made = await submitComparison(context, {
    assignmentId: leased.assignmentId,
    preferred: leased.item.responseA === chosen ? "a" : "b",
    strength,
    tags,
    durationMs: 1000,
    ...rest,
    idempotencyKey: `judging-${submissions}`,
  });
  return { id: made.id, itemId: made.itemId, preferred: made.preferred };
}

export async function changeSettings(db: Db, projectId: string, settings: Partial<ProjectSettings>): Promise<void> {
  const value = JSON.stringify(projectSettingsSchema.parse(settings));
  await db.transaction(async (tx) => {
    await tx.execute(sql`update projects set settings = ${value}::jsonb where id = ${projectId}::uuid`);
    await insertAudit(tx, {
      actor: { id: null, kind: "seed" },
      action: "test.settings",
      objectType: "project",
      objectId: projectId,
    });
  });
}
