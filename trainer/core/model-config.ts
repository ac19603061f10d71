/**
 * The shape of a Llama model, read from a Hugging Face `config.json`. Anything that would change the computation and that
 * the model code does not implement (other architectures, scaled RoPE, biases) is refused by name rather than ignored.
 */
import { z } from "zod";
import { CheckpointError } from "./checkpoint-error";

export interface ModelConfig {
  /** `LlamaForCausalLM` or `LlamaForSequenceClassification`. */
  architecture: string;
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  layerCount: number;
  headCount: number;
  keyValueHeadCount: number;
  headDim: number;
  ropeTheta: number;
  rmsNormEpsilon: number;
  tiedEmbeddings: boolean;
  padTokenId: number | null;
  bosTokenId: number | null;
  /** The first one when the checkpoint lists several. */
  eosTokenId: number | null;
  positionsMax: number;
}

export const ARCHITECTURES = ["LlamaForCausalLM", "LlamaForSequenceClassification"] as const;

const count = z.number().int().positive();
const tokenId = z.number().int().nonnegative();
const ropeSchema = z.looseObject({
  rope_theta: z.number().positive().optional(),
  rope_type: z.string().optional(),
  type: z.string().optional(),
});

const configSchema = z.looseObject({
  architectures: z.array(z.string()).min(1),
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  rope_theta: z.number().positive().optional(),
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: ropeSchema.nullish(),
  rms_norm_eps: z.number().positive().default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  hidden_act: z.string().default("silu"),
  pad_token_id: tokenId.nullish(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId).min(1)]).nullish(),
  max_position_embeddings: count.default(2048),
});

function refuseUnsupported(file: string, json: z.infer<typeof configSchema>): void {
  const fail = (message: string): never => {
    throw new CheckpointError(file, null, message);
  };
  const architecture = json.architectures[0]!;
  if (!(ARCHITECTURES as readonly string[]).includes(architecture))
    fail(`architecture ${architecture} is not supported (${ARCHITECTURES.join(" and ")} are)`);
  for (const rope of [json.rope_scaling, json.rope_parameters]) {
    const type = rope?.rope_type ?? rope?.type ?? "default";
    if (type !== "default") fail(`RoPE of type "${type}" is not supported`);
  }
  if (json.attention_bias) fail("attention_bias is not supported");
  if (json.mlp_bias) fail("mlp_bias is not supported");
  if (json.hidden_act !== "silu") fail(`hidden_act "${json.hidden_act}" is not supported`);
}

/** Checks relations between sizes that a schema cannot; shared with GGUF. */
export function checkModelConfig(file: string, config: ModelConfig): ModelConfig {
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

/** Parses `config.json`'s content; `file` is for messages. Errors: CheckpointError. */
export function parseModelConfig(file: string, content: unknown): ModelConfig {
  const parsed = configSchema.safeParse(content);
  if (!parsed.success)
    throw new CheckpointError(
      file,
      null,
      parsed.error.issues.map((issue) => `${issue.path.join(".") || "(file)"}: ${issue.message}`).join("; "),
    );
  const json = parsed.data;
  refuseUnsupported(file, json);
  const eos = json.eos_token_id ?? null;
  return checkModelConfig(file, {
    architecture: json.architectures[0]!,
    vocabSize: json.vocab_size,
    hiddenSize: json.hidden_size,
    intermediateSize: json.intermediate_size,
    layerCount: json.num_hidden_layers,
    headCount: json.num_attention_heads,
    keyValueHeadCount: json.num_key_value_heads ?? json.num_attention_heads,
    headDim: json.head_dim ?? json.hidden_size / json.num_attention_heads,
    ropeTheta: json.rope_parameters?.rope_theta ?? json.rope_theta ?? 10_000,
    rmsNormEpsilon: json.rms_norm_eps,
    tiedEmbeddings: json.tie_word_embeddings,
    padTokenId: json.pad_token_id ?? null,
    bosTokenId: json.bos_token_id ?? null,
    eosTokenId: Array.isArray(eos) ? eos[0]! : eos,
    positionsMax: json.max_position_embeddings,
  });
}

/** The part of `config.json` that both kinds of checkpoint share. */
export function modelConfigJson(config: ModelConfig): Record<string, unknown> {
  return {
    model_type: "llama",
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layerCount,
    num_attention_heads: config.headCount,
    num_key_value_heads: config.keyValueHeadCount,
    head_dim: config.headDim,
    rope_theta: config.ropeTheta,
    rms_norm_eps: config.rmsNormEpsilon,
    hidden_act: "silu",
    attention_bias: false,
    mlp_bias: false,
    max_position_embeddings: config.positionsMax,
    pad_token_id: config.padTokenId,
    bos_token_id: config.bosTokenId,
    eos_token_id: config.eosTokenId,
  };
}

/** Names and shapes of the tensors that the body of a Llama model has, in Hugging Face's naming. */
export function bodyTensorShapes(config: ModelConfig): Map<string, number[]> {
  const { hiddenSize: hidden, intermediateSize: wide } = config;
  const queries = config.headCount * config.headDim;
  const keys = config.keyValueHeadCount * config.headDim;
  const shapes = new Map<string, number[]>([["model.embed_tokens.weight", [config.vocabSize, hidden]]]);
  for (let layer = 0; layer < config.layerCount; layer += 1) {
    const prefix = `model.layers.${layer}`;
    shapes.set(`${prefix}.input_layernorm.weight`, [hidden]);
    shapes.set(`${prefix}.self_attn.q_proj.weight`, [queries, hidden]);
    shapes.set(`${prefix}.self_attn.k_proj.weight`, [keys, hidden]);
    shapes.set(`${prefix}.self_attn.v_proj.weight`, [keys, hidden]);
    shapes.set(`${prefix}.self_attn.o_proj.weight`, [hidden, queries]);
    shapes.set(`${prefix}.post_attention_layernorm.weight`, [hidden]);
    shapes.set(`${prefix}.mlp.gate_proj.weight`, [wide, hidden]);
    shapes.set(`${prefix}.mlp.up_proj.weight`, [wide, hidden]);
    shapes.set(`${prefix}.mlp.down_proj.weight`, [hidden, wide]);
  }
  shapes.set("model.norm.weight", [hidden]);
  return shapes;
}
