/** What a run will need, before it starts: weights, memory, arithmetic, hours; and what would fit where it does not. */
import type { HeadKind } from "../core/model/parameters";
import { parameterCount } from "../core/model/parameters";
import type { ModelConfig } from "../core/model-config";
import type { EngineName } from "../engines";
import type { TrainingConfig } from "../format/training-config";
import { type MethodSettings, trainedShapes } from "./trained-model";
import { addWork, NO_WORK, trainingFlops, type Work } from "./training-flops";

export type EstimateSettings = MethodSettings & Pick<TrainingConfig, "precision" | "recompute">;

export interface EstimateInput {
  config: ModelConfig;
  head: HeadKind;
  settings: EstimateSettings;
  /** Of every item, in any order. */
  work: readonly Work[];
  /** Items of the whole run: epochs and steps counted. */
  itemsTotal: number;
  stepsTotal: number;
  tokensPerMicroBatch: number;
  engine: EngineName;
  /** Measured speed of matrix products, 10^9 operations a second; null = not measured. */
  matmulGflops: number | null;
}

export interface MemoryEstimate {
  weights: number;
  gradients: number;
  moments: number;
  /** What the backward pass keeps of a full micro-batch, at most. */
  activations: number;
  total: number;
}

export interface TrainingEstimate {
  parameters: number;
  trainableParameters: number;
  items: number;
  steps: number;
  tokensPerItem: number;
  longestItemTokens: number;
  tokensPerMicroBatch: number;
  /** Bytes, beside the process itself (a few hundred MB). */
  memory: MemoryEstimate;
  /** Operations per item, counted once even where they are computed twice. */
  flopsPerItem: number;
  flopsTotal: number;
  matmulGflops: number | null;
  /** Share of that speed that training is expected to reach here. */
  efficiency: number;
  /** Expected duration; null where the speed is unknown. */
  hours: number | null;
}

/**
 * Share of the measured matrix product speed that training reached where we measured it (2-core CPU, 135 million weights; wasm: the tiny
 * model). A guess for engines and machines that we did not measure; the live view goes by the run itself.
 */
const EFFICIENCY: Record<EngineName, { float32: number; bfloat16: number }> = {
  libtorch: { float32: 0.75, bfloat16: 0.4 },
  onnx: { float32: 0.6, bfloat16: 0.6 },
  webgpu: { float32: 0.3, bfloat16: 0.3 },
  tensorflow: { float32: 0.4, bfloat16: 0.4 },
  wasm: { float32: 0.3, bfloat16: 0.3 },
};

function sizeOf(shapes: ReadonlyMap<string, readonly number[]>): number {
  let sum = 0;
  for (const shape of shapes.values()) sum += shape.reduce((product, side) => product * side, 1);
  return sum;
}

/** Float values per token that a layer keeps for its backward pass: inputs of norms and products, q, k, v, and SwiGLU's four. */
function keptPerToken({ hiddenSize, intermediateSize, headCount, keyValueHeadCount, headDim }: ModelConfig): number {
  return 4 * hiddenSize + (2 * headCount + 2 * keyValueHeadCount) * headDim + 4 * intermediateSize;
}

function activationBytes(input: EstimateInput, bytesPerValue: number): number {
  const { config, engine, settings, work, tokensPerMicroBatch } = input;
  const longest = work.reduce((most, one) => (one.tokens > most.tokens ? one : most), NO_WORK);
  const total = work.reduce(addWork, NO_WORK);
  // No micro-batch holds more than a step does; twice the mean, since steps differ.
  const step = (2 * total.tokens * input.itemsTotal) / Math.max(1, total.items * input.stepsTotal);
  const tokens = Math.max(Math.min(tokensPerMicroBatch, step), longest.tokens);
  // Attention's weights: as many cells as a micro-batch of average items has, or the longest item's own.
  const cells = Math.max(longest.cells, total.tokens === 0 ? 0 : (total.cells / total.tokens) * tokens);
  const layer = tokens * keptPerToken(config) + 2 * cells * config.headCount;
  const frozen = settings.method === "head" || settings.method === "probe";
  const trainedLayers = frozen ? 0 : config.layerCount - settings.frozenLayers;
  if (trainedLayers === 0) return bytesPerValue * layer;
  // onnxruntime merges what is computed twice: there recomputation saves nothing.
  const values =
    settings.recompute && engine !== "onnx"
      ? trainedLayers * tokens * config.hiddenSize + layer
      : trainedLayers * layer;
  return bytesPerValue * values;
}

