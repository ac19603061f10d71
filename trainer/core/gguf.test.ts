import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModelDirectory } from "./checkpoint-directory";
import { CheckpointError } from "./checkpoint-error";
import { readGguf, unpermuteRotary } from "./gguf";
import { buildGguf, type FixtureTensor, type FixtureValue, floatBytes, u64 } from "./gguf.test-support";
import { GGUF_TENSOR_TYPES } from "./gguf-quants";
import { QUANTISED_BLOCKS } from "./gguf-quants.test-support";
import { rotaryFrequencies } from "./model/rotary";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "gguf-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const TOKENS = ["<|im_start|>", "<|im_end|>", "<unk>", "a", "b", "ab"];
const METADATA: [string, FixtureValue][] = [
  ["general.architecture", { string: "llama" }],
  ["llama.embedding_length", { u32: 8 }],
  ["llama.attention.head_count", { u32: 2 }],
  ["llama.attention.head_count_kv", { u32: 1 }],
  ["llama.feed_forward_length", { u32: 4 }],
  ["llama.block_count", { u32: 1 }],
  ["llama.context_length", { u32: 64 }],
  ["llama.rope.freq_base", { f32: 1000 }],
  ["llama.attention.layer_norm_rms_epsilon", { f32: 0.5 }],
  ["tokenizer.ggml.model", { string: "gpt2" }],
  ["tokenizer.ggml.pre", { string: "smollm" }],
  ["tokenizer.ggml.tokens", { strings: TOKENS }],
  ["tokenizer.ggml.token_type", { i32s: [3, 3, 3, 1, 1, 1] }],
  ["tokenizer.ggml.merges", { strings: ["a b"] }],
  ["tokenizer.ggml.bos_token_id", { u32: 0 }],
  ["tokenizer.ggml.eos_token_id", { u32: 1 }],
  ["tokenizer.ggml.add_bos_token", { bool: false }],
];

/** Rows of `columns` values; value = row number. */
const numbered = (name: string, rows: number, columns: number): FixtureTensor => ({
  name,
  dimensions: [columns, rows],
  type: 0,
  data: floatBytes(Array.from({ length: rows * columns }, (_, i) => Math.floor(i / columns))),
});
const vector = (name: string): FixtureTensor => ({
  name,
  dimensions: [8],
  type: 0,
  data: floatBytes(Array(8).fill(1)),
});
const TENSORS = [
  numbered("token_embd.weight", 6, 8),
  vector("blk.0.attn_norm.weight"),
  numbered("blk.0.attn_q.weight", 8, 8),
  numbered("blk.0.attn_k.weight", 4, 8),
  numbered("blk.0.attn_v.weight", 4, 8),
  numbered("blk.0.attn_output.weight", 8, 8),
  vector("blk.0.ffn_norm.weight"),
  numbered("blk.0.ffn_gate.weight", 4, 8),
  numbered("blk.0.ffn_up.weight", 4, 8),
  numbered("blk.0.ffn_down.weight", 8, 4),
  vector("output_norm.weight"),
];

async function write(bytes: Buffer): Promise<string> {
  const file = path.join(directory, "m.gguf");
  await writeFile(file, bytes);
  return file;
}
const decode = (type: number, bytes: number[]): number[] => [
  ...GGUF_TENSOR_TYPES.get(type)!.decode(Buffer.from(bytes)),
];
/** binary16 bits of 0.5 and of -1, little-endian. */
const HALF = [0x00, 0x38];
const MINUS_ONE = [0x00, 0xbc];

