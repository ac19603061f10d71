/**
 * How many items an annotator could still get. Counting them is dear beside a lease, so the count is kept for some seconds and goes
 * down by one with each new lease; near the end, where every single one shows, it is counted each time.
 */
import type { Db } from "@/db/client";
import { remainingItems } from "@/db/queries/no-item";
import type { Annotator } from "@/db/queries/queue";

const KEPT_MS = 20_000;
const COUNTED_BELOW = 20;
const ENTRIES_MAX = 10_000;

interface Count {
  remaining: number;
  countedAt: number;
}
const counts = new WeakMap<Db, Map<string, Count>>();

function keptCounts(db: Db): Map<string, Count> {
  const known = counts.get(db) ?? new Map<string, Count>();
  counts.set(db, known);
  if (known.size > ENTRIES_MAX) known.clear();
  return known;
}

/** `isNew`: the caller has just taken one of them. */
export async function remainingFor(
  db: Db,
  request: { projectId: string; user: Annotator; isNew: boolean },
): Promise<number> {
  const { projectId, user, isNew } = request;
  const known = keptCounts(db);
  const key = `${user.id}:${projectId}`;
  const count = known.get(key);
  if (count && count.remaining >= COUNTED_BELOW && Date.now() - count.countedAt < KEPT_MS) {
    if (isNew) count.remaining -= 1;
    return count.remaining;
  }
  const remaining = await remainingItems(db, projectId, user);
  known.set(key, { remaining, countedAt: Date.now() });
  return remaining;
}
