import { describe, expect, it } from "vitest";
import { attentionCells, bodyWeights, forwardFlops, packedTokens, pairShape, trainingFlops } from "./flops";

const SMOLLM2 = {
  hiddenSize: 576,
  intermediateSize: 1536,
  layerCount: 30,
  headCount: 9,
  keyValueHeadCount: 3,
  headDim: 64,
};

describe("model arithmetic", () => {
  it("shares the prompt but leaves every branch its last token", () => {
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
    expect(packedTokens({ shared: 2, branches: [2, 1] })).toBe(5);
  });

  it("counts what each token sees", () => {
    // Shared: 1 + 2. First branch: 3 + 4. Second: 3.
    expect(attentionCells({ shared: 2, branches: [2, 1] })).toBe(13);
  });

  it("knows SmolLM2's 106 million weights outside the embedding", () => {
    expect(bodyWeights(SMOLLM2)).toBe(106_168_320);
  });

  it("is near 6 N tokens for long rows, less the last layer's trimmed part", () => {
    const row = { shared: 300, branches: [100, 100] };
    const simple = 6 * bodyWeights(SMOLLM2) * 500 + 12 * 30 * 576 * attentionCells(row);
    expect(trainingFlops(SMOLLM2, row) / simple).toBeGreaterThan(0.96);
    expect(trainingFlops(SMOLLM2, row) / simple).toBeLessThan(0.98);
    expect(trainingFlops(SMOLLM2, row)).toBe(3 * forwardFlops(SMOLLM2, row));
  });
});
