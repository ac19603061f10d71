import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyChunks, copyText } from "./copy";

/** A reader of COPY's text format, written from Postgres' manual and independent of the writer. */
function readCopy(text: string): (string | null)[][] {
  const plain: Record<string, string> = { t: "\t", n: "\n", r: "\r", "\\": "\\" };
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) =>
      line
        .split("\t")
        .map((cell) => (cell === "\\N" ? null : cell.replace(/\\(.)/gu, (_, code: string) => plain[code] ?? code))),
    );
}

const textOf = (rows: (string | null)[][]) =>
  Buffer.concat([...copyChunks(rows.map((row) => row.map(copyText).join("\t")))]).toString("utf8");

describe("copyChunks", () => {
  it("writes what the format reads back", () => {
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom("\\", "\t", "\n", "\r", "N", ".", "한", "a") }),
      fc.constant(null),
    );
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 2 })), (rows) => {
        expect(readCopy(textOf(rows))).toEqual(rows);
      }),
    );
  });
  it("tells the text \\N from no value", () => {
    expect(textOf([["\\N", null]])).toBe("\\\\N\t\\N\n");
  });
  it("cuts long output between rows", () => {
    const chunks = [...copyChunks(Array.from({ length: 10 }, () => "x".repeat(100_000)))];
    expect(chunks.length).toBeGreaterThan(2);
    for (const chunk of chunks) expect(chunk.at(-1)).toBe(0x0a);
  });
});
