/** Rewards of preference pairs, packed so that the prompt both responses share is computed once. */
import type * as tf from "@tensorflow/tfjs-core";
import { layOut, packBranches } from "./layout";
import { hiddenStates, rewardsAt } from "./llama";
import type { LlamaModel } from "./parameters";

export interface EncodedPair {
  chosenIds: number[];
  rejectedIds: number[];
}

/** Tokens of the packed row: the shared prompt once, and both branches. */
export function packedTokenCount(pair: EncodedPair): number {
  return packBranches([pair.chosenIds, pair.rejectedIds]).ids.length;
}

/** Rewards of both responses, in the pairs' order. Call inside a tidy or a gradient: the layout's tensors are left to it. */
export function pairRewards(
  model: LlamaModel,
  pairs: readonly EncodedPair[],
): { chosen: tf.Tensor1D; rejected: tf.Tensor1D } {
  const rows = pairs.map((pair) => packBranches([pair.chosenIds, pair.rejectedIds]));
  const layout = layOut(rows, model.config);
  const hidden = hiddenStates(model, layout);
  return {
    chosen: rewardsAt(
      model,
      hidden,
      layout.scoreAt.filter((_, index) => index % 2 === 0),
    ),
    rejected: rewardsAt(
      model,
      hidden,
      layout.scoreAt.filter((_, index) => index % 2 === 1),
    ),
  };
}
