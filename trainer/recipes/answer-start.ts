/** Where a response begins in its token row. */
import type { TokenRow } from "../core/model/token-tree";
import type { ChatTokenizer } from "../data/tokenizer";
import type { Message } from "../format/pair";

function commonLength(a: TokenRow, b: TokenRow): number {
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same += 1;
  return same;
}

/**
 * Index of the first token that is not the prompt's (the opened assistant turn included), for a row that `encodePair` made under
 * the limit. At least one token, the last, counts as the answer's.
 */
export function answerStarts(
  tokenizer: ChatTokenizer,
  prompt: readonly Message[],
  answers: readonly { text: string; ids: TokenRow }[],
  tokensPerRowMax: number,
): number[] {
  const promptIds = prompt.length === 0 ? [] : tokenizer.encodeChat(prompt, { addGenerationPrompt: true });
  // Rows of one pair are shortened by the same number of tokens, and the longer of them then is as long as the limit.
  const shortened = answers.some(({ ids }) => ids.length >= tokensPerRowMax);
  return answers.map(({ text, ids }) => {
    const whole = shortened ? tokenizer.encodeChat([...prompt, { role: "assistant", content: text }]) : ids;
    const start = commonLength(promptIds, whole) - (whole.length - ids.length);
    return Math.max(0, Math.min(start, ids.length - 1));
  });
}
