/** What a probe reads: hidden states of an answer's last token, or their mean over the answer's tokens, out of packed rows. */
import * as tf from "@tensorflow/tfjs-core";
import { type BatchLayout, layOut } from "../core/model/layout";
import { hiddenStates } from "../core/model/llama";
import type { LlamaModel } from "../core/model/parameters";
import { growTree, type TokenRow } from "../core/model/token-tree";
import type { Pooling, ProbeSite } from "./probe-site";

/** Rows that are computed together, and for each the index of its answer's first token. */
export interface AnsweredItem {
  rows: readonly TokenRow[];
  answerStarts: readonly number[];
}

interface Range {
  start: number;
  count: number;
}

/** Where the last `count` tokens of each row lie in the packed row: along the row's path, from its end towards the root. */
function answerRanges(layout: BatchLayout, ends: readonly number[], counts: readonly number[]): Range[][] {
  const spanEndingAt = new Map(layout.spans.map(({ start, count }, index) => [start + count - 1, index]));
  return ends.map((end, row) => {
    const ranges: Range[] = [];
    let left = counts[row] as number;
    for (let at: number | null = spanEndingAt.get(end) ?? null; at !== null && left > 0; ) {
      const span = layout.spans[at] as BatchLayout["spans"][number];
      const count = Math.min(left, span.count);
      ranges.push({ start: span.start + span.count - count, count });
      left -= count;
      at = span.parent;
    }
    return ranges;
  });
}

/** Fills in weights [rows, columns]: a row's pooled state is the sum of its columns' states so weighted. */
function poolingWeights(
  weights: Float32Array,
  ranges: readonly Range[][],
  pooling: Pooling,
  columns: number,
  columnOf: (token: number) => number,
): void {
  ranges.forEach((parts, row) => {
    const total = parts.reduce((sum, { count }) => sum + count, 0);
    const last = parts[0] as Range;
    if (pooling === "last") weights[row * columns + columnOf(last.start + last.count - 1)] = 1;
    else
      for (const { start, count } of parts)
        for (let token = start; token < start + count; token += 1) weights[row * columns + columnOf(token)] = 1 / total;
  });
}

interface Packed {
  layout: BatchLayout;
  /** Of the items' rows in order. */
  ranges: Range[][];
}

/** All rows as one tree: even a system prompt that all of them open with is computed once. */
function pack(model: LlamaModel, items: readonly AnsweredItem[]): Packed {
  const layout = layOut([growTree(items.flatMap(({ rows }) => rows))], model.config);
  const counts = items.flatMap(({ rows, answerStarts }) =>
    rows.map((row, index) => Math.max(1, row.length - (answerStarts[index] as number))),
  );
  return { layout, ranges: answerRanges(layout, layout.scoreAt, counts) };
}

/**
 * Pooled states after each of `blocks` (1 = after the first layer; the last one with the final norm), from one forward pass. Call
 * inside a tidy; nothing is kept for a gradient.
 */
export function pooledStates(
  model: LlamaModel,
  items: readonly AnsweredItem[],
  blocks: readonly number[],
  poolings: readonly Pooling[],
): Map<number, tf.Tensor2D> {
  const { layout, ranges } = pack(model, items);
  const { layerCount } = model.config;
  const deepest = Math.max(...blocks);
  const wanted = new Set(blocks);
  const size = ranges.length * layout.tokens;
  const values = new Float32Array(poolings.length * size);
  poolings.forEach((pooling, index) => {
    poolingWeights(values.subarray(index * size), ranges, pooling, layout.tokens, (token) => token);
  });
  const weights = tf.tensor2d(values, [poolings.length * ranges.length, layout.tokens]);
  const found = new Map<number, tf.Tensor2D>();
  const observe = (layer: number, output: tf.Tensor2D) => {
    if (wanted.has(layer + 1) && layer + 1 < layerCount) found.set(layer + 1, tf.matMul(weights, output));
  };
  const end = hiddenStates(model, layout, { observe, ...(deepest < layerCount ? { depth: deepest } : {}) });
  if (wanted.has(layerCount)) found.set(layerCount, tf.matMul(weights, end));
  return found;
}

/**
 * The pooled states [rows, hiddenSize] after one block, in the whole model or in one of so many layers; the final norm belongs to the
 * whole model's last block alone. The block's own layer is computed for the answers' tokens alone beyond keys and values. Call inside
 * a tidy.
 */
export function pooledAt(
  model: LlamaModel,
  items: readonly AnsweredItem[],
  { block, pooling, finalNorm }: ProbeSite & { finalNorm: boolean },
): tf.Tensor2D {
  const { layout, ranges } = pack(model, items);
  const tokens = new Set<number>();
  for (const parts of ranges)
    for (const { start, count } of pooling === "last" ? parts.slice(0, 1) : parts)
      for (let token = pooling === "last" ? start + count - 1 : start; token < start + count; token += 1)
        tokens.add(token);
  const at = [...tokens].sort((a, b) => a - b);
  const columnOf = new Map(at.map((token, column) => [token, column]));
  const states = hiddenStates(model, layout, { at, ...(finalNorm ? {} : { depth: block }) });
  const weights = new Float32Array(ranges.length * at.length);
  poolingWeights(weights, ranges, pooling, at.length, (token) => columnOf.get(token) as number);
  return tf.matMul(tf.tensor2d(weights, [ranges.length, at.length]), states);
}
