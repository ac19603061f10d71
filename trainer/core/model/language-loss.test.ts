import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { chooseEngine } from "../../engines";
import { addGradients, disposeGradients, emptyGradientSum } from "../gradients";
import { type ModelConfig, PLAIN_LLAMA } from "../model-config";
import { nextTokenLoss, packedTargetLoss, type TargetRow } from "./language-loss";
import { layOut } from "./layout";
import { hiddenStates, logitsAt } from "./llama";
import { createModel, drawTensors, type LlamaModel } from "./parameters";
import { growTree } from "./token-tree";

const CONFIG: ModelConfig = {
  ...PLAIN_LLAMA,
  architecture: "LlamaForCausalLM",
  vocabSize: 12,
  hiddenSize: 16,
  intermediateSize: 24,
  layerCount: 2,
  headCount: 4,
  keyValueHeadCount: 2,
  headDim: 4,
  ropeTheta: 10_000,
  rmsNormEpsilon: 1e-5,
  tiedEmbeddings: false,
  padTokenId: 0,
  bosTokenId: null,
  eosTokenId: null,
  positionsMax: 64,
};
let model: LlamaModel;

beforeAll(async () => {
  await chooseEngine("wasm");
  model = createModel(CONFIG, drawTensors(CONFIG, "language-model", 3, 0.4), "language-model", 3);
});

const ITEMS: TargetRow[] = [
  { rows: [[1, 2, 3, 4, 5, 6, 7, 8]], predictAt: [2, 3, 6] },
  { rows: [[9, 8, 7]], predictAt: [0] },
  // Begins as the first does, and has a target among the tokens that both share.
  { rows: [[1, 2, 3, 4, 5, 9, 9, 10]], predictAt: [2, 4, 5, 6] },
  { rows: [[11, 1, 1]], predictAt: [0, 1] },
];

/** Each row alone, all its logits, the log-probabilities picked on the host. */
function plainLoss(weight: number): number {
  return tf.tidy(() => {
    const terms = ITEMS.flatMap(({ rows: [row], predictAt }) => {
      const hidden = hiddenStates(model, layOut([growTree([row])], CONFIG));
      const table = tf.logSoftmax(
        logitsAt(
          model,
          hidden,
          row.map((_, at) => at),
        ),
      );
      const values = table.arraySync() as number[][];
      return predictAt.map((at) => -(values[at]?.[row[at + 1] as number] as number) * weight);
    });
    return terms.reduce((sum, term) => sum + term, 0);
  });
}

function lossAndGradients(loss: () => tf.Scalar): { loss: number; gradients: Map<string, Float32Array> } {
  const sum = emptyGradientSum();
  addGradients(sum, model.parameters, loss);
  const gradients = new Map([...sum.gradients].map(([name, one]) => [name, one.dataSync() as Float32Array]));
  disposeGradients(sum);
  return { loss: sum.loss, gradients };
}

describe("packedTargetLoss", () => {
  it("equals the rows' own cross entropies, shared beginnings and unread tokens left out", () => {
    expect(lossAndGradients(() => packedTargetLoss(model, ITEMS, 0.1)).loss).toBeCloseTo(plainLoss(0.1), 5);
  });

  it("adds up micro-batches to the whole, gradients included", () => {
    const whole = lossAndGradients(() => packedTargetLoss(model, ITEMS, 0.1));
    const parts = [ITEMS.slice(0, 1), ITEMS.slice(1)].map((items) =>
      lossAndGradients(() => packedTargetLoss(model, items, 0.1, { recompute: true })),
    );
    expect((parts[0]?.loss ?? 0) + (parts[1]?.loss ?? 0)).toBeCloseTo(whole.loss, 5);
    for (const [name, values] of whole.gradients)
      values.forEach((value, index) => {
        const sum = parts.reduce((total, { gradients }) => total + (gradients.get(name)?.[index] as number), 0);
        expect(sum).toBeCloseTo(value, 4);
      });
  });
});

describe("nextTokenLoss", () => {
  it("gives the same value and gradients in parts as at once", () => {
    const hidden = tf.tensor2d(
      Array.from({ length: 7 * 16 }, (_, index) => Math.sin(index)),
      [7, 16],
    );
    const targets = [1, 2, 3, 4, 5, 6, 7];
    const weights = [1, 2, 1, 0.5, 1, 0, 1];
    const head = model.parameters.get("lm_head.weight") as tf.Variable;
    const run = (logitsMax: number) => {
      const { value, grads } = tf.variableGrads(
        () => nextTokenLoss(model, hidden, targets, weights, logitsMax),
        [head],
      );
      return [...value.dataSync(), ...(grads[head.name] as tf.Tensor).dataSync()];
    };
    const whole = run(1000);
    for (const most of [1, 24, 36])
      run(most).forEach((value, index) => {
        expect(value).toBeCloseTo(whole[index] as number, 4);
      });
  });
});
