/**
 * Arithmetic of training on packed items. Notation: N weights of the layers, L layers, d = heads x head size; a token costs 2 N forward
 * and 4 N backward, a cell of attention (a query that sees a key) 4 L d forward and 8 L d backward. Exact but for norms, softmax and
 * the like, which are no matrix products.
 */
import type { ModelConfig } from "../core/model-config";
import type { TrainingConfig } from "../format/training-config";

/** Rows of one packed item: what they share, and what each adds. */
export interface ItemShape {
  shared: number;
  branches: readonly number[];
}

/** Tokens and attention cells of packed items, and of those what the trimmed last layer computes in full. */
export interface Work {
  tokens: number;
  cells: number;
  /** Tokens whose hidden state is read. */
  readTokens: number;
  /** Cells of their queries. */
  readCells: number;
  items: number;
}

export const NO_WORK: Work = { tokens: 0, cells: 0, readTokens: 0, readCells: 0, items: 0 };

/** A reward is read at every branch's last token; `readAll` for losses on every token. */
export function workOf({ shared, branches }: ItemShape, readAll = false): Work {
  const own = branches.reduce((sum, count) => sum + count, 0);
  const cells = branches.reduce((sum, count) => sum + shared * count + count ** 2 / 2, shared ** 2 / 2);
  return {
    tokens: shared + own,
    cells,
    readTokens: readAll ? shared + own : branches.length,
    readCells: readAll ? cells : branches.reduce((sum, count) => sum + shared + count, 0),
    items: 1,
  };
}

export function addWork(a: Work, b: Work): Work {
  return {
    tokens: a.tokens + b.tokens,
    cells: a.cells + b.cells,
    readTokens: a.readTokens + b.readTokens,
    readCells: a.readCells + b.readCells,
    items: a.items + b.items,
  };
}

/** Weights of one layer's matrices, split by what the trimmed last layer still computes for every token. */
export function layerWeightCounts(config: ModelConfig): { keyValue: number; rest: number } {
  const { hiddenSize, intermediateSize, headCount, keyValueHeadCount, headDim } = config;
  return {
    keyValue: 2 * hiddenSize * keyValueHeadCount * headDim,
    rest: 2 * hiddenSize * headCount * headDim + 3 * hiddenSize * intermediateSize,
  };
}

export type FlopsSettings = Pick<TrainingConfig, "method" | "frozenLayers" | "loraRank" | "loraTargets" | "recompute">;

/** Values per token that a layer's additions multiply: rank x (in + out) over its targets. */
function adapterWeights(config: ModelConfig, { loraRank, loraTargets }: FlopsSettings): number {
  const { hiddenSize: h, intermediateSize: i, headCount, keyValueHeadCount, headDim } = config;
  const [q, kv] = [headCount * headDim, keyValueHeadCount * headDim];
  const sides = {
    q_proj: h + q,
    k_proj: h + kv,
    v_proj: h + kv,
    o_proj: q + h,
    gate_proj: h + i,
    up_proj: h + i,
    down_proj: i + h,
  };
  return loraRank * loraTargets.reduce((sum, target) => sum + sides[target], 0);
}

export interface TrainingFlops {
  /** What any exact implementation that packs, shares and trims has to compute. */
  useful: number;
  /** The same with what is computed twice (`recompute`). */
  executed: number;
}

/** Floating point operations of forward and backward passes over `work`. */
export function trainingFlops(config: ModelConfig, work: Work, settings: FlopsSettings): TrainingFlops {
  const { layerCount } = config;
  const { keyValue, rest } = layerWeightCounts(config);
  const width = config.headCount * config.headDim;
  const forwardOf = (last: boolean) =>
    2 * (keyValue * work.tokens + rest * (last ? work.readTokens : work.tokens)) +
    4 * width * (last ? work.readCells : work.cells);
  const attentionOf = (last: boolean) => 4 * width * (last ? work.readCells : work.cells);
  const added = settings.method === "lora" ? 6 * adapterWeights(config, settings) * work.tokens : 0;
  let useful = 0;
  let again = 0;
  for (let layer = 0; layer < layerCount; layer += 1) {
    const last = layer === layerCount - 1;
    const forward = forwardOf(last);
    useful += forward;
    const trains = (settings.method === "full" || settings.method === "lora") && layer >= settings.frozenLayers;
    if (!trains) continue;
    // Gradients of inputs cost a forward pass, gradients of weights another one; attention has no weights but two inputs to each product.
    const matrices = forward - attentionOf(last);
    useful += 2 * attentionOf(last) + (settings.method === "lora" ? matrices : 2 * matrices) + added;
    if (settings.recompute) again += forward;
  }
  return { useful, executed: useful + again };
}
