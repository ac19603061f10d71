/** Kernels that sum up along axes: reductions, cumulative sums, softmax, matrix products, top-k and sampling. */
import * as tf from "@tensorflow/tfjs-core";
import { floatConstant, integerInput, integerList, type Value } from "../graph";
import { defineKernel, MICROSOFT, type Recorder } from "./define";

/** The axes to reduce: all of them when none are named. */
function axesOf(x: tf.TensorInfo, axis: number | number[] | undefined | null): number[] {
  return tf.util.parseAxisParam(axis ?? x.shape.map((_, index) => index), x.shape);
}

function reducedShape(x: tf.TensorInfo, axes: number[], keepDims: boolean): number[] {
  if (keepDims) return x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return x.shape.filter((_, axis) => !axes.includes(axis));
}

interface Reduction {
  operator: string;
  attribute?: "axis" | "reductionIndices";
  /** tfjs's dtype of the result. */
  dtype(x: tf.TensorInfo): tf.DataType;
}

const countable = (x: tf.TensorInfo): tf.DataType => (x.dtype === "bool" ? "int32" : x.dtype);
const REDUCTIONS: Record<string, Reduction> = {
  [tf.Sum]: { operator: "ReduceSum", dtype: countable },
  [tf.Mean]: { operator: "ReduceMean", dtype: () => "float32" },
  [tf.Max]: { operator: "ReduceMax", attribute: "reductionIndices", dtype: (x) => x.dtype },
  [tf.Min]: { operator: "ReduceMin", dtype: (x) => x.dtype },
  [tf.Prod]: { operator: "ReduceProd", dtype: countable },
  // Truth values are reduced as 0 and 1.
  [tf.All]: { operator: "ReduceMin", dtype: () => "bool" },
  [tf.Any]: { operator: "ReduceMax", dtype: () => "bool" },
};

function reduce(
  record: Recorder,
  operator: string,
  value: Value,
  axes: number[],
  shape: number[],
  keepDims: boolean,
): Value {
  const attributes = { keepdims: keepDims ? 1 : 0, noop_with_empty_axes: 1 };
  return record.node(operator, [value, integerList(axes)], shape, { attributes });
}

function defineReductions(): void {
  for (const [name, { operator, attribute = "axis", dtype }] of Object.entries(REDUCTIONS))
    defineKernel(name, (inputs, attrs, record) => {
      const x = inputs.get("x");
      const axes = axesOf(x, attrs[attribute] as number | number[] | undefined);
      const keepDims = attrs.keepDims === true;
      const result = dtype(x);
      const value = record.cast(record.read(x), result === "float32" ? "float32" : "int32");
      return record.output(reduce(record, operator, value, axes, reducedShape(x, axes, keepDims), keepDims), result);
    });
  for (const [name, operator] of [
    [tf.ArgMax, "ArgMax"],
    [tf.ArgMin, "ArgMin"],
  ] as const)
    defineKernel(name, (inputs, attrs, record) => {
      const x = inputs.get("x");
      const axis = axesOf(x, (attrs as unknown as tf.ArgMaxAttrs).axis)[0] as number;
      const shape = reducedShape(x, [axis], false);
      const found = record.node(operator, [record.read(x)], shape, {
        type: "int64",
        attributes: { axis, keepdims: 0 },
      });
      return record.output(found, "int32");
    });
}

function defineCumulative(): void {
  defineKernel(tf.Cumsum, (inputs, attrs, record) => {
    const { axis, exclusive, reverse } = attrs as unknown as tf.CumsumAttrs;
    const x = inputs.get("x");
    const along = tf.util.parseAxisParam(axis, x.shape)[0] as number;
    const value = record.cast(record.read(x), countable(x) === "float32" ? "float32" : "int32");
    const attributes = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 };
    const place = { type: "int64", shape: [], values: [along] } as const;
    return record.output(record.node("CumSum", [value, place], x.shape, { attributes }), countable(x));
  });
}

/** a b over the last two axes, either side transposed; plain matrices go to Gemm, which transposes while it packs. */
export function matrixProduct(
  record: Recorder,
  a: Value,
  b: Value,
  {
    transposeA = false,
    transposeB = false,
    scale = 1,
    shape,
  }: { transposeA?: boolean; transposeB?: boolean; scale?: number; shape: number[] },
): Value {
  const [transA, transB, alpha] = [transposeA ? 1 : 0, transposeB ? 1 : 0, { float: scale }];
  if (a.shape.length === 2 && b.shape.length === 2)
    return record.node("Gemm", [a, b], shape, { attributes: { transA, transB, alpha } });
  return record.node("FusedMatMul", [a, b], shape, { domain: MICROSOFT, attributes: { transA, transB, alpha } });
}

