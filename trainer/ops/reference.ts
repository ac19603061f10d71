/** Reference implementations of `Ops` in plain tfjs. Gradients are written out: fewer kernels and less memory than the tape's. */
import * as tf from "@tensorflow/tfjs-core";
import type { AdamwSettings, Ops } from "./index";

type Custom = Parameters<typeof tf.customGrad>[0];

/**
 * `tf.customGrad` with the tensor types the callers know. tfjs calls `gradFunc` outside any tidy, so without one here every
 * intermediate of every layer's backward pass would live until the whole gradient is done. The incoming gradient is freed too:
 * tfjs asks each operation of its tape once, and would keep all of them to the end.
 */
export function differentiable<T extends tf.Tensor>(inputs: tf.Tensor[], run: Custom): T {
  const tidied: Custom = (...args) => {
    const { value, gradFunc } = run(...args);
    const freeing: typeof gradFunc = (dy, saved) => {
      const gradients = tf.tidy(() => gradFunc(dy, saved));
      tf.dispose(dy);
      return gradients;
    };
    return { value, gradFunc: freeing };
  };
  return tf.customGrad(tidied)(...inputs) as T;
}

function linear(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  return differentiable([x, weight], (...args) => {
    const [xs, ws, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    save([xs, ws]);
    return {
      value: tf.matMul(xs, ws, false, true),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [sx, sw] = saved as [tf.Tensor2D, tf.Tensor2D];
        return [tf.matMul(dy as tf.Tensor2D, sw), tf.matMul(dy as tf.Tensor2D, sx, true)];
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
        const scaled = tf.mul(dy, sw);
        const along = tf.mean(tf.mul(scaled, normal), -1, true);
        return [tf.mul(ss, tf.sub(scaled, tf.mul(normal, along))), tf.sum(tf.mul(dy, normal), 0)];
      },
    };
  });
}

/** (a, b) -> (-b, a) on the two halves of the last axis. */
function rotateHalf(x: tf.Tensor4D): tf.Tensor4D {
  const half = x.shape[3] / 2;
  const first = tf.slice(x, [0, 0, 0, 0], [-1, -1, -1, half]);
  const second = tf.slice(x, [0, 0, 0, half], [-1, -1, -1, half]);
  return tf.concat([tf.neg(second), first], 3);
}

function rope(x: tf.Tensor4D, cos: tf.Tensor4D, sin: tf.Tensor4D): tf.Tensor4D {
  return differentiable([x], (...args) => {
    const [xs, save] = args as [tf.Tensor4D, tf.GradSaveFunc];
    save([cos, sin]);
    return {
      value: tf.add(tf.mul(xs, cos), tf.mul(rotateHalf(xs), sin)),
      // rotateHalf is a quarter turn, so its transpose is its negative; sin is equal on both halves.
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [c, s] = saved as [tf.Tensor4D, tf.Tensor4D];
        return [tf.sub(tf.mul(dy, c), rotateHalf(tf.mul(dy, s) as tf.Tensor4D))];
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

/** Folds each group of query heads into rows of its key/value head, so that keys are never repeated. */
function attention(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, mask: tf.Tensor4D): tf.Tensor4D {
  const [batch, heads, queries, width] = q.shape;
  const [, groups, keys] = k.shape;
  const perGroup = heads / groups;
  const rows: [number, number, number] = [batch * groups, perGroup * queries, width];
  const keyShape: [number, number, number] = [batch * groups, keys, width];
  const scale = 1 / Math.sqrt(width);
  return differentiable([q, k, v], (...args) => {
    const [qs, ks, vs, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const [q3, k3, v3] = [tf.reshape(qs, rows), tf.reshape(ks, keyShape), tf.reshape(vs, keyShape)];
    const logits = tf.reshape(tf.mul(tf.matMul(q3, k3, false, true), scale), [batch, heads, queries, keys]);
    const weights = tf.reshape(tf.softmax(tf.add(logits, mask)), [batch * groups, perGroup * queries, keys]);
    save([q3, k3, v3, weights]);
    return {
      value: tf.reshape(tf.matMul(weights, v3), [batch, heads, queries, width]),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [sq, sk, sv, sw] = saved as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
        const dy3 = tf.reshape(dy, rows);
        const along = tf.mul(tf.matMul(dy3, sv, false, true), sw);
        const dLogits = tf.mul(tf.sub(along, tf.mul(sw, tf.sum(along, -1, true))), scale) as tf.Tensor3D;
        return [
          tf.reshape(tf.matMul(dLogits, sk), [batch, heads, queries, width]),
          tf.reshape(tf.matMul(dLogits, sq, true, false), [batch, groups, keys, width]),
          tf.reshape(tf.matMul(sw, dy3, true, false), [batch, groups, keys, width]),
        ];
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

export const referenceOps: Ops = {
  linear,
  rmsNorm,
  rope,
  swiglu,
  logSigmoid,
  embedding,
  attention,
  crossEntropy,
  adamw,
  accumulate,
};
