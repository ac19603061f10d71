/**
 * Generation with a key-value cache: K samples of one prompt, the prompt's keys and values computed once. Runs on whatever
 * tfjs engine is in use. Logits come to the host once per token; the draw itself is `sampleToken`.
 */
import * as tf from "@tensorflow/tfjs-core";
import {
  createKeyValueCache,
  disposeKeyValueCache,
  type KeyValueCache,
  layOutPrompt,
  layOutSamples,
} from "../core/model/key-value-cache";
import { type BatchLayout, disposeLayout } from "../core/model/layout";
import { hiddenStates, logitsAt } from "../core/model/llama";
import type { LlamaModel } from "../core/model/parameters";
import { createRandom, deriveSeed, type Random } from "../core/random";
import type { ChatTokenizer } from "../data/tokenizer";
import type { Message } from "../format/pair";
import {
  checkSamplingParameters,
  type LogitsRow,
  type SampledToken,
  type SamplingParameters,
  sampleToken,
} from "./sampling";

export interface GenerateOptions extends SamplingParameters {
  tokensMax: number;
  seed: number;
  /** Number of samples. Sample i depends on seed and i alone, not on the count. */
  samples?: number;
  /** Further ids that end a sample, besides the tokenizer's eos. */
  stopTokenIds?: readonly number[];
  /** A sample ends when its text contains one of these; the text is cut before it. */
  stopTexts?: readonly string[];
  signal?: AbortSignal;
  /** Called for every token of every sample, in order of generation. */
  onToken?: (sample: number, token: SampledToken) => void;
}

export interface Generation {
  text: string;
  /** Generated ids, including the end-of-turn token where one was drawn. */
  ids: number[];
  /** Sum of the ids' natural log-probabilities under the model at temperature 1. */
  logProbability: number;
  finish: "stop" | "length";
}

interface Sample {
  random: Random;
  ids: number[];
  logProbability: number;
  finish: "stop" | "length" | null;
  text: string;
}

function checkOptions(model: LlamaModel, promptIds: readonly number[], options: GenerateOptions): void {
  checkSamplingParameters(options);
  if (model.head !== "language-model") throw new RangeError("a reward model cannot generate text");
  if (!Number.isInteger(options.tokensMax) || options.tokensMax < 1)
    throw new RangeError(`tokensMax must be a positive whole number, not ${options.tokensMax}`);
  const samples = options.samples ?? 1;
  if (!Number.isInteger(samples) || samples < 1)
    throw new RangeError(`samples must be a positive whole number, not ${samples}`);
  if (promptIds.length === 0) throw new RangeError("the prompt has no tokens");
  const wrong = promptIds.find((id) => !Number.isInteger(id) || id < 0 || id >= model.config.vocabSize);
  if (wrong !== undefined) throw new RangeError(`token ${wrong} is outside the model's vocabulary`);
  if (promptIds.length >= model.config.positionsMax)
    throw new RangeError(
      `the prompt's ${promptIds.length} tokens leave no room in ${model.config.positionsMax} positions`,
    );
}

interface StepResult {
  /** [rows * vocabSize] */
  logits: Float32Array;
  /** log sum exp of each row. */
  normalizers: Float32Array;
  /** exp((logit - the row's largest) / temperature), [rows * vocabSize], and its sum by row; null at temperature 0. */
  weighed: { weights: Float32Array; totals: Float32Array } | null;
}

/** Logits' normalizers, and weights with their sums at a temperature other than 0. */
function weigh(logits: tf.Tensor2D, temperature: number): tf.Tensor[] {
  const top = tf.max(logits, 1, true);
  const away = tf.sub(logits, top);
  const plain = tf.exp(away);
  const plainTotals = tf.sum(plain, 1);
  const normalizers = tf.add(tf.squeeze(top, [1]), tf.log(plainTotals));
  if (temperature === 0) return [normalizers];
  if (temperature === 1) return [normalizers, plain, plainTotals];
  const weights = tf.exp(tf.div(away, temperature));
  return [normalizers, weights, tf.sum(weights, 1)];
}

/** Feeds tokens through the model; returns the logits after the given rows, and extends the cache. */
async function step(
  model: LlamaModel,
  cache: KeyValueCache,
  layout: BatchLayout,
  at: readonly number[],
  temperature: number,
): Promise<StepResult> {
  let results: tf.Tensor[] = [];
  try {
    results = tf.tidy(() => {
      const hidden = hiddenStates(model, layout, { at, cache });
      const logits = logitsAt(
        model,
        hidden,
        at.map((_, index) => index),
      );
      return [logits, ...weigh(logits, temperature)];
    });
    const [logits, normalizers, weights, totals] = (await Promise.all(
      results.map((result) => result.data()),
    )) as Float32Array[];
    return {
      logits: logits as Float32Array,
      normalizers: normalizers as Float32Array,
      weighed: weights && totals ? { weights, totals } : null,
    };
  } finally {
    disposeLayout(layout);
    tf.dispose(results);
  }
}

