/**
 * The model's operations (`trainer/ops`) and their gradients, one kernel each: fewer passes over memory than tfjs kernels make,
 * and temporaries that are reused in place. The formulas are those of `trainer/ops/reference.ts`.
 */
import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { Handle } from "../addon";
import { TORCH_DTYPE } from "../dtypes";
import { defineKernel, type KernelScope } from "./scope";

export const FUSED = {
  linear: "PairwrightLinear",
  linearGradient: "PairwrightLinearGradient",
  project: "PairwrightProject",
  projectGradient: "PairwrightProjectGradient",
  rmsNorm: "PairwrightRmsNorm",
  rmsNormGradient: "PairwrightRmsNormGradient",
  swiglu: "PairwrightSwiglu",
  swigluGradient: "PairwrightSwigluGradient",
  crossEntropy: "PairwrightCrossEntropy",
  crossEntropyGradient: "PairwrightCrossEntropyGradient",
} as const;

function floats(scope: KernelScope, ...handles: Handle[]): TensorInfo[] {
  return handles.map((handle) => scope.output(handle, "float32"));
}

function defineLinear(): void {
  defineKernel(FUSED.linear, (inputs, _attrs, scope) => {
    const bias = inputs.find("bias");
    const [x, weight] = [scope.handle(inputs.get("x")), scope.handle(inputs.get("weight"))];
    return scope.output(scope.run("pairwright::project", x, weight, bias && scope.handle(bias)), "float32");
  });
  // -> of x, weight and bias those that `wanted` names
  defineKernel(FUSED.linearGradient, (inputs, attrs, scope) => {
    const handles = ["dy", "x", "weight"].map((name) => scope.handle(inputs.get(name)));
    return floats(scope, ...scope.runMany("pairwright::project_backward", ...handles, attrs.wanted as number[]));
  });
}

function defineProject(): void {
  defineKernel(FUSED.project, (inputs, _attrs, scope) => {
    const bias = inputs.find("bias");
    const weight = scope.backend.computeHandle(inputs.get("weight"));
    const added = bias && scope.backend.computeHandle(bias);
    return scope.output(scope.run("pairwright::project", scope.handle(inputs.get("x")), weight, added), "float32");
  });
  // -> of x, weight and bias those that `wanted` names
  defineKernel(FUSED.projectGradient, (inputs, attrs, scope) => {
    const [dy, x] = [scope.handle(inputs.get("dy")), scope.handle(inputs.get("x"))];
    const weight = scope.backend.computeHandle(inputs.get("weight"));
    return floats(scope, ...scope.runMany("pairwright::project_backward", dy, x, weight, attrs.wanted as number[]));
  });
}

function defineRmsNorm(): void {
  // -> result, and each row's scale
  defineKernel(FUSED.rmsNorm, (inputs, attrs, scope) => {
    const [x, weight] = [scope.handle(inputs.get("x")), scope.handle(inputs.get("weight"))];
    return floats(scope, ...scope.runMany("pairwright::rms_norm", x, weight, attrs.epsilon as number));
  });
  defineKernel(FUSED.rmsNormGradient, (inputs, _attrs, scope) => {
    const handles = ["dy", "x", "weight", "scale"].map((name) => scope.handle(inputs.get(name)));
    return floats(scope, ...scope.runMany("pairwright::rms_norm_backward", ...handles));
  });
}

function defineSwiglu(): void {
  defineKernel(FUSED.swiglu, (inputs, _attrs, scope) => {
    const [gate, up] = [scope.handle(inputs.get("gate")), scope.handle(inputs.get("up"))];
    return scope.output(scope.run("pairwright::swiglu", gate, up), "float32");
  });
  defineKernel(FUSED.swigluGradient, (inputs, _attrs, scope) => {
    const handles = ["dy", "gate", "up"].map((name) => scope.handle(inputs.get(name)));
    return floats(scope, ...scope.runMany("pairwright::swiglu_backward", ...handles));
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
  defineProject();
  defineRmsNorm();
  defineSwiglu();
  defineCrossEntropy();
}
