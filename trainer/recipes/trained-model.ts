/** Which weights a run trains (all, low-rank additions, the head alone; never frozen layers), and what it leaves on disk. */
import type { LoadedModel } from "../core/checkpoint-directory";
import {
  adapterShapes,
  addAdapters,
  type DropoutMoment,
  isAdapterTensor,
  type LoraSettings,
  mergeAdapters,
} from "../core/lora";
import {
  createModel,
  disposeModel,
  EMBEDDING,
  type HeadKind,
  LANGUAGE_MODEL_HEAD,
  type LlamaModel,
  ModelError,
  type Parameters,
  parameterShapes,
  REWARD_HEAD,
  readVariables,
} from "../core/model/parameters";
import type { ModelConfig } from "../core/model-config";
import type { HostTensor } from "../core/safetensors";
import type { TrainingConfig } from "../format/training-config";

export type MethodSettings = Pick<
  TrainingConfig,
  "method" | "frozenLayers" | "loraRank" | "loraAlpha" | "loraDropout" | "loraTargets" | "seed"
>;

export function loraSettings(config: MethodSettings): LoraSettings {
  return {
    rank: config.loraRank,
    alpha: config.loraAlpha,
    dropout: config.loraDropout,
    targets: config.loraTargets,
    frozenLayers: config.frozenLayers,
    seed: config.seed,
  };
}

function layerOf(name: string): number | null {
  const match = /^model\.layers\.(\d+)\./.exec(name);
  return match ? Number(match[1]) : null;
}

/** Whether a weight of the base model itself changes. */
function isTrained(name: string, { method, frozenLayers }: MethodSettings): boolean {
  if (name === REWARD_HEAD) return true;
  if (method === "head" || method === "probe") return name === LANGUAGE_MODEL_HEAD;
  if (method === "lora") return false;
  if (frozenLayers === 0) return true;
  if (name === EMBEDDING) return false;
  const layer = layerOf(name);
  return layer === null || layer >= frozenLayers;
}

/** Shapes of all that is trained, by name. Throws ModelError for more frozen layers than there are, or when nothing is left. */
export function trainedShapes(
  config: ModelConfig,
  head: HeadKind,
  settings: MethodSettings,
): Map<string, readonly number[]> {
  if (settings.frozenLayers > config.layerCount)
    throw new ModelError(`frozenLayers is ${settings.frozenLayers}; the model has ${config.layerCount} layers`);
  const shapes = parameterShapes(config, head);
  const trained = new Map<string, readonly number[]>([...shapes].filter(([name]) => isTrained(name, settings)));
  if (settings.method === "lora")
    for (const [name, shape] of adapterShapes(shapes, loraSettings(settings))) trained.set(name, shape);
  if (trained.size === 0)
    throw new ModelError(`method ${settings.method} leaves nothing to train: the model's head is its embedding`);
  return trained;
}

export interface TrainedModel {
  model: LlamaModel;
  /** The trained weights by name: those of the model itself, then the additions. */
  trained: Parameters;
  /** Set before every micro-batch: decides which inputs dropout zeroes. */
  moment: DropoutMoment;
}

/** Puts the base model on the engine, with the trained weights of `saved` over it. Throws ModelError. */
export function createTrainedModel(
  base: LoadedModel,
  head: HeadKind,
  settings: MethodSettings,
  saved: ReadonlyMap<string, HostTensor> | null,
): TrainedModel {
  const names = trainedShapes(base.config, head, settings);
  const own = new Map(base.tensors);
  for (const [name, tensor] of saved ?? []) if (!isAdapterTensor(name)) own.set(name, tensor);
  const model = createModel(base.config, own, head, settings.seed);
  const moment: DropoutMoment = { step: 0, microBatch: 0 };
  const trained: Parameters = new Map();
  try {
    for (const [name, variable] of model.parameters) {
      variable.trainable = names.has(name);
      if (variable.trainable) trained.set(name, variable);
    }
    if (settings.method === "lora")
      for (const [name, variable] of addAdapters(model, loraSettings(settings), moment, saved ?? undefined))
        trained.set(name, variable);
  } catch (cause) {
    disposeModel(model);
    throw cause;
  }
  return { model, trained, moment };
}

/** All weights of the result, plain: base weights, what was trained in their place, additions merged in. */
export function mergedWeights(
  { model, trained }: Pick<TrainedModel, "model" | "trained">,
  settings: MethodSettings,
  trainedTensors: ReadonlyMap<string, HostTensor> = readVariables(trained),
): Map<string, HostTensor> {
  const weights = readVariables(model.parameters);
  for (const [name, tensor] of trainedTensors) if (!isAdapterTensor(name)) weights.set(name, tensor);
  if (settings.method !== "lora") return weights;
  const { rank, alpha } = loraSettings(settings);
  return mergeAdapters(weights, trainedTensors, alpha / rank);
}
