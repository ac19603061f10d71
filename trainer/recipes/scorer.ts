/** Loads a reward model for scoring and frees it afterwards. */
import { loadModelDirectory } from "../core/checkpoint-directory";
import { createModel, disposeModel, ModelError, REWARD_HEAD } from "../core/model/parameters";
import { loadTokenizer } from "../data/tokenizer";
import { chooseEngine, type EngineName } from "../engines";
import type { Scorer } from "./score-pairs";

export interface ScoringOptions {
  /** A `LlamaForSequenceClassification` directory. */
  modelDirectory: string;
  engine?: EngineName | "auto";
  /** Longer rows lose tokens at the prompt's start; at most the model's own limit, which is also the default. */
  tokensPerRowMax?: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
  onNote?: (note: string) => void;
}

export async function withScorer<T>(options: ScoringOptions, use: (scorer: Scorer) => Promise<T>): Promise<T> {
  const loaded = await loadModelDirectory(options.modelDirectory);
  if (!loaded.tensors.has(REWARD_HEAD))
    throw new ModelError(`${options.modelDirectory} has no ${REWARD_HEAD}: it is not a reward model`);
  const tokenizer = await loadTokenizer(options.modelDirectory);
  const { engine, reason } = await chooseEngine(options.engine ?? "auto");
  options.onNote?.(`engine ${reason}`);
  const tokensPerRowMax = Math.min(options.tokensPerRowMax ?? loaded.config.positionsMax, loaded.config.positionsMax);
  const model = createModel(loaded.config, loaded.tensors, "reward", 0);
  try {
    return await use({ model, engine, tokenizer, tokensPerRowMax });
  } finally {
    disposeModel(model);
  }
}
