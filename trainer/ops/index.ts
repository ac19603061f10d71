/**
 * The operations a model is built from. Each has a plain tfjs reference implementation with its own gradient (`reference.ts`)
 * that every backend can run; an engine may override any of them with a fused kernel (`overrideOps`) as long as values and
 * gradients agree with the reference within 1e-4 relative (`pairwright-trainer parity` checks it).
 */
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Variable } from "@tensorflow/tfjs-core";
import { decoderLayer } from "./decoder-layer";
import { referenceOps } from "./reference";

export interface AdamwSettings {
  /** This step's learning rate (already scheduled). */
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Decoupled weight decay of this parameter; 0 = none. */
  weightDecay: number;
  /** 1-based number of this update, for bias correction. */
  step: number;
  /** Factor for the gradient from clipping by the global norm, at most 1. */
  gradientScale: number;
}

/** Rows of the keys and values, `start` and the `count - 1` after it. */
export interface KeyRange {
  start: number;
  count: number;
}

/**
 * Query rows that see the same keys. Of the n queries the j-th (from 0) sees the first sum(keys.count) - n + j + 1 keys: causal,
 * aligned bottom-right, so that the last key is the last query's own token.
 */
export interface AttentionBlock {
  queryStart: number;
  queryCount: number;
  /** In order of position, the block's own tokens last. */
  keys: readonly KeyRange[];
}

/** What the attention of a packed row needs besides its weights. */
export interface LayerLayout {
  /** Rotary tables [T, headDim] at each token's position, both halves equal. */
  cos: Tensor2D;
  sin: Tensor2D;
  /** Over the rows of q: all T, or the kept ones. Rows that no block covers get 0. */
  blocks: readonly AttentionBlock[];
}

/** A trained correction of a frozen matrix: W x + scale * up (down x). down: [rank, in], up: [out, rank]. */
export interface LowRankAdapter {
  down: Tensor2D;
  up: Tensor2D;
  scale: number;
  /** LoRA's dropout, for x on its way down. */
  drop?: (x: Tensor2D) => Tensor2D;
}

/** The matrices of a layer, [out, in] each as Hugging Face stores them. */
export const LAYER_MATRICES = ["q", "k", "v", "o", "gate", "up", "down"] as const;
export type LayerMatrix = (typeof LAYER_MATRICES)[number];

export interface LayerWeights extends Record<LayerMatrix, Tensor2D> {
  inputNorm: Tensor1D;
  postNorm: Tensor1D;
  /** Qwen2's biases; null for Llama. */
  qBias: Tensor1D | null;
  kBias: Tensor1D | null;
  vBias: Tensor1D | null;
  oBias: Tensor1D | null;
  /** Qwen3's RMSNorm over each head, [headDim]. */
  qNorm: Tensor1D | null;
  kNorm: Tensor1D | null;
  /** LoRA; absent for full fine-tuning. */
  adapters?: Partial<Record<LayerMatrix, LowRankAdapter>>;
}

export interface LayerShape {
  headCount: number;
  keyValueHeadCount: number;
  headDim: number;
  rmsNormEpsilon: number;
}

/**
 * A variable with `trainable === false` gets no gradient, and neither does what is computed from such variables alone
 * (`constants.ts`): no operation spends work on one.
 */
export interface Ops {
  /** x weight^T + bias. x: [N, in], weight: [out, in], bias: [out] -> [N, out]. */
  linear(x: Tensor2D, weight: Tensor2D, bias?: Tensor1D | null): Tensor2D;
  /** As `linear`, for the matrices inside a layer: in the engine's precision, where `linear` itself (the heads) is always float32. */
  project(x: Tensor2D, weight: Tensor2D, bias?: Tensor1D | null): Tensor2D;
  /** y = x * rsqrt(mean(x^2) + epsilon) * weight. x: [N, d], weight: [d]. */
  rmsNorm(x: Tensor2D, weight: Tensor1D, epsilon: number): Tensor2D;
  /** Hugging Face's rotate-half rotary embedding. x: [T, H, D]; cos, sin: [T, D], both halves of D equal, no gradient. */
  rope(x: Tensor3D, cos: Tensor2D, sin: Tensor2D): Tensor3D;
  /** silu(gate) * up. Any equal shapes. */
  swiglu(gate: Tensor2D, up: Tensor2D): Tensor2D;
  /** log(sigmoid(x)), without overflow. Any shape. */
  logSigmoid<T extends Tensor>(x: T): T;
  /** Rows of `table` [V, d] by `ids` [N] int32 -> [N, d]; the gradient adds up rows that occur several times. */
  embedding(table: Tensor2D, ids: Tensor1D): Tensor2D;
  /**
   * softmax(q k^T / sqrt(D)) v, block by block, with grouped queries: query head h reads key/value head floor(h / (H / Hk)).
   * q: [Tq, H, D]; k, v: [Tk, Hk, D]; blocks cover q's rows in order -> [Tq, H, D], 0 in rows that no block covers.
   */
  attention(q: Tensor3D, k: Tensor3D, v: Tensor3D, blocks: readonly AttentionBlock[]): Tensor3D;
  /**
   * A whole decoder layer: norm, attention, norm, SwiGLU, both residuals. x: [T, h]. With `kept` (int32 rows of x) only these rows
   * are computed beyond their keys and values, and `layout.blocks` describes them -> [T or kept.size, h]. The reference composes
   * the other operations; an engine may fuse it.
   */
  decoderLayer(
    x: Tensor2D,
    weights: LayerWeights,
    layout: LayerLayout,
    kept: Tensor1D | null,
    shape: LayerShape,
  ): Tensor2D;
  /** Mean-free cross entropy: sum over rows of weights[n] * -log softmax(logits[n])[targets[n]]. logits [N, V]; -> scalar. */
  crossEntropy(logits: Tensor2D, targets: Tensor1D, weights: Tensor1D): Tensor;
  /** One AdamW update in place (torch.optim.AdamW's formula and order of operations), for one parameter. The gradient's values are used up. */
  adamw(parameter: Variable, gradient: Tensor, mean: Variable, variance: Variable, settings: AdamwSettings): void;
  /** sum + term, in either's memory or in new: neither may be used again, only the result. */
  accumulate(sum: Tensor, term: Tensor): Tensor;
  /**
   * `buffer` [C, Hk, D] with row at[i] replaced by rows[i] ([N, Hk, D]), in the buffer's memory or in new: it may not be used again,
   * only the result. No gradient.
   */
  writeRows(buffer: Tensor3D, at: Tensor1D, rows: Tensor3D): Tensor3D;
}

/** The operations in use. Read through this object at call time, never destructured at import. */
export const ops: Ops = { ...referenceOps, decoderLayer };

/** Replaces some operations by an engine's own. */
export function overrideOps(own: Partial<Ops>): void {
  Object.assign(ops, own);
}

/** Back to the reference implementations. */
export function resetOps(): void {
  Object.assign(ops, referenceOps, { decoderLayer });
}
