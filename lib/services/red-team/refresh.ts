/** Brings the red-team tallies up to date with the judgements. */
import {
  addPrompts,
  countRedTeamPending,
  lockRedTeam,
  measureNovelty,
  replaceFindings,
  takeRedTeamPending,
} from "@/db/queries/red-team";
import { inTransaction, type ServiceContext } from "../context";

const BATCH = 2000;
/** What a read brings up to date by itself; the worker does the rest. */
export const BATCHES_PER_READ = 2;
const PROMPTS_PER_BATCH = 200;

/** Takes in at most `batches` batches of pending judgements. Safe to run from several processes at once. */
export async function refreshRedTeam(context: ServiceContext, batches = Number.POSITIVE_INFINITY): Promise<number> {
  let taken = 0;
  if ((await countRedTeamPending(context.db)) === 0) return taken;
  for (let batch = 0; batch < batches; batch += 1) {
    const count = await inTransaction(context, async (tx) => {
      await lockRedTeam(tx);
      const ids = await takeRedTeamPending(tx, BATCH);
      if (ids.length === 0) return 0;
      await replaceFindings(tx, ids);
      await addPrompts(tx, ids);
      return ids.length;
    });
    taken += count;
    if (count < BATCH) break;
  }
  return taken;
}

/** Measures how new the prompts are that annotators wrote; of one project, or of all. How many. */
export async function refreshNovelty(
  context: ServiceContext,
  projectId: string | null,
  batches = Number.POSITIVE_INFINITY,
): Promise<number> {
  let measured = 0;
  for (let batch = 0; batch < batches; batch += 1) {
    const count = await inTransaction(context, (tx) => measureNovelty(tx, projectId, PROMPTS_PER_BATCH));
    measured += count;
    if (count < PROMPTS_PER_BATCH) break;
  }
  return measured;
}
