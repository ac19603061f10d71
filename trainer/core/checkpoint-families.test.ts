/** What each family's `config.json` says, and hostile or broken model directories. */
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { byteTokenizerFiles } from "../data/byte-tokenizer";
import {
  CheckpointError,
  loadModelDirectory,
  saveLanguageModelDirectory,
  saveRewardModelDirectory,
} from "./checkpoint-directory";
import { drawTensors } from "./model/parameters";
import { type ModelConfig, PLAIN_LLAMA, parseModelConfig, windowNote } from "./model-config";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "families-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const LLAMA: ModelConfig = {
  ...PLAIN_LLAMA,
  architecture: "LlamaForCausalLM",
  vocabSize: 261,
  hiddenSize: 8,
  intermediateSize: 12,
  layerCount: 1,
  headCount: 4,
  keyValueHeadCount: 2,
  headDim: 2,
  ropeTheta: 500,
  rmsNormEpsilon: 1e-5,
  tiedEmbeddings: true,
  padTokenId: 0,
  bosTokenId: 1,
  eosTokenId: 4,
  positionsMax: 128,
};
const llama3 = {
  type: "llama3",
  factor: 8,
  lowFrequencyFactor: 1,
  highFrequencyFactor: 4,
  originalPositionsMax: 64,
} as const;
const window = { tokens: 32, declaredPositionsMax: 128 };

const json = async (...parts: string[]): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(path.join(root, ...parts), "utf8"));

describe("families", () => {
  it.each<[string, Partial<ModelConfig>, Record<string, unknown>, string[]]>([
    [
      "Llama",
      { attentionBias: "all", ropeScaling: llama3 },
      {
        model_type: "llama",
        attention_bias: true,
        mlp_bias: false,
        rope_theta: 500,
        rope_scaling: {
          rope_type: "llama3",
          factor: 8,
          low_freq_factor: 1,
          high_freq_factor: 4,
          original_max_position_embeddings: 64,
        },
        rope_parameters: { rope_type: "llama3", rope_theta: 500 },
      },
      ["q_proj.bias", "o_proj.bias"],
    ],
    [
      "Mistral",
      { modelType: "mistral", slidingWindow: window, positionsMax: 32 },
      { model_type: "mistral", sliding_window: 32, max_position_embeddings: 128, rope_scaling: null },
      [],
    ],
    ["Mistral", { modelType: "mistral" }, { sliding_window: null, max_position_embeddings: 128 }, []],
    [
      "Qwen2",
      { modelType: "qwen2", attentionBias: "qkv" },
      { model_type: "qwen2", use_sliding_window: false },
      ["q_proj.bias", "k_proj.bias", "v_proj.bias"],
    ],
    [
      "Qwen3",
      { modelType: "qwen3", headDim: 6 },
      { model_type: "qwen3", head_dim: 6, attention_bias: false },
      ["q_norm.weight", "k_norm.weight"],
    ],
  ])("writes a %s (%j) that reads back the same", async (stem, change, expected, own) => {
    const reward = { ...LLAMA, ...change, architecture: `${stem}ForSequenceClassification`, tiedEmbeddings: false };
    const tensors = drawTensors(reward, "reward", 1);
    await saveRewardModelDirectory(path.join(root, "family"), reward, tensors, byteTokenizerFiles());
    const config = await json("family", "config.json");
    expect(config).toMatchObject({ architectures: [reward.architecture], problem_type: "regression", ...expected });
    expect(Object.keys(config.id2label as object)).toEqual(["0"]);
    expect(await loadModelDirectory(path.join(root, "family"))).toMatchObject({ config: reward, tensors });
    for (const name of own) expect(tensors.has(`model.layers.0.self_attn.${name}`)).toBe(true);
    const names = [...tensors.keys()].filter((name) => name.includes("self_attn"));
    expect(names).toHaveLength(4 + own.length + (change.attentionBias === "all" ? 2 : 0));
  });

  it("starts new biases at 0 and norms at 1, as transformers does", () => {
    const qwen = drawTensors({ ...LLAMA, modelType: "qwen3", attentionBias: "all" }, "reward", 1);
    expect(new Set(qwen.get("model.layers.0.self_attn.q_proj.bias")!.data)).toEqual(new Set([0]));
    expect(new Set(qwen.get("model.layers.0.self_attn.k_norm.weight")!.data)).toEqual(new Set([1]));
  });

  const base = {
    architectures: ["MistralForCausalLM"],
    vocab_size: 32,
    hidden_size: 8,
    intermediate_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 2,
  };
  it("takes transformers' own defaults where a file is silent", () => {
    expect(() => parseModelConfig("c", base)).toThrow(/2 heads do not divide among 8/);
    expect(parseModelConfig("c", { ...base, num_key_value_heads: 2 })).toMatchObject({
      positionsMax: 4096,
      slidingWindow: { tokens: 4096, declaredPositionsMax: 131_072 },
      ropeTheta: 10_000,
      headDim: 4,
    });
    const qwen3 = { ...base, architectures: ["Qwen3ForCausalLM"], num_key_value_heads: null };
    expect(parseModelConfig("c", qwen3)).toMatchObject({ headDim: 128, keyValueHeadCount: 2, positionsMax: 32_768 });
  });

  it("says that a window limits rows, and nothing where there is none", () => {
    const windowed = { ...base, num_key_value_heads: 1, sliding_window: 32, max_position_embeddings: 128 };
    expect(windowNote(parseModelConfig("c", windowed))).toMatch(/limited .* 32 tokens/);
    expect(parseModelConfig("c", windowed).positionsMax).toBe(32);
    for (const sliding_window of [null, 128, 4096])
      expect(windowNote(parseModelConfig("c", { ...windowed, sliding_window }))).toBeNull();
  });

  it("prefers a filled rope_scaling, and an original length beside it", () => {
    const config = parseModelConfig("c", {
      ...base,
      num_key_value_heads: 1,
      rope_theta: 5,
      rope_scaling: { type: "yarn", factor: 2 },
      rope_parameters: { rope_type: "default", rope_theta: 7 },
      original_max_position_embeddings: 99,
    });
    expect(config).toMatchObject({ ropeTheta: 5, ropeScaling: { type: "yarn", originalPositionsMax: 99 } });
  });

  it("refuses a classifier of several labels", () => {
    const many = { ...base, architectures: ["LlamaForSequenceClassification"], id2label: { "0": "a", "1": "b" } };
    expect(() => parseModelConfig("c", many)).toThrow(/one label, this classifier has 2/);
  });
});