/** One row of a step's results. */
function rowAt({ logits, normalizers, weighed }: StepResult, row: number, vocab: number) {
  const part = (values: Float32Array) => values.subarray(row * vocab, (row + 1) * vocab);
  const known: LogitsRow = {
    normalizer: normalizers[row] as number,
    weighed: weighed && { weights: part(weighed.weights), total: weighed.totals[row] as number },
  };
  return { logits: part(logits), known };
}

function stopAt(text: string, stopTexts: readonly string[]): number {
  const found = stopTexts.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return found.length === 0 ? -1 : Math.min(...found);
}

/**
 * Whether a stop text has just come to an end, judging by the last tokens alone: decoding all of a long sample for every token would
 * take ever longer. Each character is at most four tokens (bytes); what the cut garbles lies before any stop text.
 */
function mayHaveStopped(sample: Sample, tokenizer: ChatTokenizer, stops: readonly string[]): boolean {
  if (stops.length === 0) return false;
  const tail = 4 * (Math.max(...stops.map((stop) => stop.length)) + 1);
  return stopAt(tokenizer.decode(sample.ids.slice(-tail)), stops) >= 0;
}

function acceptToken(
  sample: Sample,
  token: SampledToken,
  tokenizer: ChatTokenizer,
  options: GenerateOptions,
  roomMax: number,
): void {
  sample.ids.push(token.id);
  sample.logProbability += token.logProbability;
  if (token.id === tokenizer.eosTokenId || options.stopTokenIds?.includes(token.id)) {
    sample.finish = "stop";
    sample.text = tokenizer.decode(sample.ids.slice(0, -1));
    return;
  }
  if (sample.ids.length >= roomMax) sample.finish = "length";
  const stops = options.stopTexts ?? [];
  if (sample.finish === null && !mayHaveStopped(sample, tokenizer, stops)) return;
  const text = tokenizer.decode(sample.ids);
  const cut = stopAt(text, stops);
  if (cut >= 0) sample.finish = "stop";
  sample.text = cut >= 0 ? text.slice(0, cut) : text;
}

function samplesOf(options: GenerateOptions): Sample[] {
  return Array.from({ length: options.samples ?? 1 }, (_, index) => ({
    random: createRandom(deriveSeed(options.seed, `sample.${index}`)),
    ids: [],
    logProbability: 0,
    finish: null,
    text: "",
  }));
}

/**
 * Samples continuations of a token row. Errors: RangeError for bad options; the signal's reason when aborted. All tensors it
 * makes are disposed of, whatever happens.
 */
export async function generateFromIds(
  model: LlamaModel,
  tokenizer: ChatTokenizer,
  promptIds: readonly number[],
  options: GenerateOptions,
): Promise<Generation[]> {
  checkOptions(model, promptIds, options);
  const roomMax = Math.min(options.tokensMax, model.config.positionsMax - promptIds.length);
  const samples = samplesOf(options);
  const vocab = model.config.vocabSize;
  const cache = createKeyValueCache(samples.length);
  try {
    const layout = layOutPrompt(cache, promptIds, model.config);
    let result = await step(model, cache, layout, [promptIds.length - 1], options.temperature);
    // The prompt's one row of logits serves every sample's first token.
    let rowOf = (_place: number) => 0;
    let active = samples.map((_, index) => index);
    while (true) {
      options.signal?.throwIfAborted();
      active.forEach((index, place) => {
        const sample = samples[index]!;
        const { logits, known } = rowAt(result, rowOf(place), vocab);
        const token = sampleToken(logits, options, sample.random.uniform, known);
        acceptToken(sample, token, tokenizer, options, roomMax);
        options.onToken?.(index, token);
      });
      active = active.filter((index) => samples[index]!.finish === null);
      if (active.length === 0) break;
      const next = active.map((sample) => ({ sample, id: samples[sample]!.ids.at(-1)! }));
      const rows = next.map((_, row) => row);
      result = await step(model, cache, layOutSamples(cache, next, model.config), rows, options.temperature);
      rowOf = (place) => place;
    }
  } finally {
    disposeKeyValueCache(cache);
  }
  return samples.map(({ text, ids, logProbability, finish }) => ({
    text,
    ids,
    logProbability,
    finish: finish ?? "length",
  }));
}

/** Samples answers to a dialogue through the chat template. Errors: as `generateFromIds`, and ChatTemplateError. */
export function generate(
  model: LlamaModel,
  tokenizer: ChatTokenizer,
  messages: readonly Message[],
  options: GenerateOptions,
): Promise<Generation[]> {
  return generateFromIds(model, tokenizer, tokenizer.encodeChat(messages, { addGenerationPrompt: true }), options);
}
