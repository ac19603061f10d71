/** The decoder of Llama, Mistral, Qwen2 and Qwen3 (RMSNorm, rotary grouped-query attention, SwiGLU) and its two heads, written once against tfjs and `ops`. */
import * as tf from "@tensorflow/tfjs-core";
import {
  LAYER_MATRICES,
  type LayerMatrix,
  type LayerShape,
  type LayerWeights,
  type LowRankAdapter,
  ops,
} from "../../ops";
import { isRecording, needsGradient, withoutTape } from "../../ops/constants";
import { composeDecoderLayer } from "../../ops/decoder-layer";
import { cacheStore, type KeyValueCache } from "./key-value-cache";
import { type BatchLayout, keptBlocks } from "./layout";
import { EMBEDDING, FINAL_NORM, LANGUAGE_MODEL_HEAD, type LlamaModel, parameter, REWARD_HEAD } from "./parameters";
import { recomputed } from "./recompute";

/** Hugging Face's names of a layer's matrices, after `model.layers.<n>.`. */
const MATRIX_NAMES: Record<LayerMatrix, string> = {
  q: "self_attn.q_proj",
  k: "self_attn.k_proj",
  v: "self_attn.v_proj",
  o: "self_attn.o_proj",
  gate: "mlp.gate_proj",
  up: "mlp.up_proj",
  down: "mlp.down_proj",
};

/** The weights of one layer, by the names that the operations use. */
export function layerWeights(model: LlamaModel, layer: number): LayerWeights {
  const at = `model.layers.${layer}.`;
  const vector = (name: string) => (model.parameters.get(at + name) ?? null) as tf.Tensor1D | null;
  const matrices: Partial<Record<LayerMatrix, tf.Tensor2D>> = {};
  const adapters: Partial<Record<LayerMatrix, LowRankAdapter>> = {};
  for (const matrix of LAYER_MATRICES) {
    const name = `${at}${MATRIX_NAMES[matrix]}.weight`;
    matrices[matrix] = parameter(model, name) as unknown as tf.Tensor2D;
    const adapter = model.adapters?.get(name);
    if (adapter) adapters[matrix] = adapter;
  }
  return {
    ...(matrices as Record<LayerMatrix, tf.Tensor2D>),
    inputNorm: parameter(model, `${at}input_layernorm.weight`) as unknown as tf.Tensor1D,
    postNorm: parameter(model, `${at}post_attention_layernorm.weight`) as unknown as tf.Tensor1D,
    qBias: vector("self_attn.q_proj.bias"),
    kBias: vector("self_attn.k_proj.bias"),
    vBias: vector("self_attn.v_proj.bias"),
    oBias: vector("self_attn.o_proj.bias"),
    qNorm: vector("self_attn.q_norm.weight"),
    kNorm: vector("self_attn.k_norm.weight"),
    ...(Object.keys(adapters).length > 0 ? { adapters } : {}),
  };
}

/** Every tensor among a layer's weights, adapters included. */
function tensorsOf({ adapters, ...weights }: LayerWeights): tf.Tensor[] {
  const plain = Object.values(weights).filter((weight): weight is tf.Tensor1D | tf.Tensor2D => weight !== null);
  return [...plain, ...Object.values(adapters ?? {}).flatMap(({ down, up }) => [down, up])];
}

export interface HiddenStatesOptions {
  /** Rows to compute beyond the last layer's keys and values; the result has these, in this order. All when absent. */
  at?: readonly number[];
  /** For generation: `layout` then holds only the new tokens, and says where they go. Carries no gradient. */
  cache?: KeyValueCache;
  /** Keep only each layer's input for the gradient and compute the rest a second time. */
  recompute?: boolean;
  /** Compute only this many layers; the result then is the last one's output, without the final norm. */
  depth?: number;
  /** Sees each layer's output (0 = the first layer's), [T, hiddenSize], of which it may keep copies only. */
  observe?: (layer: number, output: tf.Tensor2D) => void;
}

function isEveryRow(at: readonly number[], tokens: number): boolean {
  return at.length === tokens && at.every((row, index) => row === index);
}

/** Hidden states after the final norm, [T or at.length, hiddenSize]. Layers below everything trainable leave nothing on the tape. */
export function hiddenStates(
  model: LlamaModel,
  layout: BatchLayout,
  { at, cache, recompute = false, depth, observe }: HiddenStatesOptions = {},
): tf.Tensor2D {
  const shape: LayerShape = model.config;
  const layers = Math.min(depth ?? model.config.layerCount, model.config.layerCount);
  const trimmed = at !== undefined && !isEveryRow(at, layout.tokens) ? at : null;
  const kept = trimmed && layers > 0 ? tf.tensor1d([...trimmed], "int32") : null;
  const table = parameter(model, EMBEDDING);
  let constant = !isRecording() || !needsGradient(table);
  const embed = () => ops.embedding(table as unknown as tf.Tensor2D, layout.ids);
  let x = constant ? withoutTape(embed) : embed();
  for (let layer = 0; layer < layers; layer += 1) {
    const weights = layerWeights(model, layer);
    const keep = layer === layers - 1 ? kept : null;
    const blocks = keep && trimmed ? keptBlocks(layout.spans, trimmed) : layout.blocks;
    const run = (input: tf.Tensor2D, [cos, sin, rows]: readonly tf.Tensor[]): tf.Tensor2D => {
      const around = { cos: cos as tf.Tensor2D, sin: sin as tf.Tensor2D, blocks };
      const only = (rows ?? null) as tf.Tensor1D | null;
      return cache && layout.cacheRows
        ? composeDecoderLayer(input, weights, around, only, shape, cacheStore(cache, layer, layout.cacheRows))
        : ops.decoderLayer(input, weights, around, only, shape);
    };
    const held = [layout.cos, layout.sin, ...(keep ? [keep] : [])];
    const tensors = tensorsOf(weights);
    constant &&= !isRecording() || !tensors.some(needsGradient);
    const input = x;
    if (constant) {
      x = withoutTape(() => run(input, held));
      input.dispose();
    } else x = recompute ? recomputed(input, tensors, held, run) : run(input, held);
    observe?.(layer, x);
  }
  if (depth !== undefined) return x;
  return ops.rmsNorm(x, parameter(model, FINAL_NORM) as unknown as tf.Tensor1D, shape.rmsNormEpsilon);
}

function pick(hidden: tf.Tensor2D, at: readonly number[]): tf.Tensor2D {
  return isEveryRow(at, hidden.shape[0]) ? hidden : ops.embedding(hidden, tf.tensor1d([...at], "int32"));
}

/** Rewards (logits, no sigmoid) of the given rows of `hidden`, [n]. */
export function rewardsAt(model: LlamaModel, hidden: tf.Tensor2D, at: readonly number[]): tf.Tensor1D {
  return tf.reshape(ops.linear(pick(hidden, at), parameter(model, REWARD_HEAD) as unknown as tf.Tensor2D), [at.length]);
}

/** [vocabSize, hiddenSize]. */
export function languageModelHead(model: LlamaModel): tf.Tensor2D {
  return parameter(model, model.config.tiedEmbeddings ? EMBEDDING : LANGUAGE_MODEL_HEAD) as unknown as tf.Tensor2D;
}

/** Next-token logits of the given rows of `hidden`, [n, vocabSize]. */
export function logitsAt(model: LlamaModel, hidden: tf.Tensor2D, at: readonly number[]): tf.Tensor2D {
  return ops.linear(pick(hidden, at), languageModelHead(model));
}
