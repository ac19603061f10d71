/** How much harmful content one has been given today, and what limits it. */
import { selectOwnExposure } from "@/db/queries/own-statistics";
import type { MyExposure } from "@/lib/contracts/welfare";
import { requireProject, requireUser, type ServiceContext } from "../context";

const iso = (ms: number): string => new Date(ms).toISOString();

export async function readMyExposure(context: ServiceContext, projectId: string): Promise<MyExposure> {
  await requireProject(context, context.db, projectId);
  const row = await selectOwnExposure(context.db, { projectId, userId: requireUser(context).id });
  return {
    today: row.today,
    max: row.max,
    until: row.max !== null && row.today >= row.max ? iso(row.midnightMs) : null,
    coolDownUntil: row.coolDownMs === null ? null : iso(row.coolDownMs),
  };
}
