/** The decoder layer as one operation, and its attention and rotation alone for what is composed (generation with a cache, LoRA). */
import type * as tf from "@tensorflow/tfjs-core";
import type { AttentionBlock, LayerLayout, LayerShape, LayerWeights } from "../../ops";
import { isRecording, needsGradient } from "../../ops/constants";
import { composeDecoderLayer } from "../../ops/decoder-layer";
import { differentiable } from "../../ops/differentiable";
import { LAYER, LAYER_WEIGHTS, type LayerAttributes, type LayerWeightName, stateName } from "./kernels/layer";
import { first, fused } from "./run-fused";

const flattened = new WeakMap<readonly AttentionBlock[], number[]>();

/** Blocks as the addon reads them. All layers of a model ask for the same ones. */
function flatBlocks(blocks: readonly AttentionBlock[]): number[] {
  let flat = flattened.get(blocks);
  if (flat === undefined) {
    flat = blocks.flatMap(({ queryStart, queryCount, keys }) => [
      ...[queryStart, queryCount, keys.length],
      ...keys.flatMap(({ start, count }) => [start, count]),
    ]);
    flattened.set(blocks, flat);
  }
  return flat;
}

export function rope(x: tf.Tensor3D, cos: tf.Tensor2D, sin: tf.Tensor2D): tf.Tensor3D {
  return differentiable([x], (...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    save([cos, sin]);
    return {
      value: first(fused(LAYER.rope, { x, cos, sin }, { direction: 1 })),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [c, s] = saved as [tf.Tensor, tf.Tensor];
        return fused(LAYER.rope, { x: dy, cos: c, sin: s }, { direction: -1 });
      },
    };
  });
}

export function attention(
  q: tf.Tensor3D,
  k: tf.Tensor3D,
  v: tf.Tensor3D,
  blocks: readonly AttentionBlock[],
): tf.Tensor3D {
  const attrs = { blocks: flatBlocks(blocks) };
  return differentiable([q, k, v], (...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [value, logSums] = fused(LAYER.attention, { q, k, v }, attrs) as [tf.Tensor, tf.Tensor];
    save([q, k, v, value, logSums]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [sq, sk, sv, sValue, sSums] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
        return fused(LAYER.attentionGradient, { dy, q: sq, k: sk, v: sv, value: sValue, logSums: sSums }, attrs);
      },
    };
  });
}

export function decoderLayer(
  x: tf.Tensor2D,
  weights: LayerWeights,
  layout: LayerLayout,
  kept: tf.Tensor1D | null,
  shape: LayerShape,
): tf.Tensor2D {
  if (weights.adapters) return composeDecoderLayer(x, weights, layout, kept, shape);
  const present = LAYER_WEIGHTS.flatMap((name) => {
    const weight = weights[name];
    return weight === null ? [] : [[name, weight] as [LayerWeightName, tf.Tensor]];
  });
  const inputs = [x, ...present.map(([, weight]) => weight)];
  const attrs: LayerAttributes = {
    blocks: flatBlocks(layout.blocks),
    heads: [shape.headCount, shape.keyValueHeadCount, shape.headDim],
    epsilon: shape.rmsNormEpsilon,
  };
  const named: Record<string, tf.Tensor> = { x, ...Object.fromEntries(present), cos: layout.cos, sin: layout.sin };
  if (kept) named.kept = kept;
  const names = Object.keys(named);
  return differentiable(inputs, (...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const keepState = isRecording() && inputs.some(needsGradient);
    const [value, ...state] = fused(LAYER.decoderLayer, named, { ...attrs, keepState }) as [tf.Tensor, ...tf.Tensor[]];
    save([...Object.values(named), ...state]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[], wanted: readonly boolean[]) => {
        const kernelInputs: Record<string, tf.Tensor> = { dy };
        saved.forEach((tensor, index) => {
          kernelInputs[names[index] ?? stateName(index - names.length)] = tensor;
        });
        const asked = new Set(present.filter((_, index) => wanted[index + 1]).map(([name]) => name));
        const flags = [wanted[0] ? 1 : 0, ...LAYER_WEIGHTS.map((name) => (asked.has(name) ? 1 : 0))];
        const found = fused(LAYER.decoderLayerGradient, kernelInputs, { ...attrs, wanted: flags });
        let next = 0;
        return inputs.map((_, index) => (wanted[index] ? (found[next++] as tf.Tensor) : dy));
      },
    };
  });
}
