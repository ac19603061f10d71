/**
 * The model's operations (`trainer/ops`) and their gradients, one kernel each: fewer passes over memory than tfjs kernels make,
 * and temporaries that are reused in place. The formulas are those of `trainer/ops/reference.ts`.
 */
import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { Handle } from "../addon";
import { TORCH_DTYPE } from "../dtypes";
import { defineKernel, type KernelScope } from "./scope";

export const FUSED = {
  linearGradient: "PairwrightLinearGradient",
  rmsNorm: "PairwrightRmsNorm",
  rmsNormGradient: "PairwrightRmsNormGradient",
  rope: "PairwrightRope",
  swiglu: "PairwrightSwiglu",
  swigluGradient: "PairwrightSwigluGradient",
  attention: "PairwrightAttention",
  attentionGradient: "PairwrightAttentionGradient",
  crossEntropy: "PairwrightCrossEntropy",
  crossEntropyGradient: "PairwrightCrossEntropyGradient",
} as const;

function floats(scope: KernelScope, ...handles: Handle[]): TensorInfo[] {
  return handles.map((handle) => scope.output(handle, "float32"));
}

function defineLinear(): void {
  // y = x weight^T
  defineKernel(FUSED.linearGradient, (inputs, _attrs, scope) => {
    const [dy, x, weight] = [inputs.get("dy"), inputs.get("x"), inputs.get("weight")].map((t) => scope.handle(t)) as [
      Handle,
      Handle,
      Handle,
    ];
    return floats(scope, scope.run("mm", dy, weight), scope.run("mm", scope.run("t", dy), x));
  });
}

function defineRmsNorm(): void {
  defineKernel(FUSED.rmsNorm, (inputs, attrs, scope) => {
    const [x, weight] = [scope.handle(inputs.get("x")), scope.handle(inputs.get("weight"))];
    const scale = scope.run("mean.dim", scope.run("mul.Tensor", x, x), [-1], true);
    scope.runInPlace("add_.Scalar", scale, attrs.epsilon as number);
    scope.runInPlace("rsqrt_", scale);
    const y = scope.run("mul.Tensor", x, scale);
    scope.runInPlace("mul_.Tensor", y, weight);
    return floats(scope, y, scale);
  });
  defineKernel(FUSED.rmsNormGradient, (inputs, _attrs, scope) => {
    const [dy, x, weight, scale] = ["dy", "x", "weight", "scale"].map((name) => scope.handle(inputs.get(name))) as [
      Handle,
      Handle,
      Handle,
      Handle,
    ];
    const width = inputs.get("weight").shape[0] as number;
    const normal = scope.run("mul.Tensor", x, scale);
    const product = scope.run("mul.Tensor", dy, normal);
    const along = scope.run("unsqueeze", scope.run("mv", product, weight), -1);
    scope.runInPlace("div_.Scalar", along, width);
    const dx = scope.run("mul.Tensor", dy, weight);
    scope.runInPlace("addcmul_", dx, normal, along, -1);
    scope.runInPlace("mul_.Tensor", dx, scale);
    return floats(scope, dx, scope.run("sum.dim_IntList", product, [0]));
  });
}

function defineRope(): void {
  // Turns each pair (first half, second half) by its angle; `direction` -1 turns back, which is the gradient.
  defineKernel(FUSED.rope, (inputs, attrs, scope) => {
    const [x, cos, sin] = ["x", "cos", "sin"].map((name) => scope.handle(inputs.get(name))) as [Handle, Handle, Handle];
    const direction = attrs.direction as number;
    const width = inputs.get("x").shape[3] as number;
    const halves = (handle: Handle): [Handle, Handle] => [
      scope.run("slice.Tensor", handle, 3, 0, width / 2, 1),
      scope.run("slice.Tensor", handle, 3, width / 2, width, 1),
    ];
    const turned = scope.run("mul.Tensor", x, cos);
    const [[first, second], [sinFirst, sinSecond]] = [halves(x), halves(sin)];
    const [turnedFirst, turnedSecond] = halves(turned);
    scope.runInPlace("addcmul_", turnedFirst, second, sinFirst, -direction);
    scope.runInPlace("addcmul_", turnedSecond, first, sinSecond, direction);
    return scope.output(turned, "float32");
  });
}

function defineSwiglu(): void {
  defineKernel(FUSED.swiglu, (inputs, _attrs, scope) => {
    const result = scope.run("silu", scope.handle(inputs.get("gate")));
    scope.runInPlace("mul_.Tensor", result, scope.handle(inputs.get("up")));
    return scope.output(result, "float32");
  });
  defineKernel(FUSED.swigluGradient, (inputs, _attrs, scope) => {
    const [dy, gate, up] = ["dy", "gate", "up"].map((name) => scope.handle(inputs.get(name))) as [
      Handle,
      Handle,
      Handle,
    ];
    const dUp = scope.run("silu", gate);
    scope.runInPlace("mul_.Tensor", dUp, dy);
    return floats(scope, scope.run("silu_backward", scope.run("mul.Tensor", dy, up), gate), dUp);
  });
}

