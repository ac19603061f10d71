/** Cleaning up after a gradient that threw half way. */
import * as tf from "@tensorflow/tfjs-core";

/**
 * Frees what the forward pass had kept for a backward pass that never came. tfjs frees a tape's saved tensors only when the gradient
 * returns; after an out-of-memory error they would fill the very memory that the next attempt needs.
 */
export function disposeAbandonedTape(): void {
  const { state } = tf.engine();
  if (state.gradientDepth !== 0 || !state.activeTape) return;
  for (const node of state.activeTape) {
    for (const tensor of node.saved ?? []) if (!tensor.isDisposed) tensor.dispose();
  }
  state.activeTape = [];
}
