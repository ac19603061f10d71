/** Which token rows are computed together: items whose rows begin alike form one tree, and trees fill micro-batches. */
import {
  addRow,
  emptyTree,
  finishTree,
  type GrowingTree,
  packedTokenCount,
  sharedTokens,
  type TokenRow,
  type TokenTree,
} from "./token-tree";

export interface EncodedPair {
  chosenIds: number[];
  rejectedIds: number[];
}

/** Token rows that are computed together: the candidates of a prompt, a dialogue, or a pair. */
export type PackedItem = { rows: readonly TokenRow[] } | EncodedPair;

/** The item's rows; of a pair, chosen first. */
export function rowsOf(item: PackedItem): readonly TokenRow[] {
  return "rows" in item ? item.rows : [item.chosenIds, item.rejectedIds];
}

/** Joining a tree pays when it saves this share of what the item costs alone; a few common tokens (a system prompt) do not. */
const SAVED_SHARE_MIN = 0.25;
/** Trees of one family that are still tried; earlier ones are mostly full. */
const OPEN_GROVES = 8;

function commonLength(a: TokenRow, b: TokenRow): number {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same < most && a[same] === b[same]) same += 1;
  return same;
}

function compareRows(a: TokenRow, b: TokenRow): number {
  const same = commonLength(a, b);
  return (a[same] ?? -1) - (b[same] ?? -1);
}

/** Tokens that all rows of the item begin with: a pair's prompt. */
function promptLength(rows: readonly TokenRow[]): number {
  return rows.reduce((least, row) => Math.min(least, commonLength(rows[0] as TokenRow, row)), Number.POSITIVE_INFINITY);
}

/**
 * Groups items that begin alike, each group in the order of arrival; most data has groups of one. With "dialogue" these are items whose
 * prompts continue each other or are the same: the turns of a dialogue, pairs over one prompt. With "any" also those that have half
 * of their tokens in common, such as a long instruction before unrelated prompts.
 */
export function familiesOf<T extends PackedItem>(items: readonly T[], kind: "dialogue" | "any"): T[][] {
  const known = items.map((item, index) => {
    const rows = rowsOf(item);
    return { item, index, row: rows[0] as TokenRow, prompt: promptLength(rows), alone: packedTokenCount(rows) };
  });
  const sorted = known.toSorted((a, b) => compareRows(a.row, b.row) || a.index - b.index);
  const families: (typeof known)[] = [];
  sorted.forEach((one, at) => {
    const before = sorted[at - 1];
    const family = families.at(-1);
    const common = before ? commonLength(before.row, one.row) : 0;
    const least = before ? Math.min(before.alone, one.alone) : 0;
    const related =
      before &&
      ((common >= Math.min(before.prompt, one.prompt) && common >= SAVED_SHARE_MIN * least) ||
        (kind === "any" && common >= least / 2));
    if (family && related) family.push(one);
    else families.push([one]);
  });
  for (const family of families) family.sort((a, b) => a.index - b.index);
  families.sort((a, b) => (a[0]?.index ?? 0) - (b[0]?.index ?? 0));
  return families.map((family) => family.map(({ item }) => item));
}

interface Grove<T> {
  tree: GrowingTree;
  items: T[];
}

/** What the item's rows would add to the tree: of each row what neither the tree nor an earlier row begins with. */
function addedTokens(tree: GrowingTree, rows: readonly TokenRow[]): number {
  return rows.reduce((sum, row, index) => {
    const before = rows.slice(0, index).map((earlier) => commonLength(earlier, row));
    return sum + row.length - Math.max(sharedTokens(tree, row), ...before);
  }, 0);
}

/** Puts items whose rows begin alike (turns of one dialogue, the same prompt) into one tree, in order of arrival. */
function plantGroves<T extends PackedItem>(items: readonly T[], tokensMax: number): Grove<T>[] {
  return familiesOf(items, "any").flatMap((family) => {
    const groves: Grove<T>[] = [];
    for (const item of family) {
      const rows = rowsOf(item);
      const alone = packedTokenCount(rows);
      const home = groves.slice(-OPEN_GROVES).find(({ tree }) => {
        const added = addedTokens(tree, rows);
        return added <= (1 - SAVED_SHARE_MIN) * alone && tree.tokens + added <= tokensMax;
      });
      const grove = home ?? { tree: emptyTree(), items: [] };
      if (!home) groves.push(grove);
      for (const row of rows) addRow(grove.tree, row);
      grove.items.push(item);
    }
    return groves;
  });
}

/**
 * Fills micro-batches to `tokensMax` packed tokens (one item always fits), the largest trees first, each into the first micro-batch
 * with room. The result depends on the items and the budget alone.
 */
export function microBatches<T extends PackedItem>(items: readonly T[], tokensMax: number): T[][] {
  const groves = plantGroves(items, tokensMax).sort((a, b) => b.tree.tokens - a.tree.tokens);
  const batches: { items: T[]; tokens: number }[] = [];
  for (const { tree, items: own } of groves) {
    const open = batches.find(({ tokens }) => tokens + tree.tokens <= tokensMax);
    const batch = open ?? { items: [], tokens: 0 };
    if (!open) batches.push(batch);
    batch.items.push(...own);
    batch.tokens += tree.tokens;
  }
  return batches.map((batch) => batch.items);
}

export interface PackedItems {
  trees: TokenTree[];
  /** For each item, in the given order, and each of its rows: which of the trees' rows it is, counted over all trees. */
  rowNumbers: number[][];
}

/** The trees of a micro-batch. */
export function packItems(items: readonly PackedItem[]): PackedItems {
  const groves = plantGroves(items, Number.POSITIVE_INFINITY);
  const numbers = new Map<PackedItem, number[]>();
  let next = 0;
  for (const item of groves.flatMap((grove) => grove.items))
    numbers.set(
      item,
      rowsOf(item).map(() => next++),
    );
  return {
    trees: groves.map(({ tree }) => finishTree(tree)),
    rowNumbers: items.map((item) => numbers.get(item) ?? []),
  };
}
