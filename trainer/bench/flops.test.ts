import { describe, expect, it } from "vitest";
import { type ModelConfig, PLAIN_LLAMA } from "../core/model-config";
import { trainingConfigSchema } from "../format/training-config";
import { flopsOfRows, pairShape } from "./flops";

const SMOLLM2: ModelConfig = {
  ...PLAIN_LLAMA,
  architecture: "LlamaForSequenceClassification",
  vocabSize: 49_152,
  hiddenSize: 576,
  intermediateSize: 1536,
  layerCount: 30,
  headCount: 9,
  keyValueHeadCount: 3,
  headDim: 64,
  ropeTheta: 100_000,
  rmsNormEpsilon: 1e-5,
  tiedEmbeddings: true,
  padTokenId: null,
  bosTokenId: null,
  eosTokenId: null,
  positionsMax: 2048,
};
/** Outside the embedding. */
const WEIGHTS = 106_168_320;

describe("model arithmetic", () => {
  it("shares the prompt but leaves every row its last token", () => {
    expect(
      pairShape([
        [1, 2, 3, 4],
        [1, 2, 9],
      ]),
    ).toEqual({ shared: 2, branches: [2, 1] });
    expect(
      pairShape([
        [1, 2, 3],
        [1, 2, 3, 4],
      ]),
    ).toEqual({ shared: 2, branches: [1, 2] });
  });

  it("is near 6 N tokens and 12 L d cells for a long pair, less the last layer's trimmed part", () => {
    const row = (last: number) => Array.from({ length: 400 }, (_, index) => (index < 300 ? index : index * last));
    const [shared, own] = [300, 100];
    const cells = shared ** 2 / 2 + 2 * (shared * own + own ** 2 / 2);
    const simple = 6 * WEIGHTS * (shared + 2 * own) + 12 * 30 * 576 * cells;
    const pair = { chosen_ids: row(2), rejected_ids: row(3) };
    const flops = flopsOfRows(SMOLLM2, [pair, pair], trainingConfigSchema.parse({ task: "helpfulness" }));
    expect(flops / (2 * simple)).toBeGreaterThan(0.96);
    expect(flops / (2 * simple)).toBeLessThan(0.98);
  });
});