function flat(record: Recorder, x: tf.TensorInfo): Value {
  return record.node("Reshape", [record.read(x), integerInput(x.shape.slice(-2))], x.shape.slice(-2));
}

function defineMatrixProducts(): void {
  defineKernel(tf.BatchMatMul, (inputs, attrs, record) => {
    const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
    const [a, b] = [inputs.get("a"), inputs.get("b")];
    const outer = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const inner = [a.shape.at(transposeA ? -1 : -2) as number, b.shape.at(transposeB ? -2 : -1) as number];
    const float = (value: Value) => record.cast(value, "float32");
    const dtype = tf.upcastType(a.dtype, b.dtype);
    if (outer.length === 0)
      return record.output(
        matrixProduct(record, float(record.read(a)), float(record.read(b)), { transposeA, transposeB, shape: inner }),
        dtype,
      );
    // A batch of one is a plain product, too.
    if (outer.every((size) => size === 1)) {
      const product = matrixProduct(record, float(flat(record, a)), float(flat(record, b)), {
        transposeA,
        transposeB,
        shape: inner,
      });
      const shaped = record.node("Reshape", [product, integerInput([...outer, ...inner])], [...outer, ...inner]);
      return record.output(shaped, dtype);
    }
    const shape = [...outer, ...inner];
    return record.output(
      matrixProduct(record, float(record.read(a)), float(record.read(b)), { transposeA, transposeB, shape }),
      dtype,
    );
  });
  defineKernel(tf.Einsum, (inputs, attrs, record) => {
    const { equation } = attrs as unknown as tf.EinsumAttrs;
    const tensors = inputs.list();
    const { allDims, summedDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, tensors.length);
    const sizes = allDims.map((_, dim) => {
      const at = idDims.findIndex((dims) => dims.includes(dim));
      return tensors[at]?.shape[(idDims[at] as number[]).indexOf(dim)] as number;
    });
    const shape = sizes.slice(0, allDims.length - summedDims.length);
    const operands = tensors.map((tensor) => record.read(tensor));
    return record.output(
      record.node("Einsum", operands, shape, { attributes: { equation } }),
      tensors[0]?.dtype ?? "float32",
    );
  });
}

function defineDistributions(): void {
  defineKernel(tf.Softmax, (inputs, attrs, record) => {
    const axis = (attrs as unknown as tf.SoftmaxAttrs).dim;
    const x = record.cast(record.read(inputs.get("logits")), "float32");
    return record.output(record.node("Softmax", [x], x.shape, { attributes: { axis } }), "float32");
  });
  defineKernel(tf.LogSoftmax, (inputs, attrs, record) => {
    const { axis } = attrs as unknown as tf.LogSoftmaxAttrs;
    const x = record.cast(record.read(inputs.get("logits")), "float32");
    return record.output(record.node("LogSoftmax", [x], x.shape, { attributes: { axis } }), "float32");
  });
  defineKernel(tf.TopK, (inputs, attrs, record) => {
    const { k, sorted } = attrs as unknown as tf.TopKAttrs;
    const x = inputs.get("x");
    const value = record.read(x);
    const shape = [...x.shape.slice(0, -1), k];
    const [values, places] = record.pair("TopK", [value, integerList([k])], shape, {
      attributes: { axis: -1, largest: 1, sorted: sorted ? 1 : 0 },
    });
    return [record.output(values, x.dtype), record.output(places, "int32")];
  });
  defineKernel(tf.Multinomial, (inputs, attrs, record) => {
    // A random number per sample against the cumulative distribution: the draws come from here, so that a seed repeats them.
    const { numSamples, seed, normalized } = attrs as unknown as tf.MultinomialAttrs;
    const logits = inputs.get("logits");
    const [rows, outcomes] = logits.shape as [number, number];
    const given = record.read(logits);
    const odds = normalized ? given : record.node("Softmax", [given], logits.shape, { attributes: { axis: -1 } });
    const summed = record.node("CumSum", [odds, { type: "int64", shape: [], values: [1] }], logits.shape);
    const bounds = record.node("Unsqueeze", [summed, integerList([1])], [rows, 1, outcomes]);
    const uniform = tf.tidy(() => tf.randomUniform([rows, numSamples, 1], 0, 1, "float32", String(seed)));
    const shape = [rows, numSamples, outcomes];
    const below = record.node("Less", [bounds, record.read(uniform)], shape, { type: "bool" });
    uniform.dispose();
    const passed = reduce(record, "ReduceSum", record.cast(below, "float32"), [2], [rows, numSamples], false);
    const last = record.node("Clip", [passed, floatConstant(0), floatConstant(outcomes - 1)], [rows, numSamples]);
    return record.output(last, "int32");
  });
}

export function defineReductionKernels(): void {
  defineReductions();
  defineCumulative();
  defineMatrixProducts();
  defineDistributions();
}
