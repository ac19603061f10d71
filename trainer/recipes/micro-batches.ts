/** The order of a run: which items make up each optimizer step; which of them are computed together, `core/model/packing.ts` says. */
import { familiesOf, type PackedItem } from "../core/model/packing";
import { createRandom, deriveSeed, shuffled } from "../core/random";

export { microBatches } from "../core/model/packing";

export interface PlanSettings {
  epochs: number;
  seed: number;
  itemsPerStep: number;
  /** null = all. */
  stepsMax: number | null;
}

/**
 * The items of every optimizer step: each epoch is its own shuffle; a last partial step is kept. Items that share most of their tokens
 * (the turns of one dialogue) are shuffled as one, so that they meet in a step and are computed together; at most half a step of them.
 */
export function planSteps<T extends PackedItem>(
  items: readonly T[],
  { epochs, seed, itemsPerStep, stepsMax }: PlanSettings,
): T[][] {
  const total = Math.max(1, Math.round(items.length * epochs));
  const most = Math.max(1, Math.floor(itemsPerStep / 2));
  const families = familiesOf(items, "dialogue").flatMap((family) => {
    const parts = Math.ceil(family.length / most);
    return Array.from({ length: parts }, (_, part) => family.slice(part * most, (part + 1) * most));
  });
  const order: T[] = [];
  for (let epoch = 0; order.length < total; epoch += 1)
    for (const family of shuffled(families, createRandom(deriveSeed(seed, `epoch ${epoch}`)))) order.push(...family);
  const steps: T[][] = [];
  for (let start = 0; start < total; start += itemsPerStep)
    steps.push(order.slice(start, Math.min(total, start + itemsPerStep)));
  return stepsMax === null ? steps : steps.slice(0, stepsMax);
}
