/** Brings the red-team tallies up to date with the judgements. */
import {
  addPrompts,
  hasRedTeamPending,
  lockRedTeam,
  measureNovelty,
  replaceFindings,
  takeRedTeamPending,
} from "@/db/queries/red-team";
import { inTransaction, type ServiceContext } from "../context";

const BATCH = 2000;
const BATCH_OF_READ = 150;
/** What a read brings up to date by itself; the worker does the rest. */
export const BATCHES_PER_READ = 2;
const PROMPTS_PER_BATCH = 200;

/**
 * Takes in at most `batches` batches of pending judgements. With a limit it is a read that asks: its batches are small, and it goes
 * on without them while another process is at it, so that nobody waits for a page because of a backlog. Safe to run from several
 * processes at once.
 */
export async function refreshRedTeam(context: ServiceContext, batches = Number.POSITIVE_INFINITY): Promise<number> {
  let taken = 0;
  if (!(await hasRedTeamPending(context.db))) return taken;
  const isRead = Number.isFinite(batches);
  const size = isRead ? BATCH_OF_READ : BATCH;
  for (let batch = 0; batch < batches; batch += 1) {
    const count = await inTransaction(context, async (tx) => {
      if (!(await lockRedTeam(tx, !isRead))) return 0;
      const ids = await takeRedTeamPending(tx, size);
      if (ids.length === 0) return 0;
      await replaceFindings(tx, ids);
      await addPrompts(tx, ids);
      return ids.length;
    });
    taken += count;
    if (count < size) break;
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
