/** Rewards of many pairs or responses on a loaded model, packed into micro-batches. Used by evaluation, scoring and training. */
import * as tf from "@tensorflow/tfjs-core";
import { type PackedItem, rowsOf } from "../core/model/packing";
import type { LlamaModel } from "../core/model/parameters";
import { rowRewards } from "../core/model/reward-pairs";
import { encodePair } from "../data/pairs";
import type { ChatTokenizer } from "../data/tokenizer";
import type { Engine } from "../engines";
import type { PreferencePair } from "../format/pair";
import { microBatches } from "./micro-batches";

export interface Scorer {
  model: LlamaModel;
  engine: Engine;
  tokenizer: ChatTokenizer;
  tokensPerRowMax: number;
}

const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Rewards (logits) of each item's rows, in the items' order. */
export async function scoreRows(
  { model, engine }: Pick<Scorer, "model" | "engine">,
  items: readonly PackedItem[],
  onProgress?: (done: number) => void,
  signal?: AbortSignal,
): Promise<number[][]> {
  const result: number[][] = items.map(() => []);
  const numbered = items.map((item, index) => ({ rows: rowsOf(item), index }));
  let done = 0;
  for (const group of microBatches(numbered, engine.tokensPerMicroBatch)) {
    await breathe();
    signal?.throwIfAborted();
    const rewards = tf.tidy(() => rowRewards(model, group).dataSync());
    let at = 0;
    for (const { rows, index } of group) {
      result[index] = [...rewards.slice(at, at + rows.length)];
      at += rows.length;
    }
    done += group.length;
    onProgress?.(done);
  }
  return result;
}

export interface ScoredPair {
  pair: PreferencePair;
  rewardChosen: number;
  rewardRejected: number;
}

export async function scorePairs(
  scorer: Scorer,
  pairs: readonly PreferencePair[],
  onProgress?: (done: number) => void,
  signal?: AbortSignal,
): Promise<ScoredPair[]> {
  const items = pairs.map((pair) => {
    const { chosenIds, rejectedIds } = encodePair(scorer.tokenizer, pair, scorer.tokensPerRowMax);
    return { rows: [chosenIds, rejectedIds] };
  });
  const rewards = await scoreRows(scorer, items, onProgress, signal);
  return pairs.map((pair, index) => ({
    pair,
    rewardChosen: rewards[index]?.[0] ?? Number.NaN,
    rewardRejected: rewards[index]?.[1] ?? Number.NaN,
  }));
}

/** Share of positive margins; a tie counts half, as a coin would. */
export function accuracyOf(margins: readonly number[]): number {
  const correct = margins.reduce((sum, margin) => sum + (margin > 0 ? 1 : margin === 0 ? 0.5 : 0), 0);
  return correct / margins.length;
}
