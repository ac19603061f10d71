/** Attention over a packed row, block by block, in plain tfjs. */
import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable";
import type { AttentionBlock } from "./index";

/** Blocks of one shape, computed together; their rows lie one after another in the plan's indices. */
interface BlockGroup {
  blocks: number;
  queries: number;
  keys: number;
}

interface Plan {
  groups: BlockGroup[];
  /** Row of q of every query, and row of k of every key, group by group, block by block. */
  queryRows: Int32Array;
  keyRows: Int32Array;
  /** Whether the query rows are all of q in order, so that nothing has to be moved. */
  inOrder: boolean;
}

function rowsOf(ranges: readonly { start: number; count: number }[]): number[] {
  return ranges.flatMap(({ start, count }) => Array.from({ length: count }, (_, index) => start + index));
}

function planBlocks(blocks: readonly AttentionBlock[], queryTotal: number): Plan {
  const byShape = new Map<string, { group: BlockGroup; queries: number[][]; keys: number[][] }>();
  for (const { queryStart, queryCount, keys } of blocks) {
    const count = keys.reduce((sum, range) => sum + range.count, 0);
    const shape = `${queryCount} ${count}`;
    const found = byShape.get(shape) ?? {
      group: { blocks: 0, queries: queryCount, keys: count },
      queries: [],
      keys: [],
    };
    byShape.set(shape, found);
    found.group.blocks += 1;
    found.queries.push(rowsOf([{ start: queryStart, count: queryCount }]));
    found.keys.push(rowsOf(keys));
  }
  const all = [...byShape.values()];
  const queryRows = Int32Array.from(all.flatMap((one) => one.queries.flat()));
  return {
    groups: all.map(({ group }) => group),
    queryRows,
    keyRows: Int32Array.from(all.flatMap((one) => one.keys.flat())),
    inOrder: queryRows.length === queryTotal && queryRows.every((row, index) => row === index),
  };
}

/** A layout's blocks are the same for every layer and both passes. */
const plans = new WeakMap<readonly AttentionBlock[], Plan>();

function planOf(blocks: readonly AttentionBlock[], queryTotal: number): Plan {
  const plan = plans.get(blocks) ?? planBlocks(blocks, queryTotal);
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

function take(x: tf.Tensor, rows: Int32Array, whole: boolean): tf.Tensor2D {
  const flat = tf.reshape(x, [x.shape[0] as number, -1]) as tf.Tensor2D;
  return whole ? flat : tf.gather(flat, tf.tensor1d(rows, "int32"));
}

/** Adds rows up into [count, columns] and gives them the shape of their heads. */
function put(rows: tf.Tensor2D[], at: Int32Array, shape: readonly number[], whole: boolean): tf.Tensor3D {
  const joined = rows.length === 1 ? (rows[0] as tf.Tensor2D) : tf.concat(rows, 0);
  const [count, heads, width] = shape as [number, number, number];
  if (whole) return tf.reshape(joined, [count, heads, width]);
  const indices = tf.tensor2d(at, [at.length, 1], "int32");
  return tf.reshape(tf.scatterND(indices, joined, [count, heads * width]), [count, heads, width]);
}

interface GroupTensors {
  q: tf.Tensor3D;
  k: tf.Tensor3D;
  v: tf.Tensor3D;
}

function groupTensors(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, plan: Plan, sizes: Sizes): GroupTensors[] {
  const queries = cut(take(q, plan.queryRows, plan.inOrder), plan.groups, queriesOf);
  const [keys, values] = [k, v].map((x) => cut(take(x, plan.keyRows, false), plan.groups, keysOf)) as [
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
  const upstream = cut(take(dy, plan.queryRows, plan.inOrder), plan.groups, queriesOf);
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
  return [
    put(
      parts.map((part) => part.q),
      plan.queryRows,
      q.shape,
      plan.inOrder,
    ),
    put(
      parts.map((part) => part.k),
      plan.keyRows,
      k.shape,
      false,
    ),
    put(
      parts.map((part) => part.v),
      plan.keyRows,
      v.shape,
      false,
    ),
  ];
}

/** `Ops.attention`. Keys are gathered once per block and never repeated for the query heads that share them. */
export function attention(
  q: tf.Tensor3D,
  k: tf.Tensor3D,
  v: tf.Tensor3D,
  blocks: readonly AttentionBlock[],
): tf.Tensor3D {
  const plan = planOf(blocks, q.shape[0]);
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
      value: put(parts, plan.queryRows, q.shape, plan.inOrder),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(dy, saved, plan, sizes),
    };
  });
}
