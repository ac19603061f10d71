/**
 * LoRA (arXiv 2106.09685): frozen weights W with trained additions scale * B A of low rank, scale = alpha / rank. Names, initialisation
 * and the place of the dropout are PEFT's, so that what is trained here loads there. The paper that Pairwright follows trains all
 * weights; this is ours, for machines that cannot.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { LoraTarget } from "../format/training-config";
import { isRecording } from "../ops/constants";
import { type LlamaModel, ModelError, type Parameters } from "./model/parameters";
import { createRandom, deriveSeed } from "./random";
import type { HostTensor } from "./safetensors";

export interface LoraSettings {
  rank: number;
  alpha: number;
  /** Share of an addition's inputs set to zero while training, the others scaled up. */
  dropout: number;
  targets: readonly LoraTarget[];
  /** Layers below this one get no addition. */
  frozenLayers: number;
  seed: number;
}

const DOWN = ".lora_A.weight";
const UP = ".lora_B.weight";

export function isAdapterTensor(name: string): boolean {
  return name.endsWith(DOWN) || name.endsWith(UP);
}

/** "model.layers.3.mlp.up_proj" for "model.layers.3.mlp.up_proj.weight" where that weight gets an addition, otherwise null. */
function targetModule(
  name: string,
  { targets, frozenLayers }: Pick<LoraSettings, "targets" | "frozenLayers">,
): string | null {
  const match = /^(model\.layers\.(\d+)\.(?:self_attn|mlp)\.(\w+))\.weight$/.exec(name);
  if (!match || Number(match[2]) < frozenLayers) return null;
  return targets.some((target) => target === match[3]) ? (match[1] as string) : null;
}

/** The additions' shapes by name, for a model of these weights. */
export function adapterShapes(
  weights: ReadonlyMap<string, readonly number[]>,
  settings: Pick<LoraSettings, "rank" | "targets" | "frozenLayers">,
): Map<string, [number, number]> {
  const shapes = new Map<string, [number, number]>();
  for (const [name, [out = 0, into = 0]] of weights) {
    const module = targetModule(name, settings);
    if (module === null) continue;
    shapes.set(module + DOWN, [settings.rank, into]);
    shapes.set(module + UP, [out, settings.rank]);
  }
  return shapes;
}

/** PEFT's start: A uniform in +-1/sqrt(in) (Kaiming with a = sqrt 5), B zero, so that the model begins as it was. */
function drawAdapter(name: string, shape: [number, number], seed: number): Float32Array {
  const values = new Float32Array(shape[0] * shape[1]);
  if (name.endsWith(UP)) return values;
  const random = createRandom(deriveSeed(seed, name));
  const bound = 1 / Math.sqrt(shape[1]);
  return values.map(() => (2 * random.uniform() - 1) * bound);
}

/** Which micro-batch's dropout applies: the same numbers give the same zeros, so that a resumed run repeats them. */
export interface DropoutMoment {
  step: number;
  microBatch: number;
}

/** A function that zeroes a share of its input while a gradient is recorded, and passes it on otherwise. */
function dropper(name: string, share: number, seed: number, moment: DropoutMoment) {
  return (x: tf.Tensor2D): tf.Tensor2D => {
    if (!isRecording()) return x;
    const random = createRandom(deriveSeed(seed, `${name} ${moment.step} ${moment.microBatch}`));
    const scale = 1 / (1 - share);
    const mask = Float32Array.from({ length: x.size }, () => (random.uniform() < share ? 0 : scale));
    return tf.mul(x, tf.tensor2d(mask, x.shape));
  };
}

/**
 * Gives the model its additions, fresh or as stored, and returns them by PEFT's names (without its prefix). Throws ModelError when
 * nothing is left to correct, or for a stored tensor that is missing or has another shape.
 */
export function addAdapters(
  model: LlamaModel,
  settings: LoraSettings,
  moment: DropoutMoment,
  stored?: ReadonlyMap<string, HostTensor>,
): Parameters {
  const weights = new Map([...model.parameters].map(([name, variable]) => [name, variable.shape] as const));
  const shapes = adapterShapes(weights, settings);
  if (shapes.size === 0) throw new ModelError(`with ${settings.frozenLayers} frozen layers no weight is left for LoRA`);
  const variables = new Map<string, tf.Variable<tf.Rank.R2>>();
  for (const [name, shape] of shapes) {
    const tensor = stored?.get(name);
    if (stored && tensor?.shape.join() !== shape.join())
      throw new ModelError(`${name} is ${tensor ? `of shape [${tensor.shape}]` : "missing"}; LoRA needs [${shape}]`);
    const data = tensor?.data ?? drawAdapter(name, shape, settings.seed);
    variables.set(
      name,
      tf.tidy(() => tf.variable(tf.tensor2d(data, shape))),
    );
  }
  model.adapters = new Map();
  for (const [name, down] of variables) {
    if (!name.endsWith(DOWN)) continue;
    const module = name.slice(0, -DOWN.length);
    const drop = settings.dropout > 0 ? dropper(module, settings.dropout, settings.seed, moment) : undefined;
    model.adapters.set(`${module}.weight`, {
      down,
      up: variables.get(module + UP) as tf.Variable<tf.Rank.R2>,
      scale: settings.alpha / settings.rank,
      ...(drop ? { drop } : {}),
    });
  }
  return variables;
}

/** W + scale * B A, in 64-bit sums. */
function mergeOne(weight: HostTensor, down: HostTensor, up: HostTensor, scale: number): HostTensor {
  const [rank = 0, into = 0] = down.shape;
  const data = new Float32Array(weight.data);
  const row = new Float64Array(into);
  for (let out = 0; out * into < data.length; out += 1) {
    row.fill(0);
    for (let k = 0; k < rank; k += 1) {
      const factor = scale * (up.data[out * rank + k] as number);
      if (factor === 0) continue;
      const offset = k * into;
      for (let i = 0; i < into; i += 1) row[i] = (row[i] as number) + factor * (down.data[offset + i] as number);
    }
    const offset = out * into;
    for (let i = 0; i < into; i += 1) data[offset + i] = (data[offset + i] as number) + (row[i] as number);
  }
  return { shape: [...weight.shape], data };
}

/** The plain model that computes what base and additions compute together. `base` is not changed. */
export function mergeAdapters(
  base: ReadonlyMap<string, HostTensor>,
  adapters: ReadonlyMap<string, HostTensor>,
  scale: number,
): Map<string, HostTensor> {
  const merged = new Map(base);
  for (const [name, down] of adapters) {
    if (!name.endsWith(DOWN)) continue;
    const module = name.slice(0, -DOWN.length);
    const weight = base.get(`${module}.weight`);
    const up = adapters.get(module + UP);
    if (!weight || !up) throw new ModelError(`${name} has ${weight ? "no other half" : "no weight to correct"}`);
    merged.set(`${module}.weight`, mergeOne(weight, down, up, scale));
  }
  return merged;
}
