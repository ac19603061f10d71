import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json";
import { contentHash, holdoutPosition, isHeldout, promptHash, sortedContentHash } from "./holdout";

const user = (content: string) => ({ role: "user" as const, content });

describe("promptHash", () => {
  it("depends on the first user turn alone, up to white space and Unicode form", () => {
    const short = promptHash([user("Why is the sky blue?")]);
    const long = promptHash([
      { role: "system", content: "Be brief." },
      user(" Why is  the sky\nblue? "),
      { role: "assistant", content: "Scattering." },
      user("And at night?"),
    ]);
    expect(long).toBe(short);
    expect(promptHash([user("Why is the sea blue?")])).not.toBe(short);
    expect(promptHash([user("한국")])).toBe(promptHash([user("한국".normalize("NFD"))]));
  });
  it("is the SHA-256 of the text with white space collapsed, in NFC", () => {
    const piece = fc.constantFrom("a", "Z~", "!", " ", "  ", "\n", "\t", "\u00a0", "é", "e\u0301", "ﬁ", "한", "😀");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join("");
        const canonical = text.normalize("NFC").replace(/\s+/gu, " ").trim();
        expect(promptHash([user(text)])).toBe(createHash("sha256").update(canonical, "utf8").digest("hex"));
      }),
    );
  });
});

describe("isHeldout", () => {
  it("never frees a held-out prompt when the share grows", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (text, a, b) => {
          const hash = promptHash([user(text)]);
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          return !isHeldout(hash, low) || isHeldout(hash, high);
        },
      ),
    );
  });
  it("holds out about the share asked for, nothing at 0", () => {
    const hashes = Array.from({ length: 4000 }, (_, index) => promptHash([user(`prompt ${index}`)]));
    const share = hashes.filter((hash) => isHeldout(hash, 0.1)).length / hashes.length;
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.12);
    expect(hashes.some((hash) => isHeldout(hash, 0))).toBe(false);
    expect(Math.max(...hashes.map(holdoutPosition))).toBeLessThan(1);
  });
});

describe("canonicalJson", () => {
  it("ignores key order and parses back to the same value", () => {
    expect(canonicalJson({ b: [1, { d: null, c: "x" }], a: undefined })).toBe('{"b":[1,{"c":"x","d":null}]}');
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(contentHash({ a: 1, b: 2 })).toBe(contentHash({ b: 2, a: 1 }));
  });
});

describe("sortedContentHash", () => {
  it("is contentHash for values with sorted keys", () => {
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(text, text, text, (chosen, content, rejected) => {
        const value = { chosen, kind: "verdict", prompt: [{ content, role: "user" }], rejected, task: "safety" };
        expect(sortedContentHash(value)).toBe(contentHash(value));
      }),
    );
  });
});
