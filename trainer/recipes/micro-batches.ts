/** The order of a run: which items make up each optimizer step and each micro-batch. */
import { createRandom, deriveSeed, shuffled } from "../core/random";

export interface PlanSettings {
  epochs: number;
  seed: number;
  itemsPerStep: number;
  /** null = all. */
  stepsMax: number | null;
}

/** The items of every optimizer step: each epoch is its own shuffle of all items; a last partial step is kept. */
export function planSteps<T>(items: readonly T[], { epochs, seed, itemsPerStep, stepsMax }: PlanSettings): T[][] {
  const total = Math.max(1, Math.round(items.length * epochs));
  const order: T[] = [];
  for (let epoch = 0; order.length < total; epoch += 1)
    order.push(...shuffled(items, createRandom(deriveSeed(seed, `epoch ${epoch}`))));
  const steps: T[][] = [];
  for (let start = 0; start < total; start += itemsPerStep)
    steps.push(order.slice(start, Math.min(total, start + itemsPerStep)));
  return stepsMax === null ? steps : steps.slice(0, stepsMax);
}

/** Groups items, in order, into micro-batches of at most `itemsMax` items and `tokensMax` padded tokens (one item always fits). */
export function microBatches<T extends { tokens: number }>(
  items: readonly T[],
  itemsMax: number,
  tokensMax: number | null,
): T[][] {
  const groups: T[][] = [];
  let group: T[] = [];
  let longest = 0;
  for (const item of items) {
    const padded = Math.max(longest, item.tokens) * (group.length + 1);
    if (group.length > 0 && (group.length >= itemsMax || (tokensMax !== null && padded > tokensMax))) {
      groups.push(group);
      group = [];
      longest = 0;
    }
    group.push(item);
    longest = Math.max(longest, item.tokens);
  }
  if (group.length > 0) groups.push(group);
  return groups;
}
