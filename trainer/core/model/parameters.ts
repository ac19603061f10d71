/** A model's weights: tfjs variables by their Hugging Face name, made from stored tensors or drawn from a seed. */

import * as tf from "@tensorflow/tfjs-core";
import type { LowRankAdapter } from "../../ops";
import type { ModelConfig } from "../checkpoint-directory";
import { bodyTensorShapes } from "../model-config";
import { createRandom, deriveSeed } from "../random";
import type { HostTensor } from "../safetensors";

export type HeadKind = "reward" | "language-model";
export type Parameters = Map<string, tf.Variable>;

export interface LlamaModel {
  config: ModelConfig;
  head: HeadKind;
  parameters: Parameters;
  /** LoRA's additions by the name of the weight that they correct. */
  adapters?: Map<string, LowRankAdapter & { down: tf.Variable<tf.Rank.R2>; up: tf.Variable<tf.Rank.R2> }>;
}

/** The weights do not fit the model. */
export class ModelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ModelError";
  }
}

export const EMBEDDING = "model.embed_tokens.weight";
export const FINAL_NORM = "model.norm.weight";
export const REWARD_HEAD = "score.weight";
export const LANGUAGE_MODEL_HEAD = "lm_head.weight";

/** Every weight of the model with its shape, in the order of the forward pass. */
export function parameterShapes(config: ModelConfig, head: HeadKind): Map<string, number[]> {
  const { hiddenSize, vocabSize } = config;
  const shapes = bodyTensorShapes(config);
  if (head === "reward") shapes.set(REWARD_HEAD, [1, hiddenSize]);
  else if (!config.tiedEmbeddings) shapes.set(LANGUAGE_MODEL_HEAD, [vocabSize, hiddenSize]);
  return shapes;
}

export function parameterCount(config: ModelConfig, head: HeadKind): number {
  const sizes = [...parameterShapes(config, head).values()].map((shape) =>
    shape.reduce((product, side) => product * side, 1),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function drawNormal(shape: number[], deviation: number, seed: number): HostTensor {
  const random = createRandom(seed);
  const size = shape.reduce((product, side) => product * side, 1);
  return { shape, data: Float32Array.from({ length: size }, () => random.normal() * deviation) };
}

/** A fresh scalar head, N(0, 1/(h+1)) as variance (open-instruct's reading; the paper gives no initialisation). */
export function drawRewardHead(hiddenSize: number, seed: number): HostTensor {
  return drawNormal([1, hiddenSize], 1 / Math.sqrt(hiddenSize + 1), deriveSeed(seed, REWARD_HEAD));
}

/** Random weights for a model from scratch: N(0, deviation^2), norms 1, biases 0 (as transformers draws them). Each tensor has its own seed. */
export function drawTensors(
  config: ModelConfig,
  head: HeadKind,
  seed: number,
  deviation = 0.02,
): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>();
  for (const [name, shape] of parameterShapes(config, head)) {
    if (name === REWARD_HEAD) tensors.set(name, drawRewardHead(config.hiddenSize, seed));
    else if (isNorm(name)) tensors.set(name, { shape, data: new Float32Array(shape[0] ?? 0).fill(1) });
    else if (isBias(name)) tensors.set(name, { shape, data: new Float32Array(shape[0] ?? 0) });
    else tensors.set(name, drawNormal(shape, deviation, deriveSeed(seed, name)));
  }
  return tensors;
}

function isNorm(name: string): boolean {
  return name.endsWith("norm.weight");
}

function isBias(name: string): boolean {
  return name.endsWith(".bias");
}

/** Norm weights and biases are left out of weight decay (Hugging Face Trainer's rule). */
export function isUndecayed(name: string): boolean {
  return isNorm(name) || isBias(name);
}

function checkLayers(config: ModelConfig, tensors: ReadonlyMap<string, HostTensor>): void {
  if (config.headCount % config.keyValueHeadCount !== 0)
    throw new ModelError(`${config.headCount} heads cannot share ${config.keyValueHeadCount} key/value heads evenly`);
  if (config.headDim % 2 !== 0)
    throw new ModelError(`head dimension ${config.headDim} is odd: rotary embedding needs halves`);
  const known = new Set([...parameterShapes(config, "reward").keys(), LANGUAGE_MODEL_HEAD]);
  for (const name of tensors.keys())
    if (!known.has(name) && !name.endsWith("rotary_emb.inv_freq"))
      throw new ModelError(`tensor ${name} has no place in a Llama model of ${config.layerCount} layers`);
}

/** Builds the model on the prepared engine. A reward head that the tensors lack is drawn from `seed`. Throws ModelError. */
export function createModel(
  config: ModelConfig,
  tensors: ReadonlyMap<string, HostTensor>,
  head: HeadKind,
  seed: number,
): LlamaModel {
  checkLayers(config, tensors);
  const found = new Map<string, HostTensor>();
  for (const [name, shape] of parameterShapes(config, head)) {
    const tensor = tensors.get(name) ?? (name === REWARD_HEAD ? drawRewardHead(config.hiddenSize, seed) : undefined);
    if (tensor === undefined) throw new ModelError(`tensor ${name} is missing`);
    if (tensor.shape.join() !== shape.join())
      throw new ModelError(`tensor ${name} has shape [${tensor.shape}], the configuration says [${shape}]`);
    found.set(name, tensor);
  }
  const parameters: Parameters = new Map();
  for (const [name, tensor] of found)
    parameters.set(
      name,
      tf.tidy(() => tf.variable(tf.tensor(tensor.data, tensor.shape))),
    );
  return { config, head, parameters };
}

export function parameter(model: LlamaModel, name: string): tf.Variable {
  const found = model.parameters.get(name);
  if (found === undefined) throw new ModelError(`the model has no tensor ${name}`);
  return found;
}

/** Copies variables back to the host, exactly. */
export function readVariables(variables: ReadonlyMap<string, tf.Variable>): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>();
  for (const [name, variable] of variables)
    tensors.set(name, { shape: [...variable.shape], data: Float32Array.from(variable.dataSync()) });
  return tensors;
}

export function disposeModel(model: LlamaModel): void {
  for (const variable of model.parameters.values()) variable.dispose();
  for (const { down, up } of model.adapters?.values() ?? []) tf.dispose([down, up]);
  model.parameters.clear();
  model.adapters?.clear();
}