function memoryOf(input: EstimateInput, parameters: number, trainable: number): MemoryEstimate {
  const half = input.settings.precision === "bfloat16";
  const weights = parameters * (half ? 6 : 4);
  // The sum, and a micro-batch's own gradients until they are added to it.
  const gradients = trainable * 8;
  const moments = trainable * 8;
  const activations = activationBytes(input, half ? 2 : 4);
  return { weights, gradients, moments, activations, total: weights + gradients + moments + activations };
}

/** Throws ModelError when the settings leave nothing to train. */
export function estimateTraining(input: EstimateInput): TrainingEstimate {
  const { config, head, settings, work, itemsTotal, engine, matmulGflops } = input;
  const parameters = parameterCount(config, head);
  const shapes = trainedShapes(config, head, settings);
  const trainableParameters = sizeOf(shapes);
  const added =
    settings.method === "lora" ? sizeOf(new Map([...shapes].filter(([name]) => name.includes(".lora_")))) : 0;
  const total = work.reduce(addWork, NO_WORK);
  const scale = total.items === 0 ? 0 : 1 / total.items;
  const { useful, executed } = trainingFlops(config, total, settings);
  const efficiency = EFFICIENCY[engine][settings.precision];
  const seconds = matmulGflops === null ? null : (executed * scale * itemsTotal) / (matmulGflops * 1e9 * efficiency);
  return {
    parameters,
    trainableParameters,
    items: itemsTotal,
    steps: input.stepsTotal,
    tokensPerItem: total.tokens * scale,
    longestItemTokens: work.reduce((most, one) => Math.max(most, one.tokens), 0),
    tokensPerMicroBatch: input.tokensPerMicroBatch,
    memory: memoryOf(input, parameters + added, trainableParameters),
    flopsPerItem: useful * scale,
    flopsTotal: useful * scale * itemsTotal,
    matmulGflops,
    efficiency,
    hours: seconds === null ? null : seconds / 3600,
  };
}

export interface Remedy {
  /** What to set, as in the configuration. */
  change: string;
  bytes: number;
}

/** Changes that need less memory, the mildest first, each by itself and then together until one fits. */
export function remedies(input: EstimateInput, bytesMax: number): Remedy[] {
  const longest = input.work.reduce((most, one) => Math.max(most, one.tokens), 0);
  const { settings } = input;
  const smaller = { ...input, tokensPerMicroBatch: longest };
  const recomputing = { ...smaller, settings: { ...settings, recompute: true } };
  const lora = (from: EstimateInput) => ({ ...from, settings: { ...from.settings, method: "lora" as const } });
  const head = { ...recomputing, settings: { ...recomputing.settings, method: "head" as const } };
  const candidates: [string, EstimateInput][] = [
    [`tokensPerMicroBatch ${longest}`, smaller],
    ["recompute", { ...input, settings: { ...settings, recompute: true } }],
    [`recompute and tokensPerMicroBatch ${longest}`, recomputing],
    ...(settings.method === "full"
      ? ([
          ["method lora", lora(input)],
          [`method lora, recompute and tokensPerMicroBatch ${longest}`, lora(recomputing)],
        ] as [string, EstimateInput][])
      : []),
    ...(settings.method !== "head" && settings.method !== "probe" && input.head === "reward"
      ? ([["method head", head]] as [string, EstimateInput][])
      : []),
  ];
  return candidates
    .map(([change, tried]) => ({ change, bytes: estimateTraining(tried).memory.total }))
    .filter(({ bytes }) => bytes <= bytesMax);
}
