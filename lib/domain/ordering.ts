/**
 * The order in which a campaign's open items are served, and the chance that each item had to take its place (I8).
 *
 * `random`: every order is equally likely; the chance is 1 / (items open when it was served).
 *
 * The others rank items by what a judgement of them would tell: `uncertainty` by how close the serving reward model's rewards of the
 * two answers are, `disagreement` by the share of annotators who chose the response that fewer chose, `coverage` by how few judgements
 * the item's cell (risk category x language) has. The order is drawn place by place: with probability EXPLORATION_SHARE the next item is
 * a uniform draw among all open items not placed yet, ranked or not; otherwise the one of them that ranks highest. So with n items left
 * the highest has the chance (1 - EXPLORATION_SHARE) + EXPLORATION_SHARE / n to take the place and each other one
 * EXPLORATION_SHARE / n: every open item can come at every place, and weighting a judgement by 1 / chance makes estimates unbiased over
 * the open items. Behind the last ranked item the rest comes at random.
 */
export const ORDERINGS = ["random", "uncertainty", "disagreement", "coverage"] as const;
export type Ordering = (typeof ORDERINGS)[number];

/** Epsilon of the greedy order. Ours: enough to estimate over all items, little enough to lose few judgements to it. */
export const EXPLORATION_SHARE = 0.1;

/** Ranked items are served before all others: their keys lie below 0, those of chance above. */
const FIRST_KEY = -1;

export interface Placed {
  id: string;
  /** FIRST_KEY <= key < 0, ascending. */
  key: number;
  probability: number;
}

/** Ranks not taken yet; taking one is O(log n): a Fenwick tree. */
class Ranks {
  private readonly tree: Int32Array;
  private readonly top: number;
  private left: number;
  constructor(private readonly n: number) {
    this.tree = new Int32Array(n + 1);
    for (let index = 1; index <= n; index += 1) this.tree[index] = index & -index;
    this.top = n === 0 ? 0 : 2 ** Math.floor(Math.log2(n));
    this.left = n;
  }

  get size(): number {
    return this.left;
  }

  /** Takes the rank that has `position` (from 0) free ones before it. */
  take(position: number): number {
    let rank = 0;
    let before = position;
    for (let step = this.top; step > 0; step >>= 1) {
      const size = rank + step <= this.n ? (this.tree[rank + step] as number) : Number.POSITIVE_INFINITY;
      if (size > before) continue;
      rank += step;
      before -= size;
    }
    for (let index = rank + 1; index <= this.n; index += index & -index)
      this.tree[index] = (this.tree[index] as number) - 1;
    this.left -= 1;
    return rank;
  }
}

export interface OpenItems {
  /** Ids, the most telling first. */
  ranked: readonly string[];
  /** Ids of which the order knows nothing, in random order; enough of them to draw from, not all. */
  unranked: readonly string[];
  /** All open items. */
  total: number;
}

/** `random`: uniform in [0, 1). */
export function drawOrder(items: OpenItems, random: () => number, explorationShare = EXPLORATION_SHARE): Placed[] {
  const ranks = new Ranks(items.ranked.length);
  const placed: Omit<Placed, "key">[] = [];
  let unrankedTaken = 0;
  while (ranks.size > 0) {
    const left = items.total - placed.length;
    const drawn = random() < explorationShare ? Math.floor(random() * left) : 0;
    const isRanked = drawn < ranks.size;
    const id = isRanked ? items.ranked[ranks.take(drawn)] : items.unranked[unrankedTaken++];
    // More were drawn than were given; what is placed so far is a whole order of its own.
    if (id === undefined) break;
    placed.push({ id, probability: explorationShare / left + (drawn === 0 ? 1 - explorationShare : 0) });
  }
  return placed.map((item, place) => ({ ...item, key: FIRST_KEY + place / placed.length }));
}

/** Unranked items to have at hand so that `drawOrder` all but never runs out of them. */
export const unrankedNeeded = (ranked: number): number => Math.ceil(ranked * EXPLORATION_SHARE * 1.5) + 100;
