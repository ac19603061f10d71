import { describe, expect, it } from "vitest";
import { packItems } from "../core/model/packing";
import { byteTokenizerFiles } from "../data/byte-tokenizer";
import { encodePair } from "../data/pairs";
import { createTokenizer } from "../data/tokenizer";
import type { Message } from "../format/pair";
import { microBatches, planSteps } from "./micro-batches";

const tokenizer = createTokenizer(byteTokenizerFiles());
const settings = { epochs: 1, seed: 7, itemsPerStep: 16, stepsMax: null };

/** A dialogue judged at each turn; the chosen answer continues it. */
function dialogue(topic: string, turns: number) {
  const history: Message[] = [];
  return Array.from({ length: turns }, (_, turn) => {
    history.push({ role: "user", content: `${topic}, question ${turn}: what should I do about it today?` });
    const chosen = `On ${topic} I would say this first, ${turn}, and then that.`;
    const rejected = `No idea about ${topic}, ask somebody else, please (${turn}).`;
    const { chosenIds, rejectedIds } = encodePair(tokenizer, { prompt: [...history], chosen, rejected }, 4096);
    history.push({ role: "assistant", content: chosen });
    return { chosenIds, rejectedIds };
  });
}

describe("a dialogue judged at every turn", () => {
  const dialogues = ["gardens", "weather", "music", "trains", "cheese", "chess"].map((topic) => dialogue(topic, 4));
  const interleaved = [0, 1, 2, 3].flatMap((turn) => dialogues.map((pairs) => pairs[turn]!));

  it("becomes one tree through the chat template, whatever lies between its turns", () => {
    const pairs = dialogues[0]!;
    const alone = pairs.reduce((sum, pair) => sum + packItems([pair]).trees[0]!.ids.length, 0);
    const { trees } = packItems(interleaved);
    expect(trees).toHaveLength(dialogues.length);
    const longest = pairs.at(-1)!.chosenIds.length;
    // The last row, and the three other rejected answers with what each has of a template after it.
    expect(trees[0]!.ids.length).toBeLessThan(longest + 4 * 80);
    expect(trees[0]!.ids.length).toBeLessThan(0.65 * alone);
  });

  it("stays in one step where that has room, and in one micro-batch", () => {
    const steps = planSteps(interleaved, settings);
    expect(steps.map((step) => step.length)).toEqual([16, 8]);
    for (const pairs of dialogues)
      expect(steps.filter((step) => pairs.some((pair) => step.includes(pair)))).toHaveLength(1);
    const batches = microBatches(steps[0]!, 3000);
    for (const pairs of dialogues.filter(([first]) => steps[0]!.includes(first!)))
      expect(batches.filter((batch) => pairs.some((pair) => batch.includes(pair)))).toHaveLength(1);
  });
});

describe("planSteps", () => {
  const items = Array.from({ length: 40 }, (_, n) => ({ rows: [[n, n + 1, n + 2]] }));

  it("uses every item once an epoch, in another order each epoch, and the same for the same seed", () => {
    const steps = planSteps(items, { ...settings, epochs: 2 });
    const order = steps.flat();
    expect(order).toHaveLength(80);
    expect(new Set(order.slice(0, 40))).toEqual(new Set(items));
    expect(new Set(order.slice(40))).toEqual(new Set(items));
    expect(order.slice(0, 40)).not.toEqual(order.slice(40));
    expect(planSteps(items, { ...settings, epochs: 2 })).toEqual(steps);
    expect(planSteps(items, { ...settings, epochs: 2, seed: 8 })).not.toEqual(steps);
  });

  it("cuts up a prompt of many pairs, so that a step holds others too", () => {
    const family = Array.from({ length: 64 }, (_, n) => ({
      chosenIds: [...Array(20).fill(1), 2, n],
      rejectedIds: [...Array(20).fill(1), 3, n],
    }));
    const others = Array.from({ length: 64 }, (_, n) => ({ chosenIds: [100 + n, 1], rejectedIds: [100 + n, 2] }));
    const known = new Set<object>(family);
    const counts = planSteps([...family, ...others], settings).map(
      (step) => step.filter((pair) => known.has(pair)).length,
    );
    expect(counts.some((count) => count > 0 && count < 16)).toBe(true);
  });

  it("stops after the steps asked for", () => {
    expect(planSteps(items, { ...settings, stepsMax: 1 })).toHaveLength(1);
  });
});
