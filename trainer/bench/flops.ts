/**
 * Arithmetic that a reward model's step cannot do without, so that speeds compare as a share of the machine's peak (MFU). Work that
 * packing, sharing the prompt or trimming the last layer saves is not counted, neither is recomputation.
 */
import type { ModelConfig } from "../core/model-config";

export interface PairShape {
  /** Tokens that both rows share and that are computed once. */
  shared: number;
  /** Each row's own tokens. */
  branches: readonly number[];
}

export function pairShape(rows: readonly (readonly number[])[]): PairShape {
  const [first = [], ...others] = rows;
  const most = Math.min(...rows.map((row) => row.length)) - 1;
  let shared = 0;
  while (shared < most && others.every((row) => row[shared] === first[shared])) shared += 1;
  return { shared, branches: rows.map((row) => row.length - shared) };
}

export function packedTokens({ shared, branches }: PairShape): number {
  return branches.reduce((sum, own) => sum + own, shared);
}

/** Pairs of a query and a key that it sees, both rows together. */
export function attentionCells({ shared, branches }: PairShape): number {
  const triangle = (n: number) => (n * (n + 1)) / 2;
  return branches.reduce((sum, own) => sum + own * shared + triangle(own), triangle(shared));
}

type Shape = Pick<
  ModelConfig,
  "hiddenSize" | "intermediateSize" | "layerCount" | "headCount" | "keyValueHeadCount" | "headDim"
>;

/** Multiply-adds per token in one layer: the projections that keys and values need, and all others. */
function layerWeights(config: Shape): { keysAndValues: number; others: number } {
  const { hiddenSize, intermediateSize, headCount, keyValueHeadCount, headDim } = config;
  return {
    keysAndValues: 2 * hiddenSize * keyValueHeadCount * headDim,
    others: 2 * hiddenSize * headCount * headDim + 3 * hiddenSize * intermediateSize,
  };
}

/** Weights without embedding and head: the N of 6 N tokens. */
export function bodyWeights(config: Shape): number {
  const { keysAndValues, others } = layerWeights(config);
  return config.layerCount * (keysAndValues + others);
}

/** Floating-point operations to score a row forward; the last layer's queries, outputs and MLP only for the tokens scored. */
export function forwardFlops(config: Shape, row: PairShape): number {
  const { keysAndValues, others } = layerWeights(config);
  const tokens = packedTokens(row);
  const scored = row.branches.length;
  const whole = config.layerCount - 1;
  const linear = 2 * (whole * tokens * (keysAndValues + others) + tokens * keysAndValues + scored * others);
  const width = config.headCount * config.headDim;
  const lastCells = row.branches.reduce((sum, own) => sum + row.shared + own, 0);
  return linear + 4 * width * (whole * attentionCells(row) + lastCells);
}

/** Forward and backward: the backward pass multiplies by the weights and by the inputs once each. */
export function trainingFlops(config: Shape, row: PairShape): number {
  return 3 * forwardFlops(config, row);
}

/** A pair as TRL's data sets name it. */
export interface FlopsRow {
  chosen_ids: readonly number[];
  rejected_ids: readonly number[];
}

/** Training arithmetic of several pairs. */
export function flopsOfRows(config: Shape, rows: readonly FlopsRow[]): number {
  return rows.reduce((sum, row) => sum + trainingFlops(config, pairShape([row.chosen_ids, row.rejected_ids])), 0);
}
