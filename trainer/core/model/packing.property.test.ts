/** Sharing, packing, trimming and recomputing change nothing but the order of sums: properties over every mix of rows. */
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { chooseEngine } from "../../engines";
import { differentiable } from "../../ops/differentiable";
import { addGradients, disposeGradients, emptyGradientSum } from "../gradients";
import { type ModelConfig, PLAIN_LLAMA } from "../model-config";
import { layOut } from "./layout";
import { hiddenStates, rewardsAt } from "./llama";
import { type PackedItem, packItems, rowsOf } from "./packing";
import { createModel, drawTensors, type LlamaModel } from "./parameters";
import { rowRewards } from "./reward-pairs";
import { growTree, type TokenRow } from "./token-tree";

const CONFIG: ModelConfig = {
  ...PLAIN_LLAMA,
  architecture: "Qwen3ForCausalLM",
  modelType: "qwen3",
  attentionBias: "all",
  vocabSize: 6,
  hiddenSize: 16,
  intermediateSize: 24,
  layerCount: 2,
  headCount: 4,
  keyValueHeadCount: 2,
  headDim: 4,
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
  const tensors = drawTensors(CONFIG, "reward", 3, 0.4);
  for (const [name, { data }] of tensors)
    if (name.endsWith(".bias")) for (let i = 0; i < data.length; i += 1) data[i] = Math.sin(i + name.length) / 2;
  model = createModel(CONFIG, tensors, "reward", 3);
});

type Rewards = (rows: readonly TokenRow[]) => tf.Tensor1D;

/** One row at a time, every token through every layer. */
const plain: Rewards = (rows) => {
  const each = rows.map((row) => {
    const layout = layOut([growTree([row])], CONFIG);
    return rewardsAt(model, hiddenStates(model, layout), layout.scoreAt);
  });
  // Placed by one-hot sums: the tape knows no concatenation.
  const placed = each.map((reward, index) => tf.mul(reward, tf.tensor1d(rows.map((_, at) => (at === index ? 1 : 0)))));
  return placed.reduce((sum, one) => tf.add(sum, one)) as tf.Tensor1D;
};

const packedAs =
  (group: (rows: readonly TokenRow[]) => PackedItem[], recompute = false): Rewards =>
  (rows) =>
    rowRewards(model, group(rows), { recompute });

function valuesOf(rewards: Rewards, rows: readonly TokenRow[]): number[] {
  return tf.tidy(() => [...rewards(rows).dataSync()]);
}

/** Gradients of a sum that weighs every row differently, of what is trainable. */
function gradientsOf(rewards: Rewards, rows: readonly TokenRow[]): Map<string, Float32Array> {
  const sum = emptyGradientSum();
  addGradients(sum, model.parameters, () => {
    const weights = tf.tensor1d(rows.map((_, index) => Math.cos(index)));
    return tf.sum(tf.mul(rewards(rows), weights));
  });
  const values = new Map([...sum.gradients].map(([name, gradient]) => [name, gradient.dataSync() as Float32Array]));
  disposeGradients(sum);
  return values;
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  Array.from(expected).forEach((value, index) => {
    expect(Math.abs((found[index] as number) - value), `${what} ${index}`).toBeLessThan(1e-4 * scale);
  });
}

function expectSame(rows: readonly TokenRow[], group: (rows: readonly TokenRow[]) => PackedItem[]): void {
  expectClose(valuesOf(packedAs(group), rows), valuesOf(plain, rows), "reward");
}

// Few tokens, so that rows often begin alike, begin one another, or are equal.
const token = fc.integer({ min: 0, max: 2 });
const row = fc.array(token, { minLength: 1, maxLength: 12 });
const rows = fc.array(row, { minLength: 1, maxLength: 6 });
/** A long prompt with answers of any length from one token. */
const answers = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 20 }), fc.array(row, { minLength: 2, maxLength: 8 }))
  .map(([prompt, own]) => own.map((ids) => [...prompt, ...ids]));
/** A dialogue judged at each of four turns: the chosen answer continues it. */
const dialogue = fc.array(fc.tuple(row, row, row), { minLength: 4, maxLength: 4 }).map((turns) => {
  let history: number[] = [];
  return turns.map(([user, chosen, rejected]) => {
    const prompt = [...history, ...user];
    history = [...prompt, ...chosen];
    return { chosenIds: history, rejectedIds: [...prompt, ...rejected] };
  });
});

const together = (all: readonly TokenRow[]): PackedItem[] => [{ rows: all }];
const apart = (all: readonly TokenRow[]): PackedItem[] => all.map((one) => ({ rows: [one] }));

