import { readFileSync } from "node:fs";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModelDirectory } from "../core/checkpoint-directory";
import { readAdapterTensors } from "../core/lora-files";
import { readSafetensors } from "../core/safetensors";
import type { TrainingMetric } from "../format/training-config";
import { abortAfter, openWorkbench, pairsOf, type Workbench } from "./training.test-support";

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench("train-methods");
});
afterAll(() => bench.remove());

const modelOf = async (name: string) => (await loadModelDirectory(path.join(bench.root, name, "model"))).tensors;
async function changed(name: string): Promise<string[]> {
  const before = (await loadModelDirectory(bench.base)).tensors;
  return [...(await modelOf(name))]
    .filter(([key, { data }]) => !before.has(key) || before.get(key)?.data.some((value, at) => value !== data[at]))
    .map(([key]) => key)
    .sort();
}
const matrices = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"];
const mlp = ["mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"];
const ofLayer = (layer: number, names: string[]) => names.map((name) => `model.layers.${layer}.${name}.weight`);

describe("method lora", () => {
  const lora = { method: "lora", loraRank: 2, loraAlpha: 8 } as const;

  it("changes only its targets and the head, and learns", async () => {
    const metrics: TrainingMetric[] = [];
    const settings = { ...lora, loraTargets: ["q_proj", "up_proj"] as ("q_proj" | "up_proj")[], learningRateMax: 2e-2 };
    const result = await bench.run("lora", settings, { onMetric: (metric) => metrics.push(metric) });
    expect(result.adapterDirectory).toBe(path.join(bench.root, "lora/adapter"));
    expect(metrics.at(-1)?.loss).toBeLessThan((metrics[0]?.loss ?? 0) * 0.8);
    const expected = [0, 1].flatMap((layer) => ofLayer(layer, ["self_attn.q_proj", "mlp.up_proj"]));
    expect(await changed("lora")).toEqual([...expected, "score.weight"].sort());
  });

  it("writes the additions as PEFT names them, and a merged model that is base plus scale B A", async () => {
    await bench.run("peft", lora);
    const adapter = path.join(bench.root, "peft/adapter");
    const config = JSON.parse(readFileSync(path.join(adapter, "adapter_config.json"), "utf8"));
    expect(config).toMatchObject({
      peft_type: "LORA",
      task_type: "SEQ_CLS",
      modules_to_save: ["score"],
      r: 2,
      lora_alpha: 8,
      target_modules: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
      base_model_name_or_path: bench.base,
    });
    const names = [...(await readSafetensors(path.join(adapter, "adapter_model.safetensors"))).tensors.keys()];
    const modules = [0, 1].flatMap((layer) => [...matrices, ...mlp].map((name) => `model.layers.${layer}.${name}`));
    const expected = modules.flatMap((name) => [`${name}.lora_A.weight`, `${name}.lora_B.weight`]);
    expect(names.sort()).toEqual([...expected, "score.weight"].map((name) => `base_model.model.${name}`).sort());
    const tensors = await readAdapterTensors(adapter);
    const merged = await modelOf("peft");
    const before = (await loadModelDirectory(bench.base)).tensors;
    const name = "model.layers.1.mlp.down_proj";
    const [down, up] = [tensors.get(`${name}.lora_A.weight`), tensors.get(`${name}.lora_B.weight`)];
    const [weight, result] = [before.get(`${name}.weight`), merged.get(`${name}.weight`)];
    if (!down || !up || !weight || !result) throw new Error("a tensor is missing");
    expect([down.shape, up.shape]).toEqual([
      [2, weight.shape[1]],
      [weight.shape[0], 2],
    ]);
    const product = tf.tidy(() =>
      tf
        .matMul(tf.tensor2d(up.data, [up.shape[0] as number, 2]), tf.tensor2d(down.data, [2, down.shape[1] as number]))
        .dataSync(),
    );
    result.data.forEach((value, at) => {
      expect(value).toBeCloseTo((weight.data[at] as number) + 4 * (product[at] as number), 6);
    });
  });

  it("gives the same bytes with recomputation, and resumes bit-exactly with dropout", async () => {
    await bench.run("plain", lora);
    await bench.run("recomputed", { ...lora, recompute: true });
    expect(bench.weights("recomputed").equals(bench.weights("plain"))).toBe(true);
    const dropping = { ...lora, loraDropout: 0.3 };
    await bench.run("dropout", dropping);
    expect(bench.weights("dropout").equals(bench.weights("plain"))).toBe(false);
    await bench.run("dropout-halves", dropping, abortAfter(2));
    const checkpoint = path.join(bench.root, "dropout-halves/checkpoint-000002/model.safetensors");
    const saved = [...(await readSafetensors(checkpoint)).tensors.keys()];
    expect(saved.every((name) => name.includes("lora_") || name === "score.weight")).toBe(true);
    await bench.run("dropout-halves", dropping, { resume: true });
    expect(bench.weights("dropout-halves").equals(bench.weights("dropout"))).toBe(true);
    await bench.run("dropout-recomputed", { ...dropping, recompute: true });
    expect(bench.weights("dropout-recomputed").equals(bench.weights("dropout"))).toBe(true);
  });
});

