/** Attention over a packed row, block by block, in plain tfjs. */
import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable";
import type { AttentionBlock } from "./index";

type Range = { start: number; count: number };

/** Blocks of one shape, computed together; their rows lie one after another in the plan's indices. */
interface BlockGroup {
  blocks: number;
  queries: number;
  keys: number;
}

interface Plan {
  groups: BlockGroup[];
  /** Rows of q of every query, and rows of k of every key, group by group, block by block. */
  queries: Range[];
  keys: Range[];
}

/** The same rows in as few ranges as they have gaps. */
function joined(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const { start, count } of ranges) {
    const last = result.at(-1);
    if (last && last.start + last.count === start) last.count += count;
    else result.push({ start, count });
  }
  return result;
}

/** The first `count` rows of some ranges. */
function firstRows(ranges: readonly Range[], count: number): Range[] {
  let left = count;
  return ranges.flatMap((range) => {
    const taken = Math.min(left, range.count);
    left -= taken;
    return taken > 0 ? [{ start: range.start, count: taken }] : [];
  });
}

/** Longer blocks are cut: a causal block computes the half of its products that the mask then hides, parts of it far fewer. */
const QUERIES_MAX = 256;

function cutBlock({ queryStart, queryCount, keys }: AttentionBlock): AttentionBlock[] {
  const total = keys.reduce((sum, range) => sum + range.count, 0);
  const parts = Math.ceil(queryCount / QUERIES_MAX);
  return Array.from({ length: parts }, (_, part) => {
    const from = part * QUERIES_MAX;
    const to = Math.min(queryCount, from + QUERIES_MAX);
    return { queryStart: queryStart + from, queryCount: to - from, keys: firstRows(keys, total - queryCount + to) };
  });
}

function planBlocks(blocks: readonly AttentionBlock[]): Plan {
  const byShape = new Map<string, { group: BlockGroup; queries: Range[]; keys: Range[] }>();
  for (const { queryStart, queryCount, keys } of blocks.flatMap(cutBlock)) {
    const count = keys.reduce((sum, range) => sum + range.count, 0);
    const shape = `${queryCount} ${count}`;
    const found = byShape.get(shape) ?? {
      group: { blocks: 0, queries: queryCount, keys: count },
      queries: [],
      keys: [],
    };
    byShape.set(shape, found);
    found.group.blocks += 1;
    found.queries.push({ start: queryStart, count: queryCount });
    found.keys.push(...keys);
  }
  const all = [...byShape.values()];
  return {
    groups: all.map(({ group }) => group),
    queries: joined(all.flatMap((one) => one.queries)),
    keys: joined(all.flatMap((one) => one.keys)),
  };
}

/** A layout's blocks are the same for every layer and both passes. */
const plans = new WeakMap<readonly AttentionBlock[], Plan>();

function planOf(blocks: readonly AttentionBlock[]): Plan {
  const plan = plans.get(blocks) ?? planBlocks(blocks);
  plans.set(blocks, plan);
  return plan;
}

interface Sizes {
  groups: number;
  width: number;
}

/** Rows [n * count, Hk * G * D] of n blocks to [n * Hk, count * G, D]: query heads become rows of their key/value head. */
function fold(rows: tf.Tensor, blocks: number, count: number, { groups, width }: Sizes): tf.Tensor3D {
  const perGroup = rows.size / (blocks * count * groups * width);
  const split = tf.reshape(rows, [blocks, count, groups, perGroup * width]);
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [blocks * groups, count * perGroup, width]);
}

/** The inverse of `fold`: [n * count, columns]. */
function unfold(x: tf.Tensor, blocks: number, count: number, { groups }: Sizes): tf.Tensor2D {
  const split = tf.reshape(x, [blocks, groups, count, x.size / (blocks * groups * count)]);
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [blocks * count, x.size / (blocks * count)]);
}

/** Large enough that exp underflows to 0, small enough that sums stay finite. */
const HIDDEN = 1e9;

/** [queries, 1, keys]: 0 where the key is visible, -HIDDEN elsewhere. Made on the engine, since a copy from here costs more. */
function causalMask(queries: number, keys: number): tf.Tensor3D {
  const last = tf.reshape(tf.range(keys - queries, keys, 1, "int32"), [queries, 1, 1]);
  const visible = tf.lessEqual(tf.reshape(tf.range(0, keys, 1, "int32"), [1, 1, keys]), last);
  return tf.reshape(tf.mul(tf.sub(tf.cast(visible, "float32"), 1), HIDDEN), [queries, 1, keys]);
}

/** [n * Hk, queries * G, keys], rows summing to 1. */
function attentionWeights(q: tf.Tensor3D, k: tf.Tensor3D, { queries, keys }: BlockGroup): tf.Tensor3D {
  const logits: tf.Tensor3D = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(q.shape[2]));
  if (queries === 1) return tf.softmax(logits);
  const perQuery = tf.reshape(logits, [q.shape[0], queries, q.shape[1] / queries, keys]);
  return tf.reshape(tf.softmax(tf.add(perQuery, causalMask(queries, keys))), [q.shape[0], q.shape[1], keys]);
}