describe("broken directories", () => {
  const tensors = () => drawTensors(LLAMA, "language-model", 1);
  async function broken(change: (directory: string) => Promise<void>): Promise<string> {
    const directory = path.join(root, "broken");
    await saveLanguageModelDirectory(directory, LLAMA, tensors(), byteTokenizerFiles());
    await change(directory);
    const error = await loadModelDirectory(directory).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(CheckpointError);
    return (error as Error).message;
  }
  const edit = (name: string, change: (content: Record<string, never>) => unknown) => async (directory: string) => {
    const file = path.join(directory, name);
    await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, "utf8")))));
  };

  it.each([Number.NaN, Number.NEGATIVE_INFINITY])("names the tensor and the place of a %d", async (value) => {
    const bad = tensors();
    bad.get("model.layers.0.mlp.up_proj.weight")!.data[7] = value;
    const place = path.join(root, "bad");
    const saving = saveLanguageModelDirectory(place, LLAMA, bad, byteTokenizerFiles());
    await expect(saving).rejects.toThrow(`"model.layers.0.mlp.up_proj.weight": value 7 is ${value}`);
    const message = await broken(async (directory) => {
      const file = path.join(directory, "model.safetensors");
      const bytes = await readFile(file);
      const header = JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE(0))));
      const [begin] = header["model.layers.0.mlp.up_proj.weight"].data_offsets;
      bytes.writeFloatLE(value, 8 + Number(bytes.readBigUInt64LE(0)) + begin + 28);
      await writeFile(file, bytes);
    });
    expect(message).toContain(`"model.layers.0.mlp.up_proj.weight": value 7 is ${value}`);
  });

  it("says that a file ends early, wherever it was cut", async () => {
    const whole = (await readFile(path.join(root, "broken", "model.safetensors"))).length;
    for (const bytes of [0, 7, 200, whole - 1])
      expect(await broken((directory) => truncate(path.join(directory, "model.safetensors"), bytes))).toMatch(
        /model\.safetensors: /,
      );
  });

  it("refuses a tokenizer that names more tokens than the embedding has rows", async () => {
    const added = (content: Record<string, never>) => ({
      ...content,
      added_tokens: [{ id: 300, content: "<new>", special: true }],
    });
    expect(await broken(edit("tokenizer.json", added))).toMatch(
      /tokenizer\.json: the tokenizer does not fit: it has a token 300, the embedding has rows 0\.\.260/,
    );
    const vocab = (id: unknown) => edit("tokenizer.json", (content) => ({ ...content, model: { vocab: { a: id } } }));
    expect(await broken(vocab(1e12))).toMatch(/has a token 1000000000000/);
    expect(await broken(vocab(-1))).toMatch(/model\.vocab: the id of "a" is -1/);
    expect(await broken(vocab("x"))).toMatch(/model\.vocab: the id of "a" is x/);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["a vocabulary that is larger", { vocab_size: 2 ** 31 - 1 }, /embed_tokens.weight": has shape \[261, 8\]/],
    ["a vocabulary beyond any", { vocab_size: 1e300 }, /vocab_size/],
    ["a size that is no number", { hidden_size: "8" }, /hidden_size/],
    ["another head size", { head_dim: 4 }, /q_proj.weight": has shape \[8, 8\], expected \[16, 8\]/],
    ["fewer key-value heads", { num_key_value_heads: 1 }, /k_proj.weight": has shape \[4, 8\]/],
    ["another family", { architectures: ["Qwen3ForCausalLM"], model_type: "qwen3" }, /q_norm.weight": is missing/],
    ["a reward head that is not there", { architectures: ["LlamaForSequenceClassification"] }, /"score.weight": is/],
    ["no architecture", { architectures: [] }, /architectures/],
  ])("refuses a config.json that claims %s", async (_, change, message) => {
    expect(await broken(edit("config.json", (content) => ({ ...content, ...change })))).toMatch(message);
  });
});
