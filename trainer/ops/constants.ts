/** Which tensors need no gradient: frozen variables and whatever is computed from them alone. */
import * as tf from "@tensorflow/tfjs-core";

const constants = new WeakSet<tf.Tensor>();

export function needsGradient(tensor: tf.Tensor): boolean {
  return !(tensor instanceof tf.Variable && !tensor.trainable) && !constants.has(tensor);
}

/** Says that nothing trainable went into the tensor. Returns it. */
export function markConstant<T extends tf.Tensor>(tensor: T): T {
  constants.add(tensor);
  return tensor;
}

/** Computes without recording: nothing inside is kept for a gradient, and the result is marked constant. */
export function withoutTape<T extends tf.Tensor>(run: () => T): T {
  const gradFunc = (): tf.Tensor[] => [];
  return markConstant(tf.customGrad(() => ({ value: run(), gradFunc }))() as T);
}

/** Whether what is computed now may be asked for its gradient. */
export function isRecording(): boolean {
  return tf.engine().state.gradientDepth > 0;
}
