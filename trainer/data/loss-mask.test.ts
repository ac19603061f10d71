import { describe, expect, it } from "vitest";
import { byteTokenizerFiles } from "./byte-tokenizer";
import { encodeWithLossMask, LossMaskError, sftRowSchema, truncateMasked } from "./loss-mask";
import { createTokenizer } from "./tokenizer";

const files = byteTokenizerFiles();
const tokenizer = createTokenizer(files);
const MESSAGES = [
  { role: "system" as const, content: "be kind" },
  { role: "user" as const, content: "hi" },
  { role: "assistant" as const, content: "안녕" },
  { role: "user" as const, content: "more" },
  { role: "assistant" as const, content: "yes" },
];

/** The text of each run of tokens that carries loss, special tokens shown. */
function learned(ids: number[], mask: number[]): string[] {
  const runs: number[][] = [];
  ids.forEach((id, i) => {
    if (mask[i] !== 1) return;
    if (mask[i - 1] === 1) runs.at(-1)!.push(id);
    else runs.push([id]);
  });
  const text = (id: number): string => (id === 4 ? "[end]" : id < 5 ? `[${id}]` : String.fromCharCode(id - 5));
  return runs.map((run) => Buffer.from(run.map(text).join(""), "latin1").toString("utf8"));
}

describe("encodeWithLossMask", () => {
  it("learns every answer with its end-of-turn token and nothing else", () => {
    const { ids, mask } = encodeWithLossMask(tokenizer, {
      messages: MESSAGES,
      lossOn: [false, false, true, false, true],
    });
    expect(mask).toHaveLength(ids.length);
    expect(learned(ids, mask)).toEqual(["안녕[end]", "yes[end]"]);
    // The line break that the template writes after an end of turn is not learned.
    expect([ids.at(-2), mask.at(-2), ids.at(-1), mask.at(-1)]).toEqual([4, 1, 15, 0]);
    expect(ids).toEqual(tokenizer.encodeChat(MESSAGES));
  });

  it("learns only the last answer of a Ghost Attention dialogue", () => {
    const lossOn = [false, false, false, false, true];
    const { ids, mask } = encodeWithLossMask(tokenizer, { messages: MESSAGES, lossOn });
    expect(learned(ids, mask)).toEqual(["yes[end]"]);
    expect(ids).toEqual(tokenizer.encodeChat(MESSAGES));
    const last = tokenizer.encodeChat(MESSAGES.slice(0, 4), { addGenerationPrompt: true });
    expect(mask.indexOf(1)).toBe(last.length);
  });

  it("learns nothing where no flag is set", () => {
    const { mask } = encodeWithLossMask(tokenizer, { messages: MESSAGES, lossOn: MESSAGES.map(() => false) });
    expect(mask.every((value) => value === 0)).toBe(true);
  });

  it("keeps an answer's own white space inside the loss", () => {
    const { ids, mask } = encodeWithLossMask(tokenizer, {
      messages: [
        { role: "user", content: "hi" },
        { role: "assistant", content: "  a \n" },
      ],
      lossOn: [false, true],
    });
    expect(learned(ids, mask)).toEqual(["  a \n[end]"]);
  });

  it("refuses a template that rewrites earlier turns", () => {
    const config = JSON.parse(files.get("tokenizer_config.json")!);
    const chat_template = "{{ messages | length }}{{ messages[-1].content }}";
    const odd = createTokenizer(
      new Map(files).set("tokenizer_config.json", JSON.stringify({ ...config, chat_template })),
    );
    expect(() => encodeWithLossMask(odd, { messages: MESSAGES, lossOn: [false, false, true, false, true] })).toThrow(
      LossMaskError,
    );
  });

  it("keeps ids and mask aligned when cut from the front", () => {
    const row = encodeWithLossMask(tokenizer, { messages: MESSAGES, lossOn: [false, false, true, false, true] });
    const cut = truncateMasked(row, 6);
    expect(learned(cut.ids, cut.mask)).toEqual(["yes[end]"]);
    expect([cut.ids.length, cut.mask.length]).toEqual([6, 6]);
    expect(truncateMasked(row, 1000)).toEqual(row);
  });

  it("accepts loss on answers only, one flag per message", () => {
    const messages = MESSAGES.slice(1, 3);
    expect(sftRowSchema.safeParse({ messages, lossOn: [false, true] }).success).toBe(true);
    expect(sftRowSchema.safeParse({ messages, lossOn: [true, true] }).success).toBe(false);
    expect(sftRowSchema.safeParse({ messages, lossOn: [false] }).success).toBe(false);
  });
});
