/**
 * Token rows as a tree: what rows begin with in common is there once, and each row goes on by itself. A pair is a prompt with two
 * answers; K candidates are a prompt with K answers; a dialogue judged turn by turn is a longer tree.
 */

export type TokenRow = readonly number[];

/** A run of tokens. It sees all tokens of its ancestors (root first) and itself causally. */
export interface Span {
  /** Index of the first token. */
  start: number;
  count: number;
  /** Index of the span that this one continues; null = it begins a row. */
  parent: number | null;
}

export interface TokenTree {
  /** Every span before those that continue it, its first continuation directly after it. */
  spans: Span[];
  ids: number[];
  /** Position of each token within its own row. */
  positions: number[];
  /** Index in `ids` of every row's last token, in the order of the rows: where its reward is read. */
  scoreAt: number[];
}

interface Node {
  tokens: TokenRow;
  children: Map<number, Node>;
}

/** A tree being built; cheap to ask what another row would add. */
export interface GrowingTree {
  roots: Map<number, Node>;
  rows: TokenRow[];
  /** Tokens so far. */
  tokens: number;
}

export function emptyTree(): GrowingTree {
  return { roots: new Map(), rows: [], tokens: 0 };
}

function sameLength(a: TokenRow, row: TokenRow, from: number): number {
  let same = 0;
  while (same < a.length && from + same < row.length && a[same] === row[from + same]) same += 1;
  return same;
}

/** How many of the row's first tokens the tree already holds. */
export function sharedTokens(tree: GrowingTree, row: TokenRow): number {
  let at = 0;
  let next = tree.roots.get(row[0] as number);
  while (next) {
    const same = sameLength(next.tokens, row, at);
    at += same;
    if (same < next.tokens.length || at === row.length) break;
    next = next.children.get(row[at] as number);
  }
  return at;
}

/** Cuts a node after `length` tokens; what followed becomes its only child. */
function split(node: Node, length: number): void {
  const rest = { tokens: node.tokens.slice(length), children: node.children };
  node.tokens = node.tokens.slice(0, length);
  node.children = new Map([[rest.tokens[0] as number, rest]]);
}

/** Adds a row. It ends where a span ends, so that its last token can be told from a longer row's inner one. */
export function addRow(tree: GrowingTree, row: TokenRow): void {
  if (row.length === 0) throw new RangeError("a row without tokens cannot be packed");
  tree.rows.push(row);
  let children = tree.roots;
  let at = 0;
  while (at < row.length) {
    const node = children.get(row[at] as number);
    if (node === undefined) {
      children.set(row[at] as number, { tokens: row.slice(at), children: new Map() });
      tree.tokens += row.length - at;
      return;
    }
    const same = sameLength(node.tokens, row, at);
    at += same;
    if (same < node.tokens.length) split(node, same);
    children = node.children;
  }
}

/** Lays the tree out in one line. */
export function finishTree(growing: GrowingTree): TokenTree {
  const tree: TokenTree = { spans: [], ids: [], positions: [], scoreAt: [] };
  const endOf = new Map<Node, number>();
  const place = (node: Node, parent: number | null, depth: number): void => {
    const index = tree.spans.length;
    tree.spans.push({ start: tree.ids.length, count: node.tokens.length, parent });
    node.tokens.forEach((id, offset) => {
      tree.ids.push(id);
      tree.positions.push(depth + offset);
    });
    endOf.set(node, tree.ids.length - 1);
    for (const child of node.children.values()) place(child, index, depth + node.tokens.length);
  };
  for (const root of growing.roots.values()) place(root, null, 0);
  tree.scoreAt = growing.rows.map((row) => {
    let node = growing.roots.get(row[0] as number) as Node;
    for (let at = node.tokens.length; at < row.length; at += node.tokens.length)
      node = node.children.get(row[at] as number) as Node;
    return endOf.get(node) as number;
  });
  return tree;
}

/** The tree of some rows. Equal rows, rows that begin others and rows that share nothing are all welcome; empty ones are not. */
export function growTree(rows: readonly TokenRow[]): TokenTree {
  const tree = emptyTree();
  for (const row of rows) addRow(tree, row);
  return finishTree(tree);
}

/** Tokens of the rows packed as one tree. */
export function packedTokenCount(rows: readonly TokenRow[]): number {
  const tree = emptyTree();
  for (const row of rows) addRow(tree, row);
  return tree.tokens;
}

/** Indices of all tokens of the row that ends at `end`, which is a span's last token, in order. */
export function rowTokens(spans: readonly Span[], end: number): number[] {
  let at: number | null = spans.findIndex(({ start, count }) => start + count - 1 === end);
  if (at < 0) throw new RangeError(`no row ends at token ${end}`);
  const path: Span[] = [];
  for (; at !== null; at = (spans[at] as Span).parent) path.unshift(spans[at] as Span);
  return path.flatMap(({ start, count }) => Array.from({ length: count }, (_, offset) => start + offset));
}
