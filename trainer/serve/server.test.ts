import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModelDirectory, saveRewardModelDirectory } from "../core/checkpoint-directory";
import { sigmoidOf } from "../core/losses";
import { drawRewardHead, REWARD_HEAD } from "../core/model/parameters";
import { createTinyModel } from "../recipes/init-model";
import { scoreResponses } from "../recipes/score";
import { type OpenedModel, openServedModel } from "./model";
import { createRewardServer, type RunningServer, SERVE_DEFAULTS, type ServedModel, type ServeOptions } from "./server";
import { type Answer, messages, post } from "./server.test-support";

const root = mkdtempSync(path.join(tmpdir(), "serve-"));
const directory = path.join(root, "reward");
let opened: OpenedModel;
let url: string;
const running: RunningServer[] = [];

async function start(model: ServedModel, more: Partial<ServeOptions> = {}): Promise<string> {
  const one = createRewardServer(model, {
    ...SERVE_DEFAULTS,
    token: null,
    tokensPerBatch: 4096,
    onError: () => undefined,
    ...more,
  });
  running.push(one);
  one.server.listen(0, "127.0.0.1");
  await once(one.server, "listening");
  return `http://127.0.0.1:${(one.server.address() as AddressInfo).port}`;
}

/** A model whose reward is the sum of a row's token ids, which may take its time. */
function sums(more: Partial<ServedModel> = {}): ServedModel {
  return {
    ...opened.model,
    score: async (rows) => rows.map(({ ids }) => ids.reduce((sum, id) => sum + id, 0)),
    ...more,
  };
}

beforeAll(async () => {
  const base = path.join(root, "base");
  await createTinyModel(base, { hiddenSize: 16, headCount: 2, keyValueHeadCount: 1, layerCount: 2, positionsMax: 256 });
  const { config, tensors, tokenizerFiles } = await loadModelDirectory(base);
  tensors.delete("lm_head.weight");
  tensors.set(REWARD_HEAD, drawRewardHead(config.hiddenSize, 5));
  await saveRewardModelDirectory(directory, config, tensors, tokenizerFiles);
  opened = await openServedModel("tiny-reward", { modelDirectory: directory, engine: "wasm" });
  url = await start(opened.model);
});
afterAll(async () => {
  for (const one of running) await one.stop();
  opened.close();
  rmSync(root, { recursive: true, force: true });
});

