/** What a GGUF file's metadata says about the model: configurations of the `llama` (also Mistral, SmolLM), `qwen2` and `qwen3` kinds. */
import { CheckpointError } from "./checkpoint-error";
import type { GgufHeader, GgufValue } from "./gguf-reader";
import { type RopeScaling, rotaryFrequencies } from "./model/rotary";
import { type AttentionBias, architectureOf, checkModelConfig, type ModelConfig, PLAIN_LLAMA } from "./model-config";

/** Typed access to the metadata; a missing or mistyped key is a CheckpointError naming it. */
export class GgufMetadata {
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

const MODEL_TYPES = ["llama", "qwen2", "qwen3"] as const;
export type GgufModelType = (typeof MODEL_TYPES)[number];

function modelTypeOf(metadata: GgufMetadata): GgufModelType {
  const architecture = metadata.string("general.architecture");
  const found = MODEL_TYPES.find((name) => name === architecture);
  if (found === undefined)
    throw new CheckpointError(
      metadata.file,
      null,
      `architecture "${architecture}" is not supported (${MODEL_TYPES.join(", ")} are)`,
    );
  return found;
}

/** The scaling that metadata names. Llama 3's is not named: the file holds a tensor of factors instead (see `llama3ScalingOf`). */
function ropeScalingOf(metadata: GgufMetadata, type: GgufModelType): RopeScaling | null {
  const scaling = metadata.string(`${type}.rope.scaling.type`, "none");
  if (scaling === "none") return null;
  if (scaling === "linear") return { type: "linear", factor: metadata.number(`${type}.rope.scaling.factor`) };
  throw new CheckpointError(metadata.file, null, `RoPE scaling "${scaling}" of a GGUF file is not supported`);
}

/** The values that Llama 3.1 (factor 8) and 3.2 (32) share. */
const LLAMA3 = { lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositionsMax: 8192 };

/**
 * Llama 3's scaling from the factors by which its file says each frequency is divided. They are the same as those of the known
 * settings, or the scaling is refused: other settings could not be written to a `config.json`.
 */
export function llama3ScalingOf(file: string, config: ModelConfig, factors: Float32Array): RopeScaling {
  const scaling = { type: "llama3", factor: factors.reduce((a, b) => Math.max(a, b), 1), ...LLAMA3 } as const;
  const plain = rotaryFrequencies({ ...config, ropeScaling: null });
  const scaled = rotaryFrequencies({ ...config, ropeScaling: scaling });
  const fits =
    factors.length === plain.length && factors.every((by, i) => Math.abs((scaled[i]! * by) / plain[i]! - 1) < 1e-4);
  if (!fits) throw new CheckpointError(file, "rope_freqs.weight", "holds a RoPE scaling other than Llama 3's");
  return scaling;
}

function attentionBiasOf(file: string, header: GgufHeader, type: GgufModelType): AttentionBias {
  const has = (name: string): boolean => header.tensors.some((tensor) => tensor.name === `blk.0.${name}.bias`);
  if (type === "qwen2") return "qkv";
  if (!has("attn_q")) return "none";
  if (!has("attn_output")) throw new CheckpointError(file, "blk.0.attn_q.bias", "has no attn_output.bias beside it");
  return "all";
}

/** Errors: CheckpointError naming the key. */
export function ggufModelConfig(file: string, header: GgufHeader): ModelConfig {
  const metadata = new GgufMetadata(file, header.metadata);
  const type = modelTypeOf(metadata);
  if (metadata.has(`${type}.attention.sliding_window`) && metadata.number(`${type}.attention.sliding_window`) > 0)
    throw new CheckpointError(file, null, "a sliding window in a GGUF file is not supported");
  const hiddenSize = metadata.size(`${type}.embedding_length`);
  const headCount = metadata.size(`${type}.attention.head_count`);
  const embedding = header.tensors.find((tensor) => tensor.name === "token_embd.weight");
  if (embedding?.shape.length !== 2) throw new CheckpointError(file, "token_embd.weight", "is missing or not a matrix");
  return checkModelConfig(file, {
    ...PLAIN_LLAMA,
    modelType: type,
    architecture: architectureOf(type, "language-model"),
    vocabSize: embedding.shape[0]!,
    hiddenSize,
    intermediateSize: metadata.size(`${type}.feed_forward_length`),
    layerCount: metadata.size(`${type}.block_count`),
    headCount,
    keyValueHeadCount: metadata.size(`${type}.attention.head_count_kv`, headCount),
    headDim: metadata.size(`${type}.attention.key_length`, hiddenSize / headCount),
    attentionBias: attentionBiasOf(file, header, type),
    ropeTheta: metadata.number(`${type}.rope.freq_base`, 10_000),
    ropeScaling: ropeScalingOf(metadata, type),
    rmsNormEpsilon: metadata.number(`${type}.attention.layer_norm_rms_epsilon`),
    tiedEmbeddings: !header.tensors.some((tensor) => tensor.name === "output.weight"),
    padTokenId: metadata.tokenId("tokenizer.ggml.padding_token_id"),
    bosTokenId: metadata.tokenId("tokenizer.ggml.bos_token_id"),
    eosTokenId: metadata.tokenId("tokenizer.ggml.eos_token_id"),
    positionsMax: metadata.size(`${type}.context_length`),
  });
}
