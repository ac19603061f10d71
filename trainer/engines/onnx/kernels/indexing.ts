/** Kernels that address values by index tensors: gather, scatter, one-hot. */
import * as tf from "@tensorflow/tfjs-core";
import { integerInput, integerList, type Operand, type Value } from "../graph";
import { defineKernel, type Recorder } from "./define";

function defineGathers(): void {
  defineKernel(tf.GatherV2, (inputs, attrs, record) => {
    const { axis, batchDims } = attrs as unknown as tf.GatherV2Attrs;
    const [x, indices] = [inputs.get("x"), inputs.get("indices")];
    const along = tf.util.parseAxisParam(axis, x.shape)[0] as number;
    const places = record.cast(record.read(indices), "int32");
    const batches = batchDims ?? 0;
    if (batches === 0) {
      const shape = [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)];
      return record.output(
        record.node("Gather", [record.read(x), places], shape, { attributes: { axis: along } }),
        x.dtype,
      );
    }
    if (batches !== along)
      throw new Error(`GatherV2: the onnx engine gathers along axis ${batches} only after ${batches} batch axes`);
    const shape = [...x.shape.slice(0, along), ...indices.shape.slice(batches), ...x.shape.slice(along + 1)];
    const depth = { attributes: { batch_dims: batches } };
    const pointing = record.node("Unsqueeze", [record.cast(places, "int64"), integerList([-1])], [...indices.shape, 1]);
    return record.output(record.node("GatherND", [record.read(x), pointing], shape, depth), x.dtype);
  });
  defineKernel(tf.GatherNd, (inputs, _attrs, record) => {
    const [params, indices] = [inputs.get("params"), inputs.get("indices")];
    const [shape] = tf.backend_util.prepareAndValidate(params as tf.Tensor, indices as tf.Tensor);
    const places = record.cast(record.read(indices), "int64");
    return record.output(record.node("GatherND", [record.read(params), places], shape), params.dtype);
  });
}

function zeros(record: Recorder, type: Value["type"], shape: readonly number[]): Value {
  const zero: Operand = { type, shape: [], values: [0] };
  return record.node("Expand", [zero, integerInput(shape)], shape, { type });
}

/** table[indices[i]] += rows[i], the last axis of `indices` being the leading axes of `table`. */
function scatterAdd(record: Recorder, table: Value, indices: Value, rows: Value): Value {
  const attributes = { reduction: "add" };
  return record.node("ScatterND", [table, record.cast(indices, "int64"), rows], table.shape, { attributes });
}

function defineScatters(): void {
  defineKernel(tf.ScatterNd, (inputs, attrs, record) => {
    const { shape } = attrs as unknown as tf.ScatterNdAttrs;
    const [indices, updates] = [inputs.get("indices"), inputs.get("updates")];
    const rows = record.cast(record.read(updates), updates.dtype === "float32" ? "float32" : "int32");
    const table = zeros(record, rows.type, shape);
    return record.output(scatterAdd(record, table, record.read(indices), rows), updates.dtype);
  });
  defineKernel(tf.TensorScatterUpdate, (inputs, _attrs, record) => {
    const [tensor, indices, updates] = [inputs.get("tensor"), inputs.get("indices"), inputs.get("updates")];
    const places = record.cast(record.read(indices), "int64");
    const written = record.node("ScatterND", [record.read(tensor), places, record.read(updates)], tensor.shape);
    return record.output(written, tensor.dtype);
  });
  defineKernel(tf.UnsortedSegmentSum, (inputs, attrs, record) => {
    const { numSegments } = attrs as unknown as tf.UnsortedSegmentSumAttrs;
    const [x, segmentIds] = [inputs.get("x"), inputs.get("segmentIds")];
    const ids = record.read(segmentIds);
    const whole = (value: number): Operand => ({ type: "int32", shape: [], values: [value] });
    // Rows of ids outside the segments are dropped: they go to one more segment, which is cut off.
    const tooSmall = record.node("Less", [ids, whole(0)], ids.shape, { type: "bool" });
    const known = record.node("Where", [tooSmall, whole(numSegments), ids], ids.shape, { type: "int32" });
    const places = record.node("Min", [known, whole(numSegments)], ids.shape, { type: "int32" });
    const pointing = record.node("Unsqueeze", [places, integerList([-1])], [...ids.shape, 1]);
    const rest = x.shape.slice(segmentIds.shape.length);
    const rows = record.read(x);
    const sums = scatterAdd(record, zeros(record, rows.type, [numSegments + 1, ...rest]), pointing, rows);
    const bounds = [integerInput([0]), integerInput([numSegments]), integerList([0])];
    return record.output(record.node("Slice", [sums, ...bounds], [numSegments, ...rest]), x.dtype);
  });
  defineKernel(tf.OneHot, (inputs, attrs, record) => {
    const { depth, onValue, offValue, dtype } = attrs as unknown as tf.OneHotAttrs;
    const indices = inputs.get("indices");
    const type = dtype === "float32" ? "float32" : "int32";
    const classes: Operand = {
      type: "int32",
      shape: [depth],
      values: Array.from({ length: depth }, (_, index) => index),
    };
    const shape = [...indices.shape, depth];
    const rows = record.node(
      "Unsqueeze",
      [record.cast(record.read(indices), "int32"), integerList([-1])],
      [...indices.shape, 1],
    );
    const hot = record.node("Equal", [rows, classes], shape, { type: "bool" });
    const value = (of: number): Operand => ({ type, shape: [], values: [of] });
    return record.output(record.node("Where", [hot, value(onValue), value(offValue)], shape, { type }), dtype);
  });
}

export function defineIndexingKernels(): void {
  defineGathers();
  defineScatters();
}