describe("rewards of packed, shared and trimmed rows equal those of each row alone", () => {
  it("for any rows in one tree, and side by side", () => {
    fc.assert(
      fc.property(rows, (all) => {
        expectSame(all, together);
        expectSame(all, apart);
      }),
      { numRuns: 40 },
    );
  });

  it("for candidates of one prompt", () => {
    fc.assert(
      fc.property(answers, (all) => expectSame(all, together)),
      { numRuns: 30 },
    );
  });

  it("for dialogues of four turns, each with a comparison, mixed in one row", () => {
    fc.assert(
      fc.property(fc.array(dialogue, { minLength: 1, maxLength: 2 }), (dialogues) => {
        const pairs = dialogues.flat();
        const expected = valuesOf(plain, pairs.flatMap(rowsOf));
        expectClose(
          valuesOf(
            packedAs(() => pairs),
            [],
          ),
          expected,
          "reward",
        );
      }),
      { numRuns: 10 },
    );
  });

  it.each([
    [
      "answers of one token",
      [
        [1, 2, 3, 4],
        [1, 2, 3, 5],
      ],
    ],
    [
      "everything shared but the last token of the longer",
      [
        [1, 2, 3, 4],
        [1, 2, 3],
      ],
    ],
    [
      "answers that begin each other",
      [
        [1, 2],
        [1, 2, 3],
        [1, 2, 3, 4],
      ],
    ],
    [
      "equal rows",
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ],
    ["nothing shared", [[1, 2], [2, 1], [3]]],
    ["rows of one token", [[1], [1], [2]]],
  ])("for %s", (_name, all) => {
    expectSame(all, together);
    expectSame([...all].reverse(), together);
  });
});

describe("gradients", () => {
  const compare = (all: readonly TokenRow[], group: (all: readonly TokenRow[]) => PackedItem[]) => {
    const expected = gradientsOf(plain, all);
    const found = gradientsOf(packedAs(group), all);
    const again = gradientsOf(packedAs(group, true), all);
    for (const [name, values] of expected) {
      expectClose(found.get(name) ?? [], values, name);
      // The same operations in the same order: not a bit differs.
      expect(again.get(name), `${name}, recomputed`).toEqual(found.get(name));
    }
  };

  it("equal those of each row alone, and recomputing changes no bit of them", () => {
    fc.assert(
      fc.property(rows, (all) => compare(all, together)),
      { numRuns: 6 },
    );
    fc.assert(
      fc.property(answers, (all) => compare(all, together)),
      { numRuns: 6 },
    );
  });

  it("leave no tensor behind, recomputed or not", () => {
    const all = [[1, 2, 3], [1, 2, 4, 5], [2]];
    for (const recompute of [false, true]) {
      gradientsOf(packedAs(together, recompute), all);
      const before = [tf.memory().numTensors, tf.backend().numDataIds()];
      gradientsOf(packedAs(together, recompute), all);
      expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
    }
  });
});

describe("sharing", () => {
  const packedTokens = (items: readonly PackedItem[]) =>
    packItems(items).trees.reduce((sum, tree) => sum + tree.ids.length, 0);

  it("holds each distinct beginning once: as many tokens as there are different prefixes", () => {
    fc.assert(
      fc.property(rows, (all) => {
        const prefixes = new Set(all.flatMap((one) => one.map((_, at) => one.slice(0, at + 1).join())));
        expect(growTree(all).ids).toHaveLength(prefixes.size);
      }),
    );
  });

  it("packs a dialogue of four turns into the tokens of its last row and the three other answers", () => {
    const turn = (n: number, length: number) => Array.from({ length }, (_, at) => (n * 7 + at) % 6);
    let history: number[] = [];
    const pairs = [0, 1, 2, 3].map((n) => {
      const prompt = [...history, ...turn(n, 3)];
      history = [...prompt, 4, ...turn(n + 1, 19)];
      return { chosenIds: history, rejectedIds: [...prompt, 5, ...turn(n + 2, 19)] };
    });
    // Four user turns of 3 tokens, four chosen and four rejected answers of 20.
    expect(packedTokens(pairs)).toBe(4 * 3 + 8 * 20);
    expect(packedTokens(pairs.toReversed())).toBe(4 * 3 + 8 * 20);
    expect(pairs.flatMap(rowsOf).reduce((sum, one) => sum + one.length, 0)).toBe(2 * (23 + 46 + 69 + 92));
  });

  it("keeps rows apart that share a few tokens only", () => {
    const items = [1, 2, 3].map((n) => ({ rows: [[0, 0, ...Array.from({ length: 20 }, () => n)]] }));
    expect(packItems(items).trees).toHaveLength(3);
  });
});

describe("what is frozen", () => {
  const frozenNames = (layers: number) =>
    [...model.parameters.keys()].filter(
      (name) => name.includes("embed_tokens") || /layers\.(\d+)\./.exec(name)?.[1] === String(layers),
    );

  /** Tensors that live when the forward pass is done: everything that is kept for the gradient. */
  const tensorsAtBackward = (all: readonly TokenRow[]) => {
    let count = 0;
    const counted: Rewards = (these) => {
      const rewards = packedAs(together)(these);
      return differentiable([rewards], () => ({
        value: tf.clone(rewards),
        gradFunc: (dy) => {
          count = tf.memory().numTensors;
          return [tf.clone(dy)];
        },
      }));
    };
    gradientsOf(counted, all);
    return count;
  };

  it("gets no gradient, keeps nothing for one, and leaves the others' gradients as they are", () => {
    const all = [[1, 2, 3], [1, 2, 4, 5], [2]];
    const expected = gradientsOf(packedAs(together), all);
    const trainAll = tensorsAtBackward(all);
    const frozen = frozenNames(0).map((name) => model.parameters.get(name) as tf.Variable);
    for (const variable of frozen) variable.trainable = false;
    const found = gradientsOf(packedAs(together), all);
    const trainFew = tensorsAtBackward(all);
    for (const variable of frozen) variable.trainable = true;
    expect(found.size).toBe(model.parameters.size - frozen.length);
    for (const [name, values] of found) expect(values, name).toEqual(expected.get(name));
    expect(trainFew).toBeLessThan(0.75 * trainAll);
  });
});
