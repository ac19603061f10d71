/**
 * AdamW in place. Weights and moments are walked in pieces that stay in the processor's cache: a dozen passes over a large tensor
 * would each go to memory and back. One graph of any length serves all tensors.
 */
import type { AdamwSettings } from "../../ops";
import type { CompiledGraph } from "./compile";
import type { OnnxGraph, OnnxNode } from "./model";
import type { Runtime, RuntimeTensor } from "./runtime";
import type { SessionCache } from "./session-cache";

const VALUES_PER_PIECE = 1 << 18;

const VECTORS = ["parameter", "gradient", "mean", "variance"] as const;
const SCALARS = ["scale", "meanRate", "beta2", "varianceRate", "bias", "epsilon", "stepSize", "decay"] as const;

function node(operator: string, inputs: readonly string[], output: string): OnnxNode {
  return { operator, domain: "", inputs, outputs: [output], attributes: {} };
}

/** torch.optim.AdamW's formula, in its order of operations. */
const NODES: readonly OnnxNode[] = [
  node("Mul", ["gradient", "scale"], "scaled"),
  node("Sub", ["scaled", "mean"], "away"),
  node("Mul", ["away", "meanRate"], "moved"),
  node("Add", ["mean", "moved"], "newMean"),
  node("Mul", ["variance", "beta2"], "kept"),
  node("Mul", ["scaled", "scaled"], "squares"),
  node("Mul", ["squares", "varianceRate"], "fresh"),
  node("Add", ["kept", "fresh"], "newVariance"),
  node("Sqrt", ["newVariance"], "root"),
  node("Div", ["root", "bias"], "corrected"),
  node("Add", ["corrected", "epsilon"], "denominator"),
  node("Div", ["newMean", "denominator"], "direction"),
  node("Mul", ["direction", "stepSize"], "step"),
  node("Mul", ["parameter", "decay"], "decayed"),
  node("Sub", ["decayed", "step"], "newParameter"),
];

const GRAPH: OnnxGraph = {
  inputs: [
    ...VECTORS.map((name) => ({ name, type: "float32", rank: 1 }) as const),
    ...SCALARS.map((name) => ({ name, type: "float32", rank: 0 }) as const),
  ],
  outputs: ["newParameter", "newMean", "newVariance"].map((name) => ({ name, type: "float32", rank: 1 }) as const),
  constants: [],
  nodes: NODES,
};
const COMPILED: CompiledGraph = { key: "adamw", feeds: new Map(), fetches: new Map(), graph: () => GRAPH };

function scalarsOf(settings: AdamwSettings): Record<(typeof SCALARS)[number], number> {
  const { learningRate, beta1, beta2, epsilon, weightDecay, step, gradientScale } = settings;
  return {
    scale: gradientScale,
    meanRate: 1 - beta1,
    beta2,
    varianceRate: 1 - beta2,
    bias: Math.sqrt(1 - beta2 ** step),
    epsilon,
    stepSize: learningRate / (1 - beta1 ** step),
    decay: 1 - learningRate * weightDecay,
  };
}

export type AdamwArrays = Record<(typeof VECTORS)[number], Float32Array>;

/** Updates `parameter`, `mean` and `variance`, all of one length, where they lie. */
export function runAdamw(runtime: Runtime, sessions: SessionCache, arrays: AdamwArrays, settings: AdamwSettings): void {
  const { Tensor } = runtime;
  const constant: Record<string, RuntimeTensor> = {};
  for (const [name, value] of Object.entries(scalarsOf(settings)))
    constant[name] = new Tensor("float32", Float32Array.of(value), []);
  for (let start = 0; start < arrays.parameter.length; start += VALUES_PER_PIECE) {
    const piece = (name: (typeof VECTORS)[number]): RuntimeTensor => {
      const values = arrays[name].subarray(start, start + VALUES_PER_PIECE);
      return new Tensor("float32", values, [values.length]);
    };
    const [parameter, gradient, mean, variance] = VECTORS.map(piece) as [
      RuntimeTensor,
      RuntimeTensor,
      RuntimeTensor,
      RuntimeTensor,
    ];
    sessions.run(
      COMPILED,
      { ...constant, parameter, gradient, mean, variance },
      { newParameter: parameter, newMean: mean, newVariance: variance },
    );
  }
}
