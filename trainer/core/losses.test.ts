import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { chooseEngine } from "../engines";
import { logSigmoidOf, type PairTarget, rewardLoss, safetyLabels, sigmoidOf } from "./losses";

beforeAll(async () => {
  await chooseEngine("wasm");
});

const plain = { pairsInStep: 2, labelsInStep: 0, safetyAuxiliaryWeight: 0, centering: 0 };
const target = (
  margin: number,
  chosenLabel: PairTarget["chosenLabel"] = null,
  rejectedLabel: PairTarget["rejectedLabel"] = null,
) => ({
  margin,
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
