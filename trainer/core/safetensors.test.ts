import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CheckpointError } from "./checkpoint-error";
import { type HostTensor, readSafetensors, writeSafetensors } from "./safetensors";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "safetensors-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const tensor = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((shape) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return fc.float32Array({ minLength: size, maxLength: size }).map((data): HostTensor => ({ shape, data }));
});
const tensorMap = fc
  .uniqueArray(fc.tuple(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }), tensor), {
    selector: ([name]) => name,
    maxLength: 6,
  })
  .map((entries) => new Map(entries));

async function writeRaw(header: string | Buffer, data: Buffer, length?: bigint): Promise<string> {
  const file = path.join(directory, "raw.safetensors");
  const json = Buffer.from(header);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(json.length));
  await writeFile(file, Buffer.concat([prefix, json, data]));
  return file;
}

const entry = (shape: number[], offsets: [number, number], dtype = "F32") => ({ dtype, shape, data_offsets: offsets });

describe("safetensors", () => {
  it("reads back exactly what was written, NaN and infinities included", async () => {
    await fc.assert(
      fc.asyncProperty(tensorMap, fc.dictionary(fc.string(), fc.string()), async (tensors, metadata) => {
        const file = path.join(directory, "round.safetensors");
        await writeSafetensors(file, tensors, { metadata });
        const read = await readSafetensors(file);
        expect(read.metadata).toEqual(metadata);
        expect([...read.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
        for (const [name, { shape, data }] of tensors) {
          expect(read.tensors.get(name)?.shape).toEqual(shape);
          expect(Buffer.from(read.tensors.get(name)!.data.buffer)).toEqual(
            Buffer.from(data.buffer, data.byteOffset, data.byteLength),
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it("rounds BF16 to nearest even and keeps NaN", async () => {
    const file = path.join(directory, "bf16.safetensors");
    // 1 + 2^-8 lies halfway between two bfloat16 values: even wins. 1 + 3 * 2^-8 rounds up to even.
    const data = Float32Array.from([1, -2.5, 1 + 2 ** -8, 1 + 3 * 2 ** -8, Number.NaN, Number.NEGATIVE_INFINITY]);
    await writeSafetensors(file, new Map([["w", { shape: [6], data }]]), { dtype: "BF16" });
    expect([...(await readSafetensors(file)).tensors.get("w")!.data]).toEqual([
      1,
      -2.5,
      1,
      1 + 2 ** -6,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  it("reads F16, subnormals included", async () => {
    const bits = [0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00];
    const data = Buffer.alloc(10);
    bits.forEach((value, index) => {
      data.writeUInt16LE(value, 2 * index);
    });
    const file = await writeRaw(JSON.stringify({ w: entry([5], [0, 10], "F16") }), data);
    expect([...(await readSafetensors(file)).tensors.get("w")!.data]).toEqual([1, -2, 2 ** -24, 65504, Infinity]);
  });

  it("writes the same bytes whatever the order of insertion, and leaves no temporary file", async () => {
    const a: [string, HostTensor] = ["a", { shape: [2], data: Float32Array.of(1, 2) }];
    const b: [string, HostTensor] = ["b", { shape: [1], data: Float32Array.of(3) }];
    const [one, two] = [path.join(directory, "sub", "1.safetensors"), path.join(directory, "sub", "2.safetensors")];
    await writeSafetensors(one, new Map([a, b]));
    await writeSafetensors(two, new Map([b, a]));
    expect(await readFile(one)).toEqual(await readFile(two));
    expect((await readdir(path.join(directory, "sub"))).sort()).toEqual(["1.safetensors", "2.safetensors"]);
  });

  it("keeps the old file when writing fails", async () => {
    const file = path.join(directory, "keep", "w.safetensors");
    await writeSafetensors(file, new Map([["a", { shape: [1], data: Float32Array.of(1) }]]));
    const before = await readFile(file);
    await expect(writeSafetensors(file, new Map([["a", { shape: [2], data: Float32Array.of(1) }]]))).rejects.toThrow(
      /"a": shape \[2\] does not hold 1 values/,
    );
    expect(await readFile(file)).toEqual(before);
    expect(await readdir(path.dirname(file))).toEqual(["w.safetensors"]);
  });

  const w = entry([1], [0, 4]);
  it.each<[string, string | Buffer, number, RegExp, bigint?]>([
    ["a header longer than the file", "{}", 0, /does not fit/, 1000n],
    ["a header over the cap", "{}", 0, /over the cap/, 1n << 60n],
    ["a header that is not JSON", "{", 0, /not JSON/],
    ["a header that is a list", "[]", 0, /not a JSON object/],
    ["invalid UTF-8", Buffer.from([0xff, 0xfe]), 0, /not JSON/],
    ["a duplicate name", `{"w":${JSON.stringify(w)},"\\u0077":${JSON.stringify(w)}}`, 4, /"w": occurs twice/],
    ["a duplicate field", '{"w":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,4]}}', 4, /occurs twice/],
    ["offsets beyond the end", JSON.stringify({ w: entry([2], [0, 8]) }), 4, /"w": ends at byte 8 of 4/],
    ["offsets that disagree with the shape", JSON.stringify({ w: entry([3], [0, 4]) }), 4, /do not hold shape \[3\]/],
    ["reversed offsets", JSON.stringify({ w: entry([1], [4, 0]) }), 4, /do not hold/],
    ["overlapping tensors", JSON.stringify({ v: w, w }), 4, /inside another tensor/],
    ["a gap", JSON.stringify({ v: w, w: entry([1], [8, 12]) }), 12, /after a gap/],
    ["bytes of no tensor", JSON.stringify({ w }), 8, /belong to none/],
    ["an unknown dtype", JSON.stringify({ w: entry([1], [0, 8], "I64") }), 8, /"w": dtype I64 is not supported/],
    ["a negative dimension", JSON.stringify({ w: entry([-1], [0, 4]) }), 4, /shape/],
    ["a shape whose product overflows", JSON.stringify({ w: entry([2 ** 40, 2 ** 40], [0, 4]) }), 4, /do not hold/],
    ["metadata that is not text", '{"__metadata__":{"a":1}}', 0, /__metadata__/],
  ])("refuses %s", async (_, header, dataBytes, message, length) => {
    const file = await writeRaw(header, Buffer.alloc(dataBytes), length);
    const error = await readSafetensors(file).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain(file);
  });

  it("answers any bytes with a tensor map or a CheckpointError", async () => {
    const good = path.join(directory, "good.safetensors");
    await writeSafetensors(good, new Map([["w", { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }]]));
    const bytes = await readFile(good);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), async (at, value, cut) => {
        const changed = cut ? bytes.subarray(0, at) : Buffer.from(bytes);
        if (!cut) changed[at] = value;
        const file = path.join(directory, "fuzz.safetensors");
        await writeFile(file, changed);
        await readSafetensors(file).catch((cause: unknown) => expect(cause).toBeInstanceOf(CheckpointError));
      }),
      { numRuns: 150 },
    );
  });
});
