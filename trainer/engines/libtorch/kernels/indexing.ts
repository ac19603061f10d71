/** Kernels that address values by index tensors: gather, scatter, one-hot. */
import * as tf from "@tensorflow/tfjs-core";
import type { Handle } from "../addon";
import { TORCH_DTYPE, torchDtypeOf } from "../dtypes";
import { defineKernel, type KernelScope } from "./scope";

/** Zeros of a shape, on the engine's device. */
function zeros(scope: KernelScope, shape: number[], dtype: tf.DataType): Handle {
  return scope.run("zeros", shape, torchDtypeOf(dtype), null, scope.device);
}

function defineGathers(): void {
  defineKernel(tf.GatherV2, (inputs, attrs, scope) => {
    const { axis, batchDims } = attrs as unknown as tf.GatherV2Attrs;
    const [x, indices] = [inputs.get("x"), inputs.get("indices")];
    const along = tf.util.parseAxisParam(axis, x.shape)[0] as number;
    const batches = batchDims ?? 0;
    if (batches === 0) {
      const flat = scope.run("reshape", scope.handle(indices), [-1]);
      const rows = scope.run("index_select", scope.handle(x), along, flat);
      const shape = [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)];
      return scope.output(scope.run("reshape", rows, shape), x.dtype);
    }
    const info = tf.backend_util.segment_util.collectGatherOpShapeInfo(x, indices, along, batches);
    const count = tf.util.sizeFromShape(indices.shape) / info.batchSize;
    const source = scope.run("reshape", scope.handle(x), [
      info.batchSize,
      info.outerSize,
      info.dimSize,
      info.sliceSize,
    ]);
    const wide = scope.run("to.dtype", scope.handle(indices), TORCH_DTYPE.int64);
    const shaped = scope.run("reshape", wide, [info.batchSize, 1, count, 1]);
    const places = scope.run("expand", shaped, [info.batchSize, info.outerSize, count, info.sliceSize]);
    return scope.output(scope.run("reshape", scope.run("gather", source, 2, places), info.outputShape), x.dtype);
  });
  defineKernel(tf.GatherNd, (inputs, _attrs, scope) => {
    const [params, indices] = [inputs.get("params"), inputs.get("indices")];
    const [shape, , sliceSize] = tf.backend_util.prepareAndValidate(params as tf.Tensor, indices as tf.Tensor);
    const depth = indices.shape[indices.shape.length - 1] as number;
    const places = flatPlaces(scope, indices, params.shape.slice(0, depth));
    const source = scope.run("reshape", scope.handle(params), [-1, sliceSize]);
    return scope.output(scope.run("reshape", scope.run("index_select", source, 0, places), shape), params.dtype);
  });
}

/** Row numbers from multi-axis indices [..., depth]: the dot product with the strides of `shape`, flattened, int64. */
function flatPlaces(scope: KernelScope, indices: tf.TensorInfo, shape: number[]): Handle {
  const strides = shape.map((_, axis) => tf.util.sizeFromShape(shape.slice(axis + 1)));
  const wide = scope.run("to.dtype", scope.handle(indices), TORCH_DTYPE.int64);
  const weighted = scope.run("mul.Tensor", wide, scope.values(Int32Array.from(strides), [strides.length]));
  return scope.run("reshape", scope.run("sum.dim_IntList", weighted, [-1], false), [-1]);
}

function defineScatters(): void {
  defineKernel(tf.ScatterNd, (inputs, attrs, scope) => {
    const { shape } = attrs as unknown as tf.ScatterNdAttrs;
    const [indices, updates] = [inputs.get("indices"), inputs.get("updates")];
    const depth = indices.shape[indices.shape.length - 1] as number;
    const sliceSize = tf.util.sizeFromShape(shape.slice(depth));
    const places = flatPlaces(scope, indices, shape.slice(0, depth));
    const rows = scope.run("reshape", scope.handle(updates), [-1, sliceSize]);
    const target = zeros(scope, [tf.util.sizeFromShape(shape.slice(0, depth)), sliceSize], updates.dtype);
    scope.runInPlace("index_add_", target, 0, places, rows);
    return scope.output(scope.run("reshape", target, shape), updates.dtype);
  });
  defineKernel(tf.TensorScatterUpdate, (inputs, _attrs, scope) => {
    const [tensor, indices, updates] = [inputs.get("tensor"), inputs.get("indices"), inputs.get("updates")];
    const depth = indices.shape[indices.shape.length - 1] as number;
    const sliceSize = tf.util.sizeFromShape(tensor.shape.slice(depth));
    const places = flatPlaces(scope, indices, tensor.shape.slice(0, depth));
    const source = scope.run("reshape", scope.handle(tensor), [-1, sliceSize]);
    const rows = scope.run("reshape", scope.handle(updates), [-1, sliceSize]);
    return scope.output(
      scope.run("reshape", scope.run("index_copy", source, 0, places, rows), tensor.shape),
      tensor.dtype,
    );
  });
  defineKernel(tf.UnsortedSegmentSum, (inputs, attrs, scope) => {
    const { numSegments } = attrs as unknown as tf.UnsortedSegmentSumAttrs;
    const [x, segmentIds] = [inputs.get("x"), inputs.get("segmentIds")];
    const ids = scope.handle(segmentIds);
    // Rows of ids outside the segments are dropped: they go to one more segment, which is cut off.
    const tooSmall = scope.run("lt.Scalar", ids, 0);
    const kept = scope.run("masked_fill.Scalar", ids, tooSmall, numSegments);
    const places = scope.run("clamp", kept, 0, numSegments);
    const target = zeros(scope, [numSegments + 1, ...x.shape.slice(1)], x.dtype);
    scope.runInPlace("index_add_", target, 0, places, scope.handle(x));
    return scope.output(scope.run("slice.Tensor", target, 0, 0, numSegments, 1), x.dtype);
  });
  defineKernel(tf.OneHot, (inputs, attrs, scope) => {
    const { depth, onValue, offValue, dtype } = attrs as unknown as tf.OneHotAttrs;
    const classes = scope.values(
      Int32Array.from({ length: depth }, (_, index) => index),
      [depth],
    );
    const hot = scope.run("eq.Tensor", scope.run("unsqueeze", scope.handle(inputs.get("indices")), -1), classes);
    return scope.output(scope.run("where.Scalar", hot, onValue, offValue), dtype);
  });
}

export function defineIndexingKernels(): void {
  defineGathers();
  defineScatters();
}
