/**
 * Rebuilds `tokenizer.json` and `tokenizer_config.json` from a GGUF file's metadata (byte-level BPE only). The
 * pre-tokenizer is not stored in GGUF, only its name; the names below are the ones whose definition is known here.
 */
import { CheckpointError } from "./checkpoint-error";
import type { GgufTokenizerMetadata } from "./gguf";

const BYTE_LEVEL = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const SPLIT_DIGITS = { type: "Sequence", pretokenizers: [{ type: "Digits", individual_digits: true }, BYTE_LEVEL] };
const LLAMA3_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const LLAMA3 = {
  type: "Sequence",
  pretokenizers: [
    { type: "Split", pattern: { Regex: LLAMA3_PATTERN }, behavior: "Isolated", invert: false },
    { ...BYTE_LEVEL, use_regex: false },
  ],
};

/** Qwen2's and Qwen3's: Llama 3's pattern, but every digit by itself. */
const QWEN2 = {
  type: "Sequence",
  pretokenizers: [
    {
      type: "Split",
      pattern: { Regex: LLAMA3_PATTERN.replace("\\p{N}{1,3}", "\\p{N}") },
      behavior: "Isolated",
      invert: false,
    },
    { ...BYTE_LEVEL, use_regex: false },
  ],
};

const PRE_TOKENIZERS: Record<string, unknown> = {
  "gpt-2": BYTE_LEVEL,
  default: BYTE_LEVEL,
  smollm: SPLIT_DIGITS,
  starcoder: SPLIT_DIGITS,
  refact: SPLIT_DIGITS,
  "llama-bpe": LLAMA3,
  qwen2: QWEN2,
};

const CONTROL = 3;
const USER_DEFINED = 4;

function addedToken(id: number, content: string, type: number): Record<string, unknown> {
  return {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: type === CONTROL,
  };
}

/** Puts BOS in front as the original post-processor did, when the metadata asks for it. */
function postProcessor(metadata: GgufTokenizerMetadata): unknown {
  if (!metadata.addBosToken || metadata.bosTokenId === null) return null;
  const bos = metadata.tokens[metadata.bosTokenId]!;
  const first = { SpecialToken: { id: bos, type_id: 0 } };
  return {
    type: "TemplateProcessing",
    single: [first, { Sequence: { id: "A", type_id: 0 } }],
    pair: [first, { Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
    special_tokens: { [bos]: { id: bos, ids: [metadata.bosTokenId], tokens: [bos] } },
  };
}

/** Tokenizer files by name. Errors: CheckpointError for tokenizers that are not byte-level BPE or have an unknown pre-tokenizer. */
export function tokenizerFilesFromGguf(file: string, metadata: GgufTokenizerMetadata): Map<string, string> {
  if (metadata.model !== "gpt2")
    throw new CheckpointError(
      file,
      null,
      `tokenizer model "${metadata.model}" is not supported (byte-level BPE, "gpt2", is)`,
    );
  const preTokenizer = PRE_TOKENIZERS[metadata.pre];
  if (preTokenizer === undefined)
    throw new CheckpointError(
      file,
      null,
      `pre-tokenizer "${metadata.pre}" is not known (${Object.keys(PRE_TOKENIZERS).join(", ")} are)`,
    );
  const tokenOf = (id: number | null): string | null => (id === null ? null : (metadata.tokens[id] ?? null));
  const added = metadata.tokens.flatMap((content, id) => {
    const type = metadata.types[id]!;
    return type === CONTROL || type === USER_DEFINED ? [addedToken(id, content, type)] : [];
  });
  const vocab = new Map(metadata.tokens.map((token, id) => [token, id]));
  if (vocab.size !== metadata.tokens.length)
    throw new CheckpointError(file, null, "the vocabulary names a token twice");
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: metadata.pre === "qwen2" ? { type: "NFC" } : null,
    pre_tokenizer: preTokenizer,
    post_processor: postProcessor(metadata),
    decoder: BYTE_LEVEL,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: metadata.pre === "llama-bpe",
      vocab: Object.fromEntries(vocab),
      merges: metadata.merges,
    },
  };
  const config = {
    tokenizer_class: "PreTrainedTokenizerFast",
    add_prefix_space: false,
    clean_up_tokenization_spaces: false,
    model_max_length: 1_000_000_000,
    bos_token: tokenOf(metadata.bosTokenId),
    eos_token: tokenOf(metadata.eosTokenId),
    unk_token: tokenOf(metadata.unknownTokenId),
    pad_token: tokenOf(metadata.padTokenId),
    ...(metadata.chatTemplate === null ? {} : { chat_template: metadata.chatTemplate }),
  };
  return new Map([
    ["tokenizer.json", JSON.stringify(tokenizer)],
    ["tokenizer_config.json", `${JSON.stringify(config, null, 2)}\n`],
  ]);
}
