/** Kernels that move values without computing: reshape, transpose, slice, concat, pad, tile, fill. Lengths are inputs of the graph. */
import * as tf from "@tensorflow/tfjs-core";
import { integerInput, integerList, type Operand, Value } from "../graph";
import { defineKernel, type Recorder } from "./define";

/** Shares the memory of values that are there; records a node for those that are not. */
function reshaped(record: Recorder, x: tf.TensorInfo, shape: number[]): tf.TensorInfo {
  if (tf.util.arraysEqual(x.shape, shape) || !record.backend.value(x).pending) return record.same(x, shape);
  return record.output(record.node("Reshape", [record.read(x), integerInput(shape)], shape), x.dtype);
}

function defineViews(): void {
  defineKernel(tf.Identity, (inputs, _attrs, record) => record.same(inputs.get("x")));
  defineKernel(tf.Reshape, (inputs, attrs, record) => {
    const x = inputs.get("x");
    const size = tf.util.sizeFromShape(x.shape);
    const shape = tf.util.inferFromImplicitShape((attrs as unknown as tf.ReshapeAttrs).shape, size);
    if (tf.util.sizeFromShape(shape) !== size)
      throw new Error(`Reshape: [${x.shape}] has ${size} values and does not fit [${shape}]`);
    return reshaped(record, x, shape);
  });
  defineKernel(tf.ExpandDims, (inputs, attrs, record) => {
    const { dim } = attrs as unknown as tf.ExpandDimsAttrs;
    const input = inputs.get("input");
    const shape = [...input.shape];
    shape.splice(dim < 0 ? input.shape.length + dim + 1 : dim, 0, 1);
    return reshaped(record, input, shape);
  });
  defineKernel(tf.Transpose, (inputs, attrs, record) => {
    const { perm } = attrs as unknown as tf.TransposeAttrs;
    const x = inputs.get("x");
    const shape = perm.map((axis) => x.shape[axis] as number);
    if (perm.every((axis, index) => axis === index)) return record.same(x);
    return record.output(
      record.node("Transpose", [record.read(x)], shape, { attributes: { perm: [...perm] } }),
      x.dtype,
    );
  });
}

interface Cut {
  axes: number[];
  starts: number[];
  ends: number[];
  steps: number[];
}

function slice(record: Recorder, x: Value, shape: readonly number[], { axes, starts, ends, steps }: Cut): Value {
  return record.node(
    "Slice",
    [x, integerInput(starts), integerInput(ends), integerList(axes), integerList(steps)],
    shape,
  );
}

/** ONNX reads an end below zero as counted from the back; this one lies before every value. */
const BEFORE_ALL = -(2 ** 31);

function defineSlices(): void {
  defineKernel(tf.Reverse, (inputs, attrs, record) => {
    const { dims } = attrs as unknown as tf.ReverseAttrs;
    const x = inputs.get("x");
    const axes = tf.util.parseAxisParam(dims, x.shape);
    const all = (value: number) => axes.map(() => value);
    const cut = { axes, starts: all(-1), ends: all(BEFORE_ALL), steps: all(-1) };
    return record.output(slice(record, record.read(x), x.shape, cut), x.dtype);
  });
  defineKernel(tf.Slice, (inputs, attrs, record) => {
    const { begin, size } = attrs as unknown as tf.SliceAttrs;
    const x = inputs.get("x");
    const [starts, sizes] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [number[], number[]];
    tf.slice_util.assertParamsValid(x as tf.Tensor, starts, sizes);
    if (tf.util.arraysEqual(sizes, x.shape)) return record.same(x);
    const axes = sizes.map((_, axis) => axis);
    const ends = starts.map((start, axis) => start + (sizes[axis] as number));
    const cut = { axes, starts, ends, steps: axes.map(() => 1) };
    return record.output(slice(record, record.read(x), sizes, cut), x.dtype);
  });
  defineKernel(tf.StridedSlice, (inputs, attrs, record) => {
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
    const shape = tf.slice_util.computeOutShape(info.begin, info.end, info.strides);
    const ends = info.end.map((end, axis) => (end < 0 && (info.strides[axis] as number) < 0 ? BEFORE_ALL : end));
    const cut = { axes: info.begin.map((_, axis) => axis), starts: info.begin, ends, steps: info.strides };
    const result = slice(record, record.read(x), shape, cut);
    return record.output(record.node("Reshape", [result, integerInput(info.finalShape)], info.finalShape), x.dtype);
  });
}

/** Cuts along one axis into parts of the given sizes. */
function split(record: Recorder, x: tf.TensorInfo, axis: number, sizes: readonly number[]): Value[] {
  const shapes = sizes.map((size) => x.shape.map((length, at) => (at === axis ? size : length)));
  return record.nodes("Split", [record.read(x), integerInput(sizes)], shapes, { attributes: { axis } });
}

function defineSplits(): void {
  defineKernel(tf.SplitV, (inputs, attrs, record) => {
    const { numOrSizeSplits, axis } = attrs as unknown as tf.SplitVAttrs;
    const x = inputs.get("x");
    const along = tf.util.parseAxisParam(axis, x.shape)[0] as number;
    const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, along);
    return split(record, x, along, sizes).map((part) => record.output(part, x.dtype));
  });
  defineKernel(tf.Unpack, (inputs, attrs, record) => {
    const { axis } = attrs as unknown as tf.UnpackAttrs;
    const value = inputs.get("value");
    const along = axis < 0 ? value.shape.length + axis : axis;
    const ones = Array.from({ length: value.shape[along] as number }, () => 1);
    const shape = value.shape.filter((_, at) => at !== along);
    return split(record, value, along, ones).map((part) =>
      record.output(record.node("Squeeze", [part, integerList([along])], shape), value.dtype),
    );
  });
}

