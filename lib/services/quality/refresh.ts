/** Brings the quality tallies up to date with the judgements, and grades gold and mirrored items. */
import { openDisagreements } from "@/db/queries/adjudications";
import { replaceMirrors } from "@/db/queries/checks";
import {
  addBattles,
  addCheckDays,
  addDays,
  countPending,
  lockQuality,
  replaceItems,
  takePending,
} from "@/db/queries/quality";
import { openReviewCases } from "@/db/queries/reviews";
import { projectSettingsSchema } from "@/lib/domain/project-settings";
import { inTransaction, type ServiceContext } from "../context";
import { gradeTaken } from "../gold/grade";

const BATCH = 2000;
/** For settings that were stored before there were reviews. */
const REVIEW_RULES = projectSettingsSchema.parse({}).review;

/** Takes in at most `batches` batches of pending judgements. Safe to run from several processes at once. */
export async function refreshQuality(context: ServiceContext, batches = Number.POSITIVE_INFINITY): Promise<number> {
  let taken = 0;
  if ((await countPending(context.db)) === 0) return taken;
  for (let batch = 0; batch < batches; batch += 1) {
    const count = await inTransaction(context, async (tx) => {
      await lockQuality(tx);
      const ids = await takePending(tx, BATCH);
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
    if (count < BATCH) break;
  }
  return taken;
}