describe("vLLM's shapes", () => {
  it("/pooling", async () => {
    const { status, body } = await post(`${url}/pooling`, { model: "tiny-reward", messages: messages("Hi", "Hello") });
    expect(status).toBe(200);
    const [expected] = await scoreResponses({
      modelDirectory: directory,
      items: [{ id: "a", prompt: messages("Hi", "Hello").slice(0, 1), response: "Hello" }],
      engine: "wasm",
    });
    expect(body).toEqual({
      id: expect.stringMatching(/^pool-/),
      object: "list",
      created: expect.any(Number),
      model: "tiny-reward",
      data: [{ index: 0, object: "pooling", data: [expect.closeTo(expected!.reward, 5)] }],
      usage: {
        prompt_tokens: expect.any(Number),
        total_tokens: body.usage.prompt_tokens,
        completion_tokens: 0,
        prompt_tokens_details: null,
      },
    });
  });

  it("/classify: the logit, or its sigmoid where that is asked for", async () => {
    const input = ["one text", "another, longer text"];
    const { body } = await post(`${url}/classify`, { input });
    expect(body.id).toMatch(/^classify-/);
    expect(
      body.data.map(({ index, label, num_classes }: Record<string, unknown>) => [index, label, num_classes]),
    ).toEqual([
      [0, "LABEL_0", 1],
      [1, "LABEL_0", 1],
    ]);
    for (const field of ["use_activation", "activation", "softmax"]) {
      const activated = await post(`${url}/classify`, { input, [field]: true });
      activated.body.data.forEach(({ probs }: { probs: number[] }, index: number) => {
        expect(probs[0]).toBeCloseTo(sigmoidOf(body.data[index].probs[0]), 6);
      });
    }
    const plain = await post(`${url}/classify`, { input, use_activation: false });
    expect(plain.body.data).toEqual(body.data);
  });

  it("/score: one to many and pair by pair, under all of vLLM's names", async () => {
    const { body } = await post(`${url}/score`, { text_1: "Question?", text_2: ["Yes", "No, never"] });
    expect(body.data).toEqual([
      { index: 0, object: "score", score: expect.any(Number) },
      { index: 1, object: "score", score: expect.any(Number) },
    ]);
    for (const [first, second] of [
      ["queries", "documents"],
      ["data_1", "data_2"],
    ] as const) {
      const same = await post(`${url}/v1/score`, {
        [first]: ["Question?", "Question?"],
        [second]: ["Yes", "No, never"],
      });
      expect(same.body.data[1].score).toBeCloseTo(body.data[1].score, 5);
    }
    const chat = await post(`${url}/pooling`, { messages: messages("Question?", "No, never") });
    expect(chat.body.data[0].data[0]).toBeCloseTo(body.data[1].score, 5);
  });

  it("token ids and base64 in and out", async () => {
    const ids = [5, 6, 7, 8];
    const { body } = await post(`${url}/pooling`, { input: [ids, ids.slice(1)] });
    const encoded = await post(`${url}/pooling`, { input: ids, encoding_format: "base64" });
    const value = Buffer.from(encoded.body.data[0].data, "base64").readFloatLE(0);
    expect(value).toBeCloseTo(body.data[0].data[0], 5);
    expect(body.usage.prompt_tokens).toBe(7);
  });

  it("/v1/models and /health", async () => {
    const models = await (await fetch(`${url}/v1/models`)).json();
    expect(models).toMatchObject({
      object: "list",
      data: [{ id: "tiny-reward", object: "model", max_model_len: 256 }],
    });
    const health = await fetch(`${url}/health`);
    expect([health.status, await health.text()]).toEqual([200, ""]);
  });
});

describe("concurrent requests", () => {
  it("get the numbers they get one by one, each its own", async () => {
    const bodies = Array.from({ length: 12 }, (_, index) => ({
      text_1: index % 3 === 0 ? "A common question?" : `Question ${index}?`,
      text_2: Array.from(
        { length: 1 + (index % 4) },
        (_, answer) => `Answer ${answer} of ${index} ${"x".repeat(index)}`,
      ),
    }));
    const alone: number[][] = [];
    const scores = ({ body }: Answer) => body.data.map(({ score }: { score: number }) => score);
    for (const body of bodies) alone.push(scores(await post(`${url}/score`, body)));
    const together = await Promise.all(bodies.map(async (body) => scores(await post(`${url}/score`, body))));
    together.forEach((found, request) => {
      expect(found).toHaveLength(alone[request]!.length);
      found.forEach((score: number, index: number) => {
        expect(Math.abs(score - alone[request]![index]!)).toBeLessThan(1e-5);
      });
    });
  });

  it("are refused with 429 when the queue is full, and the server goes on", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = await start(
      sums({
        score: async (rows) => {
          await held;
          return rows.map(({ ids }) => ids.length);
        },
      }),
      { queueTokensMax: 10, gatherMs: 0 },
    );
    const first = post(`${slow}/pooling`, { input: [[1, 2, 3]] });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const waits = post(`${slow}/pooling`, { input: [[1, 2]] });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const refused = await post(`${slow}/pooling`, { input: [[1, 2, 3, 4, 5, 6, 7, 8, 9]] });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.body.error).toMatchObject({ type: "TooManyRequestsError", code: 429 });
    release();
    expect((await first).body.data[0].data).toEqual([3]);
    expect((await waits).body.data[0].data).toEqual([2]);
  });
});

