/**
 * Draws the two policy variants that answer a live prompt and says with what probability (I8).
 * The paper draws from two variants but gives no scheme; ours: two draws without replacement in proportion to weight.
 */
export interface WeightedVariant {
  id: string;
  /** Relative, > 0. */
  weight: number;
}

export interface DrawnPair<V extends WeightedVariant> {
  first: V;
  second: V;
  /** Probability of this unordered pair. */
  pairProbability: number;
  /** Probability that a pair holds this variant, in the order first, second. */
  inclusionProbabilities: [number, number];
}

const total = (variants: readonly WeightedVariant[]) => variants.reduce((sum, variant) => sum + variant.weight, 0);

/** The second factor's denominator is summed over the others: subtracting from the total would cancel badly. */
function orderedProbability(variants: readonly WeightedVariant[], first: WeightedVariant, second: WeightedVariant) {
  const others = total(variants.filter((variant) => variant.id !== first.id));
  return (first.weight / total(variants)) * (second.weight / others);
}

export function pairProbability(variants: readonly WeightedVariant[], first: string, second: string): number {
  const a = variants.find((variant) => variant.id === first);
  const b = variants.find((variant) => variant.id === second);
  if (!a || !b || first === second) return 0;
  // Rounding can push a certain pair past one.
  return Math.min(1, orderedProbability(variants, a, b) + orderedProbability(variants, b, a));
}

export function inclusionProbability(variants: readonly WeightedVariant[], id: string): number {
  return variants.reduce((sum, other) => (other.id === id ? sum : sum + pairProbability(variants, id, other.id)), 0);
}

function pick<V extends WeightedVariant>(variants: readonly V[], random: number): V {
  let left = random * total(variants);
  for (const variant of variants) {
    left -= variant.weight;
    if (left < 0) return variant;
  }
  return variants.at(-1)!;
}

/** `random` gives numbers in [0, 1). Null when fewer than two variants have weight. */
export function drawPair<V extends WeightedVariant>(all: readonly V[], random: () => number): DrawnPair<V> | null {
  const variants = all.filter((variant) => variant.weight > 0);
  if (variants.length < 2) return null;
  const first = pick(variants, random());
  const second = pick(
    variants.filter((variant) => variant.id !== first.id),
    random(),
  );
  return {
    first,
    second,
    pairProbability: pairProbability(variants, first.id, second.id),
    inclusionProbabilities: [inclusionProbability(variants, first.id), inclusionProbability(variants, second.id)],
  };
}
