/**
 * The operations a model is built from. Each has a plain tfjs reference implementation with its own gradient (`reference.ts`)
 * that every backend can run; an engine may override any of them with a fused kernel (`overrideOps`) as long as values and
 * gradients agree with the reference within 1e-4 relative (`pairwright-trainer parity` checks it).
 */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from "@tensorflow/tfjs-core";
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

export interface Ops {
  /** x weight^T. x: [N, in], weight: [out, in] -> [N, out]. */
  linear(x: Tensor2D, weight: Tensor2D): Tensor2D;
  /** y = x * rsqrt(mean(x^2) + epsilon) * weight. x: [N, d], weight: [d]. */
  rmsNorm(x: Tensor2D, weight: Tensor1D, epsilon: number): Tensor2D;
  /** Hugging Face's rotate-half rotary embedding. x: [B, H, T, D]; cos, sin: [B or 1, 1, T, D], both halves of D equal, no gradient. */
  rope(x: Tensor4D, cos: Tensor4D, sin: Tensor4D): Tensor4D;
  /** silu(gate) * up. Any equal shapes. */
  swiglu(gate: Tensor2D, up: Tensor2D): Tensor2D;
  /** log(sigmoid(x)), without overflow. Any shape. */
  logSigmoid<T extends Tensor>(x: T): T;
  /** Rows of `table` [V, d] by `ids` [N] int32 -> [N, d]; the gradient adds up rows that occur several times. */
  embedding(table: Tensor2D, ids: Tensor1D): Tensor2D;
  /**
   * softmax(q k^T / sqrt(D) + mask) v with grouped queries: query head h reads key/value head floor(h / (H / Hk)).
   * q: [B, H, Tq, D]; k, v: [B, Hk, Tk, D]; mask: [B or 1, 1, Tq, Tk], additive (0 or a large negative number), no gradient. -> [B, H, Tq, D].
   */
  attention(q: Tensor4D, k: Tensor4D, v: Tensor4D, mask: Tensor4D): Tensor4D;
  /** Mean-free cross entropy: sum over rows of weights[n] * -log softmax(logits[n])[targets[n]]. logits [N, V]; -> scalar. */
  crossEntropy(logits: Tensor2D, targets: Tensor1D, weights: Tensor1D): Tensor;
  /** One AdamW update in place (torch.optim.AdamW's formula and order of operations), for one parameter. The gradient's values are used up. */
  adamw(parameter: Variable, gradient: Tensor, mean: Variable, variance: Variable, settings: AdamwSettings): void;
  /** sum + term, in either's memory or in new: neither may be used again, only the result. */
  accumulate(sum: Tensor, term: Tensor): Tensor;
}

/** The operations in use. Read through this object at call time, never destructured at import. */
export const ops: Ops = { ...referenceOps };

/** Replaces some operations by an engine's own. */
export function overrideOps(own: Partial<Ops>): void {
  Object.assign(ops, own);
}

/** Back to the reference implementations. */
export function resetOps(): void {
  Object.assign(ops, referenceOps);
}
