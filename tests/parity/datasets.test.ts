/** What we write, Hugging Face's `datasets` loads; what it writes, we read. Runs where Python has the package. */
import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { datasetEntries } from "@/lib/services/export/dataset";
import { detectFormat, ROW_PARSERS } from "@/lib/services/import/formats";
import { parquetRows } from "@/lib/services/import/parquet";
import { samplePairs, writeDataset } from "../support/dataset-fixture";
import { findPython } from "../support/python";

const run = promisify(execFile);
const python = await findPython(["datasets"]);

const LOAD = `
import json, sys
from datasets import load_dataset
loaded = load_dataset(sys.argv[1], cache_dir=sys.argv[2])
out = {split: [dict(row) for row in rows] for split, rows in loaded.items()}
features = {name: str(feature) for name, feature in loaded["train"].features.items()}
json.dump({"rows": out, "features": features}, open(sys.argv[3], "w"))
`;

const WRITE = `
import sys
from datasets import Dataset
user = lambda text: {"role": "user", "content": text}
assistant = lambda text: {"role": "assistant", "content": text}
n = range(7)
sets = {
    "explicit": {"prompt": [f"q {i}" for i in n], "chosen": [f"good {i}" for i in n], "rejected": [f"bad {i}" for i in n],
                 "score_chosen": [9.0] * 7, "score_rejected": [4.5] * 7},
    "conversational": {"prompt": [f"q {i}" for i in n],
                       "chosen": [[user(f"q {i}"), assistant(f"good {i}")] for i in n],
                       "rejected": [[user(f"q {i}"), assistant(f"bad {i}")] for i in n]},
    "implicit": {"chosen": [[user(f"q {i}"), assistant(f"good {i}")] for i in n],
                 "rejected": [[user(f"q {i}"), assistant(f"bad {i}")] for i in n]},
    "transcripts": {"chosen": [f"\\n\\nHuman: q {i}\\n\\nAssistant: good {i}" for i in n],
                    "rejected": [f"\\n\\nHuman: q {i}\\n\\nAssistant: bad {i}" for i in n]},
}
for name, columns in sets.items():
    Dataset.from_dict(columns).to_parquet(f"{sys.argv[1]}/{name}.parquet", batch_size=3)
`;

describe.runIf(python)("datasets", () => {
  let folder: string;
  const script = async (text: string, args: string[]) => {
    const file = path.join(folder, "script.py");
    await writeFile(file, text);
    const env = { ...process.env, HF_HUB_OFFLINE: "1", HF_HOME: path.join(folder, "hf") };
    await run(python!.executable, [file, ...args], { env, timeout: 200_000 });
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "pairwright-datasets-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("loads both splits of an exported folder with the card's features", async () => {
    const pairs = { train: samplePairs(25, "train"), heldout: samplePairs(4, "heldout") };
    const target = path.join(folder, "set");
    for await (const { name, bytes } of datasetEntries(await writeDataset(folder, pairs, 10))) {
      const file = path.join(target, name);
      await mkdir(path.dirname(file), { recursive: true });
      await pipeline(Readable.from(bytes), createWriteStream(file));
    }
    const result = path.join(folder, "result.json");
    await script(LOAD, [target, path.join(folder, "cache"), result]);
    const { rows, features } = JSON.parse(await readFile(result, "utf8"));
    expect(features.prompt).toMatch(/role.*content/);
    expect(features.severity).toMatch(/int32/);
    for (const split of ["train", "heldout"] as const) {
      expect(rows[split]).toHaveLength(pairs[split].length);
      for (const [index, pair] of pairs[split].entries())
        expect(rows[split][index]).toMatchObject({
          id: pair.id,
          prompt: pair.prompt,
          chosen: [{ role: "assistant", content: pair.chosen }],
          strength: pair.strength,
          safety: pair.safety,
          severity: pair.meta?.severity ?? null,
          reasons: pair.meta?.reasons ?? [],
          bothUnacceptable: pair.meta?.bothUnacceptable === true,
        });
    }
  });

  test("writes Parquet that imports as pairs, whatever the layout", async () => {
    await script(WRITE, [folder]);
    for (const name of ["explicit", "conversational", "implicit", "transcripts"]) {
      const rows = [];
      for await (const some of parquetRows([{ path: path.join(folder, `${name}.parquet`), name }]))
        for (const row of some) {
          expect(row).toHaveProperty("value");
          if ("value" in row) rows.push(ROW_PARSERS[detectFormat(row.value)](row.value));
        }
      expect(rows, name).toHaveLength(7);
      const prompt = [{ role: "user", content: "q 6" }];
      expect(rows[6], name).toMatchObject({ kind: "verdict", prompt, chosen: "good 6", rejected: "bad 6" });
      if (name === "explicit") expect(rows[0]).toMatchObject({ strength: null, meta: { score_chosen: 9 } });
    }
  });
});
