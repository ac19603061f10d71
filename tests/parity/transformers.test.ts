/** What we export, loaded by transformers, gives what we give: every family, precision and shard layout, either padding, pad = eos. */
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  loadModelDirectory,
  type ModelConfig,
  type SaveModelOptions,
  saveLanguageModelDirectory,
  saveRewardModelDirectory,
} from "@/trainer/core/checkpoint-directory";
import { layOut } from "@/trainer/core/model/layout";
import { hiddenStates, logitsAt } from "@/trainer/core/model/llama";
import { createModel, disposeModel, drawTensors } from "@/trainer/core/model/parameters";
import { growTree } from "@/trainer/core/model/token-tree";
import { architectureOf, PLAIN_LLAMA } from "@/trainer/core/model-config";
import { createRandom } from "@/trainer/core/random";
import type { HostTensor } from "@/trainer/core/safetensors";
import { BYTE_SPECIAL_TOKENS, byteTokenizerFiles } from "@/trainer/data/byte-tokenizer";
import { chooseEngine } from "@/trainer/engines";
import { openScorer, scoreRows } from "@/trainer/recipes/scorer";
import { findTransformers, runPython } from "../support/python";

const python = await findTransformers();
const root = mkdtempSync(path.join(tmpdir(), "exports-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const idOf = (token: (typeof BYTE_SPECIAL_TOKENS)[number]) => BYTE_SPECIAL_TOKENS.indexOf(token);
const EOS = idOf("<eos>");
const LLAMA: ModelConfig = {
  ...PLAIN_LLAMA,
  architecture: "LlamaForCausalLM",
  vocabSize: 264,
  hiddenSize: 32,
  intermediateSize: 48,
  layerCount: 2,
  headCount: 4,
  keyValueHeadCount: 2,
  headDim: 8,
  ropeTheta: 10_000,
  rmsNormEpsilon: 1e-5,
  tiedEmbeddings: false,
  padTokenId: idOf("<pad>"),
  bosTokenId: idOf("<bos>"),
  eosTokenId: EOS,
  positionsMax: 256,
};
const llama3 = {
  type: "llama3",
  factor: 8,
  lowFrequencyFactor: 1,
  highFrequencyFactor: 4,
  originalPositionsMax: 24,
} as const;
const yarn = {
  type: "yarn",
  factor: 4,
  originalPositionsMax: 64,
  betaFast: 32,
  betaSlow: 1,
  attentionFactor: 1.2,
  truncate: true,
} as const;
const FAMILIES: [string, Partial<ModelConfig>][] = [
  ["llama", {}],
  ["llama with biases and Llama 3 RoPE", { attentionBias: "all", ropeScaling: llama3, ropeTheta: 500_000 }],
  ["llama with linear RoPE", { ropeScaling: { type: "linear", factor: 2 } }],
  [
    "mistral with a window",
    { modelType: "mistral", positionsMax: 64, slidingWindow: { tokens: 64, declaredPositionsMax: 256 } },
  ],
  ["mistral", { modelType: "mistral", headDim: 12 }],
  ["qwen2", { modelType: "qwen2", attentionBias: "qkv" }],
  ["qwen2 with YaRN", { modelType: "qwen2", attentionBias: "qkv", ropeScaling: yarn }],
  ["qwen3", { modelType: "qwen3", headDim: 16, attentionBias: "all" }],
];
const STORED: [string, SaveModelOptions][] = [
  ["float32", {}],
  ["bfloat16 in shards", { dtype: "BF16", shardBytesMax: 20_000 }],
  ["float16", { dtype: "F16" }],
];

/** Random weights; norms and biases too, so that one that is forgotten shows. */
function weights(config: ModelConfig, head: "reward" | "language-model", seed: number): Map<string, HostTensor> {
  const random = createRandom(seed);
  const tensors = drawTensors(config, head, seed, 0.2);
  for (const [name, { data }] of tensors)
    if (/(norm\.weight|\.bias)$/.test(name))
      for (let i = 0; i < data.length; i += 1) data[i]! += 0.25 * random.normal();
  return tensors;
}

const random = createRandom(11);
const rows = [1, 2, 9, 30, 47].map((length) => Array.from({ length }, () => 5 + random.integer(250)));

interface Answer {
  class: string;
  missing: string[];
  unexpected: string[];
  labels: number | null;
  pad: number;
  tokenizerPad: number;
  alone: number[];
  right: number[];
  left: number[];
  logits: number[][];
}
async function ask(jobs: { directory: string; rows: number[][] }[]): Promise<Answer[]> {
  const file = path.join(root, "jobs.json");
  await writeFile(file, JSON.stringify(jobs));
  const script = fileURLToPath(new URL("./score_exports.py", import.meta.url));
  return (await runPython(python!, script, [file])) as Answer[];
}

async function rewardsOf(directory: string, ids: number[][]): Promise<number[]> {
  const { scorer, close } = await openScorer({ modelDirectory: directory, engine: "wasm" });
  try {
    return (
      await scoreRows(
        scorer,
        ids.map((row) => ({ rows: [row] })),
      )
    ).flat();
  } finally {
    close();
  }
}

async function lastLogits(directory: string, ids: number[]): Promise<number[]> {
  const { config, tensors } = await loadModelDirectory(directory);
  await chooseEngine("wasm");
  const model = createModel(config, tensors, "language-model", 0);
  const logits = tf.tidy(() => {
    const layout = layOut([growTree([ids])], config);
    return [...logitsAt(model, hiddenStates(model, layout), [ids.length - 1]).dataSync()];
  });
  disposeModel(model);
  return logits;
}

function expectClose(found: readonly number[], expected: readonly number[]): void {
  const scale = Math.max(...expected.map(Math.abs));
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!) / scale).toBeLessThan(1e-5);
  });
}

