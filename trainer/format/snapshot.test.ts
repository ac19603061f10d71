import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PreferencePair } from "./pair";
import { readPairs } from "./snapshot";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pairwright-snapshot-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Long enough in sum that the disk gives it in several pieces, one of them without the end of a line. */
const pairs = Array.from(
  { length: 120 },
  (_, index): PreferencePair => ({
    id: String(index),
    prompt: [{ role: "user", content: `질문 ${index}\u2028second line` }],
    chosen: "good ".repeat(index === 60 ? 60_000 : 300),
    rejected: "bad\r\nline",
    strength: null,
    safety: null,
    task: "helpfulness",
    source: "import",
  }),
);

async function read(text: string): Promise<PreferencePair[]> {
  const file = path.join(folder, "pairs.jsonl");
  await writeFile(file, text);
  const found: PreferencePair[] = [];
  for await (const pair of readPairs(file)) found.push(pair);
  return found;
}

describe("readPairs", () => {
  const lines = pairs.map((pair) => JSON.stringify(pair));

  it("gives every pair, whatever ends the lines", async () => {
    expect(await read(`${lines.join("\n")}\n`)).toEqual(pairs);
    expect(await read(lines.join("\r\n\r\n"))).toEqual(pairs);
    expect(await read("")).toEqual([]);
  });

  it("names the line that is wrong", async () => {
    await expect(read(`${lines[0]}\n\n{oops}\n`)).rejects.toThrow(/pairs\.jsonl:3: not JSON/);
    await expect(read(`${lines[0]}\n{"id":"1"}`)).rejects.toThrow(/pairs\.jsonl:2: .*prompt/);
  });
});
