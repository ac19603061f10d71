/** libtorch's own versions of the model's operations: fused kernels, and updates that write where the values lie. */
import * as tf from "@tensorflow/tfjs-core";
import type { AdamwSettings, Ops } from "../../ops";
import { differentiable } from "../../ops/differentiable";
import { referenceOps } from "../../ops/reference";
import type { Handle } from "./addon";
import type { LibtorchBackend } from "./backend";
import { TORCH_DTYPE } from "./dtypes";
import { FUSED } from "./kernels/fused";
import { KernelScope } from "./kernels/scope";
import { attention, decoderLayer, rope } from "./layer-ops";
import { first, fused } from "./run-fused";

type Linear = Ops["linear"];

/** x weight^T + bias by two kernels: the result, and those gradients that are wanted. */
function linearBy(kernel: string, gradientKernel: string): Linear {
  return (x, weight, bias = null) =>
    differentiable([x, weight, ...(bias ? [bias] : [])], (...args) => {
      const save = args.at(-1) as tf.GradSaveFunc;
      save([x, weight]);
      return {
        value: first(fused(kernel, { x, weight, ...(bias ? { bias } : {}) })),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[], wanted: readonly boolean[]) => {
          const [sx, sw] = saved as [tf.Tensor, tf.Tensor];
          const flags = [0, 1, 2].map((index) => (wanted[index] ? 1 : 0));
          const found = fused(gradientKernel, { dy, x: sx, weight: sw }, { wanted: flags });
          let next = 0;
          return wanted.map((asked) => (asked ? (found[next++] as tf.Tensor) : dy));
        },
      };
    });
}

/** The heads': always in float32. */
const linear = linearBy(FUSED.linear, FUSED.linearGradient);
/** A layer's matrices: in the precision of the computation. */
const project = linearBy(FUSED.project, FUSED.projectGradient);

function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  return differentiable([x, weight], (...args) => {
    const [xs, ws, save] = args as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const [value, scale] = fused(FUSED.rmsNorm, { x: xs, weight: ws }, { epsilon }) as [tf.Tensor, tf.Tensor];
    save([xs, ws, scale]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [sx, sw, ss] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        return fused(FUSED.rmsNormGradient, { dy, x: sx, weight: sw, scale: ss });
      },
    };
  });
}

function swiglu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  return differentiable([gate, up], (...args) => {
    const [gs, us, save] = args as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([gs, us]);
    return {
      value: first(fused(FUSED.swiglu, { gate: gs, up: us })),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [g, u] = saved as [tf.Tensor, tf.Tensor];
        return fused(FUSED.swigluGradient, { dy, gate: g, up: u });
      },
    };
  });
}

function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor1D, weights: tf.Tensor1D): tf.Tensor {
  return differentiable([logits], (...args) => {
    const [ls, save] = args as [tf.Tensor, tf.GradSaveFunc];
    const results = fused(FUSED.crossEntropy, { logits: ls, targets, weights });
    const [value, logProbabilities] = results as [tf.Tensor, tf.Tensor];
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

function libtorchBackend(): LibtorchBackend {
  return tf.backend() as LibtorchBackend;
}

/** Whether the tensor's memory is its own, dense and in order, so that an operator may write straight into it. */
function isWritable(tensor: tf.Tensor, handle: Handle): boolean {
  const backend = libtorchBackend();
  if (backend.refCount(tensor.dataId) !== 1) return false;
  let expected = 1;
  for (let axis = tensor.shape.length - 1; axis >= 0; axis -= 1) {
    const size = tensor.shape[axis] as number;
    if (size !== 1 && backend.torch.call("stride.int", handle, axis) !== expected) return false;
    expected *= size;
  }
  return true;
}

function adamw(
  parameter: tf.Variable,
  gradient: tf.Tensor,
  mean: tf.Variable,
  variance: tf.Variable,
  settings: AdamwSettings,
): void {
  const backend = libtorchBackend();
  const handles = [parameter, gradient, mean, variance].map((tensor) => backend.handle(tensor));
  const tensors = [parameter, gradient, mean, variance];
  if (!tensors.every((tensor, index) => isWritable(tensor, handles[index] as Handle))) {
    referenceOps.adamw(parameter, gradient, mean, variance, settings);
    return;
  }
  const scope = new KernelScope(backend);
  try {
    const { learningRate, beta1, beta2, weightDecay, epsilon, gradientScale } = settings;
    const step = scope.values(Float32Array.of(settings.step), []);
    // torch divides by it, and stores the scaled gradient.
    const divisor = gradientScale === 1 ? null : scope.values(Float32Array.of(1 / gradientScale), []);
    const [parameters, gradients, means, variances] = handles.map((handle) => [handle]) as [
      Handle[],
      Handle[],
      Handle[],
      Handle[],
    ];
    backend.torch.call(
      "_fused_adamw_",
      ...[parameters, gradients, means, variances, [], [step]],
      ...[learningRate, beta1, beta2, weightDecay, epsilon],
      ...[false, false, divisor, null],
    );
    backend.changed(parameter);
  } finally {
    scope.close();
  }
}

function accumulate(sum: tf.Tensor, term: tf.Tensor): tf.Tensor {
  const backend = libtorchBackend();
  const handle = backend.handle(sum);
  if (!isWritable(sum, handle)) return referenceOps.accumulate(sum, term);
  backend.torch.call("add_.Tensor", handle, backend.handle(term));
  term.dispose();
  return sum;
}

/** In the buffer's memory. A buffer that another tensor shows is copied first. */
function writeRows(buffer: tf.Tensor3D, at: tf.Tensor1D, rows: tf.Tensor3D): tf.Tensor3D {
  const backend = libtorchBackend();
  const handle = backend.handle(buffer);
  if (!isWritable(buffer, handle)) return referenceOps.writeRows(buffer, at, rows);
  const scope = new KernelScope(backend);
  try {
    const places = scope.run("to.dtype", backend.handle(at), TORCH_DTYPE.int64);
    backend.torch.call("index_copy_", handle, 0, places, backend.handle(rows));
  } finally {
    scope.close();
  }
  return buffer;
}

export const libtorchOps: Partial<Ops> = {
  linear,
  project,
  rmsNorm,
  rope,
  swiglu,
  attention,
  decoderLayer,
  crossEntropy,
  adamw,
  accumulate,
  writeRows,
};
