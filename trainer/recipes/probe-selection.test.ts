import { describe, expect, it } from "vitest";
import { sigmoidOf } from "../core/losses";
import { createRandom } from "../core/random";
import { foldsByPrompt } from "./probe-folds";
import { nestedEstimate } from "./probe-nested";
import { hostProducts } from "./probe-products";
import { bestOf, crossValidate, type LogisticData, selectSite } from "./probe-selection";
import type { ProbeSite } from "./probe-site";

const user = (content: string) => [{ role: "user" as const, content }];

describe("foldsByPrompt", () => {
  it("keeps a dialogue together, whatever its later turns, white space or order, and spreads openings evenly", () => {
    const prompts = Array.from({ length: 60 }, (_, index) => [
      ...user(index % 2 === 0 ? `Question  ${Math.floor(index / 2)}` : ` Question ${Math.floor(index / 2)}\n`),
      ...(index % 2 === 0 ? [] : [{ role: "assistant" as const, content: "Yes?" }, ...user("More")]),
    ]);
    const folds = foldsByPrompt(prompts, 5);
    for (let index = 0; index < 60; index += 2) expect(folds.of[index]).toBe(folds.of[index + 1]);
    for (let fold = 0; fold < 5; fold += 1) expect(folds.of.filter((one) => one === fold)).toHaveLength(12);
    const reversed = foldsByPrompt([...prompts].reverse(), 5);
    expect([...reversed.of].reverse()).toEqual([...folds.of]);
  });

  it("makes fewer folds of few prompts, and refuses one prompt", () => {
    expect(foldsByPrompt([user("a"), user("b"), user("a")], 5).count).toBe(2);
    expect(() => foldsByPrompt([user("a"), user("a")], 5)).toThrow(/same prompt/);
  });
});

const ROWS = 600;
const FEATURES = 12;

/** Pairs whose preference follows the first feature of the given strength; the rest is noise. */
function drawn(strength: number, seed: number): Float32Array {
  const random = createRandom(seed);
  const matrix = Float32Array.from({ length: ROWS * FEATURES }, () => random.normal());
  for (let row = 0; row < ROWS; row += 1)
    if (random.uniform() > sigmoidOf(strength * matrix[row * FEATURES]!))
      for (let i = 0; i < FEATURES; i += 1) matrix[row * FEATURES + i]! *= -1;
  return matrix;
}

const folds = foldsByPrompt(
  Array.from({ length: ROWS }, (_, index) => user(`prompt ${index}`)),
  5,
);

function dataOf(matrix: Float32Array): LogisticData {
  const weights = new Float64Array(ROWS).fill(1);
  const products = hostProducts(matrix, FEATURES);
  return { products, matrix, folds, weights, signs: null, margins: null, intercept: false };
}

describe("crossValidate", () => {
  it("never shows a head the fold it is judged on", async () => {
    const matrix = drawn(1, 3);
    const before = bestOf(await crossValidate(dataOf(matrix), [0.1]));
    const poisoned = matrix.map((value, i) => (folds.of[Math.floor(i / FEATURES)] === 2 ? -50 * value : value));
    const after = bestOf(await crossValidate(dataOf(poisoned), [0.1]));
    expect([...after.heads[2]!.weights]).toEqual([...before.heads[2]!.weights]);
    expect([...after.heads[1]!.weights]).not.toEqual([...before.heads[1]!.weights]);
  });

  it("finds chance where there is nothing to find, and asks for a strong penalty", async () => {
    // With as many features as a fold has rows, an honest estimate stays at chance while the fit itself is perfect.
    const best = bestOf(await crossValidate(dataOf(drawn(0, 5))));
    expect(Math.abs(best.accuracy - 0.5)).toBeLessThan(0.08);
    expect(best.l2).toBeGreaterThanOrEqual(1);
    expect(best.logLoss).toBeGreaterThan(0.68);
  });

  it("is calibrated: of pairs predicted at p, about p are right", async () => {
    const { outOfFold } = bestOf(await crossValidate(dataOf(drawn(2, 7))));
    const sure = [...outOfFold].filter((value) => Math.abs(value) > 1);
    const expected = sure.reduce((sum, value) => sum + sigmoidOf(Math.abs(value)), 0) / sure.length;
    const found = sure.filter((value) => value > 0).length / sure.length;
    expect(sure.length).toBeGreaterThan(150);
    expect(Math.abs(found - expected)).toBeLessThan(0.05);
  });
});

describe("selectSite", () => {
  it("takes the site that holds the signal and reports all", async () => {
    const strengths = [0, 0.5, 2, 1];
    const sites = strengths.map((_, block): ProbeSite => ({ block: block + 1, pooling: "mean" }));
    let disposed = 0;
    const { site, best, table } = await selectSite(sites, ({ block }) => {
      const data = dataOf(drawn(strengths[block - 1]!, 20 + block));
      return { ...data, products: { ...data.products, dispose: () => (disposed += 1) } };
    });
    expect(site).toEqual({ block: 3, pooling: "mean" });
    expect(table.map((row) => row.block)).toEqual([1, 2, 3, 4]);
    expect(best.accuracy).toBeGreaterThan(0.7);
    expect(disposed).toBe(4);
  });
});

describe("nestedEstimate", () => {
  const sitesOf = (count: number) =>
    Array.from({ length: count }, (_, block): ProbeSite => ({ block, pooling: "mean" }));

  it("stays at chance where the winner of many sites of noise looks better than that", async () => {
    const load = ({ block }: ProbeSite) => dataOf(drawn(0, 100 + block));
    const { best } = await selectSite(sitesOf(12), load);
    const nested = await nestedEstimate(sitesOf(12), load);
    expect(nested!.accuracy).toBeLessThan(best.accuracy);
    expect(nested!.low).toBeLessThan(0.5);
    expect(nested!.high).toBeGreaterThan(0.5);
    expect(nested!.pairs).toBe(ROWS);
  });

  it("finds the signal, and agrees with plain cross-validation where there is one site to choose", async () => {
    const load = () => dataOf(drawn(2, 7));
    const nested = await nestedEstimate(sitesOf(1), load);
    const plain = bestOf(await crossValidate(load()));
    expect(Math.abs(nested!.accuracy - plain.accuracy)).toBeLessThan(0.02);
    expect(nested!.chosen).toHaveLength(5);
  });
});
