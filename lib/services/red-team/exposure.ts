/** Who has read how much harmful content: a lead's duty of care. */
import { selectExposure } from "@/db/queries/red-team-figures";
import { requireProject, type ServiceContext } from "../context";
import { BATCHES_PER_READ, refreshRedTeam } from "./refresh";

const DAYS = 14;

export async function readExposure(context: ServiceContext, projectId: string) {
  await requireProject(context, context.db, projectId, "lead");
  await refreshRedTeam(context, BATCHES_PER_READ);
  return { rows: await selectExposure(context.db, projectId, DAYS) };
}