function join(record: Recorder, operands: Value[], axis: number, shape: number[]): Value {
  return record.node("Concat", operands, shape, { attributes: { axis } });
}

function defineJoins(): void {
  const widest = (parts: tf.TensorInfo[]) =>
    parts.reduce<tf.DataType>((dtype, part) => tf.upcastType(dtype, part.dtype), "bool") as
      | "bool"
      | "int32"
      | "float32";
  defineKernel(tf.Concat, (inputs, attrs, record) => {
    const parts = inputs.list();
    const dtype = widest(parts);
    const axis = tf.util.parseAxisParam(
      (attrs as unknown as tf.ConcatAttrs).axis,
      (parts[0] as tf.TensorInfo).shape,
    )[0] as number;
    const shape = tf.backend_util.computeOutShape(
      parts.map((part) => part.shape),
      axis,
    );
    const operands = parts.map((part) => record.cast(record.read(part), dtype));
    return record.output(join(record, operands, axis, shape), dtype);
  });
  defineKernel(tf.Pack, (inputs, attrs, record) => {
    const parts = inputs.list();
    const dtype = widest(parts);
    const one = [...(parts[0] as tf.TensorInfo).shape];
    const { axis } = attrs as unknown as tf.PackAttrs;
    const along = axis < 0 ? one.length + 1 + axis : axis;
    const thin = [...one.slice(0, along), 1, ...one.slice(along)];
    const operands = parts.map((part) =>
      record.node("Unsqueeze", [record.cast(record.read(part), dtype), integerList([along])], thin),
    );
    const shape = [...one.slice(0, along), parts.length, ...one.slice(along)];
    return record.output(join(record, operands, along, shape), dtype);
  });
  defineKernel(tf.Tile, (inputs, attrs, record) => {
    const { reps } = attrs as unknown as tf.TileAttrs;
    const x = inputs.get("x");
    const shape = x.shape.map((size, axis) => size * (reps[axis] as number));
    return record.output(record.node("Tile", [record.read(x), integerInput(reps)], shape), x.dtype);
  });
  defineKernel(tf.BroadcastTo, (inputs, attrs, record) => {
    const { shape } = attrs as unknown as tf.BroadCastToAttrs;
    const x = inputs.get("x");
    return record.output(record.node("Expand", [record.read(x), integerInput(shape)], shape), x.dtype);
  });
  defineKernel(tf.PadV2, (inputs, attrs, record) => {
    const { paddings, constantValue } = attrs as unknown as tf.PadV2Attrs;
    const x = inputs.get("x");
    const value = record.read(x);
    const filling: Operand = { type: value.type, shape: [], values: [constantValue ?? 0] };
    const amounts = integerInput([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
    const shape = x.shape.map((size, axis) => size + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0));
    return record.output(
      record.node("Pad", [value, amounts, filling], shape, { attributes: { mode: "constant" } }),
      x.dtype,
    );
  });
}

/** A tensor from values made here. */
function source(
  record: Recorder,
  values: Float32Array | Int32Array | Uint8Array,
  shape: number[],
  dtype: tf.DataType,
): tf.TensorInfo {
  const value = new Value(dtype === "float32" ? "float32" : dtype === "int32" ? "int32" : "bool", shape);
  value.host = values;
  return record.backend.output(value, shape, dtype);
}

/** tfjs's rule: a step of 1 counts downwards where stop is below start. */
function rangeValues(start: number, stop: number, step: number): number[] {
  const stride = stop < start && step === 1 ? -1 : step;
  const count = Math.max(0, Math.ceil((stop - start) / stride));
  return Array.from({ length: count }, (_, index) => start + index * stride);
}

function defineSources(): void {
  defineKernel(tf.Fill, (_inputs, attrs, record) => {
    const { shape, value, dtype } = attrs as unknown as tf.FillAttrs;
    if (typeof value === "string") throw new Error("the onnx engine holds no strings");
    const size = tf.util.sizeFromShape(shape);
    const values =
      dtype === "int32" ? new Int32Array(size) : dtype === "bool" ? new Uint8Array(size) : new Float32Array(size);
    // New memory is zero already, and takes no room until it is written.
    return source(record, value === 0 ? values : values.fill(value), [...shape], dtype ?? "float32");
  });
  defineKernel(tf.Range, (_inputs, attrs, record) => {
    const { start, stop, step, dtype } = attrs as unknown as tf.RangeAttrs;
    const values = rangeValues(start, stop, step);
    const typed = dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values);
    return source(record, typed, [values.length], dtype ?? "float32");
  });
  defineKernel(tf.LinSpace, (_inputs, attrs, record) => {
    const { start, stop, num } = attrs as unknown as tf.LinSpaceAttrs;
    const step = num > 1 ? (stop - start) / (num - 1) : 0;
    const values = Float32Array.from({ length: num }, (_, index) => start + index * step);
    return source(record, values, [num], "float32");
  });
}

export function defineShapeKernels(): void {
  defineViews();
  defineSlices();
  defineSplits();
  defineJoins();
  defineSources();
}
