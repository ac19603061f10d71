/** Samples responses of a language model to prompts from a file. */
import { z } from "zod";
import { createModel, disposeModel, ModelError } from "../core/model/parameters";
import { isRewardArchitecture } from "../core/model-config";
import { deriveSeed } from "../core/random";
import { createTokenizer } from "../data/tokenizer";
import { chooseEngine, type EngineName } from "../engines";
import { messageSchema } from "../format/pair";
import { type Generation, generate } from "../sample/generate";
import { loadWholeModel } from "./probe-directory";

export const samplePromptSchema = z.object({ id: z.string().min(1), prompt: z.array(messageSchema).min(1) });
export type SamplePrompt = z.infer<typeof samplePromptSchema>;

export interface SampleOptions {
  /** A `LlamaForCausalLM` directory or a GGUF file. */
  modelDirectory: string;
  engine?: EngineName | "auto";
  prompts: readonly SamplePrompt[];
  /** Responses per prompt (the K of rejection sampling). */
  samples: number;
  temperature: number;
  topK: number | null;
  topP: number | null;
  minP?: number | null;
  /** A response ends before the first of these. */
  stopTexts?: readonly string[];
  tokensMax: number;
  seed: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
  onNote?: (note: string) => void;
  /** Called as soon as a prompt's responses are there, so that an interrupted run loses none. */
  onSampled?: (result: SampledPrompt) => void;
}

export interface SampledPrompt {
  id: string;
  responses: Pick<Generation, "text" | "logProbability" | "finish">[];
}

/** Responses of one prompt depend on the seed and the prompt's id alone, not on the other prompts. */
export async function sampleResponses(options: SampleOptions): Promise<SampledPrompt[]> {
  const loaded = await loadWholeModel(options.modelDirectory);
  if (isRewardArchitecture(loaded.config))
    throw new ModelError(
      `${options.modelDirectory} is a ${loaded.config.architecture}; sampling needs a language model`,
    );
  const tokenizer = createTokenizer(loaded.tokenizerFiles);
  const { reason } = await chooseEngine(options.engine ?? "auto");
  options.onNote?.(`engine ${reason}`);
  const model = createModel(loaded.config, loaded.tensors, "language-model", 0);
  const { samples, temperature, topK, topP, minP = null, stopTexts = [], tokensMax, signal } = options;
  const results: SampledPrompt[] = [];
  try {
    for (const { id, prompt } of options.prompts) {
      const seed = deriveSeed(options.seed, id);
      const generations = await generate(model, tokenizer, prompt, {
        ...{ samples, temperature, topK, topP, minP, stopTexts, tokensMax, seed },
        ...(signal ? { signal } : {}),
      });
      const result = {
        id,
        responses: generations.map(({ text, logProbability, finish }) => ({ text, logProbability, finish })),
      };
      results.push(result);
      options.onSampled?.(result);
      options.onProgress?.(results.length, options.prompts.length);
    }
    return results;
  } finally {
    disposeModel(model);
  }
}
