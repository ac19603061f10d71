/**
 * Text and chats to token ids and back, over Hugging Face's tokenizers and Jinja in JavaScript. The ids equal those of
 * Python's `apply_chat_template(..., tokenize=True)`: the template writes every special token, and none is added to it, so
 * there is never a second BOS. Text of users is not escaped: a message that spells out a special token encodes to it, as in
 * every reader of these files.
 */
import { createHash } from "node:crypto";
import { Template } from "@huggingface/jinja";
import { Tokenizer } from "@huggingface/tokenizers";
import { CheckpointError, isGgufFile, loadTokenizerFiles } from "../core/checkpoint-directory";
import { readGgufMetadata } from "../core/gguf";
import { tokenizerFilesFromGguf } from "../core/gguf-tokenizer";
import { readTokenizerFacts, safePadTokenId, type TokenizerFacts } from "../core/tokenizer-files";
import type { Message } from "../format/pair";

export interface ChatOptions {
  /** Opens the assistant's turn at the end, as before sampling. */
  addGenerationPrompt?: boolean;
}

export interface ChatTokenizer {
  /** Adds no special tokens unless asked to, and then those that the tokenizer's own files say (a BOS, say). */
  encode(text: string, options?: { addSpecialTokens?: boolean }): number[];
  /** Leaves special tokens out; invalid UTF-8 becomes U+FFFD. */
  decode(ids: readonly number[]): string;
  /** The template's text for a dialogue. Errors: ChatTemplateError. */
  render(messages: readonly Message[], options?: ChatOptions): string;
  encodeChat(messages: readonly Message[], options?: ChatOptions): number[];
  /** Never ends a turn and is not eos, even where the files declare such a pad; null when the tokenizer has no such token. */
  padTokenId: number | null;
  eosTokenId: number | null;
  bosTokenId: number | null;
  /** One more than the largest id. The model's embedding may be larger. */
  vocabSize: number;
  /** SHA-256 (hex) of the template's text. Rewards are comparable only under the same template. */
  templateHash: string;
  /** True when the files brought no template and ChatML was put in. */
  usesDefaultTemplate: boolean;
}

/** The template does not parse or refuses a dialogue (for example two turns of one role in a row). */
export class ChatTemplateError extends Error {
  constructor(message: string) {
    super(`chat template: ${message}`);
    this.name = "ChatTemplateError";
  }
}

/**
 * The date that templates see. Some (Llama 3's) write today's date into every prompt, which would make a reward depend on
 * the day; this is the constant that they fall back on themselves.
 */
const FROZEN_DATE = "26 Jul 2024";

function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw new ChatTemplateError((cause as Error).message.slice(0, 300));
  }
}

function idOf(tokenizer: Tokenizer, token: string | null): number | null {
  return token === null ? null : (tokenizer.token_to_id(token) ?? null);
}

function largestId(tokenizer: Tokenizer): number {
  let largest = 0;
  for (const id of tokenizer.get_vocab(true).values()) largest = Math.max(largest, id);
  return largest;
}

/**
 * The JavaScript library's `Digits` step splits ASCII digits only, the original (Rust) every Unicode number. An equal split by
 * \p{N} gives the original's ids in both.
 */
function withUnicodeDigits(step: unknown): unknown {
  if (typeof step !== "object" || step === null) return step;
  const { type, individual_digits: individually, pretokenizers } = step as Record<string, unknown>;
  if (type === "Digits")
    return {
      type: "Split",
      pattern: { Regex: individually === true ? "\\p{N}" : "\\p{N}+" },
      behavior: "Isolated",
      invert: false,
    };
  return Array.isArray(pretokenizers) ? { ...step, pretokenizers: pretokenizers.map(withUnicodeDigits) } : step;
}

function buildTokenizer(files: ReadonlyMap<string, string>): Tokenizer {
  try {
    const definition = JSON.parse(files.get("tokenizer.json") ?? "") as Record<string, unknown>;
    return new Tokenizer(
      { ...definition, pre_tokenizer: withUnicodeDigits(definition.pre_tokenizer) },
      JSON.parse(files.get("tokenizer_config.json") ?? "{}"),
    );
  } catch (cause) {
    throw new CheckpointError("tokenizer.json", null, `cannot be used: ${(cause as Error).message.slice(0, 200)}`);
  }
}

function renderer(facts: TokenizerFacts): ChatTokenizer["render"] {
  // Jinja's own clock cannot be replaced under its name, so the template is made to call ours.
  const text = facts.chatTemplate.replace(/\bstrftime_now\b/g, "frozen_strftime");
  const template = guarded(() => new Template(text));
  return (messages, { addGenerationPrompt = false } = {}) =>
    guarded(() =>
      template.render({
        messages,
        add_generation_prompt: addGenerationPrompt,
        bos_token: facts.bosToken ?? "",
        eos_token: facts.eosToken ?? "",
        pad_token: facts.padToken ?? "",
        date_string: FROZEN_DATE,
        frozen_strftime: () => FROZEN_DATE,
      }),
    );
}

/** From the files of a LoadedModel. Errors: CheckpointError, ChatTemplateError. */
export function createTokenizer(files: ReadonlyMap<string, string>): ChatTokenizer {
  const facts = readTokenizerFacts(files);
  const tokenizer = buildTokenizer(files);
  const render = renderer(facts);
  const encode: ChatTokenizer["encode"] = (text, { addSpecialTokens = false } = {}) =>
    tokenizer.encode(text, { add_special_tokens: addSpecialTokens }).ids;
  const eosTokenId = idOf(tokenizer, facts.eosToken);
  return {
    encode,
    decode: (ids) =>
      ids.length === 0
        ? ""
        : tokenizer.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
    render,
    encodeChat: (messages, options) => encode(render(messages, options)),
    padTokenId: safePadTokenId(facts, null),
    eosTokenId,
    bosTokenId: idOf(tokenizer, facts.bosToken),
    vocabSize: largestId(tokenizer) + 1,
    templateHash: createHash("sha256").update(facts.chatTemplate).digest("hex"),
    usesDefaultTemplate: !facts.hasOwnTemplate,
  };
}

/** From a model directory or a GGUF file. Errors: CheckpointError, ChatTemplateError. */
export async function loadTokenizer(target: string): Promise<ChatTokenizer> {
  return createTokenizer(
    (await isGgufFile(target))
      ? tokenizerFilesFromGguf(target, readGgufMetadata(target).tokenizer)
      : await loadTokenizerFiles(target),
  );
}
