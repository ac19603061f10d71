/** Makes a small Llama from scratch with a byte tokenizer: a base model for tests, demonstrations and first trials, from nothing but a seed. */
import { saveLanguageModelDirectory } from "../core/checkpoint-directory";
import { drawTensors, ModelError } from "../core/model/parameters";
import { type ModelConfig, PLAIN_LLAMA } from "../core/model-config";
import { BYTE_SPECIAL_TOKENS, BYTE_VOCAB_SIZE, byteTokenizerFiles } from "../data/byte-tokenizer";

export interface TinyModelOptions {
  seed?: number;
  hiddenSize?: number;
  intermediateSize?: number;
  layerCount?: number;
  headCount?: number;
  keyValueHeadCount?: number;
  positionsMax?: number;
}

function idOf(token: (typeof BYTE_SPECIAL_TOKENS)[number]): number {
  return BYTE_SPECIAL_TOKENS.indexOf(token);
}

/** Writes a `LlamaForCausalLM` directory with tied embeddings and random weights. Errors: ModelError for an impossible shape. */
export async function createTinyModel(directory: string, options: TinyModelOptions = {}): Promise<ModelConfig> {
  const {
    seed = 1,
    hiddenSize = 64,
    layerCount = 2,
    headCount = 4,
    keyValueHeadCount = 2,
    positionsMax = 1024,
  } = options;
  if (hiddenSize % headCount !== 0 || (hiddenSize / headCount) % 2 !== 0 || headCount % keyValueHeadCount !== 0)
    throw new ModelError(
      `width ${hiddenSize} must divide into ${headCount} heads of an even size, and ${headCount} heads among ${keyValueHeadCount} key/value heads`,
    );
  const config: ModelConfig = {
    ...PLAIN_LLAMA,
    architecture: "LlamaForCausalLM",
    vocabSize: BYTE_VOCAB_SIZE,
    hiddenSize,
    intermediateSize: options.intermediateSize ?? Math.ceil((hiddenSize * 8) / 3 / 16) * 16,
    layerCount,
    headCount,
    keyValueHeadCount,
    headDim: hiddenSize / headCount,
    ropeTheta: 10_000,
    rmsNormEpsilon: 1e-5,
    tiedEmbeddings: true,
    padTokenId: idOf("<pad>"),
    bosTokenId: idOf("<bos>"),
    eosTokenId: idOf("<eos>"),
    positionsMax,
  };
  // Wider than the usual 0.02: at these widths it would leave the attention of a few steps' training flat.
  const tensors = drawTensors(config, "language-model", seed, 1 / Math.sqrt(hiddenSize));
  await saveLanguageModelDirectory(directory, config, tensors, byteTokenizerFiles());
  return config;
}
