/**
 * A tokenizer for tiny models: one token per byte, so that any language (Korean too) works without a trained vocabulary.
 * Ids: 0 `<pad>`, 1 `<bos>`, 2 `<eos>`, 3 `<|im_start|>`, 4 `<|im_end|>`, then byte b at 5 + b. Chats use ChatML.
 */
import path from "node:path";
import { writeFileAtomic, writeFully } from "../core/atomic-file";
import { DEFAULT_CHAT_TEMPLATE } from "../core/tokenizer-files";

export const BYTE_SPECIAL_TOKENS = ["<pad>", "<bos>", "<eos>", "<|im_start|>", "<|im_end|>"] as const;
export const BYTE_VOCAB_SIZE = BYTE_SPECIAL_TOKENS.length + 256;

/** The printable character that byte-level BPE writes for each byte (GPT-2's table). */
function byteCharacters(): string[] {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
}

/** The tokenizer's files by name. */
export function byteTokenizerFiles(): Map<string, string> {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const tokens = [...BYTE_SPECIAL_TOKENS, ...byteCharacters()];
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: BYTE_SPECIAL_TOKENS.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: [],
    },
  };
  const config = {
    tokenizer_class: "PreTrainedTokenizerFast",
    clean_up_tokenization_spaces: false,
    model_max_length: 1_000_000_000,
    bos_token: "<bos>",
    eos_token: "<|im_end|>",
    pad_token: "<pad>",
    chat_template: DEFAULT_CHAT_TEMPLATE,
  };
  return new Map([
    ["tokenizer.json", `${JSON.stringify(tokenizer)}\n`],
    ["tokenizer_config.json", `${JSON.stringify(config, null, 2)}\n`],
  ]);
}

/** Writes `tokenizer.json` and `tokenizer_config.json` into the directory. */
export async function writeByteTokenizer(directory: string): Promise<void> {
  for (const [name, text] of byteTokenizerFiles())
    await writeFileAtomic(path.join(directory, name), (handle) => writeFully(handle, Buffer.from(text, "utf8")));
}
