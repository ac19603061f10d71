/**
 * Models on disk: Hugging Face directories both ways (`*ForCausalLM`, `*ForSequenceClassification`) and GGUF files
 * in. Written directories are whole or not there, and load in transformers, vLLM and TRL unchanged.
 */
import { stat } from "node:fs/promises";
import path from "node:path";
import { writeDirectoryAtomic, writeFileAtomic, writeFully } from "./atomic-file";
import { CheckpointError } from "./checkpoint-error";
import { readGguf } from "./gguf";
import { tokenizerFilesFromGguf } from "./gguf-tokenizer";
import {
  architectureOf,
  bodyTensorShapes,
  isRewardArchitecture,
  type ModelConfig,
  modelConfigJson,
  parseModelConfig,
} from "./model-config";
import type { HostTensor, WeightDtype } from "./safetensors";
import { largestTokenId, readTokenizerFacts, safePadTokenId, TOKENIZER_FILES, withPadToken } from "./tokenizer-files";
import { readJson, readTextIfThere, readWeights, SHARD_BYTES_MAX, writeWeights } from "./weight-files";

export { CheckpointError } from "./checkpoint-error";
export type { ModelConfig } from "./model-config";

export interface LoadedModel {
  config: ModelConfig;
  /**
   * Under Hugging Face's names: `model.*`, and `score.weight` [1, hidden] or `lm_head.weight` where the checkpoint has one
   * (a causal model with tied embeddings has none).
   */
  tensors: Map<string, HostTensor>;
  /** `tokenizer.json`, `tokenizer_config.json` and the chat template, as text by file name. */
  tokenizerFiles: Map<string, string>;
}

function expectedShapes(config: ModelConfig): Map<string, number[]> {
  const shapes = bodyTensorShapes(config);
  if (isRewardArchitecture(config)) shapes.set("score.weight", [1, config.hiddenSize]);
  else if (!config.tiedEmbeddings) shapes.set("lm_head.weight", [config.vocabSize, config.hiddenSize]);
  return shapes;
}

/** Place of the first NaN or infinity, -1 when there is none: such a value has all bits of its exponent set. */
function firstNotFinite({ buffer, byteOffset, length }: Float32Array): number {
  const bits = new Uint32Array(buffer, byteOffset, length);
  for (let i = 0; i < length; i += 1) if ((bits[i]! & 0x7f800000) === 0x7f800000) return i;
  return -1;
}

/**
 * Keeps exactly the expected tensors, of the expected shapes and with finite values; old buffers (`rotary_emb.inv_freq`) and
 * a tied copy of the head are dropped.
 */
function checkTensors(
  file: string,
  config: ModelConfig,
  tensors: ReadonlyMap<string, HostTensor>,
): Map<string, HostTensor> {
  const kept = new Map<string, HostTensor>();
  for (const [name, shape] of expectedShapes(config)) {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new CheckpointError(file, name, "is missing");
    if (tensor.shape.join() !== shape.join())
      throw new CheckpointError(file, name, `has shape [${tensor.shape.join(", ")}], expected [${shape.join(", ")}]`);
    const broken = firstNotFinite(tensor.data);
    if (broken !== -1) throw new CheckpointError(file, name, `value ${broken} is ${tensor.data[broken]}`);
    kept.set(name, tensor);
  }
  for (const name of tensors.keys())
    if (!kept.has(name) && name !== "lm_head.weight" && !name.endsWith("rotary_emb.inv_freq"))
      throw new CheckpointError(file, name, `is not a tensor of ${config.architecture}`);
  return kept;
}

/** Only the tokenizer's files of a directory or GGUF file; weights are not read. */
export async function loadTokenizerFiles(directory: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const name of TOKENIZER_FILES) {
    const text = await readTextIfThere(path.join(directory, name));
    if (text !== null) files.set(name, text);
  }
  if (!files.has("tokenizer.json"))
    throw new CheckpointError(path.join(directory, "tokenizer.json"), null, "no such file");
  return files;
}

/** True for a GGUF file, false for a directory. Errors: CheckpointError when it is neither. */
export async function isGgufFile(target: string): Promise<boolean> {
  const info = await stat(target).catch(() => null);
  if (info === null) throw new CheckpointError(target, null, "no such file or directory");
  if (info.isDirectory()) return false;
  if (!target.endsWith(".gguf"))
    throw new CheckpointError(target, null, "is neither a model directory nor a .gguf file");
  return true;
}

/** A token without a row in the embedding would end in another token's row, or in none. */
function checkTokenizer(file: string, config: ModelConfig, files: ReadonlyMap<string, string>): void {
  const largest = largestTokenId(files);
  if (largest >= config.vocabSize)
    throw new CheckpointError(
      file,
      null,
      `the tokenizer does not fit: it has a token ${largest}, the embedding has rows 0..${config.vocabSize - 1}`,
    );
}

