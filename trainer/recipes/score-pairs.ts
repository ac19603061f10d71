/** Rewards of preference pairs, packed so that the prompt both responses share is computed once. */
import { encodePair } from "../data/pairs";
import type { PreferencePair } from "../format/pair";
import { answerStarts } from "./answer-start";
import { needsAnswers, type ScorableItem, type Scorer, scoreRows } from "./scorer";

export { type Scorer, scoreRows } from "./scorer";

/** The two rows of a pair, chosen first. */
function itemOf(scorer: Scorer, pair: PreferencePair): ScorableItem {
  const { tokenizer, tokensPerRowMax } = scorer;
  const { chosenIds, rejectedIds } = encodePair(tokenizer, pair, tokensPerRowMax);
  const rows = [chosenIds, rejectedIds];
  if (!needsAnswers(scorer)) return { rows };
  const answers = [
    { text: pair.chosen, ids: chosenIds },
    { text: pair.rejected, ids: rejectedIds },
  ];
  return { rows, answerStarts: answerStarts(tokenizer, pair.prompt, answers, tokensPerRowMax) };
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
  const items = pairs.map((pair) => itemOf(scorer, pair));
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