describe("what is refused, and how", () => {
  const cases: [name: string, path: string, body: unknown, status: number, param: string | null, text: RegExp][] = [
    ["no JSON", "/pooling", "{", 400, null, /not JSON/],
    ["neither input nor messages", "/pooling", {}, 400, "input", /input/],
    ["an empty text", "/classify", { input: "" }, 400, "input", /input/],
    ["an unknown role", "/classify", { messages: [{ role: "tool", content: "x" }] }, 400, "messages.0.role", /role/],
    ["no content", "/classify", { messages: [{ role: "user" }] }, 400, "messages.0.content", /content/],
    ["another model", "/pooling", { model: "gpt", input: "x" }, 404, "model", /tiny-reward/],
    ["another task", "/pooling", { task: "embed", input: "x" }, 400, "task", /classify/],
    ["dimensions", "/pooling", { dimensions: 3, input: "x" }, 400, "dimensions", /dimensions/],
    ["an unknown encoding", "/pooling", { encoding_format: "bytes", input: "x" }, 400, "encoding_format", /base64/],
    [
      "a template of its own",
      "/pooling",
      { chat_template: "{{ x }}", messages: messages("a", "b") },
      400,
      "chat_template",
      /template/,
    ],
    ["tokens that do not exist", "/pooling", { input: [[1, 999_999]] }, 400, "input", /input\.0: token 999999/],
    ["a row that is too long", "/classify", { input: "x".repeat(400) }, 400, "input.0", /at most 256/],
    ["half of a pair", "/score", { text_1: "a" }, 400, "text_2", /text_2/],
    [
      "lists that do not match",
      "/score",
      { queries: ["a", "b"], documents: ["c", "d", "e"] },
      400,
      "documents",
      /1:1, 1:N or N:N/,
    ],
    ["an unknown path", "/embeddings", { input: "x" }, 404, null, /no \/embeddings here/],
    ["a prototype's name", "/constructor", { input: "x" }, 404, null, /no \/constructor here/],
  ];
  it.each(cases)("%s", async (_name, where, body, status, param, text) => {
    const answer = await post(url + where, body);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code: status, param });
    expect(answer.body.error.message).toMatch(text);
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:/);
  });

  it("truncation keeps the last tokens instead of refusing", async () => {
    const ids = Array.from({ length: 300 }, (_, index) => 1 + (index % 200));
    const cut = await post(`${url}/pooling`, { input: [ids], truncate_prompt_tokens: 20 });
    const same = await post(`${url}/pooling`, { input: [ids.slice(-20)] });
    expect(cut.body.usage.prompt_tokens).toBe(20);
    expect(cut.body.data[0].data[0]).toBeCloseTo(same.body.data[0].data[0], 5);
    expect((await post(`${url}/pooling`, { input: [ids], truncate_prompt_tokens: -1 })).body.usage.prompt_tokens).toBe(
      256,
    );
  });

  it("a wrong method, media type, or a body over the limit, announced or not", async () => {
    const wrong = await fetch(`${url}/pooling`);
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await post(`${url}/pooling`, "input=x", { "Content-Type": "text/plain" })).status).toBe(415);
    const small = await start(sums(), { bodyBytesMax: 1000 });
    expect((await post(`${small}/pooling`, { input: "x".repeat(2000) })).status).toBe(413);
    const status = await new Promise<number>((resolve, reject) => {
      const options = {
        method: "POST",
        headers: { "Content-Type": "application/json", "Transfer-Encoding": "chunked" },
      };
      const sending = request(`${small}/pooling`, options, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sending.on("error", reject);
      sending.write(`{"input": "${"x".repeat(800)}`);
      sending.write("x".repeat(800));
    });
    expect(status).toBe(413);
  });

  it("of a probe that reads answers: texts without one, and dialogues that do not end in one", async () => {
    const starts: (number | null)[] = [];
    const probe = await start(
      sums({
        needsAnswer: true,
        score: async (rows) => {
          starts.push(...rows.map(({ answerStart }) => answerStart));
          return rows.map(() => 0);
        },
      }),
    );
    expect((await post(`${probe}/pooling`, { input: "x" })).body.error).toMatchObject({ code: 400, param: "input" });
    const open = await post(`${probe}/classify`, { messages: messages("a", "b").slice(0, 1) });
    expect(open.body.error).toMatchObject({ code: 400, param: "messages" });
    const { status, body } = await post(`${probe}/score`, { text_1: "Question?", text_2: ["Yes", ""] });
    expect(status).toBe(200);
    const prompt = opened.model.tokenizer.encodeChat([{ role: "user", content: "Question?" }], {
      addGenerationPrompt: true,
    });
    expect(starts).toEqual([prompt.length, prompt.length]);
    expect(body.usage.prompt_tokens).toBeGreaterThan(2 * prompt.length);
  });

  it("too many rows, and a failure of scoring without its details", async () => {
    const strict = await start(sums(), { rowsPerRequestMax: 2 });
    expect((await post(`${strict}/pooling`, { input: ["a", "b", "c"] })).body.error.message).toMatch(/at most 2 rows/);
    const seen: unknown[] = [];
    const broken = await start(
      sums({
        score: async () => {
          throw new Error("secret detail");
        },
      }),
      { onError: (cause) => seen.push(cause) },
    );
    const { status, body } = await post(`${broken}/pooling`, { input: "x" });
    expect(status).toBe(500);
    expect(body.error.message).not.toMatch(/secret/);
    expect(String(seen[0])).toMatch(/secret detail/);
  });
});

