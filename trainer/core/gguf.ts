/**
 * A Llama model in a GGUF file: configuration, weights under Hugging Face's names and in its layout, and tokenizer metadata.
 * llama.cpp stores the rows of q and k so that RoPE rotates neighbours; Hugging Face rotates halves. The rows are put back.
 */
import { open } from "node:fs/promises";
import { CheckpointError } from "./checkpoint-error";
import { GGUF_TENSOR_TYPES } from "./gguf-quants";
import { type GgufHeader, type GgufTensorInfo, type GgufValue, readGgufHeader } from "./gguf-reader";
import { checkModelConfig, type ModelConfig, PLAIN_LLAMA } from "./model-config";
import { type HostTensor, readFully } from "./safetensors";

const GLOBAL_NAMES: Record<string, string> = {
  "token_embd.weight": "model.embed_tokens.weight",
  "output_norm.weight": "model.norm.weight",
  "output.weight": "lm_head.weight",
};
const LAYER_NAMES: Record<string, string> = {
  attn_norm: "input_layernorm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  ffn_norm: "post_attention_layernorm",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};

/** What a tokenizer can be rebuilt from. */
export interface GgufTokenizerMetadata {
  /** `gpt2` for byte-level BPE. */
  model: string;
  /** Name of the pre-tokenizer (llama.cpp's). */
  pre: string;
  tokens: string[];
  /** ggml token types: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte. */
  types: number[];
  merges: string[];
  bosTokenId: number | null;
  eosTokenId: number | null;
  unknownTokenId: number | null;
  padTokenId: number | null;
  addBosToken: boolean;
  chatTemplate: string | null;
}

export interface GgufModel {
  config: ModelConfig;
  tensors: Map<string, HostTensor>;
  tokenizer: GgufTokenizerMetadata;
}

/** Typed access to the metadata; a missing or mistyped key is a CheckpointError naming it. */
class Metadata {
  constructor(
    readonly file: string,
    private readonly values: ReadonlyMap<string, GgufValue>,
  ) {}

  private wrong(key: string, expected: string): never {
    throw new CheckpointError(
      this.file,
      null,
      `metadata ${key} is ${this.values.has(key) ? `not ${expected}` : "missing"}`,
    );
  }

  number(key: string, fallback?: number): number {
    const value = this.values.get(key) ?? fallback;
    const number = typeof value === "bigint" ? Number(value) : value;
    return typeof number === "number" && Number.isFinite(number) ? number : this.wrong(key, "a number");
  }

  /** A positive integer: a size that is used to allocate or divide. */
  size(key: string, fallback?: number): number {
    const value = this.number(key, fallback);
    return Number.isSafeInteger(value) && value > 0 ? value : this.wrong(key, "a positive whole number");
  }

  tokenId(key: string): number | null {
    if (!this.values.has(key)) return null;
    const value = this.number(key);
    return Number.isSafeInteger(value) && value >= 0 ? value : this.wrong(key, "a token id");
  }

  string(key: string, fallback?: string): string {
    const value = this.values.get(key) ?? fallback;
    return typeof value === "string" ? value : this.wrong(key, "a string");
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.values.get(key) ?? fallback;
    return typeof value === "boolean" ? value : this.wrong(key, "a boolean");
  }

  strings(key: string): string[] {
    const value = this.values.get(key);
    return Array.isArray(value) && value.every((v) => typeof v === "string")
      ? value
      : this.wrong(key, "a list of strings");
  }

  numbers(key: string): number[] {
    const value = this.values.get(key);
    return Array.isArray(value) && value.every((v) => typeof v === "number")
      ? value
      : this.wrong(key, "a list of numbers");
  }

  has(key: string): boolean {
    return this.values.has(key);
  }
}

function configOf(file: string, header: GgufHeader): ModelConfig {
  const metadata = new Metadata(file, header.metadata);
  const architecture = metadata.string("general.architecture");
  if (architecture !== "llama")
    throw new CheckpointError(file, null, `architecture "${architecture}" is not supported ("llama" is)`);
  const scaling = metadata.string("llama.rope.scaling.type", "none");
  if (scaling !== "none" || header.tensors.some((tensor) => tensor.name.startsWith("rope_freqs")))
    throw new CheckpointError(file, null, `scaled RoPE ("${scaling}") is not supported`);
  const hiddenSize = metadata.size("llama.embedding_length");
  const headCount = metadata.size("llama.attention.head_count");
  const embedding = header.tensors.find((tensor) => tensor.name === "token_embd.weight");
  if (embedding?.shape.length !== 2) throw new CheckpointError(file, "token_embd.weight", "is missing or not a matrix");
  return checkModelConfig(file, {
    ...PLAIN_LLAMA,
    architecture: "LlamaForCausalLM",
    vocabSize: embedding.shape[0]!,
    hiddenSize,
    intermediateSize: metadata.size("llama.feed_forward_length"),
    layerCount: metadata.size("llama.block_count"),
    headCount,
    keyValueHeadCount: metadata.size("llama.attention.head_count_kv", headCount),
    headDim: metadata.size("llama.attention.key_length", hiddenSize / headCount),
    ropeTheta: metadata.number("llama.rope.freq_base", 10_000),
    rmsNormEpsilon: metadata.number("llama.attention.layer_norm_rms_epsilon"),
    tiedEmbeddings: !header.tensors.some((tensor) => tensor.name === "output.weight"),
    padTokenId: metadata.tokenId("tokenizer.ggml.padding_token_id"),
    bosTokenId: metadata.tokenId("tokenizer.ggml.bos_token_id"),
    eosTokenId: metadata.tokenId("tokenizer.ggml.eos_token_id"),
    positionsMax: metadata.size("llama.context_length"),
  });
}

function tokenizerOf(file: string, header: GgufHeader): GgufTokenizerMetadata {
  const metadata = new Metadata(file, header.metadata);
  const tokens = metadata.strings("tokenizer.ggml.tokens");
  const types = metadata.has("tokenizer.ggml.token_type")
    ? metadata.numbers("tokenizer.ggml.token_type")
    : tokens.map(() => 1);
  if (types.length !== tokens.length)
    throw new CheckpointError(file, null, `${tokens.length} tokens but ${types.length} token types`);
  return {
    model: metadata.string("tokenizer.ggml.model"),
    pre: metadata.string("tokenizer.ggml.pre", "default"),
    tokens,
    types,
    merges: metadata.has("tokenizer.ggml.merges") ? metadata.strings("tokenizer.ggml.merges") : [],
    bosTokenId: metadata.tokenId("tokenizer.ggml.bos_token_id"),
    eosTokenId: metadata.tokenId("tokenizer.ggml.eos_token_id"),
    unknownTokenId: metadata.tokenId("tokenizer.ggml.unknown_token_id"),
    padTokenId: metadata.tokenId("tokenizer.ggml.padding_token_id"),
    addBosToken: metadata.boolean("tokenizer.ggml.add_bos_token", false),
    chatTemplate: metadata.has("tokenizer.chat_template") ? metadata.string("tokenizer.chat_template") : null,
  };
}

function huggingFaceName(file: string, name: string): string {
  const layer = /^blk\.(\d+)\.([a-z_]+)\.weight$/.exec(name);
  const translated = layer === null ? GLOBAL_NAMES[name] : LAYER_NAMES[layer[2]!];
  if (translated === undefined) throw new CheckpointError(file, name, "is not a tensor of a Llama model");
  return layer === null ? translated : `model.layers.${Number(layer[1])}.${translated}.weight`;
}

/**
 * Puts the rows of a q or k matrix back from llama.cpp's order (pairs of neighbours: row 2j+s of a head) to the rotate-half
 * order (row s*headDim/2 + j). Returns a new array.
 */
export function unpermuteRotary(data: Float32Array, rows: number, headDim: number): Float32Array {
  const columns = data.length / rows;
  const restored = new Float32Array(data.length);
  for (let row = 0; row < rows; row += 1) {
    const within = row % headDim;
    const half = within >= headDim / 2 ? 1 : 0;
    const from = row - within + 2 * (within - (half * headDim) / 2) + half;
    restored.set(data.subarray(from * columns, (from + 1) * columns), row * columns);
  }
  return restored;
}

function isRotary(name: string): boolean {
  return name.endsWith(".attn_q.weight") || name.endsWith(".attn_k.weight");
}

/** The configuration and tokenizer alone, without reading weights. */
export function readGgufMetadata(file: string): { config: ModelConfig; tokenizer: GgufTokenizerMetadata } {
  const header = readGgufHeader(file);
  return { config: configOf(file, header), tokenizer: tokenizerOf(file, header) };
}

/** Reads and dequantises a whole model. Errors: CheckpointError. */
export async function readGguf(file: string): Promise<GgufModel> {
  const header = readGgufHeader(file);
  const config = configOf(file, header);
  const tensors = new Map<string, HostTensor>();
  const handle = await open(file, "r");
  try {
    const read = async (info: GgufTensorInfo): Promise<Float32Array> =>
      GGUF_TENSOR_TYPES.get(info.type)!.decode(await readFully(handle, file, info.begin, info.bytes));
    for (const info of header.tensors) {
      const name = huggingFaceName(file, info.name);
      const data = await read(info);
      const rotary = isRotary(info.name) && info.shape[0]! % config.headDim === 0;
      tensors.set(name, {
        shape: info.shape,
        data: rotary ? unpermuteRotary(data, info.shape[0]!, config.headDim) : data,
      });
    }
  } finally {
    await handle.close();
  }
  return { config, tensors, tokenizer: tokenizerOf(file, header) };
}
