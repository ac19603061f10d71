/** From what a client sent to token rows, through the chat template where there are messages. */
import type { TokenRow } from "../core/model/token-tree";
import type { ChatTokenizer } from "../data/tokenizer";
import type { Message } from "../format/pair";
import { HttpError } from "./http-error";
import type { PairsRequest, RowsRequest } from "./protocol";

export interface ScoringRow {
  ids: TokenRow;
  /** Index of the answer's first token; null where there is no telling. */
  answerStart: number | null;
}

export interface RowLimits {
  tokenizer: ChatTokenizer;
  tokensPerRowMax: number;
  needsAnswer: boolean;
}

/** The row within the limits: its last tokens where the client asked for truncation, else it is refused. */
function fitted(row: ScoringRow, truncate: number | null | undefined, limits: RowLimits, field: string): ScoringRow {
  const { tokensPerRowMax } = limits;
  if (typeof truncate === "number" && truncate > tokensPerRowMax)
    throw new HttpError(
      400,
      `truncate_prompt_tokens is ${truncate}; this model takes at most ${tokensPerRowMax}`,
      "truncate_prompt_tokens",
    );
  if (truncate === 0) throw new HttpError(400, "truncate_prompt_tokens 0 leaves nothing", "truncate_prompt_tokens");
  const max = truncate === -1 ? tokensPerRowMax : (truncate ?? null);
  const { ids, answerStart } = row;
  if (ids.length === 0) throw new HttpError(400, `${field} gives no tokens`, field);
  const cut = max === null ? 0 : Math.max(0, ids.length - max);
  if (ids.length - cut > tokensPerRowMax)
    throw new HttpError(
      400,
      `${field} has ${ids.length} tokens; this model takes at most ${tokensPerRowMax}. Shorten it or set truncate_prompt_tokens`,
      field,
    );
  return { ids: ids.slice(cut), answerStart: answerStart === null ? null : Math.max(0, answerStart - cut) };
}

function answerStartOf(tokenizer: ChatTokenizer, prompt: readonly Message[], ids: TokenRow): number {
  const promptIds = prompt.length === 0 ? [] : tokenizer.encodeChat(prompt, { addGenerationPrompt: true });
  let same = 0;
  while (same < promptIds.length && same < ids.length - 1 && promptIds[same] === ids[same]) same += 1;
  return same;
}

function chatRow(limits: RowLimits, messages: readonly Message[], addGenerationPrompt: boolean): ScoringRow {
  const { tokenizer, needsAnswer } = limits;
  const ids = tokenizer.encodeChat(messages, { addGenerationPrompt });
  const answered = messages.at(-1)?.role === "assistant";
  if (needsAnswer && !answered)
    throw new HttpError(400, "this probe judges an answer: the last message must be the assistant's", "messages");
  return { ids, answerStart: answered && needsAnswer ? answerStartOf(tokenizer, messages.slice(0, -1), ids) : null };
}

function checkVocabulary(rows: readonly TokenRow[], vocabSize: number): void {
  for (const [index, row] of rows.entries())
    for (const id of row)
      if (id >= vocabSize)
        throw new HttpError(400, `input.${index}: token ${id} is outside the vocabulary of ${vocabSize}`, "input");
}

/** `input` as in the completions API: one text or row of tokens, or several. */
function* inputRows(limits: RowLimits, asked: Extract<RowsRequest, { input: unknown }>): Generator<TokenRow> {
  const { input } = asked;
  if (limits.needsAnswer)
    throw new HttpError(400, "this probe judges an answer and must know where it begins: send messages", "input");
  const texts = typeof input === "string" ? [input] : typeof input[0] === "string" ? (input as string[]) : null;
  const options = { addSpecialTokens: asked.add_special_tokens };
  for (const text of texts ?? []) yield limits.tokenizer.encode(text, options);
  if (texts !== null) return;
  const rows = (typeof input[0] === "number" ? [input] : input) as number[][];
  checkVocabulary(rows, limits.tokenizer.vocabSize);
  yield* rows;
}

/** Rows of /pooling and /classify. */
export function* rowsOfMessages(asked: RowsRequest, limits: RowLimits): Generator<ScoringRow> {
  const fit = (row: ScoringRow, field: string) => fitted(row, asked.truncate_prompt_tokens, limits, field);
  if ("messages" in asked) {
    yield fit(chatRow(limits, asked.messages, asked.add_generation_prompt), "messages");
    return;
  }
  let index = 0;
  for (const ids of inputRows(limits, asked)) {
    yield fit({ ids, answerStart: null }, `input.${index}`);
    index += 1;
  }
}

/**
 * Rows of /score: each first text is a user's turn, each second one the assistant's answer, through the chat template (vLLM joins
 * them by a model's own score template; the chat template is a reward model's). One first text goes with all second ones.
 */
export function* rowsOfPairs(asked: PairsRequest, limits: RowLimits): Generator<ScoringRow> {
  const { firsts, seconds, names } = asked;
  if (firsts.length !== 1 && firsts.length !== seconds.length)
    throw new HttpError(
      400,
      `${firsts.length} in ${names[0]} and ${seconds.length} in ${names[1]}: lengths must be 1:1, 1:N or N:N`,
      names[1],
    );
  for (const [index, content] of seconds.entries()) {
    const user = (firsts.length === 1 ? firsts[0] : firsts[index]) as string;
    const messages: Message[] = [
      { role: "user", content: user },
      { role: "assistant", content },
    ];
    yield fitted(chatRow(limits, messages, false), asked.truncate_prompt_tokens, limits, `${names[1]}.${index}`);
  }
}
