/** A preference pair as two token rows: the whole dialogue and one response each (Llama 2, section 3.2.2). */
import type { Message, PreferencePair } from "../format/pair";
import type { ChatTokenizer } from "./tokenizer";

export interface EncodedPair {
  chosenIds: number[];
  rejectedIds: number[];
  /** Both rows lost the same tokens at the prompt's start. */
  truncated: boolean;
  /** Not even without a prompt did both answers fit: the longer lost its end. */
  answerCut: boolean;
}

function commonLength(rows: readonly (readonly number[])[]): number {
  const [first = [], ...others] = rows;
  let length = 0;
  while (length < first.length && others.every((row) => row[length] === first[length])) length += 1;
  return length;
}

/** Tokens that the template writes after an answer (end of turn, line break). */
function closingLength(tokenizer: ChatTokenizer, messages: readonly Message[], answer: string): number {
  const text = tokenizer.render(messages);
  const content = answer.trim();
  const at = text.lastIndexOf(content);
  return content === "" || at < 0 ? 0 : tokenizer.encode(text.slice(at + content.length)).length;
}

/** The start of a row that fits: an answer that is too long by itself loses its end, but the row still closes its turn. */
function shorten(ids: readonly number[], max: number, closing: number): number[] {
  if (ids.length <= max) return [...ids];
  const kept = Math.min(closing, max);
  return [...ids.slice(0, max - kept), ...ids.slice(ids.length - kept)];
}

/**
 * Encodes both rows through the chat template. If either is longer than the limit, both lose the same tokens from the
 * prompt's start, so the prompt they share stays shared and the last turn and the answers stay whole. A BOS that opens the
 * row is kept. When not even the answer fits, the prompt is dropped and the answer keeps its beginning and the tokens that
 * close its turn (ours: the paper does not say): the score is read at the close, and cutting both answers from the front
 * would compare endings.
 */
export function encodePair(
  tokenizer: ChatTokenizer,
  pair: Pick<PreferencePair, "prompt" | "chosen" | "rejected">,
  tokensPerRowMax: number,
): EncodedPair {
  if (!Number.isInteger(tokensPerRowMax) || tokensPerRowMax < 1)
    throw new RangeError(`tokensPerRowMax must be a positive whole number, not ${tokensPerRowMax}`);
  const answers = [pair.chosen, pair.rejected];
  const dialogues = answers.map((content): Message[] => [...pair.prompt, { role: "assistant", content }]);
  const rows = dialogues.map((messages) => tokenizer.encodeChat(messages));
  const excess = Math.max(...rows.map((row) => row.length)) - tokensPerRowMax;
  if (excess <= 0) return { chosenIds: rows[0]!, rejectedIds: rows[1]!, truncated: false, answerCut: false };
  const promptIds = tokenizer.encodeChat(pair.prompt, { addGenerationPrompt: true });
  const promptLength = commonLength([promptIds, ...rows]);
  const opening = opensWithBos(tokenizer, promptIds) && excess < promptLength ? 1 : 0;
  const cut = Math.min(excess, promptLength - opening);
  const [chosenIds, rejectedIds] = rows.map((row, index) =>
    shorten(
      [...row.slice(0, opening), ...row.slice(opening + cut)],
      tokensPerRowMax,
      closingLength(tokenizer, dialogues[index]!, answers[index]!),
    ),
  );
  return { chosenIds: chosenIds!, rejectedIds: rejectedIds!, truncated: true, answerCut: excess > cut };
}

/** True for a BOS that marks the start of the row; ChatML's `<|im_start|>`, which some models call BOS, opens every turn. */
function opensWithBos({ bosTokenId }: ChatTokenizer, ids: readonly number[]): boolean {
  return bosTokenId !== null && ids[0] === bosTokenId && ids.lastIndexOf(bosTokenId) === 0;
}
