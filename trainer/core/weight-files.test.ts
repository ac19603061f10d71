import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CheckpointError } from "./checkpoint-error";
import { floatsFromHalf, halfBytes } from "./half-float";
import { type HostTensor, writeSafetensors } from "./safetensors";
import { readWeights, writeWeights } from "./weight-files";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "weights-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const tensor = (size: number): HostTensor => ({
  shape: [size],
  data: Float32Array.from({ length: size }, (_, i) => i),
});
async function folder(name: string): Promise<string> {
  const directory = path.join(root, name);
  await mkdir(directory);
  return directory;
}
async function refusal(directory: string): Promise<string> {
  const error = await readWeights(directory).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(CheckpointError);
  return (error as Error).message;
}

describe("shards", () => {
  const tensors = new Map([
    ["a", tensor(10)],
    ["b", tensor(30)],
    ["c", tensor(5)],
    ["d", tensor(5)],
  ]);

  it("splits above the limit, gives a large tensor a shard to itself, and reads back the same", async () => {
    const directory = await folder("split");
    await writeWeights(directory, tensors, { dtype: "F32", shardBytesMax: 60 });
    expect((await readdir(directory)).sort()).toEqual([
      "model-00001-of-00003.safetensors",
      "model-00002-of-00003.safetensors",
      "model-00003-of-00003.safetensors",
      "model.safetensors.index.json",
    ]);
    const index = JSON.parse(await readFile(path.join(directory, "model.safetensors.index.json"), "utf8"));
    expect(index).toEqual({
      metadata: { total_parameters: 50, total_size: 200 },
      weight_map: {
        a: "model-00001-of-00003.safetensors",
        b: "model-00002-of-00003.safetensors",
        c: "model-00003-of-00003.safetensors",
        d: "model-00003-of-00003.safetensors",
      },
    });
    expect(await readWeights(directory)).toEqual(tensors);
  });

  it.each(["F16", "BF16"] as const)("writes one %s file when everything fits, at two bytes a value", async (dtype) => {
    const directory = await folder(`whole-${dtype}`);
    await writeWeights(directory, tensors, { dtype, shardBytesMax: 100 });
    expect(await readdir(directory)).toEqual(["model.safetensors"]);
    expect(await readWeights(directory)).toEqual(tensors);
  });

  it("refuses F16 for a value that it would make infinite, and names it", async () => {
    const large = new Map([["w", { shape: [1], data: Float32Array.of(70_000) }]]);
    const writing = writeWeights(await folder("large"), large, { dtype: "F16", shardBytesMax: 1e9 });
    await expect(writing).rejects.toThrow(/"w": holds 70000, which F16 cannot/);
  });

  it("names a shard that is missing, a tensor in the wrong shard, and one in two shards", async () => {
    const directory = await folder("wrong");
    const index = (weight_map: unknown) =>
      writeFile(path.join(directory, "model.safetensors.index.json"), JSON.stringify({ weight_map }));
    await writeSafetensors(path.join(directory, "one.safetensors"), new Map([["a", tensor(2)]]));
    await writeSafetensors(path.join(directory, "two.safetensors"), new Map([["b", tensor(2)]]));
    await index({ a: "one.safetensors", b: "three.safetensors" });
    expect(await refusal(directory)).toMatch(/three\.safetensors: no such file/);
    await index({ a: "two.safetensors", b: "one.safetensors" });
    expect(await refusal(directory)).toMatch(/"b": is in this shard, the index says one.safetensors/);
    await writeSafetensors(path.join(directory, "two.safetensors"), new Map([["a", tensor(2)]]));
    await index({ a: "one.safetensors", b: "two.safetensors" });
    expect(await refusal(directory)).toMatch(/"a": is also in another shard/);
    await index([]);
    expect(await refusal(directory)).toMatch(/no weight_map/);
  });

  it("says that pickled weights are not read", async () => {
    const directory = await folder("pickled");
    expect(await refusal(directory)).toMatch(/model\.safetensors: no such file$/);
    await writeFile(path.join(directory, "pytorch_model.bin"), "");
    expect(await refusal(directory)).toMatch(/pytorch_model\.bin is not read/);
  });
});

describe("halfBytes", () => {
  it("gives every half back, and rounds what lies between to the nearest, ties to even", () => {
    const words = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const values = floatsFromHalf(Buffer.from(words.buffer));
    const back = new Uint16Array(halfBytes(values).buffer);
    words.forEach((word, i) => {
      if (!Number.isNaN(values[i])) expect(back[i]).toBe(word);
      else expect(back[i]! & 0x7c00 && back[i]! & 0x3ff).toBeTruthy();
    });
    fc.assert(
      fc.property(fc.float({ min: -65_519, max: 65_519, noNaN: true }), (value) => {
        const [rounded] = floatsFromHalf(Buffer.from(halfBytes(Float32Array.of(value))));
        const step = 2 ** Math.max(Math.floor(Math.log2(Math.max(Math.abs(value), 2 ** -14))) - 10, -24);
        expect(Math.abs(rounded! - value)).toBeLessThanOrEqual(step / 2);
      }),
    );
    const ties = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -25, 3 * 2 ** -25, 65_519, 65_520, -0);
    expect([...floatsFromHalf(Buffer.from(halfBytes(ties)))]).toEqual([
      1,
      1 + 2 ** -9,
      0,
      2 ** -23,
      65_504,
      Number.POSITIVE_INFINITY,
      -0,
    ]);
  });
});
