/** The decoder layer, attention and rotation as kernels over the addon's own operators (`native/operators.cc`). */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Handle } from "../addon";
import { TORCH_DTYPE } from "../dtypes";
import { defineKernel, type KernelInputs, type KernelScope } from "./scope";

export const LAYER = {
  rope: "PairwrightRope",
  attention: "PairwrightAttention",
  attentionGradient: "PairwrightAttentionGradient",
  decoderLayer: "PairwrightDecoderLayer",
  decoderLayerGradient: "PairwrightDecoderLayerGradient",
} as const;

/** A layer's weights in the order in which the addon takes them. Norm weights stay float32 in any precision. */
export const LAYER_WEIGHTS = [
  ...(["inputNorm", "q", "k", "v", "o", "qBias", "kBias", "vBias", "oBias"] as const),
  ...(["qNorm", "kNorm", "postNorm", "gate", "up", "down"] as const),
] as const;
export type LayerWeightName = (typeof LAYER_WEIGHTS)[number];
const NORMS: readonly LayerWeightName[] = ["inputNorm", "qNorm", "kNorm", "postNorm"];

/** What a layer's kernels need besides tensors. */
export interface LayerAttributes {
  /** Blocks as the addon reads them: [queryStart, queryCount, ranges, start, count, ...] one after another. */
  blocks: readonly number[];
  /** [query heads, key heads, width] */
  heads: readonly [number, number, number];
  epsilon: number;
}

/** Names under which the kernel finds what the forward pass kept. */
export function stateName(index: number): string {
  return `state${index}`;
}

/** A float32 tensor as attention should compute with it: a GPU has its fast form for bfloat16 alone, the CPU's is float32 anyway. */
function forAttention(scope: KernelScope, tensor: TensorInfo): Handle {
  const handle = scope.handle(tensor);
  if (scope.backend.precision === "float32" || scope.device === "cpu") return handle;
  return scope.run("to.dtype", handle, TORCH_DTYPE.bfloat16);
}

function defineAttention(): void {
  defineKernel(LAYER.rope, (inputs, attrs, scope) => {
    const [x, cos, sin] = ["x", "cos", "sin"].map((name) => scope.handle(inputs.get(name))) as [Handle, Handle, Handle];
    return scope.output(scope.run("pairwright::rope", x, cos, sin, attrs.direction as number), "float32");
  });
  // -> result, and per row the log of the softmax's sum
  defineKernel(LAYER.attention, (inputs, attrs, scope) => {
    const handles = ["q", "k", "v"].map((name) => forAttention(scope, inputs.get(name)));
    const { blocks } = attrs as unknown as LayerAttributes;
    return scope.runMany("pairwright::attention", ...handles, blocks).map((handle) => scope.output(handle, "float32"));
  });
  defineKernel(LAYER.attentionGradient, (inputs, attrs, scope) => {
    const handles = ["dy", "q", "k", "v", "value"].map((name) => forAttention(scope, inputs.get(name)));
    handles.push(scope.handle(inputs.get("logSums")));
    const { blocks } = attrs as unknown as LayerAttributes;
    return scope
      .runMany("pairwright::attention_backward", ...handles, blocks)
      .map((handle) => scope.output(handle, "float32"));
  });
}

/** The weights' handles: matrices and biases in the precision to compute in, null for those that the model lacks. */
function weightHandles(inputs: KernelInputs, scope: KernelScope): (Handle | null)[] {
  return LAYER_WEIGHTS.map((name) => {
    const weight = inputs.find(name);
    if (weight === null) return null;
    return NORMS.includes(name) ? scope.handle(weight) : scope.backend.computeHandle(weight);
  });
}

function commonArguments(inputs: KernelInputs, attrs: LayerAttributes, scope: KernelScope) {
  const kept = inputs.find("kept");
  const x = scope.handle(inputs.get("x"));
  const [cos, sin] = [scope.handle(inputs.get("cos")), scope.handle(inputs.get("sin"))];
  const rows = kept === null ? null : scope.handle(kept);
  return [x, weightHandles(inputs, scope), cos, sin, attrs.blocks, rows, attrs.heads, attrs.epsilon] as const;
}

function defineDecoderLayer(): void {
  // -> the layer's output, then what its gradient needs, in the precision of the computation
  defineKernel(LAYER.decoderLayer, (inputs, attrs, scope) => {
    const keepState = attrs.keepState as boolean;
    const common = commonArguments(inputs, attrs as unknown as LayerAttributes, scope);
    const handles = scope.runMany("pairwright::decoder_layer", ...common, keepState);
    return handles.map((handle) => scope.outputAsIs(handle));
  });
  // -> the gradients that `wanted` asks for: x's first, then the weights' in their order
  defineKernel(LAYER.decoderLayerGradient, (inputs, attrs, scope) => {
    const state: Handle[] = [];
    for (let next = inputs.find(stateName(0)); next !== null; next = inputs.find(stateName(state.length)))
      state.push(scope.backend.anyHandle(next));
    const common = commonArguments(inputs, attrs as unknown as LayerAttributes, scope);
    const dy = scope.handle(inputs.get("dy"));
    const wanted = attrs.wanted as unknown as number[];
    const handles = scope.runMany("pairwright::decoder_layer_backward", dy, ...common, state, wanted);
    return handles.map((handle): TensorInfo => scope.output(handle, "float32"));
  });
}

export function defineLayerKernels(): void {
  defineAttention();
  defineDecoderLayer();
}
