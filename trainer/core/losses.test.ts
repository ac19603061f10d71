import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { chooseEngine } from "../engines";
import { logSigmoidOf, type PairTarget, rankingLossOf, rewardLoss, safetyLabels, sigmoidOf } from "./losses";

beforeAll(async () => {
  await chooseEngine("wasm");
});

const plain = { pairsInStep: 2, labelsInStep: 0, safetyAuxiliaryWeight: 0, centering: 0, labelSmoothing: 0 };
const target = (
  margin: number,
  chosenLabel: PairTarget["chosenLabel"] = null,
  rejectedLabel: PairTarget["rejectedLabel"] = null,
) => ({
  margin,
  weight: 1,
  chosenLabel,
  rejectedLabel,
});
const value = (chosen: number[], rejected: number[], targets: PairTarget[], settings = plain) =>
  tf.tidy(() => rewardLoss(tf.tensor1d(chosen), tf.tensor1d(rejected), targets, settings).dataSync()[0] as number);

describe("the ranking loss", () => {
  it("is the mean of -log sigmoid(r_c - r_r - m)", () => {
    const expected = -(logSigmoidOf(2 - 0.5 - 1) + logSigmoidOf(-1 - 3 - 1 / 3)) / 2;
    expect(value([2, -1], [0.5, 3], [target(1), target(1 / 3)])).toBeCloseTo(expected, 5);
  });

  it("adds up over micro-batches to the loss of the whole step", () => {
    const whole = value([2, -1], [0.5, 3], [target(1), target(0)]);
    expect(value([2], [0.5], [target(1)]) + value([-1], [3], [target(0)])).toBeCloseTo(whole, 5);
  });

  it("refuses targets that do not match the rewards one to one", () => {
    expect(() => value([1, 2], [0, 0], [target(0)])).toThrow(/2 chosen and 2 rejected rewards for 1 pairs/);
  });
});

describe("variants of the ranking loss", () => {
  const rewards: [number[], number[]] = [
    [2, -1],
    [0.5, 3],
  ];
  const numericSlope = (loss: (gap: number) => number, gap: number) => (loss(gap + 1e-5) - loss(gap - 1e-5)) / 2e-5;

  it("scales each pair's log-loss by its weight", () => {
    const targets = [
      { ...target(0), weight: 3 },
      { ...target(0), weight: 0.5 },
    ];
    const expected = -(3 * logSigmoidOf(1.5) + 0.5 * logSigmoidOf(-4)) / 2;
    expect(value(...rewards, targets)).toBeCloseTo(expected, 5);
  });

  it("smooths labels: the cross entropy of sigmoid(gap - m) against 1 - e, smallest where the gap says 1 - e", () => {
    const e = 0.1;
    const expected = [1.5 - 1, -4]
      .map((gap) => -(1 - e) * logSigmoidOf(gap) - e * logSigmoidOf(-gap))
      .reduce((sum, one) => sum + one / 2, 0);
    expect(value(...rewards, [target(1), target(0)], { ...plain, labelSmoothing: e })).toBeCloseTo(expected, 5);
    const best = 1 + Math.log((1 - e) / e);
    expect(numericSlope((gap) => rankingLossOf(gap, target(1), e), best)).toBeCloseTo(0, 6);
  });

  it("centres: adds c times the mean of (r_c + r_r)^2", () => {
    const targets = [target(0), target(0)];
    const centred = value(...rewards, targets, { ...plain, centering: 0.01 });
    expect(centred - value(...rewards, targets)).toBeCloseTo((0.01 * (2.5 ** 2 + 2 ** 2)) / 2, 5);
  });

  it("is on the host what the engine computes, gradients included", () => {
    const targets = [{ ...target(0.5), weight: 2 }, target(1)];
    const settings = { ...plain, labelSmoothing: 0.2 };
    const host = (rankingLossOf(1.5, targets[0]!, 0.2) + rankingLossOf(-4, targets[1]!, 0.2)) / 2;
    expect(value(...rewards, targets, settings)).toBeCloseTo(host, 5);
    const slopes = tf.tidy(() =>
      tf
        .grad((chosen) => rewardLoss(chosen as tf.Tensor1D, tf.tensor1d(rewards[1]), targets, settings))(
          tf.tensor1d(rewards[0]),
        )
        .dataSync(),
    );
    [1.5, -4].forEach((gap, index) => {
      const slope = numericSlope((g) => rankingLossOf(g, targets[index]!, 0.2), gap) / 2;
      expect(slopes[index]).toBeCloseTo(slope, 4);
    });
  });
});

describe("the safety auxiliary loss (ours)", () => {
  it("reads labels from the bin", () => {
    expect(safetyLabels("preferred_safe")).toEqual({ chosen: 1, rejected: 0 });
    expect(safetyLabels("both_safe")).toEqual({ chosen: 1, rejected: 1 });
    expect(safetyLabels("both_unsafe")).toEqual({ chosen: 0, rejected: 0 });
    expect(safetyLabels(null)).toEqual({ chosen: null, rejected: null });
  });

  it("is lambda times the mean cross entropy over labelled responses only", () => {
    const targets = [target(0, 1, 0), target(0)];
    const settings = { ...plain, labelsInStep: 2, safetyAuxiliaryWeight: 0.5 };
    const ranking = value([1.5, 0], [0.7, 0], targets);
    const entropy = -(Math.log(sigmoidOf(1.5)) + Math.log(1 - sigmoidOf(0.7))) / 2;
    expect(value([1.5, 0], [0.7, 0], targets, settings)).toBeCloseTo(ranking + 0.5 * entropy, 5);
  });

  it("changes nothing where no response has a label", () => {
    const settings = { ...plain, labelsInStep: 0, safetyAuxiliaryWeight: 0.5 };
    expect(value([1, 0], [0, 0], [target(0), target(0)], settings)).toBe(value([1, 0], [0, 0], [target(0), target(0)]));
  });
});
