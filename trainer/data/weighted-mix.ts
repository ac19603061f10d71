/**
 * A mix by named sources and weights, for those who know better than the paper's two mixes (`mix.ts`). Ours. A weight says how often
 * each pair of the source is used per epoch: 1 = once, 0.5 = a random half of them, 2.5 = twice and a random half a third time.
 */
import { createRandom, deriveSeed, shuffled } from "../core/random";

/** A weight names a source that the data does not have. */
export class UnknownSourceError extends Error {
  constructor(name: string, known: readonly string[]) {
    super(`sourceWeights names "${name}"; the data's sources are ${known.map((one) => `"${one}"`).join(", ")}`);
    this.name = "UnknownSourceError";
  }
}

export interface SourceShare {
  name: string;
  weight: number;
  /** Pairs that there are. */
  available: number;
  /** Pairs in the mix, repeats counted. */
  drawn: number;
}

interface Named {
  id: string;
}

/** Repeats of one source: whole copies, then a seeded random part. */
function draw<T extends Named>(pairs: readonly T[], weight: number, seed: number): T[] {
  const whole = Math.floor(weight);
  const rest = Math.round((weight - whole) * pairs.length);
  const copies = Array.from({ length: whole }, () => pairs).flat();
  return [...copies, ...shuffled(pairs, createRandom(seed)).slice(0, rest)];
}

/**
 * The mixed pairs in a seeded random order, and what was drawn of each source, by name. Sources without a weight count 1. The same pairs,
 * names, weights and seed give the same order, however the pairs were ordered before. Throws UnknownSourceError.
 */
export function mixByWeights<T extends Named>(
  pairs: readonly T[],
  nameOf: (pair: T) => string,
  weights: Readonly<Record<string, number>>,
  seed: number,
): { mixed: T[]; sources: SourceShare[] } {
  const byName = new Map<string, T[]>();
  for (const pair of [...pairs].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))) {
    const name = nameOf(pair);
    const own = byName.get(name);
    if (own) own.push(pair);
    else byName.set(name, [pair]);
  }
  const names = [...byName.keys()].sort();
  for (const name of Object.keys(weights)) if (!byName.has(name)) throw new UnknownSourceError(name, names);
  const sources: SourceShare[] = [];
  const drawn: T[] = [];
  for (const name of names) {
    const weight = weights[name] ?? 1;
    const own = byName.get(name) ?? [];
    const taken = draw(own, weight, deriveSeed(seed, `mix.source ${name}`));
    sources.push({ name, weight, available: own.length, drawn: taken.length });
    drawn.push(...taken);
  }
  return { mixed: shuffled(drawn, createRandom(deriveSeed(seed, "mix.order"))), sources };
}
