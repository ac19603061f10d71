import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModelDirectory } from "../core/checkpoint-directory";
import { layOut } from "../core/model/layout";
import { hiddenStates, logitsAt } from "../core/model/llama";
import { createModel, disposeModel } from "../core/model/parameters";
import { growTree } from "../core/model/token-tree";
import { encodeWithLossMask } from "../data/loss-mask";
import { createTokenizer } from "../data/tokenizer";
import { chooseEngine } from "../engines";
import type { Message } from "../format/pair";
import { createTinyModel } from "./init-model";
import { sampleResponses } from "./sample";
import { type TrainSftOptions, trainSft } from "./train-sft";

const root = mkdtempSync(path.join(tmpdir(), "train-sft-"));
const base = path.join(root, "base");
const dialogue: Message[] = [
  { role: "user", content: "One?" },
  { role: "assistant", content: "wrong" },
  { role: "user", content: "Two?" },
  { role: "assistant", content: "ok" },
];
const rows = [{ messages: dialogue, lossOn: [false, false, false, true] }];
const config = { engine: "wasm", rowsPerStep: 2, epochs: 1, warmupStepsMin: 1, learningRateMax: 5e-3 } as const;

function write(name: string, content: object[]): string {
  const file = path.join(root, name);
  writeFileSync(file, content.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return file;
}

function run(name: string, data: string, more: Partial<TrainSftOptions> = {}) {
  return trainSft({ config, data, baseModel: base, outDirectory: path.join(root, name), ...more });
}

beforeAll(async () => {
  await createTinyModel(base, { hiddenSize: 32, headCount: 2, keyValueHeadCount: 1, layerCount: 2, seed: 6 });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("fine-tuning", () => {
  it("starts from the mean cross entropy of exactly the masked tokens", async () => {
    const losses: number[] = [];
    await run("loss", write("one.jsonl", rows), { onMetric: (metric) => losses.push(metric.loss) });
    await chooseEngine("wasm");
    const loaded = await loadModelDirectory(base);
    const { ids, mask } = encodeWithLossMask(createTokenizer(loaded.tokenizerFiles), rows[0] as (typeof rows)[number]);
    const model = createModel(loaded.config, loaded.tensors, "language-model", 0);
    const logits = tf.tidy(() =>
      logitsAt(
        model,
        hiddenStates(model, layOut([growTree([ids])], loaded.config)),
        ids.map((_, at) => at),
      ).arraySync(),
    );
    disposeModel(model);
    const targets = ids.flatMap((id, at) => (mask[at] === 1 ? [{ id, before: logits[at - 1] as number[] }] : []));
    const entropy = targets.map(
      ({ id, before }) => Math.log(before.reduce((sum, x) => sum + Math.exp(x), 0)) - (before[id] as number),
    );
    expect(targets.length).toBeGreaterThan(1);
    expect(losses[0]).toBeCloseTo(entropy.reduce((sum, x) => sum + x, 0) / entropy.length, 4);
  });

  it("teaches the answer that carries loss, and the tuned model says it", async () => {
    const data = write(
      "many.jsonl",
      Array.from({ length: 40 }, () => rows[0] as object),
    );
    const losses: number[] = [];
    const result = await run("learn", data, {
      config: { ...config, epochs: 2 },
      onMetric: (metric) => losses.push(metric.loss),
    });
    expect(losses.at(-1)).toBeLessThan(0.2);
    const [sampled] = await sampleResponses({
      modelDirectory: result.modelDirectory ?? "",
      engine: "wasm",
      prompts: [{ id: "a", prompt: dialogue.slice(0, 3) }],
      ...{ samples: 1, temperature: 0, topK: null, topP: null, tokensMax: 2, seed: 1 },
    });
    expect(sampled?.responses[0]?.text).toBe("ok");
  });

  it("resumes bit-exactly", async () => {
    const data = write(
      "resume.jsonl",
      Array.from({ length: 8 }, (_, i) => ({
        ...rows[0],
        messages: [...dialogue.slice(0, 3), { role: "assistant", content: `n${i}` }],
      })),
    );
    await run("straight", data);
    const controller = new AbortController();
    const stopped = await run("halves", data, {
      signal: controller.signal,
      onMetric: (metric) => metric.step === 2 && controller.abort(),
    });
    expect(stopped).toMatchObject({ status: "cancelled", step: 2, stepsTotal: 4 });
    await run("halves", data, { resume: true });
    const weights = (name: string) => readFileSync(path.join(root, name, "model/model.safetensors"));
    expect(weights("halves").equals(weights("straight"))).toBe(true);
  });

  it("names what is wrong with the data", async () => {
    await expect(run("x1", write("empty.jsonl", []))).rejects.toThrow(/empty\.jsonl: no rows/);
    const silent = [{ messages: dialogue, lossOn: [false, false, false, false] }];
    await expect(run("x2", write("silent.jsonl", silent))).rejects.toThrow(
      /none of its 1 rows has a token that carries loss/,
    );
    const short = [rows[0] as object, { messages: dialogue, lossOn: [true] }];
    await expect(run("x3", write("short.jsonl", short))).rejects.toThrow(/short\.jsonl:2: .*one flag per message/);
  });
});

describe("fine-tuning a part", () => {
  const file = () => write("part.jsonl", [...rows, ...rows]);
  const trained = async (name: string) => {
    const before = (await loadModelDirectory(base)).tensors;
    return [...(await loadModelDirectory(path.join(root, name, "model"))).tensors]
      .filter(([key, { data }]) => before.get(key)?.data.some((value, at) => value !== data[at]))
      .map(([key]) => key);
  };

  it("with LoRA writes additions for a causal model beside the merged one, and resumes bit-exactly", async () => {
    const lora = { ...config, epochs: 2, method: "lora", loraTargets: ["q_proj", "v_proj"], loraDropout: 0.1 } as const;
    const settings = { config: { ...lora, loraTargets: [...lora.loraTargets] } };
    await run("lora", file(), settings);
    const written = readFileSync(path.join(root, "lora/adapter/adapter_config.json"), "utf8");
    expect(JSON.parse(written)).toMatchObject({ task_type: "CAUSAL_LM", modules_to_save: null });
    expect((await trained("lora")).every((name) => /self_attn\.[qv]_proj/.test(name))).toBe(true);
    const controller = new AbortController();
    const onMetric = () => controller.abort();
    const stopped = await run("lora-halves", file(), { ...settings, signal: controller.signal, onMetric });
    expect(stopped).toMatchObject({ status: "cancelled", step: 1, stepsTotal: 2 });
    await run("lora-halves", file(), { ...settings, resume: true });
    const weights = (name: string) => readFileSync(path.join(root, name, "model/model.safetensors"));
    expect(weights("lora-halves").equals(weights("lora"))).toBe(true);
  });

  it("freezes lower layers with the embedding, and refuses to train a head that is the frozen embedding", async () => {
    await run("frozen", file(), { config: { ...config, frozenLayers: 1 } });
    expect((await trained("frozen")).every((name) => /^model\.(layers\.1|norm)\./.test(name))).toBe(true);
    await expect(run("head", file(), { config: { ...config, method: "head" } })).rejects.toThrow(
      /leaves nothing to train: the model's head is its embedding/,
    );
  });
});
