/** The Llama decoder (RMSNorm, rotary grouped-query attention, SwiGLU) and its two heads, written once against tfjs and `ops`. */
import * as tf from "@tensorflow/tfjs-core";
import { ops } from "../../ops";
import type { BatchLayout } from "./layout";
import { EMBEDDING, FINAL_NORM, LANGUAGE_MODEL_HEAD, type LlamaModel, parameter, REWARD_HEAD } from "./parameters";

/** Keys and values of earlier tokens, one entry per layer; [B, Hk, past, D]. For generation only: it carries no gradient. */
export interface KeyValueCache {
  past: number;
  layers: { keys: tf.Tensor4D; values: tf.Tensor4D }[];
}

export function createKeyValueCache(): KeyValueCache {
  return { past: 0, layers: [] };
}

export function disposeKeyValueCache(cache: KeyValueCache): void {
  for (const { keys, values } of cache.layers) tf.dispose([keys, values]);
  cache.layers = [];
  cache.past = 0;
}

function linear(x: tf.Tensor2D, weight: tf.Variable): tf.Tensor2D {
  return ops.linear(x, weight as unknown as tf.Tensor2D);
}

/** [B * T, H * D] -> [B, H, T, D] */
function splitHeads(x: tf.Tensor2D, layout: BatchLayout, heads: number, headDim: number): tf.Tensor4D {
  return tf.transpose(tf.reshape(x, [layout.batch, layout.length, heads, headDim]), [0, 2, 1, 3]) as tf.Tensor4D;
}

function extendCache(cache: KeyValueCache, layer: number, keys: tf.Tensor4D, values: tf.Tensor4D) {
  const before = cache.layers[layer];
  const next = before
    ? { keys: tf.concat([before.keys, keys], 2), values: tf.concat([before.values, values], 2) }
    : { keys: keys.clone(), values: values.clone() };
  if (before) tf.dispose([before.keys, before.values]);
  cache.layers[layer] = { keys: tf.keep(next.keys), values: tf.keep(next.values) };
  return next;
}

function attentionBlock(
  model: LlamaModel,
  layer: number,
  x: tf.Tensor2D,
  layout: BatchLayout,
  cache?: KeyValueCache,
): tf.Tensor2D {
  const { headCount, keyValueHeadCount, headDim } = model.config;
  const weight = (name: string) => parameter(model, `model.layers.${layer}.self_attn.${name}.weight`);
  const query = splitHeads(linear(x, weight("q_proj")), layout, headCount, headDim);
  const key = splitHeads(linear(x, weight("k_proj")), layout, keyValueHeadCount, headDim);
  const value = splitHeads(linear(x, weight("v_proj")), layout, keyValueHeadCount, headDim);
  const turnedQuery = ops.rope(query, layout.cos, layout.sin);
  let keys = ops.rope(key, layout.cos, layout.sin);
  let values = value;
  if (cache) ({ keys, values } = extendCache(cache, layer, keys, values));
  const seen = ops.attention(turnedQuery, keys, values, layout.mask);
  const joined = tf.reshape(tf.transpose(seen, [0, 2, 1, 3]), [layout.batch * layout.length, headCount * headDim]);
  return linear(joined as tf.Tensor2D, weight("o_proj"));
}

function feedForward(model: LlamaModel, layer: number, x: tf.Tensor2D): tf.Tensor2D {
  const weight = (name: string) => parameter(model, `model.layers.${layer}.mlp.${name}.weight`);
  return linear(ops.swiglu(linear(x, weight("gate_proj")), linear(x, weight("up_proj"))), weight("down_proj"));
}

/** Hidden states after the final norm, [batch * length, hiddenSize]. With a cache, `layout` holds only the new tokens. */
export function hiddenStates(model: LlamaModel, layout: BatchLayout, cache?: KeyValueCache): tf.Tensor2D {
  const { layerCount, rmsNormEpsilon } = model.config;
  const norm = (x: tf.Tensor2D, name: string) =>
    ops.rmsNorm(x, parameter(model, name) as unknown as tf.Tensor1D, rmsNormEpsilon);
  let x = ops.embedding(parameter(model, EMBEDDING) as unknown as tf.Tensor2D, layout.ids);
  for (let layer = 0; layer < layerCount; layer += 1) {
    const at = `model.layers.${layer}`;
    x = tf.add(x, attentionBlock(model, layer, norm(x, `${at}.input_layernorm.weight`), layout, cache));
    x = tf.add(x, feedForward(model, layer, norm(x, `${at}.post_attention_layernorm.weight`)));
  }
  if (cache) cache.past += layout.length;
  return norm(x, FINAL_NORM);
}

/** Rewards (logits, no sigmoid) at the given flat token indices, [n]. */
export function rewardsAt(model: LlamaModel, hidden: tf.Tensor2D, scoreAt: readonly number[]): tf.Tensor1D {
  const indices = tf.tensor1d(Int32Array.from(scoreAt), "int32");
  const rows = ops.embedding(hidden, indices);
  return tf.reshape(linear(rows, parameter(model, REWARD_HEAD)), [scoreAt.length]);
}

/** Next-token logits at the given flat token indices, [n, vocabSize]. */
export function logitsAt(model: LlamaModel, hidden: tf.Tensor2D, at: readonly number[]): tf.Tensor2D {
  const rows = ops.embedding(hidden, tf.tensor1d(Int32Array.from(at), "int32"));
  return linear(rows, parameter(model, model.config.tiedEmbeddings ? EMBEDDING : LANGUAGE_MODEL_HEAD));
}