/** [B, H, Tq, D] with the query heads of a key/value head folded into rows, [B * Hk, (H / Hk) * Tq, D]; keys as [B * Hk, Tk, D]. */
function foldedShapes(q: number[], k: number[]): { rows: number[]; keyRows: number[]; cells: number[] } {
  const [batch, heads, queries, width] = q as [number, number, number, number];
  const [, groups, keys] = k as [number, number, number, number];
  return {
    rows: [batch * groups, (heads / groups) * queries, width],
    keyRows: [batch * groups, keys, width],
    cells: [batch, heads, queries, keys],
  };
}

function defineAttention(): void {
  // -> result, the softmax [B * Hk, rows, Tk], and the folded queries already divided by sqrt(D)
  defineKernel(FUSED.attention, (inputs, _attrs, scope) => {
    const [q, k, v, mask] = ["q", "k", "v", "mask"].map((name) => inputs.get(name)) as [
      TensorInfo,
      TensorInfo,
      TensorInfo,
      TensorInfo,
    ];
    const { rows, keyRows, cells } = foldedShapes(q.shape, k.shape);
    const scaled = scope.run("mul.Scalar", scope.handle(q), 1 / Math.sqrt(rows[2] as number));
    const queries = scope.run("reshape", scaled, rows);
    const keys = scope.run("reshape", scope.handle(k), keyRows);
    const values = scope.run("reshape", scope.handle(v), keyRows);
    const logits = scope.run("bmm", queries, scope.run("transpose.int", keys, 1, 2));
    scope.runInPlace("add_.Tensor", scope.run("view", logits, cells), scope.handle(mask));
    const weights = scope.run("_softmax", logits, -1, false);
    const result = scope.run("view", scope.run("bmm", weights, values), q.shape);
    return floats(scope, result, weights, queries);
  });
  defineKernel(FUSED.attentionGradient, (inputs, _attrs, scope) => {
    const [k, v] = [inputs.get("k"), inputs.get("v")];
    const [dy, weights, queries] = ["dy", "weights", "queries"].map((name) => scope.handle(inputs.get(name))) as [
      Handle,
      Handle,
      Handle,
    ];
    const shape = inputs.get("dy").shape;
    const { rows, keyRows } = foldedShapes(shape, k.shape);
    const keys = scope.run("reshape", scope.handle(k), keyRows);
    const values = scope.run("reshape", scope.handle(v), keyRows);
    const dyRows = scope.run("reshape", dy, rows);
    const dWeights = scope.run("bmm", dyRows, scope.run("transpose.int", values, 1, 2));
    const dLogits = scope.run("_softmax_backward_data", dWeights, weights, -1, TORCH_DTYPE.float32);
    const dq = scope.run("bmm", dLogits, keys);
    scope.runInPlace("mul_.Scalar", dq, 1 / Math.sqrt(rows[2] as number));
    const dk = scope.run("bmm", scope.run("transpose.int", dLogits, 1, 2), queries);
    const dv = scope.run("bmm", scope.run("transpose.int", weights, 1, 2), dyRows);
    return floats(scope, scope.run("view", dq, shape), scope.run("view", dk, k.shape), scope.run("view", dv, v.shape));
  });
}

function defineCrossEntropy(): void {
  // -> loss, log softmax [N, V]
  defineKernel(FUSED.crossEntropy, (inputs, _attrs, scope) => {
    const logProbabilities = scope.run("_log_softmax", scope.handle(inputs.get("logits")), -1, false);
    const column = scope.run("unsqueeze", scope.handle(inputs.get("targets")), 1);
    const places = scope.run("to.dtype", column, TORCH_DTYPE.int64);
    const picked = scope.run("squeeze.dim", scope.run("gather", logProbabilities, 1, places), 1);
    const loss = scope.run("sum", scope.run("mul.Tensor", picked, scope.handle(inputs.get("weights"))));
    scope.runInPlace("neg_", loss);
    return floats(scope, loss, logProbabilities);
  });
  defineKernel(FUSED.crossEntropyGradient, (inputs, _attrs, scope) => {
    const targets = inputs.get("targets");
    const count = util.sizeFromShape(targets.shape);
    const column = scope.run("unsqueeze", scope.handle(targets), 1);
    const places = scope.run("to.dtype", column, TORCH_DTYPE.int64);
    const gradient = scope.run("exp", scope.handle(inputs.get("logProbabilities")));
    const minusOne = scope.values(new Float32Array(count).fill(-1), [count, 1]);
    scope.runInPlace("scatter_add_", gradient, 1, places, minusOne);
    const factors = scope.run("mul.Tensor", scope.handle(inputs.get("weights")), scope.handle(inputs.get("dy")));
    scope.runInPlace("mul_.Tensor", gradient, scope.run("unsqueeze", factors, 1));
    return scope.output(gradient, "float32");
  });
}

export function defineFusedKernels(): void {
  defineLinear();
  defineRmsNorm();
  defineRope();
  defineSwiglu();
  defineAttention();
  defineCrossEntropy();
}