/** Loads and checks a model. Errors: CheckpointError naming file and tensor. */
export async function loadModelDirectory(target: string): Promise<LoadedModel> {
  if (await isGgufFile(target)) {
    const { config, tensors, tokenizer } = await readGguf(target);
    const tokenizerFiles = tokenizerFilesFromGguf(target, tokenizer);
    checkTokenizer(target, config, tokenizerFiles);
    return { config, tensors: checkTensors(target, config, tensors), tokenizerFiles };
  }
  const configFile = path.join(target, "config.json");
  const config = parseModelConfig(configFile, await readJson(configFile));
  const tokenizerFiles = await loadTokenizerFiles(target);
  checkTokenizer(path.join(target, "tokenizer.json"), config, tokenizerFiles);
  return { config, tensors: checkTensors(target, config, await readWeights(target)), tokenizerFiles };
}

export interface SaveModelOptions {
  /** F32 by default, so that a run can go on from what it wrote without a loss. */
  dtype?: WeightDtype;
  /** SHARD_BYTES_MAX by default. */
  shardBytesMax?: number;
  /** Further files of the directory by plain name, as text (lineage, metrics). */
  files?: ReadonlyMap<string, string>;
  /** Further keys of config.json. */
  config?: Record<string, unknown>;
}

const DTYPE_NAMES: Record<WeightDtype, string> = { F32: "float32", F16: "float16", BF16: "bfloat16" };

async function saveDirectory(
  directory: string,
  configJson: Record<string, unknown>,
  tensors: ReadonlyMap<string, HostTensor>,
  files: ReadonlyMap<string, string>,
  options: SaveModelOptions,
): Promise<void> {
  const dtype = options.dtype ?? "F32";
  const config = { ...configJson, dtype: DTYPE_NAMES[dtype], ...options.config };
  const texts = new Map([...files, ...(options.files ?? []), ["config.json", `${JSON.stringify(config, null, 2)}\n`]]);
  await writeDirectoryAtomic(directory, async (temporary) => {
    await writeWeights(temporary, tensors, { dtype, shardBytesMax: options.shardBytesMax ?? SHARD_BYTES_MAX });
    for (const [name, text] of texts) {
      if (path.basename(name) !== name)
        throw new CheckpointError(directory, null, `"${name}" is not a plain file name`);
      await writeFileAtomic(path.join(temporary, name), (handle) => writeFully(handle, Buffer.from(text, "utf8")));
    }
  });
}

/**
 * Writes a `*ForSequenceClassification` directory of the model's family: `model.*` and `score.weight` [1, hidden], no `lm_head`. `id2label`
 * has one entry (its length is num_labels), `problem_type` "regression" makes servers return the raw logit, and
 * `pad_token_id` is a token that never ends a turn, so that readers take the score at the true last token.
 */
export async function saveRewardModelDirectory(
  directory: string,
  config: ModelConfig,
  tensors: ReadonlyMap<string, HostTensor>,
  tokenizerFiles: ReadonlyMap<string, string>,
  options: SaveModelOptions = {},
): Promise<void> {
  const padTokenId = safePadTokenId(readTokenizerFacts(tokenizerFiles), config.padTokenId, [
    config.eosTokenId,
    ...config.otherEosTokenIds,
  ]);
  if (padTokenId === null)
    throw new CheckpointError(
      directory,
      null,
      "the tokenizer has no special token that could pad without ending a turn",
    );
  const reward = { ...config, architecture: architectureOf(config.modelType, "reward"), padTokenId };
  await saveDirectory(
    directory,
    {
      architectures: [reward.architecture],
      ...modelConfigJson(reward),
      tie_word_embeddings: false,
      id2label: { "0": "LABEL_0" },
      label2id: { LABEL_0: 0 },
      problem_type: "regression",
    },
    checkTensors(directory, reward, tensors),
    withPadToken(tokenizerFiles, padTokenId),
    options,
  );
}

/** Writes a `*ForCausalLM` directory of the model's family; with tied embeddings no `lm_head.weight` is stored. */
export async function saveLanguageModelDirectory(
  directory: string,
  config: ModelConfig,
  tensors: ReadonlyMap<string, HostTensor>,
  tokenizerFiles: ReadonlyMap<string, string>,
  options: SaveModelOptions = {},
): Promise<void> {
  const causal = { ...config, architecture: architectureOf(config.modelType, "language-model") };
  await saveDirectory(
    directory,
    { architectures: [causal.architecture], ...modelConfigJson(causal), tie_word_embeddings: causal.tiedEmbeddings },
    checkTensors(directory, causal, tensors),
    tokenizerFiles,
    options,
  );
}