describe("GGUF blocks", () => {
  // Byte i of a 4-bit block holds value i in its low nibble and value 16 + i in its high one.
  const nibbles = Array.from({ length: 16 }, (_, i) => i | ((15 - i) << 4));

  it("dequantises Q4_0 as (q - 8) * scale", () => {
    const expected = [...Array(16).keys()].map((q) => (q - 8) * 0.5);
    expect(decode(2, [...HALF, ...nibbles])).toEqual([...expected, ...[...Array(16).keys()].map((i) => (7 - i) * 0.5)]);
  });

  it("dequantises Q4_1 as q * scale + minimum", () => {
    const low = [...Array(16).keys()].map((q) => q * 0.5 - 1);
    expect(decode(3, [...HALF, ...MINUS_ONE, ...nibbles])).toEqual([...low, ...[...low].reverse()]);
  });

  it("dequantises Q8_0 as a signed byte times scale, block by block", () => {
    const signed = Array.from({ length: 32 }, (_, i) => (i * 8 - 128 + 256) % 256);
    const values = decode(8, [...HALF, ...signed, ...MINUS_ONE, ...signed]);
    expect(values.slice(0, 32)).toEqual(Array.from({ length: 32 }, (_, i) => (i * 8 - 128) * 0.5));
    expect(values.slice(32)).toEqual(Array.from({ length: 32 }, (_, i) => (i * 8 - 128) * -1));
  });

  it.each(QUANTISED_BLOCKS)("dequantises $name to the bit as Python's gguf does", ({ name, type, bytes, values }) => {
    const format = GGUF_TENSOR_TYPES.get(type)!;
    const blocks = Buffer.from(bytes, "base64");
    expect(format.name).toBe(name);
    expect((blocks.length / format.blockBytes) * format.blockValues * 4).toBe(Buffer.from(values, "base64").length);
    const decoded = format.decode(blocks);
    expect([...decoded]).toEqual([...new Float32Array(Uint8Array.from(Buffer.from(values, "base64")).buffer)]);
  });

  it("reads BF16 and F16", () => {
    expect(decode(30, [0x80, 0x3f, 0x20, 0xc0])).toEqual([1, -2.5]);
    expect(decode(1, [...HALF, ...MINUS_ONE])).toEqual([0.5, -1]);
  });
});

describe("unpermuteRotary", () => {
  it("undoes llama.cpp's reordering of rows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), (heads, half) => {
        const headDim = 2 * half;
        const rows = heads * headDim;
        const original = Float32Array.from({ length: rows * 3 }, (_, i) => i);
        // reshape(heads, 2, half, columns).swapaxes(1, 2), as llama.cpp's converter does.
        const permuted = new Float32Array(original.length);
        for (let h = 0; h < heads; h += 1)
          for (let s = 0; s < 2; s += 1)
            for (let j = 0; j < half; j += 1)
              for (let c = 0; c < 3; c += 1)
                permuted[(h * headDim + 2 * j + s) * 3 + c] = original[(h * headDim + s * half + j) * 3 + c]!;
        expect(unpermuteRotary(permuted, rows, headDim)).toEqual(original);
      }),
    );
  });
});