/** Cuts the rows of every group out of the planned order. */
function cut(rows: tf.Tensor2D, groups: readonly BlockGroup[], count: (group: BlockGroup) => number): tf.Tensor2D[] {
  if (groups.length === 1) return [rows];
  let at = 0;
  return groups.map((group) => {
    const size = group.blocks * count(group);
    at += size;
    return tf.slice(rows, [at - size, 0], [size, -1]);
  });
}

const queriesOf = ({ queries }: BlockGroup) => queries;
const keysOf = ({ keys }: BlockGroup) => keys;

/** The rows of x in the given order, [rows, columns]. By slices: wasm's gather is several times slower. */
function take(x: tf.Tensor, ranges: readonly Range[]): tf.Tensor2D {
  const flat = tf.reshape(x, [x.shape[0] as number, -1]) as tf.Tensor2D;
  const parts = ranges.map(({ start, count }) =>
    start === 0 && count === flat.shape[0] ? flat : tf.slice(flat, [start, 0], [count, -1]),
  );
  return parts.length === 1 ? (parts[0] as tf.Tensor2D) : tf.concat(parts, 0);
}

/** Adds rows up into [count, columns] and gives them the shape of their heads. */
function put(rows: tf.Tensor2D[], ranges: readonly Range[], shape: readonly number[]): tf.Tensor3D {
  const all = rows.length === 1 ? (rows[0] as tf.Tensor2D) : tf.concat(rows, 0);
  const [count, heads, width] = shape as [number, number, number];
  const [first] = ranges;
  if (ranges.length === 1 && first?.start === 0 && first.count === count) return tf.reshape(all, [count, heads, width]);
  const at = ranges.flatMap(({ start, count: size }) => Array.from({ length: size }, (_, index) => start + index));
  const indices = tf.tensor2d(at, [at.length, 1], "int32");
  return tf.reshape(tf.scatterND(indices, all, [count, heads * width]), [count, heads, width]);
}

interface GroupTensors {
  q: tf.Tensor3D;
  k: tf.Tensor3D;
  v: tf.Tensor3D;
}

function groupTensors(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, plan: Plan, sizes: Sizes): GroupTensors[] {
  const queries = cut(take(q, plan.queries), plan.groups, queriesOf);
  const [keys, values] = [k, v].map((x) => cut(take(x, plan.keys), plan.groups, keysOf)) as [
    tf.Tensor2D[],
    tf.Tensor2D[],
  ];
  return plan.groups.map((group, index) => ({
    q: fold(queries[index] as tf.Tensor, group.blocks, group.queries, sizes),
    k: fold(keys[index] as tf.Tensor, group.blocks, group.keys, sizes),
    v: fold(values[index] as tf.Tensor, group.blocks, group.keys, sizes),
  }));
}

function gradients(dy: tf.Tensor, saved: tf.Tensor[], plan: Plan, sizes: Sizes): tf.Tensor[] {
  const [q, k, v, ...weights] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, ...tf.Tensor3D[]];
  const inputs = groupTensors(q, k, v, plan, sizes);
  const upstream = cut(take(dy, plan.queries), plan.groups, queriesOf);
  const parts = plan.groups.map((group, index) => {
    const { q: qs, k: ks, v: vs } = inputs[index] as GroupTensors;
    const ws = weights[index] as tf.Tensor3D;
    const dOut = fold(upstream[index] as tf.Tensor, group.blocks, group.queries, sizes);
    const along = tf.mul(tf.matMul(dOut, vs, false, true), ws);
    const scale = 1 / Math.sqrt(sizes.width);
    const dLogits = tf.mul(tf.sub(along, tf.mul(ws, tf.sum(along, -1, true))), scale) as tf.Tensor3D;
    return {
      q: unfold(tf.matMul(dLogits, ks), group.blocks, group.queries, sizes),
      k: unfold(tf.matMul(dLogits, qs, true, false), group.blocks, group.keys, sizes),
      v: unfold(tf.matMul(ws, dOut, true, false), group.blocks, group.keys, sizes),
    };
  });
  const gather = (side: "q" | "k" | "v", ranges: readonly Range[], shape: readonly number[]) =>
    put(
      parts.map((part) => part[side]),
      ranges,
      shape,
    );
  return [gather("q", plan.queries, q.shape), gather("k", plan.keys, k.shape), gather("v", plan.keys, v.shape)];
}

/** `Ops.attention`. Keys are gathered once per block and never repeated for the query heads that share them. */
export function attention(
  q: tf.Tensor3D,
  k: tf.Tensor3D,
  v: tf.Tensor3D,
  blocks: readonly AttentionBlock[],
): tf.Tensor3D {
  const plan = planOf(blocks);
  const sizes = { groups: k.shape[1], width: q.shape[2] };
  return differentiable([q, k, v], (...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const weights: tf.Tensor3D[] = [];
    const parts = groupTensors(q, k, v, plan, sizes).map((inputs, index) => {
      const group = plan.groups[index] as BlockGroup;
      const ws = attentionWeights(inputs.q, inputs.k, group);
      weights.push(ws);
      return unfold(tf.matMul(ws, inputs.v), group.blocks, group.queries, sizes);
    });
    save([q, k, v, ...weights]);
    return {
      value: put(parts, plan.queries, q.shape),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(dy, saved, plan, sizes),
    };
  });
}
