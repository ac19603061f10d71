/**
 * How the attention of a packed row is cut. A product of all queries with all keys would mostly compute what the mask hides, and a
 * product per block would make a graph per number of blocks. So the queries are cut into a fixed number of chunks, each of which
 * looks at one range of keys, where the cuts hide least; the mask inside a chunk is an input of the graph.
 */
import type { AttentionBlock } from "../../ops";

export interface Chunk {
  queryCount: number;
  keyStart: number;
  keyCount: number;
  /** [copies * queryCount, keyCount]: 0 where the key is visible, -HIDDEN elsewhere. */
  mask: Float32Array;
}

export interface AttentionPlan {
  chunks: Chunk[];
  /** 1 for rows that a block covers, 0 for others; null when all are covered. */
  covered: Float32Array | null;
}

/** Large enough that exp underflows to 0, small enough that sums stay finite. */
const HIDDEN = 1e9;
/** More chunks hide less and cost more nodes. */
const CHUNKS = 4;
/** Rows this short are computed whole. */
const QUERIES_UNCUT_MAX = 32;
/** Places to cut at, besides the starts of blocks. */
const CUTS_PER_ROW = 24;

/** First and last key (exclusive) that each query sees. */
interface Reach {
  from: Int32Array;
  to: Int32Array;
}

function forEachQuery(
  blocks: readonly AttentionBlock[],
  visit: (query: number, block: AttentionBlock, seen: number) => void,
): void {
  for (const block of blocks) {
    const total = block.keys.reduce((sum, { count }) => sum + count, 0);
    for (let j = 0; j < block.queryCount; j += 1) visit(block.queryStart + j, block, total - block.queryCount + j + 1);
  }
}

function reachOf(blocks: readonly AttentionBlock[], queries: number): Reach {
  const reach: Reach = { from: new Int32Array(queries).fill(2 ** 30), to: new Int32Array(queries) };
  forEachQuery(blocks, (query, { keys }, seen) => {
    let left = seen;
    for (const { start, count } of keys) {
      const used = Math.min(left, count);
      if (used <= 0) break;
      reach.from[query] = Math.min(reach.from[query] as number, start);
      reach.to[query] = Math.max(reach.to[query] as number, start + used);
      left -= used;
    }
  });
  return reach;
}

function placesToCut(blocks: readonly AttentionBlock[], queries: number): number[] {
  const places = new Set<number>([0, queries]);
  for (const { queryStart } of blocks) places.add(queryStart);
  // Many short blocks would make the search long and gain nothing.
  if (places.size > 2 * CUTS_PER_ROW) places.clear();
  const stride = Math.max(1, Math.ceil(queries / CUTS_PER_ROW));
  for (let place = 0; place < queries; place += stride) places.add(place);
  return [...places.add(queries)].sort((a, b) => a - b);
}

/** The range of keys that queries `start` to `end` see together; empty when they see none. */
function rangeOf({ from, to }: Reach, start: number, end: number): { start: number; end: number } {
  let [first, last] = [2 ** 30, 0];
  for (let query = start; query < end; query += 1) {
    first = Math.min(first, from[query] as number);
    last = Math.max(last, to[query] as number);
  }
  return first < last ? { start: first, end: last } : { start: 0, end: 1 };
}

/** Where to cut so that queries times keys, added over the chunks, is least. Returns chunk borders, CHUNKS + 1 of them. */
function bestCuts(reach: Reach, places: readonly number[]): number[] {
  const last = places.length - 1;
  const costs = places.map((start, i) =>
    places.map((end, j) => {
      if (j <= i) return 0;
      const range = rangeOf(reach, start, end);
      return (end - start) * (range.end - range.start);
    }),
  );
  let best = places.map((_, j) => costs[0]?.[j] as number);
  const choices: number[][] = [];
  for (let chunk = 1; chunk < CHUNKS; chunk += 1) {
    const choice: number[] = [];
    best = places.map((_, j) => {
      let [least, at] = [Number.POSITIVE_INFINITY, j];
      for (let i = 0; i <= j; i += 1) {
        const cost = (best[i] as number) + (costs[i]?.[j] as number);
        if (cost < least) [least, at] = [cost, i];
      }
      choice.push(at);
      return least;
    });
    choices.push(choice);
  }
  const borders = [last];
  for (const choice of choices.reverse()) borders.unshift(choice[borders[0] as number] as number);
  return [0, ...borders].map((at) => places[at] as number);
}

function fillMasks(
  blocks: readonly AttentionBlock[],
  borders: readonly number[],
  chunks: readonly Chunk[],
  copies: number,
): void {
  let at = 0;
  forEachQuery(blocks, (query, { keys }, seen) => {
    while (query >= (borders[at + 1] as number)) at += 1;
    while (query < (borders[at] as number)) at -= 1;
    const { mask, keyStart, keyCount, queryCount } = chunks[at] as Chunk;
    for (let copy = 0; copy < copies; copy += 1) {
      const line = (copy * queryCount + query - (borders[at] as number)) * keyCount - keyStart;
      let left = seen;
      for (const { start, count } of keys) {
        const used = Math.min(left, count);
        if (used <= 0) break;
        mask.fill(0, line + start, line + start + used);
        left -= used;
      }
    }
  });
}

function coverage(blocks: readonly AttentionBlock[], queries: number): Float32Array | null {
  const covered = new Float32Array(queries);
  for (const { queryStart, queryCount } of blocks) covered.fill(1, queryStart, queryStart + queryCount);
  return covered.every((one) => one === 1) ? null : covered;
}

/** `copies` = query heads that share a key/value head: each has the same mask. */
export function planAttention(
  blocks: readonly AttentionBlock[],
  queries: number,
  keys: number,
  copies: number,
): AttentionPlan {
  const reach = reachOf(blocks, queries);
  const borders = queries <= QUERIES_UNCUT_MAX ? [0, queries] : bestCuts(reach, placesToCut(blocks, queries));
  const chunks = borders.slice(1).map((end, index) => {
    const start = borders[index] as number;
    const range = borders.length === 2 ? { start: 0, end: keys } : rangeOf(reach, start, end);
    const keyCount = range.end - range.start;
    const queryCount = end - start;
    const mask = new Float32Array(copies * queryCount * keyCount).fill(-HIDDEN);
    return { queryCount, keyStart: range.start, keyCount, mask };
  });
  fillMasks(blocks, borders, chunks, copies);
  return { chunks, covered: coverage(blocks, queries) };
}
