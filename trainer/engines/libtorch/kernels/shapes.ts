/** Kernels that move values without computing: reshape, transpose, slice, concat, pad, tile, fill. */
import * as tf from "@tensorflow/tfjs-core";
import type { Handle } from "../addon";
import { torchDtypeOf } from "../dtypes";
import { defineKernel, type KernelScope } from "./scope";

/** `torch.reshape` where it changes something, else the tensor itself. */
function reshaped(scope: KernelScope, x: tf.TensorInfo, shape: number[]): tf.TensorInfo {
  if (tf.util.arraysEqual(x.shape, shape)) return scope.same(x);
  return scope.output(scope.run("reshape", scope.handle(x), shape), x.dtype);
}

function defineViews(): void {
  defineKernel(tf.Identity, (inputs, _attrs, scope) => scope.same(inputs.get("x")));
  defineKernel(tf.Reshape, (inputs, attrs, scope) => {
    const x = inputs.get("x");
    const size = tf.util.sizeFromShape(x.shape);
    const shape = tf.util.inferFromImplicitShape((attrs as unknown as tf.ReshapeAttrs).shape, size);
    if (tf.util.sizeFromShape(shape) !== size)
      throw new Error(`Reshape: [${x.shape}] has ${size} values and does not fit [${shape}]`);
    return reshaped(scope, x, shape);
  });
  defineKernel(tf.ExpandDims, (inputs, attrs, scope) => {
    const { dim } = attrs as unknown as tf.ExpandDimsAttrs;
    const input = inputs.get("input");
    return scope.output(scope.run("unsqueeze", scope.handle(input), dim), input.dtype);
  });
  defineKernel(tf.Transpose, (inputs, attrs, scope) => {
    const { perm } = attrs as unknown as tf.TransposeAttrs;
    const x = inputs.get("x");
    return scope.output(scope.run("permute", scope.handle(x), perm), x.dtype);
  });
  defineKernel(tf.Reverse, (inputs, attrs, scope) => {
    const { dims } = attrs as unknown as tf.ReverseAttrs;
    const x = inputs.get("x");
    return scope.output(scope.run("flip", scope.handle(x), tf.util.parseAxisParam(dims, x.shape)), x.dtype);
  });
  defineKernel(tf.Tile, (inputs, attrs, scope) => {
    const { reps } = attrs as unknown as tf.TileAttrs;
    const x = inputs.get("x");
    return scope.output(scope.run("repeat", scope.handle(x), reps), x.dtype);
  });
  defineKernel(tf.BroadcastTo, (inputs, attrs, scope) => {
    const { shape } = attrs as unknown as tf.BroadCastToAttrs;
    const x = inputs.get("x");
    return scope.output(scope.run("expand", scope.handle(x), shape), x.dtype);
  });
  defineKernel(tf.PadV2, (inputs, attrs, scope) => {
    const { paddings, constantValue } = attrs as unknown as tf.PadV2Attrs;
    const x = inputs.get("x");
    // torch lists the last axis first.
    const amounts = [...paddings].reverse().flat();
    return scope.output(scope.run("constant_pad_nd", scope.handle(x), amounts, constantValue ?? 0), x.dtype);
  });
}

/** The values `begin, begin + stride, ...` up to `end` along one axis; torch has no negative steps. */
function strided(scope: KernelScope, x: Handle, axis: number, begin: number, end: number, stride: number): Handle {
  if (stride > 0) return scope.run("slice.Tensor", x, axis, begin, Math.max(begin, end), stride);
  const count = Math.max(0, Math.ceil((end - begin) / stride));
  const places = Int32Array.from({ length: count }, (_, index) => begin + index * stride);
  return scope.run("index_select", x, axis, scope.values(places, [count]));
}