describe("a token", () => {
  it("is asked of everyone but health checks", async () => {
    const guarded = await start(sums(), { token: "s3cret" });
    const ask = (authorization?: string) =>
      post(`${guarded}/pooling`, { input: [[2, 3]] }, authorization === undefined ? {} : { authorization });
    for (const wrong of [undefined, "Bearer wrong", "s3cret", "Basic s3cret", "Bearer s3cret2"]) {
      const { status, headers, body } = await ask(wrong);
      expect([status, headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
      expect(body.error.type).toBe("AuthenticationError");
    }
    expect((await ask("Bearer s3cret")).body.data[0].data).toEqual([5]);
    expect((await fetch(`${guarded}/v1/models`)).status).toBe(401);
    expect((await fetch(`${guarded}/health`)).status).toBe(200);
  });
});

describe("stopping", () => {
  it("answers what was taken, refuses what comes after, and closes", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let started = () => {};
    const scoring = new Promise<void>((resolve) => {
      started = resolve;
    });
    const where = await start(
      sums({
        score: async (rows) => {
          started();
          await held;
          return rows.map(({ ids }) => ids.length);
        },
      }),
    );
    const own = running.at(-1)!;
    const taken = post(`${where}/pooling`, { input: [[1, 2, 3, 4]] });
    await scoring;
    const stopped = own.stop();
    await expect(fetch(`${where}/health`)).rejects.toThrow();
    release();
    expect((await taken).body.data[0].data).toEqual([4]);
    await stopped;
  });

  it("a client that leaves is not scored", async () => {
    let scored = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const where = await start(
      sums({
        score: async (rows) => {
          scored += rows.length;
          await held;
          return rows.map(() => 0);
        },
      }),
      { gatherMs: 0 },
    );
    const first = post(`${where}/pooling`, { input: [[1]] });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const leaving = new AbortController();
    const left = fetch(`${where}/pooling`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ input: [[1], [2], [3]] }),
      signal: leaving.signal,
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    leaving.abort();
    await expect(left).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
    release();
    await first;
    await post(`${where}/pooling`, { input: [[1]] });
    expect(scored).toBe(2);
  });
});
