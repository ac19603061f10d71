import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { chooseEngine } from "../engines";
import { LORA_TARGETS } from "../format/training-config";
import { addGradients, disposeGradients, emptyGradientSum } from "./gradients";
import { addAdapters, type LoraSettings, mergeAdapters } from "./lora";
import { createModel, disposeModel, drawTensors, ModelError, readVariables } from "./model/parameters";
import { pairRewards } from "./model/reward-pairs";
import { type ModelConfig, PLAIN_LLAMA } from "./model-config";
import { createRandom } from "./random";

const config: ModelConfig = {
  ...PLAIN_LLAMA,
  architecture: "LlamaForCausalLM",
  vocabSize: 40,
  hiddenSize: 16,
  intermediateSize: 24,
  layerCount: 2,
  headCount: 2,
  keyValueHeadCount: 1,
  headDim: 8,
  ropeTheta: 10_000,
  rmsNormEpsilon: 1e-5,
  tiedEmbeddings: true,
  padTokenId: 0,
  bosTokenId: null,
  eosTokenId: null,
  positionsMax: 64,
};
const settings: LoraSettings = { rank: 3, alpha: 6, dropout: 0, targets: LORA_TARGETS, frozenLayers: 0, seed: 2 };
const random = createRandom(3);
const tokens = (count: number) => Array.from({ length: count }, () => 1 + random.integer(39));
const prompt = tokens(7);
const pairs = [1, 2, 3].map(() => ({
  chosenIds: [...prompt, ...tokens(4)],
  rejectedIds: [...prompt, ...tokens(6)],
}));

function adapted(more: Partial<LoraSettings> = {}) {
  const base = drawTensors(config, "reward", 5, 0.25);
  const model = createModel(config, base, "reward", 5);
  for (const [name, variable] of model.parameters) variable.trainable = name === "score.weight";
  const adapters = addAdapters(model, { ...settings, ...more }, { step: 1, microBatch: 0 });
  // B starts at zero; a trained one does not.
  for (const [name, variable] of adapters)
    if (name.endsWith("lora_B.weight"))
      variable.assign(
        tf.tensor2d(
          Float32Array.from({ length: variable.size }, () => random.normal() * 0.3),
          variable.shape as [number, number],
        ),
      );
  return { base, model, adapters };
}
type Adapted = ReturnType<typeof adapted>;
const rewardsOf = (model: Adapted["model"]) =>
  tf.tidy(() => {
    const { chosen, rejected } = pairRewards(model, pairs);
    return [...chosen.dataSync(), ...rejected.dataSync()];
  });
const lossOf = (model: Adapted["model"]) => () => {
  const { chosen, rejected } = pairRewards(model, pairs);
  return tf.sum(tf.square(tf.sub(chosen, rejected))) as tf.Scalar;
};

beforeAll(async () => {
  await chooseEngine("wasm");
});

describe("LoRA", () => {
  it("merges to a plain model of the same rewards", () => {
    const { base, model, adapters } = adapted();
    const merged = mergeAdapters(base, readVariables(adapters), settings.alpha / settings.rank);
    const plain = createModel(config, merged, "reward", 5);
    const expected = rewardsOf(model);
    const unadapted = createModel(config, base, "reward", 5);
    rewardsOf(plain).forEach((reward, at) => {
      expect(Math.abs(reward - (expected[at] as number))).toBeLessThan(1e-5);
    });
    expect(Math.abs((rewardsOf(unadapted)[0] as number) - (expected[0] as number))).toBeGreaterThan(1e-2);
    for (const one of [model, plain, unadapted]) disposeModel(one);
  });

  it("starts as the base model: B is zero", () => {
    const base = drawTensors(config, "reward", 5, 0.25);
    const model = createModel(config, base, "reward", 5);
    const before = rewardsOf(model);
    const adapters = addAdapters(model, settings, { step: 1, microBatch: 0 });
    expect(rewardsOf(model)).toEqual(before);
    expect(
      [...(adapters.get("model.layers.0.mlp.up_proj.lora_A.weight")?.dataSync() ?? [])].every(
        (a) => Math.abs(a) <= 0.25,
      ),
    ).toBe(true);
    disposeModel(model);
  });

  it("has the gradients that differences give, for A, B and the head alone", () => {
    const { model, adapters } = adapted();
    const trained = new Map([
      ...adapters,
      ["score.weight", model.parameters.get("score.weight") as tf.Variable],
    ] as const);
    const sum = emptyGradientSum();
    addGradients(sum, trained, lossOf(model));
    expect([...sum.gradients.keys()].sort()).toEqual([...trained.keys()].sort());
    const name = "model.layers.0.self_attn.q_proj.lora_";
    for (const key of [
      `${name}A.weight`,
      `${name}B.weight`,
      "model.layers.1.mlp.down_proj.lora_A.weight",
      "score.weight",
    ]) {
      const variable = trained.get(key) as tf.Variable;
      const values = Float32Array.from(variable.dataSync());
      const gradient = Float32Array.from(sum.gradients.get(key)?.dataSync() ?? []);
      const at = gradient.reduce(
        (best, value, index) => (Math.abs(value) > Math.abs(gradient[best] as number) ? index : best),
        0,
      );
      const lossAt = (shift: number) =>
        tf.tidy(() => {
          const moved = Float32Array.from(values);
          moved[at] = (values[at] as number) + shift;
          variable.assign(tf.tensor(moved, variable.shape));
          return lossOf(model)().dataSync()[0] as number;
        });
      const slope = (lossAt(5e-3) - lossAt(-5e-3)) / 1e-2;
      variable.assign(tf.tensor(values, variable.shape));
      expect(Math.abs(slope - (gradient[at] as number))).toBeLessThan(0.02 * Math.abs(slope) + 1e-4);
    }
    disposeGradients(sum);
    disposeModel(model);
  });

  it("drops inputs in training alone, the same ones for the same step and micro-batch", () => {
    const { model, adapters } = adapted({ dropout: 0.5 });
    const moment = { step: 1, microBatch: 0 };
    disposeModel(model);
    const again = createModel(config, drawTensors(config, "reward", 5, 0.25), "reward", 5);
    const variables = addAdapters(again, { ...settings, dropout: 0.5 }, moment);
    for (const [name, variable] of variables)
      if (name.endsWith("B.weight")) variable.assign(tf.fill(variable.shape, 0.2));
    const trainedLoss = () => {
      const sum = emptyGradientSum();
      addGradients(sum, variables, lossOf(again));
      disposeGradients(sum);
      return sum.loss;
    };
    const first = trainedLoss();
    expect(trainedLoss()).toBe(first);
    moment.microBatch = 1;
    expect(trainedLoss()).not.toBe(first);
    expect(rewardsOf(again)).toEqual(rewardsOf(again));
    expect(adapters.size).toBe(variables.size);
    disposeModel(again);
  });

  it("refuses stored additions that do not fit, and settings that leave none", () => {
    const { model } = adapted();
    const wrong = new Map([
      ["model.layers.0.self_attn.q_proj.lora_A.weight", { shape: [2, 16], data: new Float32Array(32) }],
    ]);
    expect(() => addAdapters(model, settings, { step: 1, microBatch: 0 }, wrong)).toThrow(
      /of shape \[2,16\]; LoRA needs \[3,16\]/,
    );
    const none = () => addAdapters(model, { ...settings, frozenLayers: 2 }, { step: 1, microBatch: 0 });
    expect(none).toThrow(new ModelError("with 2 frozen layers no weight is left for LoRA"));
    disposeModel(model);
  });
});
