/** Rewards of many pairs or responses on a loaded model, in micro-batches of similar length. Used by evaluation, scoring and training. */
import * as tf from "@tensorflow/tfjs-core";
import { layOut, type PackedRow, packBranches } from "../core/model/layout";
import { hiddenStates, rewardsAt } from "../core/model/llama";
import type { LlamaModel } from "../core/model/parameters";
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

/** Where the engine itself sets no limit: about what fits a small GPU's or a laptop's memory with room to spare. */
const TOKENS_PER_MICRO_BATCH = 4096;
const ROWS_PER_MICRO_BATCH = 32;

const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Rewards (logits) of each row's branches, in the rows' order. */
export async function scoreRows(
  { model, engine }: Pick<Scorer, "model" | "engine">,
  rows: readonly PackedRow[],
  onProgress?: (done: number) => void,
  signal?: AbortSignal,
): Promise<number[][]> {
  const result: number[][] = rows.map(() => []);
  const items = rows.map((row, index) => ({ row, index, tokens: row.ids.length })).sort((a, b) => a.tokens - b.tokens);
  let done = 0;
  for (const group of microBatches(
    items,
    ROWS_PER_MICRO_BATCH,
    engine.tokensPerMicroBatchMax ?? TOKENS_PER_MICRO_BATCH,
  )) {
    await breathe();
    signal?.throwIfAborted();
    const rewards = tf.tidy(() => {
      const layout = layOut(
        group.map(({ row }) => row),
        model.config,
      );
      return rewardsAt(model, hiddenStates(model, layout), layout.scoreAt).dataSync();
    });
    let at = 0;
    for (const { row, index } of group) {
      result[index] = [...rewards.slice(at, at + row.scoreAt.length)];
      at += row.scoreAt.length;
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
  const rows = pairs.map((pair) => {
    const { chosenIds, rejectedIds } = encodePair(scorer.tokenizer, pair, scorer.tokensPerRowMax);
    return packBranches([chosenIds, rejectedIds]);
  });
  const rewards = await scoreRows(scorer, rows, onProgress, signal);
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