describe("method head and frozen layers", () => {
  it("train the head alone, or nothing below the frozen layers", async () => {
    await bench.run("head", { method: "head" });
    expect(await changed("head")).toEqual(["score.weight"]);
    await bench.run("frozen", { frozenLayers: 1 });
    const norms = ["input_layernorm", "post_attention_layernorm"];
    const upper = ofLayer(1, [...matrices, ...mlp, ...norms]);
    expect(await changed("frozen")).toEqual([...upper, "model.norm.weight", "score.weight"].sort());
    await bench.run("frozen-lora", { frozenLayers: 1, method: "lora" });
    expect(await changed("frozen-lora")).toEqual([...ofLayer(1, [...matrices, ...mlp]), "score.weight"].sort());
    const config = readFileSync(path.join(bench.root, "frozen-lora/adapter/adapter_config.json"), "utf8");
    expect(JSON.parse(config).layers_to_transform).toEqual([1]);
    await expect(bench.run("too-deep", { frozenLayers: 3 })).rejects.toThrow(
      /frozenLayers is 3; the model has 2 layers/,
    );
  });

  it("give what they train the gradients that full training gives it", async () => {
    const once = { stepsMax: 1, weightDecay: 0, gradientClipNorm: 1e9 };
    await bench.run("once-full", once);
    await bench.run("once-frozen", { ...once, frozenLayers: 1 });
    const [full, frozen] = [await modelOf("once-full"), await modelOf("once-frozen")];
    const before = (await loadModelDirectory(bench.base)).tensors;
    for (const name of ["model.layers.1.mlp.up_proj.weight", "score.weight", "model.norm.weight"]) {
      const values = full.get(name)?.data ?? new Float32Array(0);
      frozen.get(name)?.data.forEach((value, at) => {
        expect(value).toBeCloseTo(values[at] as number, 5);
      });
    }
    expect(frozen.get("model.embed_tokens.weight")?.data).toEqual(before.get("model.embed_tokens.weight")?.data);
  });

  it("leave no tensor behind", async () => {
    const before = tf.memory().numTensors;
    const held: number[] = [];
    const onMetric = () => held.push(tf.memory().numTensors);
    await bench.run("lora-leaks", { method: "lora", loraDropout: 0.1 }, { onMetric });
    expect(new Set(held).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("variants of the loss", () => {
  it("train to other weights than the paper's loss, each", async () => {
    await bench.run("paper");
    const variants = {
      scaled: { rankingLoss: "scaled" },
      smooth: { labelSmoothing: 0.1 },
      centred: { centeringWeight: 0.1 },
      unmargined: { marginTable: "none" },
    } as const;
    const seen = [bench.weights("paper")];
    for (const [name, config] of Object.entries(variants)) {
      await bench.run(name, config);
      const now = bench.weights(name);
      for (const other of seen) expect(now.equals(other), name).toBe(false);
      seen.push(now);
    }
  });

  it("report the ranking loss that is trained", async () => {
    const metrics: TrainingMetric[] = [];
    const settings = { rankingLoss: "scaled", labelSmoothing: 0.1 } as const;
    const data = bench.write("eight.jsonl", pairsOf(8));
    await bench.run("reported", settings, { data, onMetric: (metric) => metrics.push(metric) });
    for (const metric of metrics) expect(metric.rankingLoss).toBeCloseTo(metric.loss, 4);
  });
});
