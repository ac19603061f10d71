/** Attention over a packed row, chunk by chunk (`attention-plan.ts`). Query heads are folded into rows of their key/value head. */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { AttentionPlan, Chunk } from "../attention-plan";
import { integerInput, integerList, Value } from "../graph";
import { defineKernel, MICROSOFT, type Recorder } from "./define";

export const ATTENTION = { forward: "OnnxAttention", backward: "OnnxAttentionGradient" } as const;

interface Sizes {
  heads: number;
  groups: number;
  width: number;
}

function hostInput(values: Float32Array, shape: readonly number[]): Value {
  const value = new Value("float32", shape);
  value.host = values;
  return value;
}

/** A plan's inputs are the same values in every layer, so that the graph has them once. */
interface PlanInputs {
  masks: Value[];
  starts: Value[];
  ends: Value[];
  counts: Value;
  /** Amounts that lengthen a chunk's keys to all keys, by total of keys. */
  paddings: Value[];
  covered: Value | null;
}

const inputsOf = new WeakMap<AttentionPlan, PlanInputs>();

function planInputs(plan: AttentionPlan, keys: number, copies: number): PlanInputs {
  const known = inputsOf.get(plan);
  if (known) return known;
  const { chunks, covered } = plan;
  const made: PlanInputs = {
    masks: chunks.map(({ mask, queryCount, keyCount }) => hostInput(mask, [copies * queryCount, keyCount])),
    starts: chunks.map(({ keyStart }) => integerInput([keyStart])),
    ends: chunks.map(({ keyStart, keyCount }) => integerInput([keyStart + keyCount])),
    counts: integerInput(chunks.map(({ queryCount }) => queryCount)),
    paddings: chunks.map(({ keyStart, keyCount }) => integerInput([0, keyStart, 0, 0, keys - keyStart - keyCount, 0])),
    covered: covered ? hostInput(covered, [covered.length, 1, 1]) : null,
  };
  inputsOf.set(plan, made);
  return made;
}

/** [T, heads, D] to [heads, T, D]. */
function headsFirst(record: Recorder, x: Value): Value {
  const [rows, heads, width] = x.shape as [number, number, number];
  return record.node("Transpose", [x], [heads, rows, width], { attributes: { perm: [1, 0, 2] } });
}

/** Cuts [H, Tq, D] into chunks and folds each to [Hk, H / Hk * t, D]. */
function queryChunks(
  record: Recorder,
  x: Value,
  plan: AttentionPlan,
  counts: Value,
  { heads, groups, width }: Sizes,
): Value[] {
  const shapes = plan.chunks.map(({ queryCount }) => [heads, queryCount, width]);
  const first = headsFirst(record, x);
  const parts =
    plan.chunks.length === 1 ? [first] : record.nodes("Split", [first, counts], shapes, { attributes: { axis: 1 } });
  return parts.map((part, index) => {
    const rows = (heads / groups) * (plan.chunks[index] as Chunk).queryCount;
    // The rows of an empty chunk cannot be inferred from its size.
    return record.node("Reshape", [part, integerInput([groups, rows, width])], [groups, rows, width]);
  });
}

function keyChunks(record: Recorder, x: Value, plan: AttentionPlan, inputs: PlanInputs): Value[] {
  const first = headsFirst(record, x);
  if (plan.chunks.length === 1) return [first];
  const [groups, , width] = first.shape as [number, number, number];
  return plan.chunks.map(({ keyCount }, index) => {
    const bounds = [inputs.starts[index] as Value, inputs.ends[index] as Value, integerList([1])];
    return record.node("Slice", [first, ...bounds], [groups, keyCount, width]);
  });
}

/** Puts folded chunks [Hk, rows, D] together again to [T, H, D]. */
function joinChunks(record: Recorder, parts: Value[], plan: AttentionPlan, { heads, width }: Sizes): Value {
  const unfolded = parts.map((part, index) => {
    const shape = [heads, (plan.chunks[index] as Chunk).queryCount, width];
    return record.node("Reshape", [part, integerInput(shape)], shape);
  });
  const total = plan.chunks.reduce((sum, { queryCount }) => sum + queryCount, 0);
  const all =
    unfolded.length === 1
      ? (unfolded[0] as Value)
      : record.node("Concat", unfolded, [heads, total, width], { attributes: { axis: 1 } });
  return headsFirst(record, all);
}

function product(
  record: Recorder,
  a: Value,
  b: Value,
  shape: number[],
  transA: number,
  transB: number,
  scale = 1,
): Value {
  const attributes = { transA, transB, alpha: { float: scale } };
  return record.node("FusedMatMul", [a, b], shape, { domain: MICROSOFT, attributes });
}

function cover(record: Recorder, x: Value, covered: Value | null): Value {
  return covered ? record.node("Mul", [x, covered], x.shape) : x;
}

interface Folded {
  plan: AttentionPlan;
  inputs: PlanInputs;
  sizes: Sizes;
  q: Value[];
  k: Value[];
  v: Value[];
}

