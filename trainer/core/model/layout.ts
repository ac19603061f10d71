/**
 * How token rows become tensors. A pair is packed into one row: the tokens both responses share, then each response's own tokens.
 * A token sees earlier tokens of the shared part and of its own branch only, at the positions it would have alone, so rewards equal
 * those of two separate rows (up to the order of sums) for fewer tokens.
 */
import * as tf from "@tensorflow/tfjs-core";

export interface PackedRow {
  ids: number[];
  /** Position of each token within its own dialogue. */
  positions: number[];
  /** 0 = shared by all branches; 1, 2, ... = the branch a token belongs to. */
  branches: number[];
  /** Index in the row of each branch's last token, where its reward is read. */
  scoreAt: number[];
}

/** One dialogue by itself. */
export function singleRow(ids: readonly number[]): PackedRow {
  return {
    ids: [...ids],
    positions: ids.map((_, index) => index),
    branches: ids.map(() => 0),
    scoreAt: [ids.length - 1],
  };
}

/** Several continuations of one prompt in one row. Every branch keeps at least its last token to itself: the one scored. */
export function packBranches(rows: readonly (readonly number[])[]): PackedRow {
  const first = rows[0] ?? [];
  let shared = Math.min(...rows.map((row) => row.length)) - 1;
  for (const row of rows) {
    let same = 0;
    while (same < shared && row[same] === first[same]) same += 1;
    shared = same;
  }
  const packed = singleRow(first.slice(0, shared));
  packed.scoreAt = [];
  rows.forEach((row, branch) => {
    for (let position = shared; position < row.length; position += 1) {
      packed.ids.push(row[position] as number);
      packed.positions.push(position);
      packed.branches.push(branch + 1);
    }
    packed.scoreAt.push(packed.ids.length - 1);
  });
  return packed;
}

/** Tensors of a batch of rows, right-padded to the longest. Dispose with `disposeLayout`. */
export interface BatchLayout {
  batch: number;
  /** Tokens per padded row. */
  length: number;
  /** [batch * length] int32; padding holds token 0, which no other token sees and nothing scores. */
  ids: tf.Tensor1D;
  /** [batch, 1, length, headDim] rotary tables at each token's position. */
  cos: tf.Tensor4D;
  sin: tf.Tensor4D;
  /** [batch or 1, 1, length, past + length], 0 where visible and a large negative number elsewhere. */
  mask: tf.Tensor4D;
  /** Flat index (into batch * length) of every scored token, row by row, branch by branch. */
  scoreAt: number[];
}

/** Large enough that exp underflows to 0 in f32, small enough that sums stay finite in half precision formats with 8 exponent bits. */
const HIDDEN = -1e9;

function fillMask(mask: Float32Array, offset: number, row: PackedRow, length: number): void {
  for (let query = 0; query < length; query += 1) {
    const own = row.branches[query] ?? 0;
    const line = offset + query * length;
    for (let key = 0; key <= query; key += 1) {
      const branch = row.branches[key] ?? 0;
      if (branch === 0 || branch === own) mask[line + key] = 0;
    }
  }
}

/** Rotary tables as Hugging Face computes them: every step rounded to f32. */
export function rotaryTables(
  positions: Int32Array,
  headDim: number,
  theta: number,
): { cos: Float32Array; sin: Float32Array } {
  const half = headDim / 2;
  const cos = new Float32Array(positions.length * headDim);
  const sin = new Float32Array(positions.length * headDim);
  const inverse = Float32Array.from(
    { length: half },
    (_, i) => 1 / Math.fround(theta ** Math.fround((2 * i) / headDim)),
  );
  positions.forEach((position, token) => {
    for (let i = 0; i < half; i += 1) {
      const angle = Math.fround(position * (inverse[i] as number));
      const at = token * headDim + i;
      cos[at] = cos[at + half] = Math.cos(angle);
      sin[at] = sin[at + half] = Math.sin(angle);
    }
  });
  return { cos, sin };
}

export interface RotarySettings {
  headDim: number;
  ropeTheta: number;
}

/** `lengthMultiple` rounds the padded length up, for engines that prefer few distinct shapes. */
export function layOut(rows: readonly PackedRow[], rotary: RotarySettings, lengthMultiple = 1): BatchLayout {
  const longest = Math.max(...rows.map((row) => row.ids.length));
  const length = Math.ceil(longest / lengthMultiple) * lengthMultiple;
  const batch = rows.length;
  const ids = new Int32Array(batch * length);
  const positions = new Int32Array(batch * length);
  const branching = rows.some((row) => row.branches.some((branch) => branch !== 0));
  const masks = branching ? batch : 1;
  const mask = new Float32Array(masks * length * length).fill(HIDDEN);
  const scoreAt: number[] = [];
  rows.forEach((row, index) => {
    ids.set(row.ids, index * length);
    positions.set(row.positions, index * length);
    for (const at of row.scoreAt) scoreAt.push(index * length + at);
    if (index < masks) fillMask(mask, index * length * length, branching ? row : singleRow([]), length);
  });
  const { cos, sin } = rotaryTables(positions, rotary.headDim, rotary.ropeTheta);
  const shape: [number, number, number, number] = [batch, 1, length, rotary.headDim];
  return {
    batch,
    length,
    ids: tf.tensor1d(ids, "int32"),
    cos: tf.tensor4d(cos, shape),
    sin: tf.tensor4d(sin, shape),
    mask: tf.tensor4d(mask, [masks, 1, length, length]),
    scoreAt,
  };
}

/**
 * The next `count` tokens of every row after `past` cached ones, for generation without padding: row b holds ids[b * count ..].
 */
export function layOutNext(ids: readonly number[], batch: number, past: number, rotary: RotarySettings): BatchLayout {
  const count = ids.length / batch;
  const positions = Int32Array.from({ length: ids.length }, (_, index) => past + (index % count));
  const { cos, sin } = rotaryTables(positions, rotary.headDim, rotary.ropeTheta);
  const mask = new Float32Array(count * (past + count)).fill(HIDDEN);
  for (let query = 0; query < count; query += 1)
    mask.fill(0, query * (past + count), query * (past + count) + past + query + 1);
  const shape: [number, number, number, number] = [batch, 1, count, rotary.headDim];
  return {
    batch,
    length: count,
    ids: tf.tensor1d(Int32Array.from(ids), "int32"),
    cos: tf.tensor4d(cos, shape),
    sin: tf.tensor4d(sin, shape),
    mask: tf.tensor4d(mask, [1, 1, count, past + count]),
    scoreAt: Array.from({ length: batch }, (_, row) => row * count + count - 1),
  };
}

export function disposeLayout(layout: BatchLayout): void {
  for (const tensor of [layout.ids, layout.cos, layout.sin, layout.mask]) tensor.dispose();
}