function defineSlices(): void {
  defineKernel(tf.Slice, (inputs, attrs, scope) => {
    const { begin, size } = attrs as unknown as tf.SliceAttrs;
    const x = inputs.get("x");
    const [starts, sizes] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [number[], number[]];
    tf.slice_util.assertParamsValid(x as tf.Tensor, starts, sizes);
    let result: Handle | null = null;
    for (const [axis, start] of starts.entries()) {
      const length = sizes[axis] as number;
      if (start === 0 && length === x.shape[axis]) continue;
      result = scope.run("slice.Tensor", result ?? scope.handle(x), axis, start, start + length, 1);
    }
    return result === null ? scope.same(x) : scope.output(result, x.dtype);
  });
  defineKernel(tf.StridedSlice, (inputs, attrs, scope) => {
    const given = attrs as unknown as tf.StridedSliceAttrs;
    const x = inputs.get("x");
    const info = tf.slice_util.sliceInfo(
      x.shape,
      given.begin,
      given.end,
      given.strides,
      given.beginMask,
      given.endMask,
      given.ellipsisMask,
      given.newAxisMask,
      given.shrinkAxisMask,
    );
    let result = scope.run("clone", scope.handle(x));
    for (const [axis, begin] of info.begin.entries())
      result = strided(scope, result, axis, begin, info.end[axis] as number, info.strides[axis] as number);
    return scope.output(scope.run("reshape", result, info.finalShape), x.dtype);
  });
  defineKernel(tf.SplitV, (inputs, attrs, scope) => {
    const { numOrSizeSplits, axis } = attrs as unknown as tf.SplitVAttrs;
    const x = inputs.get("x");
    const along = tf.util.parseAxisParam(axis, x.shape)[0] as number;
    const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, along);
    return scope
      .runMany("split_with_sizes", scope.handle(x), sizes, along)
      .map((handle) => scope.output(handle, x.dtype));
  });
  defineKernel(tf.Unpack, (inputs, attrs, scope) => {
    const { axis } = attrs as unknown as tf.UnpackAttrs;
    const value = inputs.get("value");
    return scope.runMany("unbind.int", scope.handle(value), axis).map((handle) => scope.output(handle, value.dtype));
  });
}

function defineJoins(): void {
  defineKernel(tf.Concat, (inputs, attrs, scope) => {
    const { axis } = attrs as unknown as tf.ConcatAttrs;
    const parts = inputs.list();
    const dtype = parts.reduce<tf.DataType>((widest, part) => tf.upcastType(widest, part.dtype), "bool");
    return scope.output(
      scope.run(
        "cat",
        parts.map((part) => scope.handle(part)),
        axis,
      ),
      dtype,
    );
  });
  defineKernel(tf.Pack, (inputs, attrs, scope) => {
    const { axis } = attrs as unknown as tf.PackAttrs;
    const parts = inputs.list();
    const dtype = parts.reduce<tf.DataType>((widest, part) => tf.upcastType(widest, part.dtype), "bool");
    return scope.output(
      scope.run(
        "stack",
        parts.map((part) => scope.handle(part)),
        axis,
      ),
      dtype,
    );
  });
}

/** tfjs's rule: a step of 1 counts downwards where stop is below start. */
function rangeValues(start: number, stop: number, step: number): number[] {
  const stride = stop < start && step === 1 ? -1 : step;
  const count = Math.max(0, Math.ceil((stop - start) / stride));
  return Array.from({ length: count }, (_, index) => start + index * stride);
}

function defineSources(): void {
  defineKernel(tf.Fill, (_inputs, attrs, scope) => {
    const { shape, value, dtype } = attrs as unknown as tf.FillAttrs;
    if (typeof value === "string") throw new Error("the libtorch engine holds no strings");
    const kind = dtype ?? "float32";
    return scope.output(scope.run("full", shape, value, torchDtypeOf(kind), null, scope.device), kind);
  });
  defineKernel(tf.Range, (_inputs, attrs, scope) => {
    const { start, stop, step, dtype } = attrs as unknown as tf.RangeAttrs;
    const values = rangeValues(start, stop, step);
    const typed = dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values);
    return scope.output(scope.values(typed, [values.length]), dtype ?? "float32");
  });
  defineKernel(tf.LinSpace, (_inputs, attrs, scope) => {
    const { start, stop, num } = attrs as unknown as tf.LinSpaceAttrs;
    const step = num > 1 ? (stop - start) / (num - 1) : 0;
    return scope.output(
      scope.values(
        Float32Array.from({ length: num }, (_, index) => start + index * step),
        [num],
      ),
      "float32",
    );
  });
}

export function defineShapeKernels(): void {
  defineViews();
  defineSlices();
  defineJoins();
  defineSources();
}
