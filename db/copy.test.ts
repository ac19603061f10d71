import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CopyRows, copyText } from "./copy";

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

function partOf(rows: (string | null)[][]) {
  const gathered = new CopyRows("t", ["a", "b"]);
  for (const row of rows) gathered.add(`${row.map(copyText).join("\t")}\n`, 1);
  return gathered.take();
}
const textOf = (rows: (string | null)[][]) => Buffer.concat(partOf(rows).chunks).toString("utf8");

describe("CopyRows", () => {
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
  it("holds many and long rows, counts them and begins anew", () => {
    const rows = Array.from({ length: 40 }, (_, index) => [
      "한".repeat(index === 20 ? 200_000 : 10_000),
      String(index),
    ]);
    const part = partOf(rows);
    expect(part).toMatchObject({ table: "t", columns: ["a", "b"], rows: 40 });
    expect(readCopy(Buffer.concat(part.chunks).toString("utf8"))).toEqual(rows);
    const gathered = new CopyRows("t", []);
    gathered.add("1\n", 1);
    gathered.take();
    expect(gathered.take()).toMatchObject({ rows: 0, chunks: [] });
  });
});
