/** Rewards of token rows, packed so that what rows begin with in common is computed once. */
import type * as tf from "@tensorflow/tfjs-core";
import { layOut } from "./layout";
import { type HiddenStatesOptions, hiddenStates, rewardsAt } from "./llama";
import { type EncodedPair, type PackedItem, packItems, rowsOf } from "./packing";
import type { LlamaModel } from "./parameters";
import * as tree from "./token-tree";

export type { EncodedPair } from "./packing";

type Options = Pick<HiddenStatesOptions, "recompute">;

/** Tokens of the packed item: what its rows share counts once. */
export function packedTokenCount(item: PackedItem): number {
  return tree.packedTokenCount(rowsOf(item));
}

/** Rewards of the items' rows, one tensor for the rows that each of `sides` picks. */
function packedRewards(
  model: LlamaModel,
  items: readonly PackedItem[],
  options: Options,
  sides: ((numbers: number[]) => number[])[],
): tf.Tensor1D[] {
  const { trees, rowNumbers } = packItems(items);
  const layout = layOut(trees, model.config);
  const hidden = hiddenStates(model, layout, { ...options, at: layout.scoreAt });
  return sides.map((side) => rewardsAt(model, hidden, rowNumbers.flatMap(side)));
}

/** Rewards of all rows, item by item, [rows]. Call inside a tidy or a gradient: the layout's tensors are left to it. */
export function rowRewards(model: LlamaModel, items: readonly PackedItem[], options: Options = {}): tf.Tensor1D {
  return packedRewards(model, items, options, [(numbers) => numbers])[0] as tf.Tensor1D;
}

/** Rewards of both responses, in the pairs' order. Call inside a tidy or a gradient: the layout's tensors are left to it. */
export function pairRewards(
  model: LlamaModel,
  pairs: readonly EncodedPair[],
  options: Options = {},
): { chosen: tf.Tensor1D; rejected: tf.Tensor1D } {
  const [chosen, rejected] = packedRewards(model, pairs, options, [
    ([first]) => [first as number],
    ([, second]) => [second as number],
  ]) as [tf.Tensor1D, tf.Tensor1D];
  return { chosen, rejected };
}
