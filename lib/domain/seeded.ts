/** Draws that depend on a seed and names only, so that a step run again makes the same choices. Pure. */
import { createHash } from "node:crypto";

/** A whole number in [0, 2^31), uniform over the seed and the labels. */
export function seededInteger(seed: number, ...labels: (string | number)[]): number {
  const digest = createHash("sha256")
    .update(JSON.stringify([seed, ...labels]), "utf8")
    .digest();
  return digest.readUInt32BE(0) >>> 1;
}

/** `count` of the items in an order that the seed alone decides, whatever order they come in. */
export function seededChoice<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  count: number,
  seed: number,
  label: string,
): T[] {
  return items
    .map((item) => {
      const key = keyOf(item);
      return {
        item,
        key,
        rank: createHash("sha256")
          .update(JSON.stringify([seed, label, key]), "utf8")
          .digest("hex"),
      };
    })
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.key < b.key ? -1 : 1))
    .slice(0, count)
    .map(({ item }) => item);
}
