/** Reference implementations of `Ops` in plain tfjs. Gradients are written out: fewer kernels and less memory than the tape's. */
import * as tf from "@tensorflow/tfjs-core";
import { attention } from "./attention";
import { needsGradient } from "./constants";
import { differentiable } from "./differentiable";
import type { AdamwSettings, Ops } from "./index";

function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D | null = null): tf.Tensor2D {
  return differentiable(bias ? [x, weight, bias] : [x, weight], (...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const product = tf.matMul(x, weight, false, true);
    // x is needed only for the weight's gradient: with frozen weights the activation can go.
    save(needsGradient(weight) ? [weight, x] : [weight]);
    return {
      value: bias ? tf.add(product, bias) : product,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [sw, sx] = saved as [tf.Tensor2D, tf.Tensor2D];
        return [
          () => tf.matMul(dy as tf.Tensor2D, sw),
          () => tf.matMul(dy as tf.Tensor2D, sx, true),
          ...(bias ? [() => tf.sum(dy, 0)] : []),
        ];
      },
    };
  });
}

function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  return differentiable([x, weight], (...args) => {
    const [xs, ws, save] = args as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(xs), -1, true), epsilon));
    save([xs, ws, scale]);
    return {
      value: tf.mul(tf.mul(xs, scale), ws),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [sx, sw, ss] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        const normal = tf.mul(sx, ss);
        return [
          () => {
            const scaled = tf.mul(dy, sw);
            const along = tf.mean(tf.mul(scaled, normal), -1, true);
            return tf.mul(ss, tf.sub(scaled, tf.mul(normal, along)));
          },
          () => tf.sum(tf.mul(dy, normal), 0),
        ];
      },
    };
  });
}

/** (a, b) -> (-b, a) on the two halves of the last axis. */
function rotateHalf(x: tf.Tensor3D): tf.Tensor3D {
  const half = x.shape[2] / 2;
  const first = tf.slice(x, [0, 0, 0], [-1, -1, half]);
  const second = tf.slice(x, [0, 0, half], [-1, -1, half]);
  return tf.concat([tf.neg(second), first], 2);
}

function rope(x: tf.Tensor3D, cos: tf.Tensor2D, sin: tf.Tensor2D): tf.Tensor3D {
  return differentiable([x], (...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [c, s] = [tf.expandDims(cos, 1), tf.expandDims(sin, 1)];
    save([c, s]);
    return {
      value: tf.add(tf.mul(x, c), tf.mul(rotateHalf(x), s)),
      // rotateHalf is a quarter turn, so its transpose is its negative; sin is equal on both halves.
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [sc, ss] = saved as [tf.Tensor3D, tf.Tensor3D];
        return [tf.sub(tf.mul(dy, sc), rotateHalf(tf.mul(dy, ss) as tf.Tensor3D))];
      },
    };
  });
}

function swiglu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  return differentiable([gate, up], (...args) => {
    const [gs, us, save] = args as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const gateOpen = tf.sigmoid(gs);
    save([gs, us, gateOpen]);
    return {
      value: tf.mul(tf.mul(gs, gateOpen), us),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [g, u, s] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        const silu = tf.mul(g, s);
        // d silu / d g = s + silu * (1 - s)
        const slope = tf.add(s, tf.sub(silu, tf.mul(silu, s)));
        return [tf.mul(tf.mul(dy, u), slope), tf.mul(dy, silu)];
      },
    };
  });
}

function logSigmoid<T extends tf.Tensor>(x: T): T {
  return differentiable([x], (...args) => {
    const [xs, save] = args as [tf.Tensor, tf.GradSaveFunc];
    save([xs]);
    return {
      // min(x, 0) - log(1 + exp(-|x|)): exact on both tails, where softplus kernels switch to an approximation.
      value: tf.sub(tf.minimum(xs, 0), tf.log(tf.add(tf.exp(tf.neg(tf.abs(xs))), 1))),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [tf.mul(dy, tf.sigmoid(tf.neg(saved[0] as tf.Tensor)))],
    };
  });
}

function embedding(table: tf.Tensor2D, ids: tf.Tensor1D): tf.Tensor2D {
  return differentiable([table], (...args) => {
    const [rows, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    save([ids]);
    const shape = rows.shape;
    return {
      value: tf.gather(rows, ids),
      // scatterND adds up repeated rows in one kernel; tfjs's own gradient loops over every id in JavaScript.
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const rowIds = saved[0] as tf.Tensor1D;
        return [tf.scatterND(tf.reshape(rowIds, [rowIds.size, 1]), dy, shape)];
      },
    };
  });
}

function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor1D, weights: tf.Tensor1D): tf.Tensor {
  return differentiable([logits], (...args) => {
    const [ls, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    const shifted = tf.sub(ls, tf.max(ls, -1, true));
    // The wasm kernel writes integers whatever type it is asked for, so the cast is a step of its own.
    const oneHot = tf.cast(tf.oneHot(targets, ls.shape[1], 1, 0, "int32"), "float32");
    const total = tf.log(tf.sum(tf.exp(shifted), -1));
    save([tf.softmax(ls), oneHot, weights]);
    return {
      value: tf.sum(tf.mul(weights, tf.sub(total, tf.sum(tf.mul(shifted, oneHot), -1)))),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [p, hot, w] = saved as [tf.Tensor, tf.Tensor, tf.Tensor1D];
        return [tf.mul(tf.mul(dy, tf.sub(p, hot)), tf.expandDims(w, 1))];
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
  const { learningRate, beta1, beta2, epsilon, weightDecay, step, gradientScale } = settings;
  tf.tidy(() => {
    const g = gradientScale === 1 ? gradient : tf.mul(gradient, gradientScale);
    mean.assign(tf.add(mean, tf.mul(tf.sub(g, mean), 1 - beta1)));
    variance.assign(tf.add(tf.mul(variance, beta2), tf.mul(tf.square(g), 1 - beta2)));
    const stepSize = learningRate / (1 - beta1 ** step);
    const denominator = tf.add(tf.div(tf.sqrt(variance), Math.sqrt(1 - beta2 ** step)), epsilon);
    const decayed = weightDecay === 0 ? parameter : tf.mul(parameter, 1 - learningRate * weightDecay);
    parameter.assign(tf.sub(decayed, tf.mul(tf.div(mean, denominator), stepSize)));
  });
}

function accumulate(sum: tf.Tensor, term: tf.Tensor): tf.Tensor {
  const result = tf.add(sum, term);
  tf.dispose([sum, term]);
  return result;
}

function writeRows(buffer: tf.Tensor3D, at: tf.Tensor1D, rows: tf.Tensor3D): tf.Tensor3D {
  const result = tf.tidy(() => tf.tensorScatterUpdate(buffer, tf.reshape(at, [at.size, 1]), rows));
  buffer.dispose();
  return result as tf.Tensor3D;
}

export const referenceOps: Omit<Ops, "decoderLayer"> = {
  linear,
  project: linear,
  rmsNorm,
  rope,
  swiglu,
  logSigmoid,
  embedding,
  attention,
  crossEntropy,
  adamw,
  accumulate,
  writeRows,
};
