import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LINE_LIMITS, type Line, readLines } from "./lines";
import { parseJsonLine } from "./safe-json";

async function collect(chunks: Uint8Array[], limits = LINE_LIMITS): Promise<Line[]> {
  const lines: Line[] = [];
  const source = (async function* () {
    yield* chunks;
  })();
  for await (const some of readLines(source, limits)) lines.push(...some);
  return lines;
}
const texts = (lines: Line[]) => lines.map((line) => ("text" in line ? line.text : `!${line.problem}`));

describe("readLines", () => {
  it("gives the same lines however the bytes are cut, plain or gzip", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\n\r\uFEFF]/gu, ""))),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        async (lines, size, gzip) => {
          const plain = Buffer.from(lines.map((line) => `${line}\n`).join(""));
          const bytes = gzip ? gzipSync(plain) : plain;
          const chunks: Uint8Array[] = [];
          for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
          expect(texts(await collect(chunks))).toEqual(lines);
        },
      ),
      { numRuns: 50 },
    );
  });
  it("drops a byte-order mark and CR, and reads a last line without a newline", async () => {
    expect(texts(await collect([Buffer.from("\uFEFFa\r\nb")]))).toEqual(["a", "b"]);
  });
  it("reports bad UTF-8 and over-long lines by number and goes on", async () => {
    const bytes = Buffer.concat([
      Buffer.from("ok\n"),
      Buffer.from([0xc3, 0x28, 0x0a]),
      Buffer.from(`${"x".repeat(30)}\nend\n`),
    ]);
    const lines = await collect([bytes], { ...LINE_LIMITS, lineBytesMax: 20 });
    expect(texts(lines)).toEqual(["ok", "!the line is not valid UTF-8", "!the line is longer than 20 bytes", "end"]);
    expect(lines.map((line) => line.number)).toEqual([1, 2, 3, 4]);
  });
  it("stops a gzip bomb and names a damaged gzip", async () => {
    const bomb = gzipSync(Buffer.alloc(40 * 2 ** 20, 0x61));
    await expect(collect([bomb])).rejects.toThrow(/unpacks to more than 200 times/);
    await expect(collect([gzipSync("a\nb\n").subarray(0, 15)])).rejects.toThrow(/damaged/);
    await expect(collect([Buffer.from("abc\ndef\n")], { ...LINE_LIMITS, bytesMax: 5 })).rejects.toThrow(
      /more than 5 bytes/,
    );
  });
});

describe("parseJsonLine", () => {
  it.each([
    ["[".repeat(100_000), /nested deeper/],
    ['{"a":"\\u0000"}', /a: contains a NUL/],
    ['{"a":["\\ud800"]}', /a\.0: contains half/],
    ['{"a":{"__proto__":{"admin":true}}}', /a\.__proto__: this key/],
    ['{"a":{"b\\u0000":1}}', /a\.\(a key\): contains a NUL/],
    ['["\\u0000"]', /^0: contains a NUL/],
    ["[1]", /must be a JSON object/],
    ["{oops}", /not JSON/],
  ])("refuses %.30s", (text, message) => {
    expect(() => parseJsonLine(text)).toThrow(message);
  });
  it("does not count brackets inside strings", () => {
    expect(parseJsonLine(JSON.stringify({ a: "[{".repeat(1000), b: '\\"[' }))).toHaveProperty("b");
  });
});
