/** Kernels of the engine's own operations (`ops.ts`): several nodes each, arranged for onnxruntime's CPU operators. */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { floatConstant, integerList, Value } from "../graph";
import type { Attribute } from "../model";
import { defineKernel, MICROSOFT, type Recorder } from "./define";

export const FUSED = {
  rmsNorm: "OnnxRmsNorm",
  rmsNormGradient: "OnnxRmsNormGradient",
  rope: "OnnxRope",
  swiglu: "OnnxSwiglu",
  swigluGradient: "OnnxSwigluGradient",
  scatterRows: "OnnxScatterRows",
  crossEntropy: "OnnxCrossEntropy",
  crossEntropyGradient: "OnnxCrossEntropyGradient",
} as const;

function multiply(record: Recorder, a: Value, b: Value): Value {
  return record.node("Mul", [a, b], a.shape.length >= b.shape.length ? a.shape : b.shape);
}

function defineNorm(): void {
  /** [N, d] -> the result, and 1 / root mean square of each row [N, 1]. */
  defineKernel(FUSED.rmsNorm, (inputs, attrs, record) => {
    const [x, weight] = [inputs.get("x"), inputs.get("weight")];
    const attributes: Record<string, Attribute> = {
      axis: -1,
      epsilon: { float: attrs.epsilon as number },
      stash_type: 1,
    };
    const [result, scale] = record.nodes(
      "SimplifiedLayerNormalization",
      [record.read(x), record.read(weight)],
      [x.shape, [x.shape[0] as number, 1]],
      { attributes },
    ) as [Value, Value];
    return [record.output(result, "float32"), record.output(scale, "float32")];
  });
  defineKernel(FUSED.rmsNormGradient, (inputs, attrs, record) => {
    const [dy, x, weight, scale] = ["dy", "x", "weight", "scale"].map((name) => record.read(inputs.get(name))) as [
      Value,
      Value,
      Value,
      Value,
    ];
    const normal = multiply(record, x, scale);
    if (attrs.of === "weight") {
      const keep = { attributes: { keepdims: 0 } };
      return record.output(
        record.node("ReduceSum", [multiply(record, dy, normal), integerList([0])], weight.shape, keep),
        "float32",
      );
    }
    const scaled = multiply(record, dy, weight);
    const keep = { attributes: { keepdims: 1 } };
    const along = record.node("ReduceMean", [multiply(record, scaled, normal), integerList([1])], scale.shape, keep);
    const across = record.node("Sub", [scaled, multiply(record, normal, along)], x.shape);
    return record.output(multiply(record, across, scale), "float32");
  });
}

/** Rotates [T, H, D] by the tables [T, D]; `direction` -1 turns back. */
function defineRope(): void {
  defineKernel(FUSED.rope, (inputs, attrs, record) => {
    const x = inputs.get("x");
    const [tokens, heads, width] = x.shape as [number, number, number];
    const half = (name: string) => {
      const bounds = [integerList([0]), integerList([width / 2]), integerList([1])];
      return record.node("Slice", [record.read(inputs.get(name)), ...bounds], [tokens, width / 2]);
    };
    const sin = half("sin");
    const turned = attrs.direction === -1 ? record.node("Neg", [sin], sin.shape) : sin;
    const row = [1, tokens, heads * width];
    const flat = record.node("Reshape", [record.read(x), integerList([1, -1, heads * width])], row);
    // One position means: row t of the tables belongs to token t.
    const rotated = record.node("RotaryEmbedding", [flat, integerList([0]), half("cos"), turned], row, {
      domain: MICROSOFT,
      attributes: { num_heads: heads, interleaved: 0, rotary_embedding_dim: 0 },
    });
    return record.output(record.node("Reshape", [rotated, integerList([-1, heads, width])], x.shape), "float32");
  });
}

function defineSwiglu(): void {
  defineKernel(FUSED.swiglu, (inputs, _attrs, record) => {
    const [gate, up] = [record.read(inputs.get("gate")), record.read(inputs.get("up"))];
    const attributes: Record<string, Attribute> = { alpha: { float: 1 } };
    const silu = record.node("QuickGelu", [gate], gate.shape, { domain: MICROSOFT, attributes });
    return [record.output(multiply(record, silu, up), "float32"), record.output(silu, "float32")];
  });
  defineKernel(FUSED.swigluGradient, (inputs, _attrs, record) => {
    const [dy, gate, up, silu] = ["dy", "gate", "up", "silu"].map((name) => record.read(inputs.get(name))) as [
      Value,
      Value,
      Value,
      Value,
    ];
    // d silu / d gate = open (1 + gate - silu)
    const open = record.node("Sigmoid", [gate], gate.shape);
    const rest = record.node("Add", [record.node("Sub", [gate, silu], gate.shape), floatConstant(1)], gate.shape);
    return [
      record.output(multiply(record, multiply(record, multiply(record, dy, up), open), rest), "float32"),
      record.output(multiply(record, dy, silu), "float32"),
    ];
  });
}

/** The gradient of picking rows of a table: computed when it is known whether the graph or this process needs it. */
function defineScatter(): void {
  defineKernel(FUSED.scatterRows, (inputs, attrs, record) => {
    const shape = attrs.shape as number[];
    const table = new Value("float32", shape);
    table.scattered = { ids: record.read(inputs.get("ids")), rows: record.read(inputs.get("rows")), sum: null };
    return record.output(table, "float32");
  });
}

/** [N] as a column [N, 1]. */
function column(record: Recorder, tensor: TensorInfo): Value {
  return record.node("Unsqueeze", [record.read(tensor), integerList([1])], [tensor.shape[0] as number, 1]);
}

function defineCrossEntropy(): void {
  defineKernel(FUSED.crossEntropy, (inputs, _attrs, record) => {
    const [logits, targets, weights] = [inputs.get("logits"), inputs.get("targets"), inputs.get("weights")];
    const rows = record.node("LogSoftmax", [record.read(logits)], logits.shape, { attributes: { axis: -1 } });
    const places = column(record, targets);
    const picked = record.node("GatherElements", [rows, places], places.shape, { attributes: { axis: 1 } });
    const weighted = multiply(record, picked, column(record, weights));
    const keep = { attributes: { keepdims: 0 } };
    const total = record.node("ReduceSum", [weighted, integerList([0, 1])], [], keep);
    return [record.output(record.node("Neg", [total], []), "float32"), record.output(rows, "float32")];
  });
  defineKernel(FUSED.crossEntropyGradient, (inputs, _attrs, record) => {
    const [dy, rows] = [record.read(inputs.get("dy")), record.read(inputs.get("logProbabilities"))];
    const share = multiply(record, column(record, inputs.get("weights")), dy);
    const all = multiply(record, record.node("Exp", [rows], rows.shape), share);
    const minus = record.node("Neg", [share], share.shape);
    const attributes: Record<string, Attribute> = { axis: 1, reduction: "add" };
    const operands = [all, column(record, inputs.get("targets")), minus];
    return record.output(record.node("ScatterElements", operands, rows.shape, { attributes }), "float32");
  });
}

export function defineFusedKernels(): void {
  defineNorm();
  defineRope();
  defineSwiglu();
  defineScatter();
  defineCrossEntropy();
}
