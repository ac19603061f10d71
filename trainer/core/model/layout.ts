/**
 * How trees of token rows become the tensors of one packed row. A token sees the tokens before it in its own row only, at the
 * positions it would have alone, so rewards equal those of separate rows (up to the order of sums) for fewer tokens.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { AttentionBlock, KeyRange } from "../../ops";
import { type RotarySettings, rotaryTables } from "./rotary";
import type { Span, TokenTree } from "./token-tree";

export interface BatchLayout {
  /** Tokens of the packed row. */
  tokens: number;
  /** [T] int32 */
  ids: tf.Tensor1D;
  /** [T, headDim] rotary tables at each token's position. */
  cos: tf.Tensor2D;
  sin: tf.Tensor2D;
  /** Of all trees, in order. */
  spans: Span[];
  /** What every token attends to. */
  blocks: AttentionBlock[];
  /** Row index of every row's last token, tree by tree. */
  scoreAt: number[];
  /** With a cache: where each token's keys and values are stored, which is what `blocks` then speaks of. */
  cacheRows?: number[];
}

/** The ranges of keys that a span's ancestors hold, root first. Ranges that touch are one. */
function ancestorRanges(spans: readonly Span[], span: Span): KeyRange[] {
  const ranges: KeyRange[] = [];
  for (let at = span.parent; at !== null; at = (spans[at] as Span).parent) {
    const { start, count } = spans[at] as Span;
    const after = ranges[0];
    if (after && start + count === after.start) ranges[0] = { start, count: count + after.count };
    else ranges.unshift({ start, count });
  }
  return ranges;
}

function extended(ranges: readonly KeyRange[], start: number, count: number): KeyRange[] {
  const last = ranges.at(-1);
  if (last && last.start + last.count === start)
    return [...ranges.slice(0, -1), { start: last.start, count: last.count + count }];
  return [...ranges, { start, count }];
}

/**
 * One block per span, except that a span's first continuation, which lies directly after it, joins its block: together they are one
 * causal run.
 */
function blocksOf(spans: readonly Span[]): AttentionBlock[] {
  const blocks: AttentionBlock[] = [];
  const blockOf: number[] = [];
  for (const { start, count, parent } of spans) {
    const before = parent === null ? null : (spans[parent] as Span);
    if (before !== null && before.start + before.count === start) {
      const at = blockOf[parent as number] as number;
      const { queryStart, queryCount, keys } = blocks[at] as AttentionBlock;
      blocks[at] = { queryStart, queryCount: queryCount + count, keys: extended(keys, start, count) };
      blockOf.push(at);
    } else {
      blockOf.push(blocks.length);
      const keys = extended(ancestorRanges(spans, { start, count, parent }), start, count);
      blocks.push({ queryStart: start, queryCount: count, keys });
    }
  }
  return blocks;
}

/** The span that holds a token: spans lie in order without gaps. */
function spanAt(spans: readonly Span[], token: number): Span {
  let [low, high] = [0, spans.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((spans[middle] as Span).start <= token) low = middle;
    else high = middle - 1;
  }
  const span = spans[low];
  if (span === undefined || token < span.start || token >= span.start + span.count)
    throw new RangeError(`there is no token ${token} in the row`);
  return span;
}

/**
 * The blocks of some tokens alone, as queries 0, 1, ... in the given order; keys stay those of the whole row. Neighbours within a
 * span share a block.
 */
export function keptBlocks(spans: readonly Span[], at: readonly number[]): AttentionBlock[] {
  const blocks: AttentionBlock[] = [];
  let end = -1;
  at.forEach((token, query) => {
    const span = spanAt(spans, token);
    const last = blocks.at(-1);
    if (last && token === end && token > span.start) {
      blocks[blocks.length - 1] = { ...last, queryCount: last.queryCount + 1, keys: extended(last.keys, token, 1) };
    } else {
      const keys = extended(ancestorRanges(spans, span), span.start, token - span.start + 1);
      blocks.push({ queryStart: query, queryCount: 1, keys });
    }
    end = token + 1;
  });
  return blocks;
}

function positionTables(positions: Int32Array, rotary: RotarySettings): { cos: tf.Tensor2D; sin: tf.Tensor2D } {
  const { cos, sin } = rotaryTables(positions, rotary);
  const shape: [number, number] = [positions.length, rotary.headDim];
  return { cos: tf.tensor2d(cos, shape), sin: tf.tensor2d(sin, shape) };
}

/** Packs the trees one after another. */
export function layOut(trees: readonly TokenTree[], rotary: RotarySettings): BatchLayout {
  const tokens = trees.reduce((sum, tree) => sum + tree.ids.length, 0);
  const ids = new Int32Array(tokens);
  const positions = new Int32Array(tokens);
  const spans: Span[] = [];
  const scoreAt: number[] = [];
  let at = 0;
  for (const tree of trees) {
    ids.set(tree.ids, at);
    positions.set(tree.positions, at);
    const before = spans.length;
    for (const { start, count, parent } of tree.spans)
      spans.push({ start: start + at, count, parent: parent === null ? null : parent + before });
    for (const token of tree.scoreAt) scoreAt.push(token + at);
    at += tree.ids.length;
  }
  return {
    tokens,
    ids: tf.tensor1d(ids, "int32"),
    ...positionTables(positions, rotary),
    spans,
    blocks: blocksOf(spans),
    scoreAt,
  };
}

/** One more token of several samples, each of which sees its own keys in a cache. */
export interface NextToken {
  id: number;
  position: number;
  /** Cache row of its own key and value. */
  cacheRow: number;
  /** Cache rows it sees, in order, its own last. */
  keys: KeyRange[];
}

export function layOutNext(next: readonly NextToken[], rotary: RotarySettings): BatchLayout {
  return {
    tokens: next.length,
    ids: tf.tensor1d(
      next.map(({ id }) => id),
      "int32",
    ),
    ...positionTables(
      Int32Array.from(next, ({ position }) => position),
      rotary,
    ),
    spans: next.map((_, start) => ({ start, count: 1, parent: null })),
    blocks: next.map(({ keys }, queryStart) => ({ queryStart, queryCount: 1, keys })),
    scoreAt: next.map((_, index) => index),
    cacheRows: next.map(({ cacheRow }) => cacheRow),
  };
}

export function disposeLayout(layout: BatchLayout): void {
  for (const tensor of [layout.ids, layout.cos, layout.sin]) tensor.dispose();
}
