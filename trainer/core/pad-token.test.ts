import { describe, expect, it } from "vitest";
import { choosePadToken, endAtScore } from "./pad-token";

describe("endAtScore", () => {
  it.each([
    ["a row that ends in no pad", [7, 2, 8], 2, [7, 2, 8]],
    ["pads at the end, one or more, but not those within", [7, 2, 8, 2, 2], 2, [7, 2, 8]],
    ["nothing but pads: the first token", [2, 2, 2], 2, [2]],
    ["a single pad", [2], 2, [2]],
    ["a model without a pad", [7, 2], null, [7, 2]],
  ])("reads %s as transformers does", (_, ids, pad, expected) => {
    expect(endAtScore(ids, pad)).toEqual(expected);
  });
});

describe("choosePadToken", () => {
  const candidates = {
    specialTokens: new Map([
      [0, "<s>"],
      [1, "</s>"],
      [2, "<|eot|>"],
      [3, "<|end|>"],
      [4, "<reserved_0>"],
      [5, "<pad>"],
    ]),
    chatTemplate: "{{ content }}<|eot|>",
    declaredPadId: null,
    bosTokenId: 0,
    endTokenIds: [1, 3],
  };
  it("never takes what can end a turn: an end token of tokenizer or model, or a mark of the template", () => {
    expect(choosePadToken(candidates)).toBe(5);
    for (const declaredPadId of [1, 2, 3]) expect(choosePadToken({ ...candidates, declaredPadId })).toBe(5);
    expect(choosePadToken({ ...candidates, declaredPadId: 4 })).toBe(4);
    const few = new Map([...candidates.specialTokens].slice(0, 4));
    expect(choosePadToken({ ...candidates, specialTokens: few })).toBeNull();
  });
});