function fold(record: Recorder, q: TensorInfo, k: TensorInfo, v: TensorInfo, plan: AttentionPlan): Folded {
  const [, heads, width] = q.shape as [number, number, number];
  const [keys, groups] = k.shape as [number, number, number];
  const sizes = { heads, groups, width };
  const inputs = planInputs(plan, keys, heads / groups);
  return {
    plan,
    inputs,
    sizes,
    q: queryChunks(record, record.read(q), plan, inputs.counts, sizes),
    k: keyChunks(record, record.read(k), plan, inputs),
    v: keyChunks(record, record.read(v), plan, inputs),
  };
}

/** Softmax weights of each chunk, [Hk, rows, keys]. */
function weightsOf(record: Recorder, { inputs, sizes, q, k }: Folded): Value[] {
  return q.map((queries, index) => {
    const keys = k[index] as Value;
    const shape = [sizes.groups, queries.shape[1] as number, keys.shape[1] as number];
    const logits = product(record, queries, keys, shape, 0, 1, 1 / Math.sqrt(sizes.width));
    const masked = record.node("Add", [logits, inputs.masks[index] as Value], shape);
    return record.node("Softmax", [masked], shape, { attributes: { axis: -1 } });
  });
}

/** Adds up the chunks' parts [Hk, keys of the chunk, D], each at its place, to [T, Hk, D]. */
function sumKeys(record: Recorder, parts: Value[], keys: number, { inputs, sizes }: Folded): Value {
  const shape = [sizes.groups, keys, sizes.width];
  if (parts.length === 1) return headsFirst(record, parts[0] as Value);
  const placed = parts.map((part, index) => record.node("Pad", [part, inputs.paddings[index] as Value], shape));
  return headsFirst(record, record.node("Sum", placed, shape));
}

function defineForward(): void {
  defineKernel(ATTENTION.forward, (tensors, attrs, record) => {
    const [q, k, v] = [tensors.get("q"), tensors.get("k"), tensors.get("v")];
    const folded = fold(record, q, k, v, attrs.plan as unknown as AttentionPlan);
    const weights = weightsOf(record, folded);
    const seen = weights.map((one, index) => {
      const values = folded.v[index] as Value;
      return product(record, one, values, [one.shape[0] as number, one.shape[1] as number, folded.sizes.width], 0, 0);
    });
    const joined = cover(record, joinChunks(record, seen, folded.plan, folded.sizes), folded.inputs.covered);
    return [record.output(joined, "float32"), ...weights.map((one) => record.output(one, "float32"))];
  });
}

function defineBackward(): void {
  defineKernel(ATTENTION.backward, (tensors, attrs, record) => {
    const [q, k, v] = [tensors.get("q"), tensors.get("k"), tensors.get("v")];
    const plan = attrs.plan as unknown as AttentionPlan;
    const folded = fold(record, q, k, v, plan);
    const { sizes, inputs } = folded;
    const scale = 1 / Math.sqrt(sizes.width);
    const dy = cover(record, record.read(tensors.get("dy")), inputs.covered);
    const [dOut, out] = [dy, record.read(tensors.get("value"))].map((x) =>
      queryChunks(record, x, plan, inputs.counts, sizes),
    ) as [Value[], Value[]];
    const parts = plan.chunks.map((_, index) => {
      const weights = record.read(tensors.get(`weights${index}`));
      const [queries, keys, values, upstream] = [folded.q, folded.k, folded.v, dOut].map(
        (of) => of[index] as Value,
      ) as [Value, Value, Value, Value];
      const dWeights = product(record, upstream, values, [...weights.shape], 0, 1);
      // The softmax's gradient needs sum(dWeights weights) per row, which is sum(dOut out): far fewer products.
      const shape = [...weights.shape.slice(0, 2), 1];
      const both = record.node("Mul", [upstream, out[index] as Value], upstream.shape);
      const along = record.node("ReduceSum", [both, integerList([2])], shape, { attributes: { keepdims: 1 } });
      const centred = record.node("Sub", [dWeights, along], weights.shape);
      const dLogits = record.node("Mul", [centred, weights], weights.shape);
      return {
        q: product(record, dLogits, keys, [...queries.shape], 0, 0, scale),
        k: product(record, dLogits, queries, [...keys.shape], 1, 0, scale),
        v: product(record, weights, upstream, [...values.shape], 1, 0),
      };
    });
    const keys = k.shape[0] as number;
    return [
      joinChunks(
        record,
        parts.map((part) => part.q),
        plan,
        sizes,
      ),
      sumKeys(
        record,
        parts.map((part) => part.k),
        keys,
        folded,
      ),
      sumKeys(
        record,
        parts.map((part) => part.v),
        keys,
        folded,
      ),
    ].map((gradient) => record.output(gradient, "float32"));
  });
}

export function defineAttentionKernels(): void {
  defineForward();
  defineBackward();
}
