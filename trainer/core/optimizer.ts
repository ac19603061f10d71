/** AdamW with decoupled weight decay (torch.optim.AdamW), global-norm clipping (torch.nn.utils.clip_grad_norm_), by parameter name. */
import * as tf from "@tensorflow/tfjs-core";
import { ops } from "../ops";
import { isUndecayed, type Parameters } from "./model/parameters";
import type { HostTensor } from "./safetensors";

export interface OptimizerSettings {
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Applied to every tensor except norm weights. */
  weightDecay: number;
  /** Largest global gradient norm. */
  gradientClipNorm: number;
}

/** torch adds this to the norm before dividing. */
const CLIP_EPSILON = 1e-6;

export interface OptimizerState {
  /** Updates done so far. */
  step: number;
  means: Map<string, tf.Variable>;
  variances: Map<string, tf.Variable>;
}

function moments(
  parameters: Parameters,
  stored: ReadonlyMap<string, HostTensor> | null,
  prefix: string,
): Map<string, tf.Variable> {
  const result = new Map<string, tf.Variable>();
  for (const [name, parameter] of parameters) {
    const tensor = stored?.get(prefix + name);
    if (stored && tensor === undefined) throw new Error(`the checkpoint has no ${prefix}${name}`);
    const make = () => (tensor ? tf.tensor(tensor.data, tensor.shape) : tf.zeros(parameter.shape));
    result.set(
      name,
      tf.tidy(() => tf.variable(make(), false)),
    );
  }
  return result;
}

const MEAN_PREFIX = "mean.";
const VARIANCE_PREFIX = "variance.";

/** Fresh state, or the state that `readOptimizer` stored. */
export function createOptimizer(
  parameters: Parameters,
  stored?: { step: number; tensors: Map<string, HostTensor> },
): OptimizerState {
  const tensors = stored?.tensors ?? null;
  return {
    step: stored?.step ?? 0,
    means: moments(parameters, tensors, MEAN_PREFIX),
    variances: moments(parameters, tensors, VARIANCE_PREFIX),
  };
}

/** Copies both moments to the host under prefixed names, for a checkpoint. */
export function readOptimizer(state: OptimizerState): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>();
  for (const [prefix, variables] of [
    [MEAN_PREFIX, state.means],
    [VARIANCE_PREFIX, state.variances],
  ] as const)
    for (const [name, variable] of variables)
      tensors.set(prefix + name, { shape: [...variable.shape], data: Float32Array.from(variable.dataSync()) });
  return tensors;
}

export function disposeOptimizer(state: OptimizerState): void {
  for (const variable of [...state.means.values(), ...state.variances.values()]) variable.dispose();
}

/** Norm of one tensor. Rows are summed on the engine and then in f64 here: one long f32 sum would lose digits. */
export function tensorNorm(tensor: tf.Tensor): number {
  const rows = tf.tidy(() => tf.sum(tf.square(tensor), -1).dataSync());
  let sum = 0;
  for (const row of rows) sum += row;
  return Math.sqrt(sum);
}

export function globalNorm(gradients: ReadonlyMap<string, tf.Tensor>): number {
  let sum = 0;
  for (const gradient of gradients.values()) sum += tensorNorm(gradient) ** 2;
  return Math.sqrt(sum);
}

/** One update of every parameter, in place, with an already measured global norm. */
export function applyAdamw(
  parameters: Parameters,
  gradients: ReadonlyMap<string, tf.Tensor>,
  state: OptimizerState,
  settings: OptimizerSettings,
  update: { learningRate: number; gradientNorm: number },
): void {
  state.step += 1;
  const gradientScale = Math.min(1, settings.gradientClipNorm / (update.gradientNorm + CLIP_EPSILON));
  for (const [name, parameter] of parameters) {
    const gradient = gradients.get(name);
    const mean = state.means.get(name);
    const variance = state.variances.get(name);
    if (!gradient || !mean || !variance) throw new Error(`no gradient or moments for ${name}`);
    ops.adamw(parameter, gradient, mean, variance, {
      learningRate: update.learningRate,
      beta1: settings.beta1,
      beta2: settings.beta2,
      epsilon: settings.epsilon,
      weightDecay: isUndecayed(name) ? 0 : settings.weightDecay,
      step: state.step,
      gradientScale,
    });
  }
}