describe.runIf(python !== null)(`exports in ${python?.versions}`, () => {
  const answers = new Map<string, Answer>();
  const place = (...parts: string[]) => path.join(root, parts.join("-").replaceAll(" ", "_"));
  const withPadEos = [...rows.slice(1).map((row) => [...row, EOS]), [...rows[2]!, EOS, EOS], [EOS, EOS], [EOS]];

  beforeAll(async () => {
    const jobs: { directory: string; rows: number[][] }[] = [];
    for (const [index, [name, change]] of FAMILIES.entries()) {
      const config = { ...LLAMA, ...change };
      const reward = weights(config, "reward", index);
      for (const [stored, options] of STORED) {
        await saveRewardModelDirectory(place(name, stored), config, reward, byteTokenizerFiles(), options);
        jobs.push({ directory: place(name, stored), rows });
      }
      const causal = { ...config, tiedEmbeddings: index % 2 === 1 };
      const tensors = weights(causal, "language-model", index);
      await saveLanguageModelDirectory(place(name, "causal"), causal, tensors, byteTokenizerFiles());
      jobs.push({ directory: place(name, "causal"), rows: rows.slice(-2) });
    }
    // A foreign checkpoint: one of ours, made to pad with its end of text.
    const foreign = place("foreign");
    await saveRewardModelDirectory(foreign, LLAMA, weights(LLAMA, "reward", 99), byteTokenizerFiles());
    const file = path.join(foreign, "config.json");
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), pad_token_id: EOS }));
    jobs.push({ directory: foreign, rows: withPadEos });
    for (const [index, answer] of (await ask(jobs)).entries()) answers.set(jobs[index]!.directory, answer);
  }, 280_000);

  describe.each(FAMILIES)("%s", (name, change) => {
    const family = change.modelType ?? "llama";

    it.each(STORED)("gives the same rewards, stored as %s", async (stored) => {
      const answer = answers.get(place(name, stored))!;
      expect(answer).toMatchObject({ class: architectureOf(family, "reward"), missing: [], unexpected: [], labels: 1 });
      expect(answer.tokenizerPad).toBe(answer.pad);
      const ours = await rewardsOf(place(name, stored), rows);
      for (const side of ["alone", "right", "left"] as const) expectClose(ours, answer[side]);
    });

    it("gives the same logits as a language model", async () => {
      const answer = answers.get(place(name, "causal"))!;
      expect(answer).toMatchObject({ class: architectureOf(family, "language-model"), missing: [], unexpected: [] });
      for (const [index, row] of rows.slice(-2).entries())
        expectClose(await lastLogits(place(name, "causal"), row), answer.logits[index]!);
    });
  });

  it("reads the score where transformers does when a foreign model pads with eos", async () => {
    const answer = answers.get(place("foreign"))!;
    expect(answer.pad).toBe(EOS);
    const ours = await rewardsOf(place("foreign"), withPadEos);
    for (const side of ["alone", "right"] as const) expectClose(ours, answer[side]);
    // A row of nothing but pads is read at its first token, which padding on the left moves: no row means that.
    expectClose(ours.slice(0, -2), answer.left.slice(0, -2));
    expectClose(ours.slice(0, 4), await rewardsOf(place("foreign"), rows.slice(1)));
  });

  it("moves such a model to a pad that ends no turn when it is saved again", async () => {
    const { config, tensors, tokenizerFiles } = await loadModelDirectory(place("foreign"));
    await saveRewardModelDirectory(place("again"), config, tensors, tokenizerFiles);
    const [answer] = (await ask([{ directory: place("again"), rows: withPadEos }])) as [Answer];
    expect(answer.pad).not.toBe(EOS);
    const ours = await rewardsOf(place("again"), withPadEos);
    for (const side of ["alone", "right", "left"] as const) expectClose(ours, answer[side]);
    expect(Math.abs(ours[0]! - answers.get(place("foreign"))!.alone[0]!)).toBeGreaterThan(1e-3);
  });
});
