import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { byteTokenizerFiles } from "../data/byte-tokenizer";
import {
  CheckpointError,
  loadModelDirectory,
  type ModelConfig,
  saveLanguageModelDirectory,
  saveRewardModelDirectory,
} from "./checkpoint-directory";
import { bodyTensorShapes, PLAIN_LLAMA } from "./model-config";
import { type HostTensor, readSafetensors, sizeOfShape, writeSafetensors } from "./safetensors";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "checkpoint-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const CONFIG: ModelConfig = {
  ...PLAIN_LLAMA,
  architecture: "LlamaForCausalLM",
  vocabSize: 261,
  hiddenSize: 8,
  intermediateSize: 12,
  layerCount: 2,
  headCount: 4,
  keyValueHeadCount: 2,
  headDim: 2,
  ropeTheta: 500,
  rmsNormEpsilon: 1e-5,
  tiedEmbeddings: true,
  padTokenId: null,
  bosTokenId: 1,
  eosTokenId: 4,
  positionsMax: 128,
};

function filled(shape: number[], start: number): HostTensor {
  return { shape, data: Float32Array.from({ length: sizeOfShape(shape) }, (_, i) => (start + i) / 7) };
}
function bodyTensors(): Map<string, HostTensor> {
  return new Map([...bodyTensorShapes(CONFIG)].map(([name, shape], i) => [name, filled(shape, i)]));
}
function rewardTensors(): Map<string, HostTensor> {
  return bodyTensors().set("score.weight", filled([1, 8], 3));
}
const json = async (...parts: string[]): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(path.join(root, ...parts), "utf8"));

