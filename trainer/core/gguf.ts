/**
 * A model in a GGUF file: configuration, weights under Hugging Face's names and in its layout, and tokenizer metadata.
 * llama.cpp stores the rows of a Llama's q and k so that RoPE rotates neighbours; Hugging Face rotates halves. The rows are put
 * back. Qwen's are stored as they are.
 */
import { open } from "node:fs/promises";
import { CheckpointError } from "./checkpoint-error";
import { GgufMetadata, ggufModelConfig, llama3ScalingOf } from "./gguf-config";
import { GGUF_TENSOR_TYPES } from "./gguf-quants";
import { type GgufHeader, type GgufTensorInfo, readGgufHeader } from "./gguf-reader";
import type { ModelConfig } from "./model-config";
import { type HostTensor, readFully } from "./safetensors";

const GLOBAL_NAMES: Record<string, string> = {
  "token_embd.weight": "model.embed_tokens.weight",
  "output_norm.weight": "model.norm.weight",
  "output.weight": "lm_head.weight",
};
/** Divisors of the RoPE frequencies: part of the configuration, not a weight. */
const ROPE_FACTORS = "rope_freqs.weight";
const LAYER_NAMES: Record<string, string> = {
  attn_norm: "input_layernorm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  attn_q_norm: "self_attn.q_norm",
  attn_k_norm: "self_attn.k_norm",
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

function tokenizerOf(file: string, header: GgufHeader): GgufTokenizerMetadata {
  const metadata = new GgufMetadata(file, header.metadata);
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
  const layer = /^blk\.(0|[1-9]\d*)\.([a-z_]+)\.(weight|bias)$/.exec(name);
  const translated = layer === null ? GLOBAL_NAMES[name] : LAYER_NAMES[layer[2]!];
  if (translated === undefined) throw new CheckpointError(file, name, "is not a tensor of a Llama or Qwen model");
  return layer === null ? translated : `model.layers.${Number(layer[1])}.${translated}.${layer[3]}`;
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
  return /\.attn_[qk]\.(weight|bias)$/.test(name);
}

/** The configuration and tokenizer alone, without reading weights. */
export function readGgufMetadata(file: string): { config: ModelConfig; tokenizer: GgufTokenizerMetadata } {
  const header = readGgufHeader(file);
  return { config: ggufModelConfig(file, header), tokenizer: tokenizerOf(file, header) };
}

/** Reads and dequantises a whole model. Errors: CheckpointError. */
export async function readGguf(file: string): Promise<GgufModel> {
  const header = readGgufHeader(file);
  let config = ggufModelConfig(file, header);
  const tensors = new Map<string, HostTensor>();
  const handle = await open(file, "r");
  try {
    const read = async (info: GgufTensorInfo): Promise<Float32Array> =>
      GGUF_TENSOR_TYPES.get(info.type)!.decode(await readFully(handle, file, info.begin, info.bytes));
    for (const info of header.tensors) {
      if (info.name === ROPE_FACTORS) {
        config = { ...config, ropeScaling: llama3ScalingOf(file, config, await read(info)) };
        continue;
      }
      const name = huggingFaceName(file, info.name);
      const data = await read(info);
      const turned = config.modelType === "llama" && isRotary(info.name) && info.shape[0]! % config.headDim === 0;
      tensors.set(name, {
        shape: info.shape,
        data: turned ? unpermuteRotary(data, info.shape[0]!, config.headDim) : data,
      });
    }
  } finally {
    await handle.close();
  }
  return { config, tensors, tokenizer: tokenizerOf(file, header) };
}
