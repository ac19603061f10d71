import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModelDirectory } from "../core/checkpoint-directory";
import { convertModel } from "./convert-model";
import { createTinyModel } from "./init-model";

let root: string;
let model: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "convert-"));
  model = path.join(root, "model");
  await createTinyModel(model, { hiddenSize: 16, headCount: 2, keyValueHeadCount: 1 });
  await writeFile(path.join(model, "lineage.json"), '{"from":"a test"}\n');
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe("convertModel", () => {
  it("halves the bytes, splits them, and keeps weights to the stored precision, tokenizer and notes", async () => {
    const out = path.join(root, "half");
    await convertModel({ modelDirectory: model, out, storedAs: "bfloat16", shardBytesMax: 8000 });
    const [before, after] = [await loadModelDirectory(model), await loadModelDirectory(out)];
    expect(after.config).toEqual(before.config);
    expect(after.tokenizerFiles).toEqual(before.tokenizerFiles);
    for (const [name, { data }] of before.tensors)
      after.tensors.get(name)!.data.forEach((value, i) => {
        expect(Math.abs(value - data[i]!)).toBeLessThanOrEqual(Math.abs(data[i]!) * 2 ** -8);
      });
    const files = await readdir(out);
    expect(files).toContain("model.safetensors.index.json");
    expect(files).toContain("lineage.json");
    expect(JSON.parse(await readFile(path.join(out, "config.json"), "utf8")).dtype).toBe("bfloat16");
  });

  it("never writes over something", async () => {
    await expect(convertModel({ modelDirectory: model, out: model })).rejects.toThrow(/is there already/);
    await expect(convertModel({ modelDirectory: path.join(root, "none"), out: path.join(root, "x") })).rejects.toThrow(
      /no such file or directory/,
    );
  });
});
