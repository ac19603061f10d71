/** Random weights in the shape of models that people train reward models from. Speed does not depend on what the weights are. */
import { mkdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { loadModelDirectory, saveRewardModelDirectory } from "../core/checkpoint-directory";
import { drawTensors } from "../core/model/parameters";
import { type ModelConfig, PLAIN_LLAMA } from "../core/model-config";
import { BYTE_SPECIAL_TOKENS, byteTokenizerFiles } from "../data/byte-tokenizer";
import { type BenchModels, withTranscriptTemplate } from "./models";

export const GPU_SHAPES = ["llama-3.2-1b", "qwen2.5-0.5b", "toy"] as const;
export type GpuShape = (typeof GPU_SHAPES)[number];

const shared = {
  ...PLAIN_LLAMA,
  architecture: "LlamaForSequenceClassification",
  tiedEmbeddings: true,
  padTokenId: BYTE_SPECIAL_TOKENS.indexOf("<pad>"),
  bosTokenId: BYTE_SPECIAL_TOKENS.indexOf("<bos>"),
  eosTokenId: BYTE_SPECIAL_TOKENS.indexOf("<eos>"),
  positionsMax: 2048,
} as const satisfies Partial<ModelConfig>;

const CONFIGS: Record<GpuShape, ModelConfig> = {
  // Its RoPE scaling is left out: it changes no cost.
  "llama-3.2-1b": {
    ...shared,
    vocabSize: 128_256,
    hiddenSize: 2048,
    intermediateSize: 8192,
    layerCount: 16,
    headCount: 32,
    keyValueHeadCount: 8,
    headDim: 64,
    ropeTheta: 500_000,
    rmsNormEpsilon: 1e-5,
  },
  "qwen2.5-0.5b": {
    ...shared,
    modelType: "qwen2",
    architecture: "Qwen2ForSequenceClassification",
    attentionBias: "qkv",
    vocabSize: 151_936,
    hiddenSize: 896,
    intermediateSize: 4864,
    layerCount: 24,
    headCount: 14,
    keyValueHeadCount: 2,
    headDim: 64,
    ropeTheta: 1_000_000,
    rmsNormEpsilon: 1e-6,
  },
  toy: {
    ...shared,
    vocabSize: 300,
    hiddenSize: 32,
    intermediateSize: 64,
    layerCount: 2,
    headCount: 2,
    keyValueHeadCount: 1,
    headDim: 16,
    ropeTheta: 10_000,
    rmsNormEpsilon: 1e-5,
  },
};

const SEED = 1;

/** The model's directory, drawn and written on first use. */
export async function gpuModels(shape: GpuShape, home: string): Promise<BenchModels> {
  const config = CONFIGS[shape];
  const reward = path.join(home, "models", shape);
  if ((await stat(path.join(reward, "config.json")).catch(() => null)) === null) {
    await mkdir(path.dirname(reward), { recursive: true });
    const fresh = `${reward}.${process.pid}`;
    const files = withTranscriptTemplate(byteTokenizerFiles());
    await saveRewardModelDirectory(fresh, config, drawTensors(config, "reward", SEED), files);
    await rm(reward, { recursive: true, force: true });
    await rename(fresh, reward);
  }
  const tokensPerRowMax = 512;
  if (shape !== "toy") return { size: shape, config, reward, languageModel: reward, tokensPerRowMax };
  return {
    size: shape,
    config: (await loadModelDirectory(reward)).config,
    reward,
    languageModel: reward,
    tokensPerRowMax,
  };
}
