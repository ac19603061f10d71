/**
 * Gradients of the tfjs kernels that the model's tape records outside `ops/`. tfjs-core's bundle for Node registers none, and its
 * own registrations are loadable only by a bundler; the model needs these few.
 */
import * as tf from "@tensorflow/tfjs-core";

type Gradient = Parameters<typeof tf.registerGradient>[0];

/** Sums `dy` over the axes that broadcasting added or stretched, back to `shape`. */
function unbroadcast(dy: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, shape);
}

function pair(saved: tf.Tensor[]): [tf.Tensor, tf.Tensor] {
  return [saved[0] as tf.Tensor, saved[1] as tf.Tensor];
}

function matMulGradient(dy: tf.Tensor, saved: tf.Tensor[], attrs: tf.NamedAttrMap): Record<string, () => tf.Tensor> {
  const [a, b] = pair(saved);
  if (attrs.transposeA === true) throw new Error("the model multiplies with untransposed left sides only");
  return attrs.transposeB === true
    ? { a: () => tf.matMul(dy, b, false, false), b: () => tf.matMul(dy, a, true, false) }
    : { a: () => tf.matMul(dy, b, false, true), b: () => tf.matMul(a, dy, true, false) };
}

const GRADIENTS: Gradient[] = [
  {
    kernelName: tf.Add,
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved) => {
      const [a, b] = pair(saved);
      return { a: () => unbroadcast(dy as tf.Tensor, a.shape), b: () => unbroadcast(dy as tf.Tensor, b.shape) };
    },
  },
  {
    kernelName: tf.Sub,
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved) => {
      const [a, b] = pair(saved);
      return { a: () => unbroadcast(dy as tf.Tensor, a.shape), b: () => unbroadcast(tf.neg(dy as tf.Tensor), b.shape) };
    },
  },
  {
    kernelName: tf.Multiply,
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved) => {
      const [a, b] = pair(saved);
      return {
        a: () => unbroadcast(tf.mul(dy as tf.Tensor, b), a.shape),
        b: () => unbroadcast(tf.mul(dy as tf.Tensor, a), b.shape),
      };
    },
  },
  { kernelName: tf.Neg, gradFunc: (dy) => ({ x: () => tf.neg(dy as tf.Tensor) }) },
  {
    kernelName: tf.Square,
    inputsToSave: ["x"],
    gradFunc: (dy, saved) => ({ x: () => tf.mul(dy as tf.Tensor, tf.mul(saved[0] as tf.Tensor, 2)) }),
  },
  {
    kernelName: tf.Reshape,
    inputsToSave: ["x"],
    gradFunc: (dy, saved) => ({ x: () => tf.reshape(dy as tf.Tensor, (saved[0] as tf.Tensor).shape) }),
  },
  {
    kernelName: tf.Transpose,
    gradFunc: (dy, _saved, attrs) => ({
      x: () => tf.transpose(dy as tf.Tensor, tf.backend_util.getUndoAxesPermutation(attrs.perm as number[])),
    }),
  },
  {
    // Only full sums occur on the tape (losses); partial sums live inside `ops/`.
    kernelName: tf.Sum,
    inputsToSave: ["x"],
    gradFunc: (dy, saved) => ({
      x: () => tf.mul(tf.reshape(dy as tf.Tensor, []), tf.ones((saved[0] as tf.Tensor).shape)),
    }),
  },
  {
    kernelName: tf.BatchMatMul,
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved, attrs) => matMulGradient(dy as tf.Tensor, saved, attrs),
  },
];

/** Registers each gradient once per process; leaves those that something else registered. */
export function registerGradients(): void {
  for (const gradient of GRADIENTS)
    if (tf.getGradient(gradient.kernelName) === undefined) tf.registerGradient(gradient);
}
