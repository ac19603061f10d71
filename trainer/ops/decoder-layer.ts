/** A decoder layer as a composition of the other operations: the reference for engines that fuse it. */
import * as tf from "@tensorflow/tfjs-core";
import { type LayerLayout, type LayerMatrix, type LayerShape, type LayerWeights, ops } from "./index";

/** Where the keys and values of this layer go, and which ones attention then reads: for generation with a cache. */
export type KeyValueStore = (keys: tf.Tensor3D, values: tf.Tensor3D) => { keys: tf.Tensor3D; values: tf.Tensor3D };

const BIASES: Partial<Record<LayerMatrix, "qBias" | "kBias" | "vBias" | "oBias">> = {
  q: "qBias",
  k: "kBias",
  v: "vBias",
  o: "oBias",
};

function project(x: tf.Tensor2D, weights: LayerWeights, matrix: LayerMatrix): tf.Tensor2D {
  const bias = BIASES[matrix];
  const base = ops.project(x, weights[matrix], bias ? weights[bias] : null);
  const adapter = weights.adapters?.[matrix];
  if (!adapter) return base;
  const correction = ops.project(ops.project(adapter.drop?.(x) ?? x, adapter.down), adapter.up);
  return tf.add(base, tf.mul(correction, adapter.scale));
}

/** [T, heads * D] to [T, heads, D], each head normed where the model does that. */
function splitHeads(x: tf.Tensor2D, headDim: number, norm: tf.Tensor1D | null, epsilon: number): tf.Tensor3D {
  const rows = x.shape[0];
  const heads = x.shape[1] / headDim;
  if (norm === null) return tf.reshape(x, [rows, heads, headDim]);
  return tf.reshape(ops.rmsNorm(tf.reshape(x, [rows * heads, headDim]), norm, epsilon), [rows, heads, headDim]);
}

export function composeDecoderLayer(
  x: tf.Tensor2D,
  weights: LayerWeights,
  layout: LayerLayout,
  kept: tf.Tensor1D | null,
  shape: LayerShape,
  store?: KeyValueStore,
): tf.Tensor2D {
  const { headCount, headDim, rmsNormEpsilon } = shape;
  const { cos, sin, blocks } = layout;
  const normed = ops.rmsNorm(x, weights.inputNorm, rmsNormEpsilon);
  const heads = (from: tf.Tensor2D, matrix: "q" | "k" | "v", norm: tf.Tensor1D | null) =>
    splitHeads(project(from, weights, matrix), headDim, norm, rmsNormEpsilon);
  let keys = ops.rope(heads(normed, "k", weights.kNorm), cos, sin);
  let values = heads(normed, "v", null);
  if (store) ({ keys, values } = store(keys, values));
  const asking = kept ? ops.embedding(normed, kept) : normed;
  const [askingCos, askingSin] = kept ? [tf.gather(cos, kept), tf.gather(sin, kept)] : [cos, sin];
  const queries = ops.rope(heads(asking, "q", weights.qNorm), askingCos, askingSin);
  const seen = ops.attention(queries, keys, values, blocks);
  const joined = tf.reshape(seen, [seen.shape[0], headCount * headDim]) as tf.Tensor2D;
  const residual = tf.add(kept ? ops.embedding(x, kept) : x, project(joined, weights, "o")) as tf.Tensor2D;
  const inner = ops.rmsNorm(residual, weights.postNorm, rmsNormEpsilon);
  const opened = ops.swiglu(project(inner, weights, "gate"), project(inner, weights, "up"));
  return tf.add(residual, project(opened, weights, "down"));
}

/** `Ops.decoderLayer`. */
export function decoderLayer(
  x: tf.Tensor2D,
  weights: LayerWeights,
  layout: LayerLayout,
  kept: tf.Tensor1D | null,
  shape: LayerShape,
): tf.Tensor2D {
  return composeDecoderLayer(x, weights, layout, kept, shape);
}
