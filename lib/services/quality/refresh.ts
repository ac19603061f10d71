/** Brings the quality tallies up to date with the judgements, and grades gold and mirrored items. */
import { setTimeout as pause } from "node:timers/promises";
import { openDisagreements } from "@/db/queries/adjudications";
import { replaceMirrors } from "@/db/queries/checks";
import {
  addBattles,
  addCheckDays,
  addDays,
  hasPending,
  lockQuality,
  replaceItems,
  takePending,
} from "@/db/queries/quality";
import { openReviewCases } from "@/db/queries/reviews";
import { projectSettingsSchema } from "@/lib/domain/project-settings";
import { inTransaction, type ServiceContext } from "../context";
import { gradeTaken } from "../gold/grade";

const BATCH = 2000;
/** Of a refresh that nobody waits for: small enough, and with pauses long enough, that annotators do not notice. */
const BATCH_GENTLE = 200;
const PAUSE_SHARE_GENTLE = 3;
const BATCH_OF_READ = 150;
/** For settings that were stored before there were reviews. */
const REVIEW_RULES = projectSettingsSchema.parse({}).review;

/**
 * Takes in at most `batches` batches of pending judgements. With a limit it is a read that asks: its batches are small, and it goes
 * on without them while another process is at it, so that nobody waits for a page because of a backlog. Safe to run from several
 * processes at once. `gently` = with pauses between the batches, for the worker's own turns.
 */
export async function refreshQuality(
  context: ServiceContext,
  batches = Number.POSITIVE_INFINITY,
  { gently = false } = {},
): Promise<number> {
  let taken = 0;
  if (!(await hasPending(context.db))) return taken;
  const isRead = Number.isFinite(batches);
  const size = isRead ? BATCH_OF_READ : gently ? BATCH_GENTLE : BATCH;
  for (let batch = 0; batch < batches; batch += 1) {
    const start = performance.now();
    const count = await inTransaction(context, async (tx) => {
      if (!(await lockQuality(tx, !isRead))) return 0;
      const ids = await takePending(tx, size);
      if (ids.length === 0) return 0;
      await addDays(tx, ids);
      await addBattles(tx, ids);
      await replaceItems(tx, ids);
      await openReviewCases(tx, ids, REVIEW_RULES);
      await openDisagreements(tx, ids);
      await addCheckDays(tx, ids);
      await replaceMirrors(tx, ids);
      await gradeTaken(tx, ids);
      return ids.length;
    });
    taken += count;
    if (count < size) break;
    if (gently) await pause(PAUSE_SHARE_GENTLE * (performance.now() - start));
  }
  return taken;
}
