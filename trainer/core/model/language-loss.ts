/** Cross entropy of a language model's next tokens, the vocabulary projection included. */
import * as tf from "@tensorflow/tfjs-core";
import { ops } from "../../ops";
import { layOut } from "./layout";
import { type HiddenStatesOptions, hiddenStates, languageModelHead } from "./llama";
import { packItems } from "./packing";
import type { LlamaModel } from "./parameters";
import { recomputed } from "./recompute";
import { rowTokens, type TokenRow } from "./token-tree";

/** More logits than this (64 MiB in f32) are not held at once: a large vocabulary would need more memory than all layers. */
const LOGITS_MAX = 2 ** 24;

/**
 * Sum over rows of weights[n] * -log softmax(logits[n])[targets[n]] for `hidden` [n, hiddenSize]. Where there are too many logits they
 * are computed in parts, and once more for the gradient.
 */
export function nextTokenLoss(
  model: LlamaModel,
  hidden: tf.Tensor2D,
  targets: readonly number[],
  weights: readonly number[],
  logitsMax = LOGITS_MAX,
): tf.Scalar {
  const head = languageModelHead(model);
  const loss = (rows: tf.Tensor2D, [wanted, each]: readonly tf.Tensor[]) =>
    ops.crossEntropy(ops.linear(rows, head), wanted as tf.Tensor1D, each as tf.Tensor1D) as tf.Scalar;
  const tensors = (from: number, to: number) => [
    tf.tensor1d(targets.slice(from, to), "int32"),
    tf.tensor1d(weights.slice(from, to)),
  ];
  const rowsMax = Math.max(1, Math.floor(logitsMax / model.config.vocabSize));
  if (targets.length <= rowsMax) return loss(hidden, tensors(0, targets.length));
  let total: tf.Scalar | null = null;
  for (let from = 0; from < targets.length; from += rowsMax) {
    const to = Math.min(targets.length, from + rowsMax);
    const at = Array.from({ length: to - from }, (_, index) => from + index);
    const rows = ops.embedding(hidden, tf.tensor1d(at, "int32"));
    const part = recomputed(rows, [head], tensors(from, to), loss);
    total = total ? tf.add(total, part) : part;
  }
  return total as tf.Scalar;
}

export interface TargetRow {
  /** One row. */
  rows: readonly [TokenRow];
  /** Positions whose next token is a target. */
  predictAt: readonly number[];
}

/**
 * Sum over all target tokens of -log p(token), times `weight`. Rows are packed; only tokens that predict one go through the last layer
 * and the vocabulary projection. Call inside a gradient: the layout's tensors are left to it.
 */
export function packedTargetLoss(
  model: LlamaModel,
  items: readonly TargetRow[],
  weight: number,
  options: Pick<HiddenStatesOptions, "recompute"> = {},
): tf.Scalar {
  const { trees, rowNumbers } = packItems(items);
  const layout = layOut(trees, model.config);
  const at: number[] = [];
  const targets: number[] = [];
  items.forEach(({ rows: [row], predictAt }, index) => {
    const tokens = rowTokens(layout.spans, layout.scoreAt[rowNumbers[index]?.[0] as number] as number);
    for (const position of predictAt) {
      at.push(tokens[position] as number);
      targets.push(row[position + 1] as number);
    }
  });
  const hidden = hiddenStates(model, layout, { ...options, at });
  return nextTokenLoss(
    model,
    hidden,
    targets,
    targets.map(() => weight),
  );
}
