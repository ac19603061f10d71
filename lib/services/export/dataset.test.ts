import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { samplePairs, writeDataset } from "@/tests/support/dataset-fixture";
import { parseTrlRow } from "../import/formats/trl";
import { parquetRows } from "../import/parquet";
import { unpackParquet } from "../import/zip";
import { sizeCategory } from "./card";
import { type DatasetInput, datasetEntries } from "./dataset";
import { crc32, zipBytes } from "./zip";

let folder: string;
let input: DatasetInput;
const pairs = { train: samplePairs(25, "train"), heldout: samplePairs(4, "heldout") };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pairwright-dataset-"));
  input = await writeDataset(folder, pairs, 10);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("a data set", () => {
  it("has a card and numbered shards of each split", async () => {
    const names: string[] = [];
    for await (const { name, bytes } of datasetEntries(input)) {
      names.push(name);
      await bytesOf(bytes);
    }
    expect(names).toEqual([
      "README.md",
      "data/train-00000-of-00003.parquet",
      "data/train-00001-of-00003.parquet",
      "data/train-00002-of-00003.parquet",
      "data/heldout-00000-of-00001.parquet",
    ]);
  });

  it("comes back pair for pair through its zip", async () => {
    const file = path.join(folder, "set.zip");
    await writeFile(file, await bytesOf(zipBytes(datasetEntries(input))));
    const target = await mkdtemp(path.join(folder, "unpacked-"));
    const members = await unpackParquet(file, target);
    expect(members.map(({ name }) => name)[0]).toBe("data/heldout-00000-of-00001.parquet");
    const rows: unknown[] = [];
    for await (const some of parquetRows(members))
      for (const row of some) {
        expect(row.line).toBe(rows.length + 1);
        rows.push("value" in row ? parseTrlRow(row.value) : row);
      }
    const expected = [...pairs.heldout, ...pairs.train].map(({ prompt, chosen, rejected, strength, safety, task }) =>
      expect.objectContaining({ kind: "verdict", prompt, chosen, rejected, strength, safety, task }),
    );
    expect(rows).toEqual(expected);
    expect(rows[1]).toMatchObject({ language: "ko" });
  });

  it("describes itself; names of people stay text", async () => {
    const { value } = await datasetEntries(input).next();
    const card = (await bytesOf(value!.bytes)).toString("utf8");
    expect(card).toContain('pretty_name: "Week \\"one\\": a | b"');
    expect(card).toMatch(/license: cc-by-4\.0\nlanguage:\n- "en"\n- "ko"\n/);
    expect(card).toContain("  - split: heldout\n    path: data/heldout-*\n");
    expect(card).toContain("  - name: train\n    num_examples: 25\n");
    expect(card).toContain("size_categories:\n- n<1K\n");
    expect(card).toContain("AC1 = 0.61");
    expect(card).toContain("| gold | 5 |");
    expect(card).toContain("evil \\| \\<script\\>");
  });
});

it("names size categories as the hub does", () => {
  expect([999, 1000, 5_000_000].map(sizeCategory)).toEqual(["n<1K", "1K<n<10K", "1M<n<10M"]);
});

it("computes CRC-32, also in pieces", () => {
  const bytes = Buffer.from("123456789");
  expect(crc32(bytes)).toBe(0xcbf43926);
  expect(crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4)))).toBe(0xcbf43926);
});

describe("unpackParquet", () => {
  const archive = async (entries: [string, string][]): Promise<Buffer> =>
    bytesOf(
      zipBytes(
        (async function* () {
          for (const [name, text] of entries)
            yield {
              name,
              bytes: (async function* () {
                yield Buffer.from(text);
              })(),
            };
        })(),
      ),
    );
  const unpacked = async (bytes: Buffer) => {
    const file = path.join(folder, "other.zip");
    await writeFile(file, bytes);
    return unpackParquet(file, await mkdtemp(path.join(folder, "other-")));
  };

  it("never lets a name lead out of the folder", async () => {
    const [member] = await unpacked(await archive([["../../evil.parquet", "PAR1"]]));
    expect(path.basename(path.dirname(member!.path))).toMatch(/^other-/);
    expect(path.basename(member!.path)).toBe("member-0");
  });

  it("refuses what holds no Parquet, and damaged archives", async () => {
    await expect(unpacked(await archive([["a.txt", "hello"]]))).rejects.toThrow(/no Parquet file/);
    const whole = await archive([["a.parquet", "PAR1"]]);
    await expect(unpacked(whole.subarray(0, 20))).rejects.toThrow(/damaged/);
    const cut = Buffer.from(whole);
    cut.writeUInt32LE(0xfffffff0, cut.length - 22 + 16);
    await expect(unpacked(cut)).rejects.toThrow(/damaged/);
  });

  it("names a member that is no Parquet file", async () => {
    const members = await unpacked(await archive([["a.parquet", "not at all a parquet file"]]));
    await expect(parquetRows(members).next()).rejects.toThrow(/a\.parquet: not a Parquet file/);
  });
});
