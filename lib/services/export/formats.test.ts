import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import type { PreferencePair } from "@/trainer/format/pair";
import { parseHhRow } from "../import/formats/hh";
import { parseTrlRow } from "../import/formats/trl";
import { COLUMNS, csvCell, csvLine, flatRow, hhLine, trlLine } from "./formats";
import { parquetBytes } from "./parquet";

const text = fc
  .string({ unit: "grapheme" })
  .filter((value) => !/\p{Surrogate}/u.test(value) && !value.includes("\u0000"));
const turn = text.map((value) => value.trim()).filter((value) => value !== "" && !/(Human|Assistant):/u.test(value));
const pairs = fc.record({
  id: fc.uuid(),
  prompt: fc.array(turn, { minLength: 1, maxLength: 5 }).map((turns) => {
    const odd = turns.length % 2 === 1 ? turns : turns.slice(0, -1);
    return odd.map((content, index) => ({
      role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
      content,
    }));
  }),
  chosen: turn,
  rejected: turn,
  strength: fc.constantFrom("significantly_better" as const, "negligibly_better" as const, null),
  safety: fc.constantFrom("preferred_safe" as const, "both_unsafe" as const, null),
  task: fc.constantFrom("helpfulness" as const, "safety" as const),
  source: fc.constantFrom("annotator" as const, "import" as const),
  meta: fc.constant({ language: "en" }),
});

describe.each([
  ["trl", trlLine, parseTrlRow],
  ["hh", hhLine, parseHhRow],
] as const)("%s", (_name, line, parse) => {
  it("comes back as the same pair", () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const exported = line(pair);
        expect(exported.endsWith("\n")).toBe(true);
        const { prompt, chosen, rejected, strength, safety, task } = pair;
        expect(parse(JSON.parse(exported))).toMatchObject({ prompt, chosen, rejected, strength, safety, task });
      }),
    );
  });
});

describe("hh", () => {
  const pair: PreferencePair = {
    id: "7",
    prompt: [{ role: "user", content: "a" }],
    chosen: "b",
    rejected: "c",
    strength: null,
    safety: null,
    task: "safety",
    source: "import",
  };
  it("refuses what its two roles cannot hold, naming the pair", () => {
    expect(() => hhLine({ ...pair, prompt: [{ role: "system", content: "s" }, ...pair.prompt] })).toThrow(
      /pair 7 has a system/,
    );
    expect(() => hhLine({ ...pair, prompt: [{ role: "user", content: "x\n\nAssistant: y" }] })).toThrow(/prompt\.0/);
  });
});

/** RFC 4180 reader, small and independent of the writer. */
function readCsv(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const match of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gu)) {
    rows.at(-1)?.push(match[1] !== undefined ? match[1].replaceAll('""', '"') : (match[2] ?? ""));
    if (match[3] === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

describe("csv", () => {
  it.each(["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\u0000x", "＝1", "'x"])("guards %j", (value) => {
    expect(csvCell(value)).toBe(`"'${value}"`);
  });
  it("gives every cell back after one leading apostrophe is dropped", () => {
    fc.assert(
      fc.property(pairs, text, (pair, chosen) => {
        const changed = { ...pair, chosen };
        const [cells] = readCsv(csvLine(changed));
        const row = flatRow(changed);
        expect(cells?.map((cell) => cell.replace(/^'/u, ""))).toEqual(COLUMNS.map((name) => String(row[name] ?? "")));
      }),
    );
  });
});

describe("parquet", () => {
  it("comes back row for row over several row groups", async () => {
    const rows = Array.from(
      { length: 5003 },
      (_, index): PreferencePair => ({
        id: `id-${index}`,
        prompt: [{ role: "user", content: `질문 ${index}` }],
        chosen: index === 1500 ? "긴 글 🌱 ".repeat(700_000) : `c${index % 7}`,
        rejected: "r".repeat(index % 50),
        strength: index % 2 ? "better" : null,
        safety: null,
        task: "helpfulness",
        source: "import",
      }),
    );
    const chunks: Buffer[] = [];
    const source = (async function* () {
      yield* rows;
    })();
    for await (const chunk of parquetBytes(source)) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    expect(chunks.length).toBeGreaterThan(2);
    const compressors = { GZIP: (input: Uint8Array) => gunzipSync(input) };
    expect(await parquetReadObjects({ file, compressors })).toEqual(rows.map(flatRow));
  });
});