describe("readGguf", () => {
  it.each([2, 3])("reads version %i with Hugging Face's names, shapes and layout", async (version) => {
    const { config, tensors, tokenizerFiles } = await loadModelDirectory(
      await write(buildGguf(METADATA, TENSORS, version)),
    );
    expect(config).toMatchObject({
      vocabSize: 6,
      hiddenSize: 8,
      headCount: 2,
      keyValueHeadCount: 1,
      headDim: 4,
      ropeTheta: 1000,
      tiedEmbeddings: true,
      bosTokenId: 0,
      eosTokenId: 1,
      padTokenId: null,
    });
    expect(tensors.size).toBe(11);
    const rows = (name: string): (number | undefined)[] => {
      const { shape, data } = tensors.get(name)!;
      return Array.from({ length: shape[0]! }, (_, row) => data[row * shape[1]!]);
    };
    expect(rows("model.layers.0.self_attn.q_proj.weight")).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
    expect(rows("model.layers.0.self_attn.k_proj.weight")).toEqual([0, 2, 1, 3]);
    expect(rows("model.layers.0.self_attn.v_proj.weight")).toEqual([0, 1, 2, 3]);
    expect(tensors.get("model.layers.0.mlp.down_proj.weight")!.shape).toEqual([8, 4]);
    expect(JSON.parse(tokenizerFiles.get("tokenizer.json")!).model.vocab).toEqual(
      Object.fromEntries(TOKENS.map((token, id) => [token, id])),
    );
  });

  it.each(["qwen2", "qwen3"] as const)("reads %s: rows as they are, its biases or its norms", async (type) => {
    const metadata = METADATA.map(([key, value]): [string, FixtureValue] => {
      if (key === "general.architecture") return [key, { string: type }];
      return key.endsWith(".pre") ? [key, { string: "qwen2" }] : [key.replace("llama.", `${type}.`), value];
    });
    metadata.push([`${type}.attention.key_length`, { u32: 4 }]);
    const own: FixtureTensor[] =
      type === "qwen2"
        ? (["q", "k", "v"] as const).map((name) => ({
            ...numbered(`blk.0.attn_${name}.bias`, name === "q" ? 8 : 4, 1),
            dimensions: [name === "q" ? 8 : 4],
          }))
        : ["q", "k"].map((name) => ({ ...numbered(`blk.0.attn_${name}_norm.weight`, 4, 1), dimensions: [4] }));
    const file = await write(buildGguf(metadata, [...TENSORS, ...own]));
    const { config, tensors, tokenizerFiles } = await loadModelDirectory(file);
    expect(config).toMatchObject({
      modelType: type,
      architecture: type === "qwen2" ? "Qwen2ForCausalLM" : "Qwen3ForCausalLM",
      headDim: 4,
      ropeTheta: 1000,
      attentionBias: type === "qwen2" ? "qkv" : "none",
    });
    const query = tensors.get("model.layers.0.self_attn.q_proj.weight")!;
    expect(Array.from({ length: 8 }, (_, row) => query.data[row * 8])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const [name, expected] =
      type === "qwen2" ? ["q_proj.bias", [0, 1, 2, 3, 4, 5, 6, 7]] : ["k_norm.weight", [0, 1, 2, 3]];
    expect([...tensors.get(`model.layers.0.self_attn.${name}`)!.data]).toEqual(expected);
    expect(JSON.parse(tokenizerFiles.get("tokenizer.json")!).normalizer).toEqual({ type: "NFC" });
  });

  it("recognises Llama 3's RoPE by its table of factors", async () => {
    const scaling = {
      type: "llama3",
      factor: 32,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalPositionsMax: 8192,
    } as const;
    const settings = { headDim: 4, ropeTheta: 1e8 };
    const plain = rotaryFrequencies({ ...settings, ropeScaling: null });
    const factors = rotaryFrequencies({ ...settings, ropeScaling: scaling }).map((by, i) => plain[i]! / by);
    expect([...factors]).toEqual([1, 32]);
    const metadata = METADATA.map(([key, value]): [string, FixtureValue] => [
      key,
      key.endsWith("freq_base") ? { f32: 1e8 } : value,
    ]);
    const table = { name: "rope_freqs.weight", dimensions: [2], type: 0, data: floatBytes([...factors]) };
    const { config, tensors } = await loadModelDirectory(await write(buildGguf(metadata, [...TENSORS, table])));
    expect(config.ropeScaling?.type).toBe("llama3");
    expect(tensors.size).toBe(11);
    rotaryFrequencies(config).forEach((frequency, i) => {
      expect(frequency * factors[i]!).toBeCloseTo(plain[i]!, 6);
    });
  });

  const replaced = (key: string, value: FixtureValue): [string, FixtureValue][] =>
    METADATA.map(([name, old]) => [name, name === key ? value : old]);
  const withTensor = (change: Partial<FixtureTensor>): Buffer =>
    buildGguf(METADATA, [{ ...TENSORS[0]!, ...change }, ...TENSORS.slice(1)]);
  const good = buildGguf(METADATA, TENSORS);
  const patched = (at: number, bytes: Buffer): Buffer =>
    Buffer.concat([good.subarray(0, at), bytes, good.subarray(at + bytes.length)]);

  it.each<[string, Buffer, RegExp]>([
    ["another magic", patched(0, Buffer.from("GGML")), /not a GGUF file/],
    ["version 1", buildGguf(METADATA, TENSORS, 1), /version 1 is not supported/],
    ["a big-endian file", patched(4, Buffer.from([0, 0, 0, 3])), /version 50331648/],
    ["a huge tensor count", patched(8, u64(1n << 62n)), /tensor count/],
    ["a huge metadata count", patched(16, u64(1n << 40n)), /metadata count/],
    ["a huge string", patched(24, u64(1n << 50n)), /string length/],
    ["another architecture", buildGguf(replaced("general.architecture", { string: "gemma" }), TENSORS), /"gemma"/],
    ["a repeated key", buildGguf([...METADATA, METADATA[0]!], TENSORS), /occurs twice/],
    ["a missing key", buildGguf(METADATA.slice(0, 5), TENSORS), /llama\.block_count is missing/],
    ["a mistyped key", buildGguf(replaced("llama.block_count", { string: "x" }), TENSORS), /not a number/],
    ["a million layers", buildGguf(replaced("llama.block_count", { u32: 1e6 }), TENSORS), /1000000 layers/],
    [
      "two spellings of one tensor",
      buildGguf(METADATA, [...TENSORS, numbered("blk.00.attn_q.weight", 8, 8)]),
      /"blk.00.attn_q.weight": is not a tensor/,
    ],
    [
      "a window",
      buildGguf([...METADATA, ["llama.attention.sliding_window", { u32: 32 }]], TENSORS),
      /sliding window .* not supported/,
    ],
    [
      "RoPE factors of no known scaling",
      buildGguf(METADATA, [...TENSORS, { ...vector("rope_freqs.weight"), dimensions: [2], data: floatBytes([1, 5]) }]),
      /"rope_freqs.weight": holds a RoPE scaling other than Llama 3's/,
    ],
    [
      "a bias without its fellows",
      buildGguf(METADATA, [...TENSORS, vector("blk.0.attn_q.bias")]),
      /no attn_output.bias/,
    ],
    ["a NaN", withTensor({ data: floatBytes(Array(48).fill(Number.NaN)) }), /embed_tokens.weight": value 0 is NaN/],
    [
      "a vocabulary larger than the embedding",
      buildGguf(
        replaced("tokenizer.ggml.tokens", { strings: [...TOKENS, "c"] }).map(
          ([key, value]) =>
            [key, key.endsWith("token_type") ? { i32s: [3, 3, 3, 1, 1, 1, 1] } : value] as [string, FixtureValue],
        ),
        TENSORS,
      ),
      /tokenizer does not fit: it has a token 6, the embedding has rows 0..5/,
    ],
    ["zero layers", buildGguf(replaced("llama.block_count", { u32: 0 }), TENSORS), /positive whole/],
    [
      "more layers than tensors",
      buildGguf(replaced("llama.block_count", { u32: 2 }), TENSORS),
      /layers\.1\..*is missing/,
    ],
    ["scaled RoPE", buildGguf([...METADATA, ["llama.rope.scaling.type", { string: "yarn" }]], TENSORS), /"yarn"/],
    ["a dimension of zero", withTensor({ dimensions: [0, 6] }), /"token_embd.weight": has a dimension of zero/],
    ["a dimension beyond any", withTensor({ dimensions: [8, 1n << 62n] }), /dimension of 4611686018427387904/],
    ["a product that overflows", withTensor({ dimensions: [1 << 30, 1 << 30] }), /too many values/],
    ["a tensor longer than the file", withTensor({ dimensions: [8, 100_000] }), /overlaps|ends at byte/],
    ["a type that is not known", withTensor({ type: 16 }), /ggml type 16/],
    ["rows that are no whole blocks", withTensor({ type: 8 }), /not a multiple of Q8_0's block of 32/],
    [
      "a foreign tensor",
      buildGguf(METADATA, [...TENSORS, vector("blk.0.extra.weight")]),
      /not a tensor of a Llama or Qwen/,
    ],
    ["a repeated tensor", buildGguf(METADATA, [...TENSORS, TENSORS[1]!]), /occurs twice/],
    ["another alignment", buildGguf([...METADATA, ["general.alignment", { u32: 33 }]], TENSORS), /power of two/],
    [
      "an unknown pre-tokenizer",
      buildGguf(replaced("tokenizer.ggml.pre", { string: "?" }), TENSORS),
      /pre-tokenizer "\?"/,
    ],
    [
      "a token id outside",
      buildGguf(replaced("tokenizer.ggml.eos_token_id", { u32: 6 }), TENSORS),
      /outside the vocabulary/,
    ],
  ])("refuses %s", async (_, bytes, message) => {
    const error = await loadModelDirectory(await write(bytes)).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toMatch(message);
  });

  it("answers any cut or changed byte with a model or a CheckpointError", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), fc.boolean(), async (at, value, cut) => {
        const file = await write(cut ? good.subarray(0, at) : patched(at, Buffer.from([value])));
        await readGguf(file).catch((cause: unknown) => expect(cause).toBeInstanceOf(CheckpointError));
      }),
      { numRuns: 200 },
    );
  });
});