describe("saveRewardModelDirectory", () => {
  it("writes what sequence-classification readers need and reads back the same", async () => {
    const directory = path.join(root, "reward");
    const tensors = rewardTensors().set("lm_head.weight", filled([261, 8], 1));
    await saveRewardModelDirectory(directory, CONFIG, tensors, byteTokenizerFiles(), {
      files: new Map([["lineage.json", "{}\n"]]),
      config: { pairwright: { task: "safety" } },
    });
    const config = await json("reward", "config.json");
    expect(config).toMatchObject({
      architectures: ["LlamaForSequenceClassification"],
      model_type: "llama",
      id2label: { "0": "LABEL_0" },
      label2id: { LABEL_0: 0 },
      problem_type: "regression",
      pad_token_id: 0,
      eos_token_id: 4,
      pairwright: { task: "safety" },
    });
    expect(await json("reward", "tokenizer_config.json")).toMatchObject({ pad_token: "<pad>" });
    const stored = await readSafetensors(path.join(directory, "model.safetensors"));
    expect(stored.metadata).toEqual({ format: "pt" });
    expect(stored.tensors.has("lm_head.weight")).toBe(false);
    expect(stored.tensors.get("score.weight")?.shape).toEqual([1, 8]);
    const loaded = await loadModelDirectory(directory);
    expect(loaded.tensors).toEqual(rewardTensors());
    expect(loaded.config).toEqual({
      ...CONFIG,
      architecture: "LlamaForSequenceClassification",
      padTokenId: 0,
      tiedEmbeddings: false,
    });
    expect((await readdir(directory)).sort()).toEqual([
      "config.json",
      "lineage.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
  });

  it("replaces a pad that ends turns, in the config and the tokenizer alike", async () => {
    const files = byteTokenizerFiles();
    const declared = { ...JSON.parse(files.get("tokenizer_config.json")!), pad_token: "<|im_end|>" };
    files.set("tokenizer_config.json", JSON.stringify(declared));
    await saveRewardModelDirectory(path.join(root, "pad"), { ...CONFIG, padTokenId: 4 }, rewardTensors(), files);
    expect((await json("pad", "config.json")).pad_token_id).toBe(0);
    expect((await json("pad", "tokenizer_config.json")).pad_token).toBe("<pad>");
  });

  it("replaces an older directory as a whole and leaves no temporary one", async () => {
    const directory = path.join(root, "again", "model");
    await mkdir(directory, { recursive: true });
    await writeFile(path.join(directory, "stale.txt"), "old");
    await saveRewardModelDirectory(directory, CONFIG, rewardTensors(), byteTokenizerFiles(), { dtype: "BF16" });
    expect(await readdir(path.dirname(directory))).toEqual(["model"]);
    expect(await readdir(directory)).not.toContain("stale.txt");
    expect((await json("again", "model", "config.json")).dtype).toBe("bfloat16");
  });

  it("leaves the older directory untouched when something is wrong", async () => {
    const directory = path.join(root, "kept");
    await saveRewardModelDirectory(directory, CONFIG, rewardTensors(), byteTokenizerFiles());
    const before = await readFile(path.join(directory, "config.json"));
    await expect(
      saveRewardModelDirectory(directory, CONFIG, rewardTensors(), byteTokenizerFiles(), {
        files: new Map([["../escape", "x"]]),
      }),
    ).rejects.toThrow(/not a plain file name/);
    await expect(saveRewardModelDirectory(directory, CONFIG, bodyTensors(), byteTokenizerFiles())).rejects.toThrow(
      /"score.weight": is missing/,
    );
    expect(await readFile(path.join(directory, "config.json"))).toEqual(before);
    expect((await readdir(root)).filter((name) => name.includes("partial"))).toEqual([]);
  });
});

describe("loadModelDirectory", () => {
  it("reads a language model in shards and drops old rotary buffers", async () => {
    const directory = path.join(root, "sharded");
    await saveLanguageModelDirectory(directory, CONFIG, bodyTensors(), byteTokenizerFiles());
    await rm(path.join(directory, "model.safetensors"));
    const entries = [...bodyTensors().set("model.layers.0.self_attn.rotary_emb.inv_freq", filled([1], 0))];
    const shards = [entries.slice(0, 5), entries.slice(5)];
    const weight_map: Record<string, string> = {};
    for (const [index, shard] of shards.entries()) {
      const name = `model-0000${index + 1}-of-00002.safetensors`;
      await writeSafetensors(path.join(directory, name), new Map(shard));
      for (const [tensor] of shard) weight_map[tensor] = name;
    }
    const index = path.join(directory, "model.safetensors.index.json");
    await writeFile(index, JSON.stringify({ metadata: {}, weight_map }));
    const loaded = await loadModelDirectory(directory);
    expect(loaded.tensors).toEqual(bodyTensors());
    expect(loaded.config).toEqual(CONFIG);

    await writeFile(index, JSON.stringify({ weight_map: { x: "../../etc/passwd" } }));
    await expect(loadModelDirectory(directory)).rejects.toThrow(/not a plain file name/);
    await writeFile(
      index,
      JSON.stringify({ weight_map: { ...weight_map, ghost: "model-00001-of-00002.safetensors" } }),
    );
    await expect(loadModelDirectory(directory)).rejects.toThrow(/"ghost": is in the index but in no shard/);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["another architecture", { architectures: ["GemmaForCausalLM"] }, /GemmaForCausalLM is not supported/],
    [
      "another head",
      { architectures: ["LlamaForTokenClassification"] },
      /LlamaForTokenClassification is not supported/,
    ],
    ["a model_type that contradicts", { model_type: "qwen2" }, /model_type "qwen2" is not that of LlamaForCausalLM/],
    ["RoPE by length", { rope_scaling: { rope_type: "longrope", factor: 8 } }, /RoPE of type "longrope"/],
    ["half a Llama 3 RoPE", { rope_scaling: { rope_type: "llama3", factor: 8 } }, /"llama3" needs low_freq_factor/],
    ["partial RoPE", { rope_parameters: { rope_theta: 1, partial_rotary_factor: 0.5 } }, /partial_rotary_factor/],
    ["biases that are not stored", { attention_bias: true }, /q_proj.bias": is missing/],
    ["biases of the MLP", { mlp_bias: true }, /mlp_bias is not supported/],
    ["windows in some layers", { use_sliding_window: true }, /use_sliding_window/],
    ["layers of another kind", { layer_types: ["full_attention", "linear_attention"] }, /"linear_attention"/],
    ["quantised weights", { quantization_config: { bits: 4 } }, /quantization_config/],
    ["more layers than any model", { num_hidden_layers: 1e9 }, /1000000000 layers/],
    ["another activation", { hidden_act: "gelu" }, /hidden_act "gelu"/],
    ["a missing size", { vocab_size: undefined }, /vocab_size/],
    ["heads that do not divide", { num_key_value_heads: 3 }, /do not divide/],
    ["an odd head", { head_dim: 3 }, /not an even number/],
    ["sizes that the weights do not have", { hidden_size: 16 }, /embed_tokens.weight": has shape \[261, 8\]/],
    ["a head that is missing", { tie_word_embeddings: false }, /"lm_head.weight": is missing/],
    ["fewer layers than stored", { num_hidden_layers: 1 }, /layers\.1\..* is not a tensor of/],
  ])("refuses %s", async (_, change, message) => {
    const directory = path.join(root, "refused");
    await saveLanguageModelDirectory(directory, CONFIG, bodyTensors(), byteTokenizerFiles());
    const file = path.join(directory, "config.json");
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), ...change }));
    const error = await loadModelDirectory(directory).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toMatch(message);
  });

  it("reads transformers 5's rope_parameters and a list of eos ids", async () => {
    const directory = path.join(root, "five");
    await saveLanguageModelDirectory(directory, CONFIG, bodyTensors(), byteTokenizerFiles());
    const file = path.join(directory, "config.json");
    const old = JSON.parse(await readFile(file, "utf8"));
    const rope_parameters = { rope_type: "default", rope_theta: 777 };
    await writeFile(file, JSON.stringify({ ...old, rope_theta: undefined, rope_parameters, eos_token_id: [4, 2] }));
    const { config } = await loadModelDirectory(directory);
    expect(config).toMatchObject({ ropeTheta: 777, eosTokenId: 4, otherEosTokenIds: [2] });
    await saveRewardModelDirectory(
      path.join(root, "five-reward"),
      { ...config, padTokenId: 2 },
      rewardTensors(),
      byteTokenizerFiles(),
    );
    expect(await json("five-reward", "config.json")).toMatchObject({ eos_token_id: [4, 2], pad_token_id: 0 });
  });

  it("names what is missing", async () => {
    await expect(loadModelDirectory(path.join(root, "nowhere"))).rejects.toThrow(/no such file or directory/);
    await mkdir(path.join(root, "empty"));
    await expect(loadModelDirectory(path.join(root, "empty"))).rejects.toThrow(/config\.json: no such file/);
    await writeFile(path.join(root, "notes.txt"), "x");
    await expect(loadModelDirectory(path.join(root, "notes.txt"))).rejects.toThrow(/neither a model directory/);
  });
});
