import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keptBlocks } from "./layout";
import { familiesOf, microBatches, packItems, rowsOf } from "./packing";
import { growTree, packedTokenCount, rowTokens, type TokenRow } from "./token-tree";

const row = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 10 });
const rows = fc.array(row, { minLength: 1, maxLength: 8 });
const pair = fc.tuple(row, row, row).map(([prompt, chosen, rejected]) => ({
  chosenIds: [...prompt, ...chosen],
  rejectedIds: [...prompt, ...rejected],
}));

describe("growTree", () => {
  it("holds every row: its tokens lie on its path, at the positions they have in the row", () => {
    fc.assert(
      fc.property(rows, (all) => {
        const tree = growTree(all);
        expect(tree.ids).toHaveLength(packedTokenCount(all));
        all.forEach((one, index) => {
          const tokens = rowTokens(tree.spans, tree.scoreAt[index] as number);
          expect(tokens.map((at) => tree.ids[at])).toEqual(one);
          expect(tokens.map((at) => tree.positions[at])).toEqual(one.map((_, at) => at));
        });
      }),
    );
  });

  it("covers the packed row with spans in order, each after its parent", () => {
    fc.assert(
      fc.property(rows, (all) => {
        const { spans, ids } = growTree(all);
        const ends = spans.map(({ start, count }) => start + count);
        expect(spans.map(({ start }) => start)).toEqual([0, ...ends.slice(0, -1)]);
        expect(ends.at(-1)).toBe(ids.length);
        spans.forEach(({ parent }, index) => {
          expect(parent === null || parent < index).toBe(true);
        });
      }),
    );
  });

  it("refuses a row without tokens", () => {
    expect(() => growTree([[1], []])).toThrow(/without tokens/);
  });
});

describe("keptBlocks", () => {
  it("lets every kept token see exactly its row up to itself, in any order and twice", () => {
    fc.assert(
      fc.property(rows, fc.array(fc.nat(), { minLength: 1, maxLength: 12 }), (all, picks) => {
        const tree = growTree(all);
        const at = picks.map((pick) => pick % tree.ids.length);
        const seen: number[][] = [];
        for (const { queryStart, queryCount, keys } of keptBlocks(tree.spans, at)) {
          const flat = keys.flatMap(({ start, count }) => Array.from({ length: count }, (_, index) => start + index));
          for (let query = 0; query < queryCount; query += 1)
            seen[queryStart + query] = flat.slice(0, flat.length - queryCount + query + 1);
        }
        const paths = all.map((_, index) => rowTokens(tree.spans, tree.scoreAt[index] as number));
        expect(seen).toEqual(
          at.map((token) => {
            const path = paths.find((tokens) => tokens.includes(token)) as number[];
            return path.slice(0, path.indexOf(token) + 1);
          }),
        );
      }),
    );
  });
});

describe("microBatches", () => {
  it("holds every item once, within the budget where more than one item is in it, and always the same", () => {
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 60 }), (pairs, budget) => {
        const batches = microBatches(pairs, budget);
        expect(new Set(batches.flat())).toEqual(new Set(pairs));
        expect(batches.flat()).toHaveLength(pairs.length);
        for (const batch of batches) {
          const tokens = packItems(batch).trees.reduce((sum, tree) => sum + tree.ids.length, 0);
          if (batch.length > 1) expect(tokens).toBeLessThanOrEqual(budget);
        }
        expect(microBatches(pairs, budget)).toEqual(batches);
      }),
    );
  });

  it("says which of the trees' rows belong to which item", () => {
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 8 }), (pairs) => {
        const { trees, rowNumbers } = packItems(pairs);
        const found = trees.flatMap((tree) =>
          tree.scoreAt.map((end) => rowTokens(tree.spans, end).map((at) => tree.ids[at] as number)),
        );
        expect(rowNumbers.map((numbers) => numbers.map((number) => found[number]))).toEqual(pairs.map(rowsOf));
      }),
    );
  });

  it("fills the budget rather than counting items", () => {
    const items = Array.from({ length: 16 }, (_, n) => ({ rows: [[n, ...Array(9).fill(n)]] as TokenRow[] }));
    expect(microBatches(items, 40).map((batch) => batch.length)).toEqual([4, 4, 4, 4]);
  });
});

describe("familiesOf", () => {
  it("keeps a dialogue's turns and a prompt's pairs together, whatever lies between, and nothing else", () => {
    const text = (seed: number, length: number) => Array.from({ length }, (_, at) => seed * 100 + at);
    const system = text(0, 4);
    const turnOne = { chosenIds: [...system, ...text(1, 9)], rejectedIds: [...system, ...text(1, 4), ...text(2, 6)] };
    const turnTwo = {
      chosenIds: [...turnOne.chosenIds, ...text(3, 5)],
      rejectedIds: [...turnOne.chosenIds, ...text(4, 5)],
    };
    const other = { chosenIds: [...system, ...text(5, 9)], rejectedIds: [...system, ...text(5, 3), 7] };
    const samePrompt = { chosenIds: [...system, ...text(5, 3), 8, 9], rejectedIds: [...system, ...text(5, 3), 10] };
    expect(familiesOf([turnTwo, other, turnOne, samePrompt], "dialogue")).toEqual([
      [turnTwo, turnOne],
      [other, samePrompt],
    ]);
  });

  it("shares a long instruction before unrelated prompts, without keeping them together in a plan", () => {
    const pairs = [1, 2, 3].map((n) => ({
      chosenIds: [...Array(40).fill(9), n, n, 7],
      rejectedIds: [...Array(40).fill(9), n, n, 8],
    }));
    expect(familiesOf(pairs, "dialogue")).toHaveLength(3);
    expect(packItems(pairs).trees.map((tree) => tree.ids.length)).toEqual([40 + 3 * 4]);
  });

  it("packs twenty thousand pairs behind one system prompt in little time", () => {
    const pairs = Array.from({ length: 20_000 }, (_, n) => {
      const prompt = [...Array(30).fill(1), ...Array.from({ length: 30 }, (_, at) => (n * 31 + at * at) % 1000)];
      return { chosenIds: [...prompt, ...Array(40).fill(2)], rejectedIds: [...prompt, ...Array(40).fill(3)] };
    });
    const started = performance.now();
    expect(microBatches(pairs, 2048).flat()).toHaveLength(20_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
