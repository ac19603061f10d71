/** Kernels that sum up along axes: reductions, cumulative sums, softmax, matrix products, top-k and sampling. */
import * as tf from "@tensorflow/tfjs-core";
import type { Handle } from "../addon";
import { TORCH_DTYPE } from "../dtypes";
import { defineKernel, type KernelScope } from "./scope";

/** The axes to reduce: all of them when none are named. */
function axesOf(x: tf.TensorInfo, axis: number | number[] | undefined | null): number[] {
  return tf.util.parseAxisParam(axis ?? x.shape.map((_, index) => index), x.shape);
}

interface Reduction {
  operator: string;
  attribute?: "axis" | "reductionIndices";
  /** tfjs's dtype of the result. */
  dtype(x: tf.TensorInfo): tf.DataType;
}

const countable = (x: tf.TensorInfo): tf.DataType => (x.dtype === "bool" ? "int32" : x.dtype);
const REDUCTIONS: Record<string, Reduction> = {
  [tf.Sum]: { operator: "sum.dim_IntList", dtype: countable },
  [tf.Mean]: { operator: "mean.dim", dtype: () => "float32" },
  [tf.Max]: { operator: "amax", attribute: "reductionIndices", dtype: (x) => x.dtype },
  [tf.Min]: { operator: "amin", dtype: (x) => x.dtype },
  [tf.All]: { operator: "all.dims", dtype: () => "bool" },
  [tf.Any]: { operator: "any.dims", dtype: () => "bool" },
};

function defineReductions(): void {
  for (const [name, { operator, attribute = "axis", dtype }] of Object.entries(REDUCTIONS))
    defineKernel(name, (inputs, attrs, scope) => {
      const x = inputs.get("x");
      const axes = axesOf(x, attrs[attribute] as number | number[] | undefined);
      let handle = scope.handle(x);
      if (name === tf.Mean && x.dtype !== "float32") handle = scope.run("to.dtype", handle, TORCH_DTYPE.float32);
      // torch reads "no axes" as all of them, tfjs as none of them.
      if (axes.length === 0 && x.shape.length > 0) return scope.output(scope.run("clone", handle), dtype(x));
      return scope.output(scope.run(operator, handle, axes, attrs.keepDims === true), dtype(x));
    });
  defineKernel(tf.Prod, (inputs, attrs, scope) => {
    const { axis, keepDims } = attrs as unknown as tf.ProdAttrs;
    const x = inputs.get("x");
    let result = scope.run("clone", scope.handle(x));
    // From the last axis on, so that the earlier ones keep their numbers.
    for (const one of axesOf(x, axis).sort((a, b) => b - a))
      result = scope.run("prod.dim_int", result, one, keepDims === true);
    return scope.output(result, countable(x));
  });
  for (const [name, operator] of [
    [tf.ArgMax, "argmax"],
    [tf.ArgMin, "argmin"],
  ] as const)
    defineKernel(name, (inputs, attrs, scope) => {
      const { axis } = attrs as unknown as tf.ArgMaxAttrs;
      return scope.output(scope.run(operator, scope.handle(inputs.get("x")), axis, false), "int32");
    });
}

/** Shifts a cumulative result one place along `axis`, with `start` first: "exclusive" in tfjs's words. */
function shifted(scope: KernelScope, handle: Handle, shape: number[], axis: number, start: number): Handle {
  const length = shape[axis] as number;
  const kept = scope.run("slice.Tensor", handle, axis, 0, length - 1, 1);
  const padding = shape.flatMap(() => [0, 0]);
  // constant_pad_nd counts axes from the last.
  padding[2 * (shape.length - 1 - axis)] = 1;
  return scope.run("constant_pad_nd", kept, padding, start);
}

function defineCumulative(): void {
  for (const [name, operator, start] of [
    [tf.Cumsum, "cumsum", 0],
    [tf.Cumprod, "cumprod", 1],
  ] as const)
    defineKernel(name, (inputs, attrs, scope) => {
      const { axis, exclusive, reverse } = attrs as unknown as tf.CumsumAttrs;
      const x = inputs.get("x");
      const along = tf.util.parseAxisParam(axis, x.shape)[0] as number;
      const input = reverse ? scope.run("flip", scope.handle(x), [along]) : scope.handle(x);
      let result = scope.run(operator, input, along);
      if (exclusive && (x.shape[along] as number) > 0) result = shifted(scope, result, x.shape, along, start);
      if (reverse) result = scope.run("flip", result, [along]);
      return scope.output(result, countable(x));
    });
}

function defineMatrixProducts(): void {
  defineKernel(tf.BatchMatMul, (inputs, attrs, scope) => {
    const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
    const [a, b] = [inputs.get("a"), inputs.get("b")];
    // A batch of one is a plain matrix product, which torch runs much faster than a batched one.
    const single = a.shape.length === 3 && b.shape.length === 3 && a.shape[0] === 1 && b.shape[0] === 1;
    const side = (tensor: tf.TensorInfo, transpose: boolean) => {
      const handle = single ? scope.run("squeeze.dim", scope.handle(tensor), 0) : scope.handle(tensor);
      return transpose ? scope.run("transpose.int", handle, -2, -1) : handle;
    };
    const product = scope.run("matmul", side(a, transposeA), side(b, transposeB));
    return scope.output(single ? scope.run("unsqueeze", product, 0) : product, tf.upcastType(a.dtype, b.dtype));
  });
  defineKernel(tf.Einsum, (inputs, attrs, scope) => {
    const { equation } = attrs as unknown as tf.EinsumAttrs;
    const tensors = inputs.list();
    const handles = tensors.map((tensor) => scope.handle(tensor));
    // A product of one operand can be that operand; outputs must be own tensors.
    return scope.output(scope.run("clone", scope.run("einsum", equation, handles)), tensors[0]?.dtype ?? "float32");
  });
}

function defineDistributions(): void {
  defineKernel(tf.Softmax, (inputs, attrs, scope) => {
    const { dim } = attrs as unknown as tf.SoftmaxAttrs;
    return scope.output(scope.run("_softmax", scope.handle(inputs.get("logits")), dim, false), "float32");
  });
  defineKernel(tf.LogSoftmax, (inputs, attrs, scope) => {
    const { axis } = attrs as unknown as tf.LogSoftmaxAttrs;
    return scope.output(scope.run("_log_softmax", scope.handle(inputs.get("logits")), axis, false), "float32");
  });
  defineKernel(tf.TopK, (inputs, attrs, scope) => {
    const { k, sorted } = attrs as unknown as tf.TopKAttrs;
    const x = inputs.get("x");
    const [values, indices] = scope.runMany("topk", scope.handle(x), k, -1, true, sorted) as [Handle, Handle];
    return [scope.output(values, x.dtype), scope.output(indices, "int32")];
  });
  defineKernel(tf.Multinomial, (inputs, attrs, scope) => {
    const { numSamples, seed, normalized } = attrs as unknown as tf.MultinomialAttrs;
    const logits = scope.handle(inputs.get("logits"));
    const probabilities = normalized ? logits : scope.run("_softmax", logits, -1, false);
    // tfjs's seed is a float in (0, 1); torch's is an integer.
    scope.backend.torch.addon.seed(Math.floor(seed * 2 ** 32));
    return scope.output(scope.run("multinomial", probabilities, numSamples, true), "int32");
  });
}

export function defineReductionKernels(): void {
  defineReductions();
  defineCumulative();
  defineMatrixProducts();
  defineDistributions();
}
