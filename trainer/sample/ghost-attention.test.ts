import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sftRowSchema } from "../data/loss-mask";
import type { Message } from "../format/pair";
import { GhostAttentionError, ghostInstructions, promptForSampling, toTrainingDialogue } from "./ghost-attention";

const language = fc.constantFrom("en" as const, "ko" as const);
/** A dialogue of n user turns with all but the last answered; texts never contain an instruction. */
const dialogues = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.boolean()).map(([turns, system]) => {
  const messages: Message[] = system ? [{ role: "system", content: "s" }] : [];
  for (let turn = 0; turn < turns; turn += 1) {
    messages.push({ role: "user", content: `question ${turn}` });
    if (turn < turns - 1) messages.push({ role: "assistant", content: `answer ${turn}` });
  }
  return messages;
});

describe("ghostInstructions", () => {
  it("names every constraint, one of a kind, and repeats itself for a seed", () => {
    fc.assert(
      fc.property(fc.nat(), language, (seed, lang) => {
        const instruction = ghostInstructions(seed, lang);
        expect(instruction).toEqual(ghostInstructions(seed, lang));
        expect(instruction.constraints.length).toBeGreaterThan(0);
        expect(new Set(instruction.constraints.map((c) => c.kind)).size).toBe(instruction.constraints.length);
        for (const { value } of instruction.constraints) expect(instruction.text).toContain(value);
        expect(/[가-힣]/.test(instruction.text)).toBe(lang === "ko");
      }),
    );
  });

  it("shortens half of the instructions and draws every combination", () => {
    const drawn = Array.from({ length: 2000 }, (_, seed) => ghostInstructions(seed, "en"));
    const short = drawn.filter((instruction) => instruction.shortened);
    // 1000 expected, standard deviation 22.
    expect(Math.abs(short.length - 1000)).toBeLessThan(112);
    expect(short.find((i) => i.text === "Figure: Napoleon")).toBeDefined();
    expect(new Set(drawn.map((i) => i.constraints.map((c) => c.kind).join())).size).toBe(7);
    expect(drawn.filter((i) => !i.shortened).every((i) => !/^(Figure|Hobbies|Language):/.test(i.text))).toBe(true);
  });
});

describe("Ghost Attention dialogues", () => {
  it("carries the instruction on every user turn for sampling, and nowhere else", () => {
    fc.assert(
      fc.property(dialogues, fc.nat(), language, (dialogue, seed, lang) => {
        const instruction = ghostInstructions(seed, lang);
        const prompt = promptForSampling(dialogue, instruction);
        prompt.forEach((message, i) => {
          const expected = `${instruction.text}\n\n${dialogue[i]!.content}`;
          expect(message.content).toBe(message.role === "user" ? expected : dialogue[i]!.content);
        });
      }),
    );
  });

  it("keeps it on the first user turn only for training, with loss on the last answer only", () => {
    fc.assert(
      fc.property(dialogues, fc.nat(), (dialogue, seed) => {
        const instruction = ghostInstructions(seed, "en");
        const answered: Message[] = [...dialogue, { role: "assistant", content: "last" }];
        const row = toTrainingDialogue(answered, instruction);
        const carrying = row.messages.filter((message) => message.content.includes(instruction.text));
        expect(carrying).toHaveLength(1);
        expect(row.messages.indexOf(carrying[0]!)).toBe(answered.findIndex((message) => message.role === "user"));
        expect(row.lossOn).toEqual(answered.map((_, i) => i === answered.length - 1));
        expect(sftRowSchema.safeParse(row).success).toBe(true);
      }),
    );
  });

  it("leaves its input alone and refuses dialogues out of turn", () => {
    const instruction = ghostInstructions(1, "en");
    const dialogue: Message[] = [{ role: "user", content: "a" }];
    promptForSampling(dialogue, instruction);
    expect(dialogue).toEqual([{ role: "user", content: "a" }]);
    const twice: Message[] = [...dialogue, ...dialogue];
    expect(() => promptForSampling(twice, instruction)).toThrow(/turn 2 is user's, expected assistant's/);
    expect(() => toTrainingDialogue(dialogue, instruction)).toThrow(GhostAttentionError);
    expect(() => promptForSampling([], instruction)).toThrow(/must end with a turn of user/);
  });
});
