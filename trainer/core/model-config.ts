/**
 * The shape of a Llama, Mistral, Qwen2 or Qwen3 model, read from a Hugging Face `config.json`. Anything that would change the
 * computation and that the model code does not implement is refused by name rather than ignored.
 */
import { z } from "zod";
import { CheckpointError } from "./checkpoint-error";
import { parseRopeScaling, type RotarySettings, ropeParametersSchema, ropeScalingJson } from "./model/rotary";

export type ModelType = "llama" | "mistral" | "qwen2" | "qwen3";

/** Which projections of the attention have a bias: Qwen2's q, k and v; `attention_bias` puts one on all four. */
export type AttentionBias = "none" | "qkv" | "all";

export interface ModelConfig extends RotarySettings {
  /** SmolLM is a `llama`. Qwen3 normalises queries and keys per head. */
  modelType: ModelType;
  /** For example `LlamaForCausalLM` or `Qwen2ForSequenceClassification`. */
  architecture: string;
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  layerCount: number;
  headCount: number;
  keyValueHeadCount: number;
  attentionBias: AttentionBias;
  rmsNormEpsilon: number;
  tiedEmbeddings: boolean;
  padTokenId: number | null;
  bosTokenId: number | null;
  /** The first one when the checkpoint lists several; the rest is kept beside it. */
  eosTokenId: number | null;
  otherEosTokenIds: readonly number[];
  /** Rows may be this long. With a sliding window at most the window, within which it hides nothing. */
  positionsMax: number;
  /** Mistral's `sliding_window`, with the limit that the configuration itself gives to positions. */
  slidingWindow: { tokens: number; declaredPositionsMax: number } | null;
}

/** What a plain Llama has none of, to spread into a configuration. */
export const PLAIN_LLAMA = {
  modelType: "llama",
  ropeScaling: null,
  attentionBias: "none",
  slidingWindow: null,
  otherEosTokenIds: [],
} as const satisfies Partial<ModelConfig>;

/** Class names' stems, and the defaults of transformers' configuration classes where the families differ. */
const FAMILIES: Record<
  ModelType,
  { stem: string; positionsMax: number; headDim: number | null; keyValueHeads: number | null }
> = {
  llama: { stem: "Llama", positionsMax: 2048, headDim: null, keyValueHeads: null },
  mistral: { stem: "Mistral", positionsMax: 131_072, headDim: null, keyValueHeads: 8 },
  qwen2: { stem: "Qwen2", positionsMax: 32_768, headDim: null, keyValueHeads: 32 },
  qwen3: { stem: "Qwen3", positionsMax: 32_768, headDim: 128, keyValueHeads: 32 },
};
const MISTRAL_WINDOW = 4096;

/** Beyond any model that fits a machine; keeps a lying file from making us list its layers for hours. */
const LAYERS_MAX = 1024;
const SIZE_MAX = 2 ** 31 - 1;

export type ModelHead = "language-model" | "reward";

/** The name of the transformers class. */
export function architectureOf(modelType: ModelType, head: ModelHead): string {
  return `${FAMILIES[modelType].stem}For${head === "reward" ? "SequenceClassification" : "CausalLM"}`;
}

export function isRewardArchitecture(config: Pick<ModelConfig, "architecture">): boolean {
  return config.architecture.endsWith("ForSequenceClassification");
}

/** What a user should know about the length of rows, or null. */
export function windowNote({ slidingWindow, positionsMax }: ModelConfig): string | null {
  if (slidingWindow === null || slidingWindow.tokens >= slidingWindow.declaredPositionsMax) return null;
  return `rows are limited to the model's sliding window of ${positionsMax} tokens`;
}

const count = z.number().int().positive().max(SIZE_MAX);
const tokenId = z.number().int().nonnegative();

const configSchema = z.looseObject({
  architectures: z.array(z.string()).min(1),
  model_type: z.string().optional(),
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  rope_theta: z.number().positive().nullish(),
  rope_scaling: ropeParametersSchema.nullish(),
  rope_parameters: ropeParametersSchema.nullish(),
  original_max_position_embeddings: count.nullish(),
  partial_rotary_factor: z.number().nullish(),
  rms_norm_eps: z.number().positive().default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  hidden_act: z.string().default("silu"),
  sliding_window: count.nullish(),
  use_sliding_window: z.boolean().nullish(),
  layer_types: z.array(z.string()).nullish(),
  id2label: z.record(z.string(), z.unknown()).nullish(),
  quantization_config: z.unknown().optional(),
  pad_token_id: tokenId.nullish(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId).min(1)]).nullish(),
  max_position_embeddings: count.optional(),
});
type ConfigJson = z.infer<typeof configSchema>;
type Fail = (message: string) => never;

