/** A whole model's loss and gradients in bfloat16 against float32. Needs an installed libtorch engine. */
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { addGradients, disposeGradients, emptyGradientSum } from "../../core/gradients";
import { createModel, disposeModel, drawTensors } from "../../core/model/parameters";
import { pairRewards } from "../../core/model/reward-pairs";
import { type ModelConfig, PLAIN_LLAMA } from "../../core/model-config";
import { ops } from "../../ops";
import type { Precision } from "../engine";
import { createLibtorchEngine, libtorchStatus } from "./index";

const status = await libtorchStatus();
if (!status.available) console.warn(`SKIPPED: the libtorch engine's precision is not tested here: ${status.reason}`);

const CONFIG: ModelConfig = {
  ...PLAIN_LLAMA,
  architecture: "LlamaForCausalLM",
  vocabSize: 97,
  hiddenSize: 48,
  intermediateSize: 80,
  layerCount: 3,
  headCount: 6,
  keyValueHeadCount: 2,
  headDim: 8,
  rmsNormEpsilon: 1e-5,
  ropeTheta: 10_000,
  tiedEmbeddings: true,
  padTokenId: null,
  bosTokenId: null,
  eosTokenId: 1,
  positionsMax: 256,
};
const PAIRS = [40, 70].map((prompt, number) => {
  const ids = (count: number, from: number) => Array.from({ length: count }, (_, at) => (from + at * at * 7) % 97);
  const shared = ids(prompt, number);
  return { chosenIds: [...shared, ...ids(12, 3)], rejectedIds: [...shared, ...ids(20, 5)] };
});

/** The loss, and all gradients one after another. */
async function computeIn(precision: Precision): Promise<{ loss: number; gradients: Float32Array; said: Precision }> {
  const engine = createLibtorchEngine();
  await engine.prepare({ precision });
  const model = createModel(CONFIG, drawTensors(CONFIG, "reward", 1), "reward", 1);
  const sum = emptyGradientSum();
  try {
    addGradients(sum, model.parameters, () => {
      const { chosen, rejected } = pairRewards(model, PAIRS);
      return tf.neg(tf.sum(ops.logSigmoid(tf.sub(chosen, rejected)))) as tf.Scalar;
    });
    const parts = [...sum.gradients.values()].map((gradient) => gradient.dataSync() as Float32Array);
    const gradients = Float32Array.from(parts.flatMap((part) => [...part]));
    return { loss: sum.loss, gradients, said: engine.describe().precision };
  } finally {
    disposeGradients(sum);
    disposeModel(model);
    await engine.prepare();
  }
}

describe.runIf(status.available)("libtorch in bfloat16", () => {
  it("stays near float32 and says what it computes in", async () => {
    const exact = await computeIn("float32");
    const brain = await computeIn("bfloat16");
    expect([exact.said, brain.said]).toEqual(["float32", "bfloat16"]);
    expect(brain.loss).not.toBe(exact.loss);
    expect(Math.abs(brain.loss - exact.loss)).toBeLessThan(1e-2);
    let [ab, aa, bb] = [0, 0, 0];
    exact.gradients.forEach((value, at) => {
      const other = brain.gradients[at] as number;
      ab += value * other;
      aa += value * value;
      bb += other * other;
    });
    expect(ab / Math.sqrt(aa * bb)).toBeGreaterThan(0.999);
    expect((await computeIn("float32")).loss).toBe(exact.loss);
  });
});
