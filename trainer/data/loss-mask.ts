/**
 * Fine-tuning rows as token ids with a loss mask: only answers carry loss (Llama 2, section 3.1), and Ghost Attention
 * switches it off for earlier answers too (section 3.3).
 */
import { z } from "zod";
import { type Message, messageSchema } from "../format/pair";
import type { ChatTokenizer } from "./tokenizer";

export const sftRowSchema = z
  .strictObject({
    messages: z.array(messageSchema).min(1),
    /** One flag per message; only an assistant message may have true. */
    lossOn: z.array(z.boolean()),
  })
  .refine((row) => row.lossOn.length === row.messages.length, "lossOn needs one flag per message")
  .refine(
    (row) => row.messages.every((message, i) => message.role === "assistant" || row.lossOn[i] !== true),
    "only assistant messages may carry loss",
  );
export type SftRow = z.infer<typeof sftRowSchema>;

export interface MaskedTokens {
  ids: number[];
  /** 1 where the token is a target of the loss: mask[i] belongs to predicting ids[i] from the tokens before it. */
  mask: number[];
}

/** The template cannot tell where an answer begins, so no mask can be made for it. */
export class LossMaskError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "LossMaskError";
  }
}

interface Segment {
  text: string;
  loss: boolean;
}

/** An answer's text goes up to and including the end-of-turn token; the white space a template puts after it is not learned. */
function segmentsOf(tokenizer: ChatTokenizer, messages: readonly Message[], lossOn: readonly boolean[]): Segment[] {
  const segments: Segment[] = [];
  const whole = tokenizer.render(messages);
  let done = 0;
  const push = (end: number, loss: boolean): void => {
    if (end > done) segments.push({ text: whole.slice(done, end), loss });
    done = Math.max(done, end);
  };
  messages.forEach((message, index) => {
    if (message.role !== "assistant" || lossOn[index] !== true) return;
    const before = tokenizer.render(messages.slice(0, index), { addGenerationPrompt: true });
    const after = tokenizer.render(messages.slice(0, index + 1));
    if (!whole.startsWith(before) || !whole.startsWith(after.trimEnd()) || before.length < done)
      throw new LossMaskError(
        `the chat template changes earlier turns when a later one is added, so turn ${index + 1} cannot be masked`,
      );
    push(before.length, false);
    push(after.trimEnd().length, true);
  });
  push(whole.length, false);
  return segments;
}

/**
 * Token ids and mask of a row. Answers that carry loss are encoded by themselves, after the text that would precede them
 * in sampling, so the model learns exactly the ids it will be asked to produce. Errors: LossMaskError, ChatTemplateError.
 */
export function encodeWithLossMask(tokenizer: ChatTokenizer, row: SftRow): MaskedTokens {
  const ids: number[] = [];
  const mask: number[] = [];
  for (const { text, loss } of segmentsOf(tokenizer, row.messages, row.lossOn))
    for (const id of tokenizer.encode(text)) {
      ids.push(id);
      mask.push(loss ? 1 : 0);
    }
  return { ids, mask };
}

/** Cuts a row from the front, as pairs are cut, so that the last answer stays. */
export function truncateMasked({ ids, mask }: MaskedTokens, tokensPerRowMax: number): MaskedTokens {
  const from = Math.max(0, ids.length - tokensPerRowMax);
  return { ids: ids.slice(from), mask: mask.slice(from) };
}
