/** Kernels of tfjs on random inputs, to compare an engine's backend with tfjs's own CPU backend. */
import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import { Draw } from "./libtorch/draw.test-support";

export type Case = (draw: Draw) => tf.Tensor | tf.Tensor[];

const anyFloat = (operation: (x: tf.Tensor) => tf.Tensor, low = -3, high = 3): Case => {
  return (draw) => operation(draw.floats(draw.shape(), low, high));
};
const twoFloats = (operation: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, low = -3, high = 3): Case => {
  return (draw) => operation(...draw.broadcastable(low, high));
};
const twoInts = (operation: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Case => {
  return (draw) => {
    const shape = draw.shape();
    return operation(draw.ints(shape), draw.ints(shape, 1, 5));
  };
};
const reduced = (operation: (x: tf.Tensor, axes: number[], keep: boolean) => tf.Tensor): Case => {
  return (draw) => {
    const x = draw.floats();
    return operation(x, draw.axes(x.rank), draw.yes());
  };
};

export const CASES: Record<string, Case> = {
  add: twoFloats(tf.add),
  sub: twoFloats(tf.sub),
  mul: twoFloats(tf.mul),
  div: twoFloats(tf.div, 0.5, 3),
  pow: twoFloats(tf.pow, 0.2, 3),
  maximum: twoFloats(tf.maximum),
  minimum: twoFloats(tf.minimum),
  "squared difference": twoFloats(tf.squaredDifference),
  mod: twoFloats(tf.mod, 0.5, 3),
  atan2: twoFloats(tf.atan2),
  "add int32": twoInts(tf.add),
  "mul int32": twoInts(tf.mul),
  "floor div int32": twoInts(tf.floorDiv),
  "mod int32": twoInts(tf.mod),
  "equal int32": twoInts(tf.equal),
  greater: twoFloats(tf.greater),
  "greater or equal": twoFloats(tf.greaterEqual),
  less: twoFloats(tf.less),
  "less or equal": twoFloats(tf.lessEqual),
  "not equal": twoInts(tf.notEqual),
  "logical and": (draw) => tf.logicalAnd(draw.bools([3, 4]), draw.bools([3, 4])),
  "logical or": (draw) => tf.logicalOr(draw.bools([3, 4]), draw.bools([3, 4])),
  "logical not": (draw) => tf.logicalNot(draw.bools()),
  abs: anyFloat(tf.abs),
  neg: anyFloat(tf.neg),
  square: anyFloat(tf.square),
  sign: anyFloat(tf.sign),
  ceil: anyFloat(tf.ceil),
  floor: anyFloat(tf.floor),
  round: anyFloat(tf.round),
  relu: anyFloat(tf.relu),
  relu6: anyFloat(tf.relu6, -3, 9),
  "leaky relu": anyFloat((x) => tf.leakyRelu(x, 0.3)),
  elu: anyFloat(tf.elu),
  selu: anyFloat(tf.selu),
  step: anyFloat((x) => tf.step(x, 0.25)),
  exp: anyFloat(tf.exp),
  expm1: anyFloat(tf.expm1),
  log: anyFloat(tf.log, 0.01, 9),
  log1p: anyFloat(tf.log1p, -0.9, 9),
  sqrt: anyFloat(tf.sqrt, 0, 9),
  rsqrt: anyFloat(tf.rsqrt, 0.01, 9),
  reciprocal: anyFloat(tf.reciprocal, 0.1, 9),
  sigmoid: anyFloat(tf.sigmoid, -30, 30),
  "log sigmoid": anyFloat(tf.logSigmoid, -30, 30),
  softplus: anyFloat(tf.softplus, -30, 30),
  erf: anyFloat(tf.erf),
  sin: anyFloat(tf.sin),
  cos: anyFloat(tf.cos),
  tan: anyFloat(tf.tan, -1, 1),
  sinh: anyFloat(tf.sinh),
  cosh: anyFloat(tf.cosh),
  tanh: anyFloat(tf.tanh),
  asin: anyFloat(tf.asin, -1, 1),
  acos: anyFloat(tf.acos, -1, 1),
  atan: anyFloat(tf.atan),
  asinh: anyFloat(tf.asinh),
  acosh: anyFloat(tf.acosh, 1, 9),
  atanh: anyFloat(tf.atanh, -0.9, 0.9),
  "clip by value": anyFloat((x) => tf.clipByValue(x, -1, 1.5)),
  "is nan, finite, infinite": () => {
    const x = tf.tensor1d([1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    return [tf.isNaN(x), tf.isFinite(x), tf.isInf(x)];
  },
  "zeros and ones like": (draw) => [tf.zerosLike(draw.floats()), tf.onesLike(draw.ints())],
  cast: (draw) => {
    const x = draw.floats();
    return [tf.cast(x, "int32"), tf.cast(x, "bool"), tf.cast(draw.ints(), "float32"), tf.cast(draw.bools(), "float32")];
  },
  where: (draw) => {
    const shape = draw.shape();
    return tf.where(draw.bools(shape), draw.floats(shape), draw.floats(shape));
  },
  "add n": (draw) => {
    const shape = draw.shape();
    return tf.addN([draw.floats(shape), draw.floats(shape), draw.floats(shape)]);
  },
  sum: reduced(tf.sum),
  "sum of everything": anyFloat((x) => tf.sum(x)),
  "sum over no axis": anyFloat((x) => tf.sum(x, [])),
  "sum of bool": (draw) => tf.sum(draw.bools()),
  mean: reduced(tf.mean),
  max: reduced(tf.max),
  min: reduced(tf.min),
  prod: reduced(tf.prod),
  "all and any": (draw) => {
    const x = draw.bools();
    const axes = draw.axes(x.rank);
    return [tf.all(x, axes), tf.any(x, axes, true)];
  },
  "arg max and arg min": (draw) => {
    const x = draw.floats();
    const axis = draw.axis(x.rank);
    return [tf.argMax(x, axis), tf.argMin(x, axis)];
  },
  cumsum: (draw) => {
    const x = draw.floats();
    return tf.cumsum(x, draw.axis(x.rank), draw.yes(), draw.yes());
  },
  cumprod: (draw) => {
    const x = draw.floats();
    return tf.cumprod(x, draw.axis(x.rank), draw.yes(), draw.yes());
  },
  "matrix product": (draw) => {
    const [m, k, n] = [draw.int(1, 5), draw.int(1, 5), draw.int(1, 5)];
    const [ta, tb] = [draw.yes(), draw.yes()];
    const [a, b] = [draw.floats(ta ? [k, m] : [m, k]), draw.floats(tb ? [n, k] : [k, n])];
    return tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, ta, tb);
  },
  "batched matrix product": (draw) => {
    const [batch, m, k, n] = [draw.int(1, 3), draw.int(1, 5), draw.int(1, 5), draw.int(1, 5)];
    const [ta, tb] = [draw.yes(), draw.yes()];
    const a = draw.floats([draw.yes() ? 1 : batch, ...(ta ? [k, m] : [m, k])]);
    return tf.matMul(a as tf.Tensor3D, draw.floats([batch, ...(tb ? [n, k] : [k, n])]) as tf.Tensor3D, ta, tb);
  },
  einsum: (draw) => tf.einsum("bij,jk->bik", draw.floats([2, 3, 4]), draw.floats([4, 5])),
  softmax: anyFloat((x) => tf.softmax(x)),
  "log softmax": anyFloat((x) => tf.logSoftmax(x)),
  "top k": (draw) => {
    const { values, indices } = tf.topk(draw.floats([2, 7]), 3, true);
    return [values, indices];
  },
  "reshape, squeeze, expand": (draw) => {
    const x = draw.floats();
    return [tf.reshape(x, [-1]), tf.squeeze(x), tf.expandDims(x, draw.axis(x.rank)), tf.expandDims(x, -1)];
  },
  transpose: (draw) => {
    const x = draw.floats();
    return tf.transpose(x, draw.permutation(x.rank));
  },
  "values after views of views": (draw) => {
    const x = draw.floats([3, 4, 5]);
    const view = tf.slice(tf.transpose(x, [2, 0, 1]), [1, 0, 1], [3, 2, -1]);
    return tf.mul(tf.reshape(view, [6, -1]), 2);
  },
  reverse: (draw) => {
    const x = draw.floats();
    return tf.reverse(x, draw.axes(x.rank));
  },
  tile: (draw) => {
    const x = draw.floats();
    return tf.tile(
      x,
      x.shape.map(() => draw.int(1, 3)),
    );
  },
  "broadcast to": (draw) => tf.broadcastTo(draw.floats([3, 1]), [2, 3, 4]),
  pad: (draw) => {
    const x = draw.floats();
    const paddings = x.shape.map(() => [draw.int(0, 2), draw.int(0, 2)] as [number, number]);
    return tf.pad(x, paddings, 0.5);
  },
  slice: (draw) => {
    const x = draw.floats();
    const begin = x.shape.map((size) => draw.int(0, size - 1));
    const size = x.shape.map((length, axis) => (draw.yes() ? -1 : draw.int(1, length - (begin[axis] as number))));
    return tf.slice(x, begin, size);
  },
  "strided slice": (draw) => {
    const x = draw.floats([5, 4, 3]);
    return [
      tf.stridedSlice(x, [0, 3, 0], [5, 0, 3], [2, -1, 1]),
      tf.stridedSlice(x, [1, 0, 0], [2, 4, 3], [1, 2, 1]),
      tf.stridedSlice(x, [1, 0, 0], [2, 4, 2], [1, 1, 1], 0, 0, 0, 0, 1),
    ];
  },
  split: (draw) => [...tf.split(draw.floats([6, 4]), 3, 0), ...tf.split(draw.floats([6, 4]), [1, 3], 1)],
  unstack: (draw) => {
    const x = draw.floats(draw.shape(3));
    return tf.unstack(x, draw.axis(3));
  },
  concat: (draw) => {
    const shape = draw.shape(3);
    const axis = draw.axis(3);
    const other = shape.map((size, at) => (at === axis ? draw.int(1, 4) : size));
    return tf.concat([draw.floats(shape), draw.floats(other)], axis);
  },
  stack: (draw) => {
    const shape = draw.shape(2);
    return tf.stack([draw.floats(shape), draw.floats(shape)], draw.int(0, 2));
  },
  "fill, range, linspace": () => [
    tf.fill([2, 3], 7, "int32"),
    tf.fill([2], 0.25),
    tf.range(0, 10, 3),
    tf.range(5, -5, -2, "int32"),
    tf.linspace(-1, 1, 5),
  ],
  gather: (draw) => {
    const x = draw.floats([4, 4, 4]);
    return tf.gather(x, draw.ints([2, 3], 0, 3), draw.axis(3));
  },
  "gather with batches": (draw) => tf.gather(draw.floats([2, 5, 3]), draw.ints([2, 4], 0, 4), 1, 1),
  "gather nd": (draw) => tf.gatherND(draw.floats([3, 4, 5]), draw.ints([6, 2], 0, 2)),
  "scatter nd adds repeated places": (draw) => tf.scatterND(draw.ints([8, 1], 0, 3), draw.floats([8, 5]), [4, 5]),
  "scatter nd by two indices": (draw) => tf.scatterND(draw.ints([8, 2], 0, 2), draw.floats([8, 5]), [3, 3, 5]),
  "tensor scatter update": (draw) =>
    tf.tensorScatterUpdate(draw.floats([5, 3]), tf.tensor2d([[3], [0]], [2, 1], "int32"), draw.floats([2, 3])),
  "unsorted segment sum": (draw) => tf.unsortedSegmentSum(draw.floats([7, 3]), draw.ints([7], -1, 4) as tf.Tensor1D, 4),
  "one hot": (draw) => [tf.oneHot(draw.ints([5], -1, 4), 4), tf.oneHot(draw.ints([2, 3], 0, 3), 4, 2, -1, "float32")],
};

export interface Result {
  shape: number[];
  dtype: tf.DataType;
  values: number[];
}

export async function evaluate(backend: string, run: Case, seed: number): Promise<Result[]> {
  await tf.setBackend(backend);
  return tf.tidy(() => {
    const outputs = run(new Draw(seed));
    return (Array.isArray(outputs) ? outputs : [outputs]).map((output) => ({
      shape: output.shape,
      dtype: output.dtype,
      values: Array.from(output.dataSync()),
    }));
  });
}

export function expectEqual(found: Result[], expected: Result[]): void {
  expect(found.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    expected.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  for (const [at, { values }] of expected.entries())
    for (const [index, value] of values.entries()) {
      const other = found[at]?.values[index] as number;
      if (Object.is(other, value) || other === value) continue;
      expect(Math.abs(other - value), `output ${at}, value ${index}: ${other} instead of ${value}`).toBeLessThanOrEqual(
        2e-5 * Math.max(1, Math.abs(value)),
      );
    }
}
