import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { layOut } from "../core/model/layout";
import { hiddenStates, logitsAt } from "../core/model/llama";
import { createModel, drawTensors, type LlamaModel } from "../core/model/parameters";
import { growTree } from "../core/model/token-tree";
import { type ModelConfig, PLAIN_LLAMA } from "../core/model-config";
import { BYTE_VOCAB_SIZE, byteTokenizerFiles } from "../data/byte-tokenizer";
import { createTokenizer } from "../data/tokenizer";
import { generate, generateFromIds } from "./generate";

const CONFIG: ModelConfig = {
  ...PLAIN_LLAMA,
  architecture: "LlamaForCausalLM",
  vocabSize: BYTE_VOCAB_SIZE,
  hiddenSize: 16,
  intermediateSize: 24,
  layerCount: 2,
  headCount: 4,
  keyValueHeadCount: 2,
  headDim: 4,
  ropeTheta: 10_000,
  rmsNormEpsilon: 1e-5,
  tiedEmbeddings: true,
  padTokenId: 0,
  bosTokenId: 1,
  eosTokenId: 4,
  positionsMax: 64,
};
const tokenizer = createTokenizer(byteTokenizerFiles());
const options = { temperature: 1, topK: null, topP: null, tokensMax: 8, seed: 11 };
const prompt = tokenizer.encode("hello");
let model: LlamaModel;

beforeAll(async () => {
  await tf.setBackend("cpu");
  model = createModel(CONFIG, drawTensors(CONFIG, "language-model", 5, 0.3), "language-model", 5);
});

/** Log-probabilities of every next token, computed in one piece without a cache. */
function logProbabilities(ids: readonly number[]): number[][] {
  return tf.tidy(() => {
    const layout = layOut([growTree([ids])], CONFIG);
    const hidden = hiddenStates(model, layout);
    return tf
      .logSoftmax(
        logitsAt(
          model,
          hidden,
          ids.map((_, i) => i),
        ),
      )
      .arraySync() as number[][];
  });
}

describe("generateFromIds", () => {
  it("agrees with the model run without a cache, token by token", async () => {
    // Longer than a cache's first regions, so that they grow twice.
    const samples = await generateFromIds(model, tokenizer, prompt, { ...options, samples: 3, tokensMax: 40 });
    expect(new Set(samples.map((sample) => sample.ids.join())).size).toBe(3);
    expect(Math.max(...samples.map(({ ids }) => ids.length))).toBeGreaterThan(32);
    for (const { ids, logProbability } of samples) {
      const table = logProbabilities([...prompt, ...ids]);
      const expected = ids.reduce((sum, id, i) => sum + table[prompt.length + i - 1]![id]!, 0);
      expect(logProbability).toBeCloseTo(expected, 3);
    }
  });

  it("picks the most likely token at temperature 0", async () => {
    const [sample] = await generateFromIds(model, tokenizer, prompt, { ...options, temperature: 0 });
    const { ids } = sample!;
    const table = logProbabilities([...prompt, ...ids]);
    ids.forEach((id, i) => {
      const row = table[prompt.length + i - 1]!;
      expect(row[id]).toBe(Math.max(...row));
    });
  });

  it("repeats itself for a seed, and a sample does not depend on how many there are", async () => {
    const three = await generateFromIds(model, tokenizer, prompt, { ...options, samples: 3 });
    const one = await generateFromIds(model, tokenizer, prompt, options);
    expect(one[0]!.ids).toEqual(three[0]!.ids);
    const other = await generateFromIds(model, tokenizer, prompt, { ...options, seed: 12 });
    expect(other[0]!.ids).not.toEqual(one[0]!.ids);
  });

  it("stops samples one by one and keeps the others right", async () => {
    const free = await generateFromIds(model, tokenizer, prompt, { ...options, samples: 4 });
    // The second sample's third token ends a sample wherever it occurs.
    const stop = free[1]!.ids[2]!;
    const stopped = await generateFromIds(model, tokenizer, prompt, { ...options, samples: 4, stopTokenIds: [stop] });
    stopped.forEach(({ ids, finish }, i) => {
      const at = free[i]!.ids.indexOf(stop);
      expect(ids).toEqual(at < 0 ? free[i]!.ids : free[i]!.ids.slice(0, at + 1));
      expect(finish).toBe(at < 0 && !ids.includes(4) ? "length" : "stop");
    });
    expect(stopped[1]!.finish).toBe("stop");
    expect(stopped.some(({ finish }) => finish === "length")).toBe(true);
    expect(stopped[1]!.text).toBe(tokenizer.decode(free[1]!.ids.slice(0, stopped[1]!.ids.length - 1)));
  });

  it("cuts the text before a stop text", async () => {
    const [free] = await generateFromIds(model, tokenizer, prompt, options);
    const stop = tokenizer.decode(free!.ids.slice(2, 4));
    const [cut] = await generateFromIds(model, tokenizer, prompt, { ...options, stopTexts: [stop] });
    expect(cut!.finish).toBe("stop");
    expect(cut!.text).toBe(free!.text.slice(0, free!.text.indexOf(stop)));
  });

  it("stays inside the model's positions and reports every token", async () => {
    const tokens: number[] = [];
    const long = Array.from({ length: 62 }, (_, i) => 10 + i);
    const [sample] = await generateFromIds(model, tokenizer, long, {
      ...options,
      tokensMax: 50,
      onToken: (_, token) => tokens.push(token.id),
    });
    expect(sample!.ids.length).toBeLessThanOrEqual(2);
    expect(tokens).toEqual(sample!.ids);
    await expect(generateFromIds(model, tokenizer, Array(64).fill(9), options)).rejects.toThrow(/no room/);
  });

  it("leaves no tensor behind, aborted or not", async () => {
    await generateFromIds(model, tokenizer, prompt, { ...options, samples: 2 });
    const before = tf.memory().numTensors;
    await generateFromIds(model, tokenizer, prompt, { ...options, samples: 2 });
    const controller = new AbortController();
    const aborted = generateFromIds(model, tokenizer, prompt, {
      ...options,
      signal: controller.signal,
      onToken: () => controller.abort(new Error("enough")),
    });
    await expect(aborted).rejects.toThrow("enough");
    expect(tf.memory().numTensors).toBe(before);
  });

  it("refuses bad options", async () => {
    const run = (change: object): Promise<unknown> =>
      generateFromIds(model, tokenizer, prompt, { ...options, ...change });
    await expect(run({ tokensMax: 0 })).rejects.toThrow(/tokensMax/);
    await expect(run({ samples: 0 })).rejects.toThrow(/samples/);
    await expect(run({ temperature: -1 })).rejects.toThrow(/temperature/);
    await expect(generateFromIds(model, tokenizer, [], options)).rejects.toThrow(/no tokens/);
    await expect(generateFromIds(model, tokenizer, [999], options)).rejects.toThrow(/999/);
    await expect(generateFromIds({ ...model, head: "reward" }, tokenizer, prompt, options)).rejects.toThrow(
      /reward model/,
    );
  });
});

describe("generate", () => {
  it("opens the assistant's turn through the template", async () => {
    const messages = [{ role: "user" as const, content: "hi" }];
    const ids = tokenizer.encodeChat(messages, { addGenerationPrompt: true });
    expect(await generate(model, tokenizer, messages, options)).toEqual(
      await generateFromIds(model, tokenizer, ids, options),
    );
  });
});
