/** Brings the quality tallies up to date with the judgements. */
import { addBattles, addDays, countPending, lockQuality, replaceItems, takePending } from "@/db/queries/quality";
import { inTransaction, type ServiceContext } from "../context";

const BATCH = 2000;

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
      return ids.length;
    });
    taken += count;
    if (count < BATCH) break;
  }
  return taken;
}
