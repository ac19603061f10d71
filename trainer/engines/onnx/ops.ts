/** The engine's own versions of the model's operations: fewer and faster nodes, and updates that write where the values lie. */
import * as tf from "@tensorflow/tfjs-core";
import type { AdamwSettings, AttentionBlock, Ops } from "../../ops";
import { differentiable } from "../../ops/differentiable";
import { referenceOps } from "../../ops/reference";
import { runAdamw } from "./adamw";
import { type AttentionPlan, planAttention } from "./attention-plan";
import type { OnnxBackend } from "./backend";
import { ATTENTION } from "./kernels/attention";
import { FUSED } from "./kernels/fused";

function fused(kernel: string, inputs: Record<string, tf.Tensor>, attrs: object = {}): tf.Tensor[] {
  const results = tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap) as tf.Tensor | tf.Tensor[];
  return Array.isArray(results) ? results : [results];
}

function first<T extends tf.Tensor>(results: tf.Tensor[]): T {
  return results[0] as T;
}

function onnxBackend(): OnnxBackend {
  return tf.backend() as OnnxBackend;
}

function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  return differentiable([x, weight], (...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [value, scale] = fused(FUSED.rmsNorm, { x, weight }, { epsilon }) as [tf.Tensor, tf.Tensor];
    save([x, weight, scale]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [sx, sw, ss] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        const inputs = { dy, x: sx, weight: sw, scale: ss };
        return ["x", "weight"].map((of) => () => first(fused(FUSED.rmsNormGradient, inputs, { of })));
      },
    };
  });
}

function rope(x: tf.Tensor3D, cos: tf.Tensor2D, sin: tf.Tensor2D): tf.Tensor3D {
  return differentiable([x], (...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    save([cos, sin]);
    return {
      value: first(fused(FUSED.rope, { x, cos, sin }, { direction: 1 })),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [c, s] = saved as [tf.Tensor, tf.Tensor];
        return fused(FUSED.rope, { x: dy, cos: c, sin: s }, { direction: -1 });
      },
    };
  });
}

function swiglu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  return differentiable([gate, up], (...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [value, silu] = fused(FUSED.swiglu, { gate, up }) as [tf.Tensor, tf.Tensor];
    save([gate, up, silu]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [g, u, s] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        return fused(FUSED.swigluGradient, { dy, gate: g, up: u, silu: s });
      },
    };
  });
}

function embedding(table: tf.Tensor2D, ids: tf.Tensor1D): tf.Tensor2D {
  return differentiable([table], (...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    save([ids]);
    const shape = table.shape;
    return {
      value: tf.gather(table, ids),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        fused(FUSED.scatterRows, { ids: saved[0] as tf.Tensor, rows: dy }, { shape }),
    };
  });
}

/** A layout's blocks are the same for every layer and both passes. */
const plans = new WeakMap<readonly AttentionBlock[], AttentionPlan>();

function attention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, blocks: readonly AttentionBlock[]): tf.Tensor3D {
  const plan = plans.get(blocks) ?? planAttention(blocks, q.shape[0], k.shape[0], q.shape[1] / k.shape[1]);
  plans.set(blocks, plan);
  return differentiable([q, k, v], (...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [value, ...weights] = fused(ATTENTION.forward, { q, k, v }, { plan }) as [tf.Tensor, ...tf.Tensor[]];
    save([q, k, v, value, ...weights]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [sq, sk, sv, out, ...sw] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, ...tf.Tensor[]];
        const named = Object.fromEntries(sw.map((one, index) => [`weights${index}`, one]));
        return fused(ATTENTION.backward, { dy, q: sq, k: sk, v: sv, value: out, ...named }, { plan });
      },
    };
  });
}

function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor1D, weights: tf.Tensor1D): tf.Tensor {
  return differentiable([logits], (...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [value, logProbabilities] = fused(FUSED.crossEntropy, { logits, targets, weights }) as [tf.Tensor, tf.Tensor];
    save([logProbabilities, targets, weights]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [sl, st, sw] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        return fused(FUSED.crossEntropyGradient, { dy, logProbabilities: sl, targets: st, weights: sw });
      },
    };
  });
}

function adamw(
  parameter: tf.Variable,
  gradient: tf.Tensor,
  mean: tf.Variable,
  variance: tf.Variable,
  settings: AdamwSettings,
): void {
  const backend = onnxBackend();
  const read = (tensor: tf.Tensor) => backend.materialise(tensor) as Float32Array;
  const arrays = { parameter: read(parameter), gradient: read(gradient), mean: read(mean), variance: read(variance) };
  if ([parameter, mean, variance].every((tensor) => backend.ownsMemory(tensor)))
    runAdamw(backend.runtime, backend.sessions, arrays, settings);
  else referenceOps.adamw(parameter, gradient, mean, variance, settings);
}

function accumulate(sum: tf.Tensor, term: tf.Tensor): tf.Tensor {
  const backend = onnxBackend();
  if (!backend.ownsMemory(sum)) return referenceOps.accumulate(sum, term);
  const result = backend.addInPlace(sum, term);
  const tensor = tf.engine().makeTensorFromTensorInfo(result);
  tf.dispose([sum, term]);
  return tensor;
}

function writeRows(buffer: tf.Tensor3D, at: tf.Tensor1D, rows: tf.Tensor3D): tf.Tensor3D {
  const backend = onnxBackend();
  if (!backend.ownsMemory(buffer)) return referenceOps.writeRows(buffer, at, rows);
  const result = backend.writeRowsInPlace(buffer, at, rows);
  const tensor = tf.engine().makeTensorFromTensorInfo(result) as tf.Tensor3D;
  buffer.dispose();
  return tensor;
}

export const onnxOps: Partial<Ops> = {
  rmsNorm,
  rope,
  swiglu,
  embedding,
  attention,
  crossEntropy,
  adamw,
  accumulate,
  writeRows,
};
