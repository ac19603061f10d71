/** The order of a run: which items make up each optimizer step; which of them are computed together, `core/model/packing.ts` says. */
import { createRandom, deriveSeed, shuffled } from "../core/random";

export { microBatches } from "../core/model/packing";

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
