/**
 * The one way from token rows to rewards: evaluation, `score`, serving and the platform's worker all come through here. A scorer is
 * a loaded reward model, or a probe on a frozen one.
 */
import * as tf from "@tensorflow/tfjs-core";
import { loadModelDirectory } from "../core/checkpoint-directory";
import { microBatches } from "../core/model/packing";
import { createModel, disposeModel, type LlamaModel, ModelError, REWARD_HEAD } from "../core/model/parameters";
import { rowRewards } from "../core/model/reward-pairs";
import { addRow, emptyTree, sharedTokens, type TokenRow } from "../core/model/token-tree";
import { windowNote } from "../core/model-config";
import { endAtScore } from "../core/pad-token";
import { type ChatTokenizer, loadTokenizer } from "../data/tokenizer";
import { chooseEngine, type Engine, type EngineName, type Precision } from "../engines";
import { describeSite, headKindOf, type Probe, readProbe } from "./probe-directory";
import { pooledAt } from "./probe-pooling";

export interface Scorer {
  model: LlamaModel;
  engine: Engine;
  tokenizer: ChatTokenizer;
  tokensPerRowMax: number;
  /** Absent for a model with a reward head. */
  probe?: Probe | null;
  /** A stored model's pad: like transformers the score is read before any that end a row. Absent: always at the last token. */
  scoredBeforePad?: number | null;
}

/** Rows that are likely to begin alike: the responses to one prompt. */
export interface ScorableItem {
  rows: readonly TokenRow[];
  /** Index of each answer's first token; needed where `needsAnswers` says so. */
  answerStarts?: readonly number[];
}

export interface ScoringOptions {
  /** A `*ForSequenceClassification` directory, or a probe's. */
  modelDirectory: string;
  engine?: EngineName | "auto";
  precision?: Precision;
  /** Longer rows lose tokens at the prompt's start; at most the model's own limit, which is also the default. */
  tokensPerRowMax?: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
  onNote?: (note: string) => void;
}

/** A probe that reads the mean over an answer must know where it begins. */
export function needsAnswers({ probe }: Pick<Scorer, "probe">): boolean {
  return probe?.facts.pooling === "mean";
}

/** Rows of one item that are computed together: all, unless they do not fit a micro-batch. */
interface Piece {
  rows: TokenRow[];
  answerStarts: number[];
  item: number;
}

function pieces(items: readonly ScorableItem[], tokensMax: number): Piece[] {
  return items.flatMap(({ rows, answerStarts }, item) => {
    const result: Piece[] = [];
    let tree = emptyTree();
    rows.forEach((row, index) => {
      let open = result.at(-1);
      if (!open || tree.tokens + row.length - sharedTokens(tree, row) > tokensMax) {
        open = { rows: [], answerStarts: [], item };
        result.push(open);
        tree = emptyTree();
      }
      addRow(tree, row);
      open.rows.push(row);
      open.answerStarts.push(answerStarts?.[index] ?? row.length - 1);
    });
    return result;
  });
}

/** Rewards of the pieces' rows in order. The head's product is in float64. */
function probeRewards(model: LlamaModel, probe: Probe, group: readonly Piece[]): number[] {
  const { weights, bias, facts } = probe;
  const states = tf.tidy(() => pooledAt(model, group, facts).dataSync());
  const rewards: number[] = [];
  for (let at = 0; at < states.length; at += weights.length) {
    let sum = bias;
    for (let i = 0; i < weights.length; i += 1) sum += (weights[i] as number) * (states[at + i] as number);
    rewards.push(sum);
  }
  return rewards;
}

const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Rewards (logits) of each item's rows, in the items' order. `onProgress` counts items. */
export async function scoreRows(
  { model, engine, probe, scoredBeforePad = null }: Omit<Scorer, "tokenizer" | "tokensPerRowMax">,
  items: readonly ScorableItem[],
  onProgress?: (done: number) => void,
  signal?: AbortSignal,
): Promise<number[][]> {
  const result: number[][] = items.map(() => []);
  const tokensMax = engine.tokensPerMicroBatch;
  const read = items.map((item) => ({ ...item, rows: item.rows.map((row) => endAtScore(row, scoredBeforePad)) }));
  const all = pieces(read, tokensMax);
  const found = new Map<Piece, number[]>();
  const left = new Map<number, number>();
  for (const { item } of all) left.set(item, (left.get(item) ?? 0) + 1);
  let done = 0;
  for (const group of microBatches(all, tokensMax)) {
    await breathe();
    signal?.throwIfAborted();
    const rewards = probe ? probeRewards(model, probe, group) : tf.tidy(() => rowRewards(model, group).dataSync());
    let at = 0;
    for (const piece of group) {
      found.set(piece, [...rewards.slice(at, at + piece.rows.length)]);
      at += piece.rows.length;
      const open = (left.get(piece.item) as number) - 1;
      left.set(piece.item, open);
      if (open === 0) done += 1;
    }
    onProgress?.(done);
  }
  for (const piece of all) result[piece.item]?.push(...(found.get(piece) ?? []));
  return result;
}

/** Loads a reward model or a probe; `close` frees it. Errors: CheckpointError, EngineError, ModelError, ChatTemplateError. */
export async function openScorer(options: ScoringOptions): Promise<{ scorer: Scorer; close: () => void }> {
  const { modelDirectory } = options;
  const probe = await readProbe(modelDirectory);
  const { config, tensors } = await loadModelDirectory(modelDirectory);
  if (probe === null && !tensors.has(REWARD_HEAD))
    throw new ModelError(`${modelDirectory} has no ${REWARD_HEAD}: it is not a reward model`);
  if (probe !== null && (probe.facts.block !== config.layerCount || probe.facts.hiddenSize !== config.hiddenSize))
    throw new ModelError(
      `${modelDirectory}: the probe reads block ${probe.facts.block} of width ${probe.facts.hiddenSize}, the model beside it has ${config.layerCount} layers of width ${config.hiddenSize}`,
    );
  const tokenizer = await loadTokenizer(modelDirectory);
  const precision = options.precision ? { precision: options.precision } : {};
  const { engine, reason } = await chooseEngine(options.engine ?? "auto", precision);
  options.onNote?.(`engine ${reason}`);
  const limit = windowNote(config);
  if (limit !== null) options.onNote?.(limit);
  if (probe) options.onNote?.(`a probe: ${describeSite(probe.facts)}`);
  const tokensPerRowMax = Math.min(options.tokensPerRowMax ?? config.positionsMax, config.positionsMax);
  const model = createModel(config, tensors, probe ? headKindOf(tensors) : "reward", 0);
  const scoredBeforePad = probe ? null : config.padTokenId;
  if (scoredBeforePad !== null && scoredBeforePad === config.eosTokenId)
    options.onNote?.("the model pads with its end-of-text token: as in transformers the score is read before it");
  return {
    scorer: { model, engine, tokenizer, tokensPerRowMax, probe, scoredBeforePad },
    close: () => disposeModel(model),
  };
}

export async function withScorer<T>(options: ScoringOptions, use: (scorer: Scorer) => Promise<T>): Promise<T> {
  const { scorer, close } = await openScorer(options);
  try {
    return await use(scorer);
  } finally {
    close();
  }
}