function familyOf(json: ConfigJson, fail: Fail): ModelType {
  const architecture = json.architectures[0]!;
  const families = Object.keys(FAMILIES) as ModelType[];
  const family = families.find(
    (name) =>
      architectureOf(name, "reward") === architecture || architectureOf(name, "language-model") === architecture,
  );
  if (family === undefined)
    return fail(
      `architecture ${architecture} is not supported (ForCausalLM and ForSequenceClassification of ${families.map((name) => FAMILIES[name].stem).join(", ")} are)`,
    );
  if (json.model_type !== undefined && json.model_type !== family)
    fail(`model_type "${json.model_type}" is not that of ${architecture}`);
  return family;
}

function refuseUnsupported(json: ConfigJson, family: ModelType, fail: Fail): void {
  if (json.mlp_bias) fail("mlp_bias is not supported");
  if (json.attention_bias && (family === "mistral" || family === "qwen2"))
    fail(`attention_bias is not a setting of ${json.architectures[0]}`);
  if (json.hidden_act !== "silu") fail(`hidden_act "${json.hidden_act}" is not supported`);
  if (json.quantization_config != null) fail("quantised weights (quantization_config) are not supported");
  if ((json.partial_rotary_factor ?? 1) !== 1) fail("partial_rotary_factor is not supported");
  // Where only some layers have a window, limiting every row to it would waste most of what the model can do.
  if (json.use_sliding_window) fail("use_sliding_window is not supported");
  const layerType = json.layer_types?.find((type) => type !== "full_attention");
  if (layerType !== undefined && family !== "mistral") fail(`layers of type "${layerType}" are not supported`);
  const labels = Object.keys(json.id2label ?? {}).length;
  if (json.architectures[0]!.endsWith("ForSequenceClassification") && labels > 1)
    fail(`a reward model has one label, this classifier has ${labels}`);
}

/** Checks relations between sizes that a schema cannot; shared with GGUF. */
export function checkModelConfig(file: string, config: ModelConfig): ModelConfig {
  if (config.layerCount > LAYERS_MAX)
    throw new CheckpointError(file, null, `${config.layerCount} layers are over the cap of ${LAYERS_MAX}`);
  if (config.headCount % config.keyValueHeadCount !== 0)
    throw new CheckpointError(
      file,
      null,
      `${config.headCount} heads do not divide among ${config.keyValueHeadCount} key-value heads`,
    );
  if (!Number.isInteger(config.headDim) || config.headDim % 2 !== 0)
    throw new CheckpointError(file, null, `head size ${config.headDim} is not an even number`);
  for (const [name, id] of Object.entries({ pad: config.padTokenId, bos: config.bosTokenId, eos: config.eosTokenId }))
    if (id !== null && id >= config.vocabSize)
      throw new CheckpointError(file, null, `${name}_token_id ${id} is outside the vocabulary of ${config.vocabSize}`);
  return config;
}

function slidingWindowOf(json: ConfigJson, family: ModelType, declaredPositionsMax: number) {
  if (family !== "mistral") return null;
  const tokens = json.sliding_window === undefined ? MISTRAL_WINDOW : json.sliding_window;
  return tokens === null ? null : { tokens, declaredPositionsMax };
}

function attentionBiasOf(json: ConfigJson, family: ModelType): AttentionBias {
  if (family === "qwen2") return "qkv";
  return json.attention_bias ? "all" : "none";
}

/** As transformers 5 chooses: a filled `rope_scaling` before `rope_parameters`, their theta before the one beside them. */
function rotaryOf(json: ConfigJson, positionsMax: number, fail: Fail): Pick<ModelConfig, "ropeTheta" | "ropeScaling"> {
  const filled = [json.rope_scaling, json.rope_parameters].find((rope) => rope && Object.keys(rope).length > 0) ?? {};
  const original = json.original_max_position_embeddings;
  const scaling = original == null ? filled : { ...filled, original_max_position_embeddings: original };
  return {
    ropeTheta: filled.rope_theta ?? json.rope_theta ?? json.rope_parameters?.rope_theta ?? 10_000,
    ropeScaling: parseRopeScaling(scaling, positionsMax, fail),
  };
}

