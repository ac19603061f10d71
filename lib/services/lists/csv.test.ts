import { describe, expect, it } from "vitest";
import { chooseColumns, csvBytes } from "./csv";

interface Row {
  name: string | null;
  n: number;
  yes: boolean;
}
const columns = { name: (row: Row) => row.name, n: (row: Row) => row.n, yes: (row: Row) => row.yes };
const rows: Row[] = [
  { name: '=HYPERLINK("http://evil.test")', n: -1, yes: true },
  { name: 'two\r\nlines, "quoted"', n: 2.5, yes: false },
  { name: null, n: 0, yes: false },
];

const read = async (bytes: AsyncIterable<Buffer>) => {
  let text = "";
  for await (const piece of bytes) text += piece.toString("utf8");
  return text;
};

/** Two rows a page; the cursor is the place of the next row. */
const paged = async (after: string | undefined) => {
  const start = Number(after ?? 0);
  return { rows: rows.slice(start, start + 2), next: start + 2 < rows.length ? String(start + 2) : null };
};

describe("a list as CSV", () => {
  it("goes through all pages, quotes, and disarms formulas", async () => {
    expect(await read(csvBytes(columns, chooseColumns(columns, undefined), paged))).toBe(
      [
        "name,n,yes",
        '"\'=HYPERLINK(""http://evil.test"")",-1,"true"',
        '"two\r\nlines, ""quoted""",2.5,"false"',
        ',0,"false"',
        "",
      ].join("\r\n"),
    );
  });

  it("has the columns that were asked for, once each, in their order", async () => {
    expect(chooseColumns(columns, "yes,name,yes")).toEqual(["yes", "name"]);
    for (const wrong of ["constructor", "toString", "name,passwordHash"])
      expect(() => chooseColumns(columns, wrong)).toThrow(/no column/);
  });

  it("is a header alone when nothing matches", async () => {
    expect(await read(csvBytes(columns, ["n"], async () => ({ rows: [], next: null })))).toBe("n\r\n");
  });
});
