import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { chooseEngine } from "../../engines";
import { type ModelConfig, PLAIN_LLAMA } from "../model-config";
import { createRandom } from "../random";
import { layOut } from "./layout";
import { hiddenStates, rewardsAt } from "./llama";
import { createModel, drawRewardHead, drawTensors, type LlamaModel, ModelError } from "./parameters";
import { growTree, type TokenTree } from "./token-tree";

const config: ModelConfig = {
  ...PLAIN_LLAMA,
  architecture: "LlamaForCausalLM",
  vocabSize: 50,
  hiddenSize: 32,
  intermediateSize: 48,
  layerCount: 2,
  headCount: 4,
  keyValueHeadCount: 2,
  headDim: 8,
  ropeTheta: 10_000,
  rmsNormEpsilon: 1e-5,
  tiedEmbeddings: true,
  padTokenId: 0,
  bosTokenId: null,
  eosTokenId: null,
  positionsMax: 128,
};
let model: LlamaModel;

beforeAll(async () => {
  await chooseEngine("wasm");
  model = createModel(config, drawTensors(config, "reward", 3, 0.2), "reward", 3);
});

function rewards(trees: TokenTree[]): number[] {
  return tf.tidy(() => {
    const layout = layOut(trees, config);
    return [...rewardsAt(model, hiddenStates(model, layout), layout.scoreAt).dataSync()];
  });
}

const random = createRandom(5);
const tokens = (length: number) => Array.from({ length }, () => 1 + random.integer(49));
const prompt = tokens(14);
const answers = [tokens(9), tokens(4), tokens(12)].map((own) => [...prompt, ...own]);

describe("packing", () => {
  it("gives each branch the reward it has alone, for fewer tokens", () => {
    const packed = growTree(answers);
    expect(packed.ids).toHaveLength(14 + 9 + 4 + 12);
    const alone = answers.map((ids) => rewards([growTree([ids])])[0] as number);
    rewards([packed]).forEach((reward, index) => {
      expect(reward).toBeCloseTo(alone[index] as number, 5);
    });
  });

  it("hides branches from each other: changing one leaves the others' rewards as they are", () => {
    const before = rewards([growTree(answers)]);
    const changed = answers.map((ids, index) => (index === 0 ? [...prompt, ...tokens(9)] : ids));
    const after = rewards([growTree(changed)]);
    expect(after[0]).not.toBeCloseTo(before[0] as number, 3);
    expect(after.slice(1)).toEqual(before.slice(1));
  });

  it("keeps one own token per branch when one row begins the other, or both are equal", () => {
    const [long] = answers as [number[]];
    const short = long.slice(0, 6);
    for (const rows of [
      [long, short],
      [short, long],
      [long, long],
    ]) {
      const alone = rows.map((ids) => rewards([growTree([ids])])[0] as number);
      rewards([growTree(rows)]).forEach((reward, index) => {
        expect(reward).toBeCloseTo(alone[index] as number, 5);
      });
    }
  });

  it("is blind to company: rows score the same alone and beside others in the packed row", () => {
    const rows = answers.map((ids) => growTree([ids]));
    const together = rewards(rows);
    rows.forEach((row, index) => {
      expect(together[index]).toBeCloseTo(rewards([row])[0] as number, 5);
    });
  });
});

describe("createModel", () => {
  it("draws the reward head from the seed alone, with variance 1/(h+1)", () => {
    const width = 4095;
    const { data } = drawRewardHead(width, 7);
    expect([...data]).toEqual([...drawRewardHead(width, 7).data]);
    expect([...data]).not.toEqual([...drawRewardHead(width, 8).data]);
    const variance = data.reduce((sum, value) => sum + value * value, 0) / width;
    expect(variance * (width + 1)).toBeGreaterThan(0.9);
    expect(variance * (width + 1)).toBeLessThan(1.1);
  });

  it("names a tensor that is missing, misshapen or out of place", () => {
    const name = "model.layers.1.mlp.up_proj.weight";
    const with_ = (change: (tensors: ReturnType<typeof drawTensors>) => void) => {
      const tensors = drawTensors(config, "reward", 1);
      change(tensors);
      return () => createModel(config, tensors, "reward", 1);
    };
    expect(with_((t) => t.delete(name))).toThrow(new ModelError(`tensor ${name} is missing`));
    expect(with_((t) => t.set(name, { shape: [2], data: new Float32Array(2) }))).toThrow(
      /shape \[2\], the configuration says \[48,32\]/,
    );
    expect(with_((t) => t.set("model.layers.2.x", { shape: [1], data: new Float32Array(1) }))).toThrow(/no place/);
  });
});