/** Parses `config.json`'s content; `file` is for messages. Errors: CheckpointError. */
export function parseModelConfig(file: string, content: unknown): ModelConfig {
  const fail: Fail = (message) => {
    throw new CheckpointError(file, null, message);
  };
  const parsed = configSchema.safeParse(content);
  if (!parsed.success)
    return fail(parsed.error.issues.map((issue) => `${issue.path.join(".") || "(file)"}: ${issue.message}`).join("; "));
  const json = parsed.data;
  const family = familyOf(json, fail);
  refuseUnsupported(json, family, fail);
  const defaults = FAMILIES[family];
  const declared = json.max_position_embeddings ?? defaults.positionsMax;
  const slidingWindow = slidingWindowOf(json, family, declared);
  const [eosTokenId = null, ...otherEosTokenIds] = [json.eos_token_id ?? []].flat();
  const keyValueHeads = json.num_key_value_heads === undefined ? defaults.keyValueHeads : json.num_key_value_heads;
  return checkModelConfig(file, {
    modelType: family,
    architecture: json.architectures[0]!,
    vocabSize: json.vocab_size,
    hiddenSize: json.hidden_size,
    intermediateSize: json.intermediate_size,
    layerCount: json.num_hidden_layers,
    headCount: json.num_attention_heads,
    keyValueHeadCount: keyValueHeads ?? json.num_attention_heads,
    headDim: json.head_dim ?? defaults.headDim ?? json.hidden_size / json.num_attention_heads,
    attentionBias: attentionBiasOf(json, family),
    ...rotaryOf(json, declared, fail),
    rmsNormEpsilon: json.rms_norm_eps,
    tiedEmbeddings: json.tie_word_embeddings,
    padTokenId: json.pad_token_id ?? null,
    bosTokenId: json.bos_token_id ?? null,
    eosTokenId,
    otherEosTokenIds,
    positionsMax: Math.min(declared, slidingWindow?.tokens ?? declared),
    slidingWindow,
  });
}

/** Settings that only some families have; transformers would take an absent one for its class's default. */
function familyJson(config: ModelConfig): Record<string, unknown> {
  switch (config.modelType) {
    case "llama":
      return { attention_bias: config.attentionBias === "all", mlp_bias: false };
    case "mistral":
      return { sliding_window: config.slidingWindow?.tokens ?? null };
    case "qwen2":
      return { use_sliding_window: false };
    case "qwen3":
      return { attention_bias: config.attentionBias === "all", use_sliding_window: false };
  }
}

/**
 * The part of `config.json` that both kinds of checkpoint share. RoPE is written twice: transformers 4 reads `rope_theta` and
 * `rope_scaling`, 5 reads `rope_parameters` (and prefers a filled `rope_scaling`, which says the same).
 */
export function modelConfigJson(config: ModelConfig): Record<string, unknown> {
  const rope = ropeScalingJson(config.ropeScaling);
  return {
    model_type: config.modelType,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layerCount,
    num_attention_heads: config.headCount,
    num_key_value_heads: config.keyValueHeadCount,
    head_dim: config.headDim,
    rope_theta: config.ropeTheta,
    rope_scaling: config.ropeScaling === null ? null : rope,
    rope_parameters: { ...rope, rope_theta: config.ropeTheta },
    rms_norm_eps: config.rmsNormEpsilon,
    hidden_act: "silu",
    ...familyJson(config),
    max_position_embeddings: config.slidingWindow?.declaredPositionsMax ?? config.positionsMax,
    pad_token_id: config.padTokenId,
    bos_token_id: config.bosTokenId,
    eos_token_id:
      config.otherEosTokenIds.length > 0 ? [config.eosTokenId, ...config.otherEosTokenIds] : config.eosTokenId,
  };
}

/** The tensors of one layer's attention. */
function attentionShapes(config: ModelConfig): [string, number[]][] {
  const { hiddenSize: hidden, headDim, attentionBias } = config;
  const queries = config.headCount * headDim;
  const keys = config.keyValueHeadCount * headDim;
  const biased = { none: "", qkv: "qkv", all: "qkvo" }[attentionBias];
  const projections: [string, number, number][] = [
    ["q", queries, hidden],
    ["k", keys, hidden],
    ["v", keys, hidden],
    ["o", hidden, queries],
  ];
  const shapes = projections.flatMap(([name, out, into]): [string, number[]][] => [
    [`${name}_proj.weight`, [out, into]],
    ...(biased.includes(name) ? [[`${name}_proj.bias`, [out]] as [string, number[]]] : []),
  ]);
  if (config.modelType === "qwen3") shapes.push(["q_norm.weight", [headDim]], ["k_norm.weight", [headDim]]);
  return shapes;
}

/** Names and shapes of the tensors that the body of a model has, in Hugging Face's naming. */
export function bodyTensorShapes(config: ModelConfig): Map<string, number[]> {
  const { hiddenSize: hidden, intermediateSize: wide } = config;
  const shapes = new Map<string, number[]>([["model.embed_tokens.weight", [config.vocabSize, hidden]]]);
  for (let layer = 0; layer < config.layerCount; layer += 1) {
    const prefix = `model.layers.${layer}`;
    shapes.set(`${prefix}.input_layernorm.weight`, [hidden]);
    for (const [name, shape] of attentionShapes(config)) shapes.set(`${prefix}.self_attn.${name}`, shape);
    shapes.set(`${prefix}.post_attention_layernorm.weight`, [hidden]);
    shapes.set(`${prefix}.mlp.gate_proj.weight`, [wide, hidden]);
    shapes.set(`${prefix}.mlp.up_proj.weight`, [wide, hidden]);
    shapes.set(`${prefix}.mlp.down_proj.weight`, [hidden, wide]);
  }
  shapes.set("model.norm.weight", [hidden]);
  return shapes;
}
