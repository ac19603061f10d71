/** Runs a kernel of this backend that tfjs itself has no operation for. */
import * as tf from "@tensorflow/tfjs-core";

export function fused(kernel: string, inputs: Record<string, tf.Tensor>, attrs: object = {}): tf.Tensor[] {
  const results = tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap) as tf.Tensor | tf.Tensor[];
  return Array.isArray(results) ? results : [results];
}

export function first<T extends tf.Tensor>(results: tf.Tensor[]): T {
  return results[0] as T;
}
