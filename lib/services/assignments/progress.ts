/**
 * How many items an annotator could still get. Counting them is dear beside a lease, so the count is kept, the longer the more there
 * are, and goes down by one with each new lease; near the end, where every single one shows, it is counted each time.
 */
import type { Db } from "@/db/client";
import { REMAINING_MAX, remainingItems } from "@/db/queries/no-item";
import type { Annotator } from "@/db/queries/queue";

const KEPT_MS_PER_ITEM = 500;
const KEPT_MS_MIN = 10_000;
/** Counts of people who began together must not all end at one moment. */
const KEPT_SPREAD = 0.5;
const COUNTED_BELOW = 20;
const ENTRIES_MAX = 10_000;

interface Count {
  remaining: number;
  keptUntil: number;
}
const counts = new WeakMap<Db, Map<string, Count>>();

const keptMs = (remaining: number) =>
  Math.max(KEPT_MS_MIN, remaining * KEPT_MS_PER_ITEM) * (1 + KEPT_SPREAD * (Math.random() - 0.5));

function keptCounts(db: Db): Map<string, Count> {
  const known = counts.get(db) ?? new Map<string, Count>();
  counts.set(db, known);
  if (known.size > ENTRIES_MAX) known.clear();
  return known;
}

/** `isNew`: the caller has just taken one of them. REMAINING_MAX stands for that many or more. */
export async function remainingFor(
  db: Db,
  request: { projectId: string; user: Annotator; isNew: boolean },
): Promise<number> {
  const { projectId, user, isNew } = request;
  const known = keptCounts(db);
  const key = `${user.id}:${projectId}`;
  const count = known.get(key);
  if (count && count.remaining >= COUNTED_BELOW && Date.now() < count.keptUntil) {
    if (isNew && count.remaining < REMAINING_MAX) count.remaining -= 1;
    return count.remaining;
  }
  const remaining = await remainingItems(db, projectId, user);
  known.set(key, { remaining, keptUntil: Date.now() + keptMs(remaining) });
  return remaining;
}
