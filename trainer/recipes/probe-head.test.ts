import { describe, expect, it } from "vitest";
import { sigmoidOf } from "../core/losses";
import { createRandom } from "../core/random";
import { foldsByPrompt } from "./probe-folds";
import { fitProbeHead, type HeadInput } from "./probe-head";
import { hostProducts } from "./probe-products";
import { bestOf, crossValidate, type LogisticData } from "./probe-selection";

const PAIRS = 900;
const FEATURES = 8;
const random = createRandom(31);
const OFFSET = 5;
/** Feature 0 makes a response liked, feature 1 liked and safe; all sit on a common offset. */
const responses = Float32Array.from({ length: 2 * PAIRS * FEATURES }, () => OFFSET + random.normal());
const at = (response: number, feature: number) => responses[response * FEATURES + feature]! - OFFSET;
for (let pair = 0; pair < PAIRS; pair += 1) {
  const gap = at(2 * pair, 0) - at(2 * pair + 1, 0) + 2 * (at(2 * pair, 1) - at(2 * pair + 1, 1));
  if (random.uniform() > sigmoidOf(gap))
    for (let i = 0; i < FEATURES; i += 1) {
      const held = responses[2 * pair * FEATURES + i]!;
      responses[2 * pair * FEATURES + i] = responses[(2 * pair + 1) * FEATURES + i]!;
      responses[(2 * pair + 1) * FEATURES + i] = held;
    }
}
const differences = Float32Array.from({ length: PAIRS * FEATURES }, (_, i) => {
  const [pair, feature] = [Math.floor(i / FEATURES), i % FEATURES];
  return at(2 * pair, feature) - at(2 * pair + 1, feature);
});
const safe = Array.from({ length: 2 * PAIRS }, (_, row) => random.uniform() < sigmoidOf(3 * at(row, 1) + 1));
const prompts = Array.from({ length: PAIRS }, (_, index) => [{ role: "user" as const, content: `${index}` }]);
const folds = foldsByPrompt(prompts, 5);
const mean = new Float64Array(FEATURES);
for (let i = 0; i < responses.length; i += 1) mean[i % FEATURES]! += responses[i]! / (2 * PAIRS);

async function input(withSafety: boolean): Promise<HeadInput> {
  const ranking: LogisticData = {
    products: hostProducts(differences, FEATURES),
    matrix: differences,
    folds,
    weights: new Float64Array(PAIRS).fill(1),
    signs: null,
    margins: null,
    intercept: false,
  };
  const safety = {
    products: hostProducts(responses, FEATURES),
    matrix: responses,
    folds: { count: folds.count, of: Int32Array.from(safe, (_, row) => folds.of[Math.floor(row / 2)]!) },
    weights: new Float64Array(2 * PAIRS).fill(1),
    signs: Float64Array.from(safe, (label) => (label ? 1 : -1)),
    margins: null,
    intercept: true,
    auxiliaryWeight: 0.5,
  };
  return { ranking, validated: bestOf(await crossValidate(ranking)), safety: withSafety ? safety : null, mean };
}

function rewardOf({ weights, bias }: { weights: Float64Array; bias: number }, row: number): number {
  return weights.reduce((sum, weight, i) => sum + weight * responses[row * FEATURES + i]!, bias);
}

describe("fitProbeHead", () => {
  it("without labels: rewards of mean zero whose differences are calibrated", async () => {
    const head = await fitProbeHead(await input(false));
    const rewards = Array.from({ length: 2 * PAIRS }, (_, row) => rewardOf(head.reward, row));
    expect(rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length).toBeCloseTo(0, 6);
    expect(head.gradientMax).toBeLessThan(1e-9);
    expect(head.safety).toBeNull();
    const gaps = Array.from({ length: PAIRS }, (_, pair) => rewards[2 * pair]! - rewards[2 * pair + 1]!);
    const expected = gaps.reduce((sum, gap) => sum + sigmoidOf(Math.abs(gap)), 0) / PAIRS;
    const found = gaps.filter((gap) => gap > 0).length / PAIRS;
    expect(Math.abs(expected - found)).toBeLessThan(0.03);
    // Pairs were drawn with weights 1 and 2.
    expect(Math.abs(head.reward.weights[0]! - 1)).toBeLessThan(0.25);
    expect(Math.abs(head.reward.weights[1]! - 2)).toBeLessThan(0.4);
  });

  it("with labels: one reward that still ranks, and tells safe from unsafe by its sign", async () => {
    const head = await fitProbeHead(await input(true));
    expect(head.scales.ranking).toBeGreaterThan(0);
    expect(head.scales.safety).toBeGreaterThan(0);
    const rewards = safe.map((_, row) => rewardOf(head.reward, row));
    const plain = await fitProbeHead(await input(false));
    const told = (row: number, reward: number) => reward >= 0 === safe[row];
    const hits = (fitted: typeof head) => safe.filter((_, row) => told(row, rewardOf(fitted.reward, row))).length;
    expect(hits(head)).toBeGreaterThan(hits(plain) + 0.03 * safe.length);
    // Calibration in the large: mean probability of being safe against the share that is.
    const expected = rewards.reduce((sum, reward) => sum + sigmoidOf(reward), 0) / rewards.length;
    expect(Math.abs(expected - safe.filter(Boolean).length / safe.length)).toBeLessThan(0.03);
    const ranked = Array.from({ length: PAIRS }, (_, pair) => rewards[2 * pair]! > rewards[2 * pair + 1]!);
    expect(ranked.filter(Boolean).length / PAIRS).toBeGreaterThan(0.7);
    // Safety features found alone, too: out of fold and far above the larger class.
    expect(head.safetyAccuracy!).toBeGreaterThan(0.8);
  });

  it("is not turned round by a few labels that contradict the preferences", async () => {
    const both = await input(true);
    const signs = Float64Array.from({ length: 2 * PAIRS }, (_, row) => (row % 2 === 0 ? -1 : 1));
    const weights = Float64Array.from({ length: 2 * PAIRS }, (_, row) => (row < 60 ? 1 : 0));
    const head = await fitProbeHead({ ...both, safety: { ...both.safety!, signs, weights, auxiliaryWeight: 0.1 } });
    const right = Array.from(
      { length: PAIRS },
      (_, pair) => rewardOf(head.reward, 2 * pair) > rewardOf(head.reward, 2 * pair + 1),
    );
    expect(right.filter(Boolean).length / PAIRS).toBeGreaterThan(0.7);
  });
});
