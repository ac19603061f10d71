import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Message } from "../format/pair";
import { byteTokenizerFiles } from "./byte-tokenizer";
import { encodePair } from "./pairs";
import { createTokenizer } from "./tokenizer";

const tokenizer = createTokenizer(byteTokenizerFiles());
const word = fc.stringMatching(/^[a-z가-힣]{1,12}$/);
const pairs = fc.tuple(fc.array(word, { minLength: 1, maxLength: 3 }), word, word).map(([turns, chosen, rejected]) => {
  const prompt = turns.flatMap((content, i): Message[] =>
    i === turns.length - 1
      ? [{ role: "user", content }]
      : [
          { role: "user", content },
          { role: "assistant", content: "ok" },
        ],
  );
  return { prompt, chosen, rejected };
});
const rowOf = (prompt: readonly Message[], content: string): number[] =>
  tokenizer.encodeChat([...prompt, { role: "assistant", content }]);
const answerLength = (text: string): number => tokenizer.encode(text).length + 2;

describe("encodePair", () => {
  it("encodes the whole dialogue and each answer when they fit", () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const encoded = encodePair(tokenizer, pair, 1000);
        expect(encoded).toEqual({
          chosenIds: rowOf(pair.prompt, pair.chosen),
          rejectedIds: rowOf(pair.prompt, pair.rejected),
          truncated: false,
          answerCut: false,
        });
      }),
    );
  });

  it("cuts both rows alike from the prompt's start, never the answers", () => {
    fc.assert(
      fc.property(pairs, fc.nat(), (pair, slack) => {
        const whole = [rowOf(pair.prompt, pair.chosen), rowOf(pair.prompt, pair.rejected)];
        const longest = Math.max(...whole.map((row) => row.length));
        const answers = Math.max(answerLength(pair.chosen), answerLength(pair.rejected));
        const max = answers + (slack % (longest - answers));
        const { chosenIds, rejectedIds, truncated, answerCut } = encodePair(tokenizer, pair, max);
        expect([truncated, answerCut]).toEqual([true, false]);
        const cut = longest - max;
        expect(chosenIds).toEqual(whole[0]!.slice(cut));
        expect(rejectedIds).toEqual(whole[1]!.slice(cut));
        expect(Math.max(chosenIds.length, rejectedIds.length)).toBe(max);
      }),
    );
  });

  it("keeps an over-long answer's beginning and its end of turn", () => {
    const prompt: Message[] = [{ role: "user", content: "question" }];
    const long = "abcdefghijklmnopqrstuvwxyz";
    const { chosenIds, rejectedIds, answerCut } = encodePair(tokenizer, { prompt, chosen: long, rejected: "no" }, 10);
    expect(answerCut).toBe(true);
    const close = [4, 15];
    expect(chosenIds).toEqual([...tokenizer.encode("abcdefgh"), ...close]);
    expect(rejectedIds).toEqual([...tokenizer.encode("no"), ...close]);
  });

  it("keeps a BOS that opens the row", () => {
    const files = byteTokenizerFiles();
    const config = JSON.parse(files.get("tokenizer_config.json")!);
    config.chat_template = `{{ bos_token }}${config.chat_template}`;
    const withBos = createTokenizer(files.set("tokenizer_config.json", JSON.stringify(config)));
    const pair = { prompt: [{ role: "user" as const, content: "a long question" }], chosen: "yes", rejected: "no" };
    const { chosenIds, rejectedIds } = encodePair(withBos, pair, 20);
    expect(chosenIds).toHaveLength(20);
    expect([chosenIds[0], rejectedIds[0]]).toEqual([1, 1]);
    expect(chosenIds.slice(1)).toEqual(rowOf(pair.prompt, "yes").slice(-19));
  });

  it("survives every limit and never exceeds it", () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 1, max: 60 }), (pair, max) => {
        const { chosenIds, rejectedIds } = encodePair(tokenizer, pair, max);
        expect(Math.max(chosenIds.length, rejectedIds.length)).toBeLessThanOrEqual(max);
        expect(Math.min(chosenIds.length, rejectedIds.length)).toBeGreaterThan(0);
        expect(chosenIds.at(-1)).toBe(15);
      }),
    );
    expect(() => encodePair(tokenizer, { prompt: [], chosen: "", rejected: "" }, 0)).toThrow(RangeError);
  });
});
