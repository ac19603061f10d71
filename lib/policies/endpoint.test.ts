import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type OpenAiStub, startOpenAiStub } from "../../tests/support/openai-stub";
import { parseAllowList } from "./egress";
import { EndpointPolicy, eventData } from "./endpoint";
import { PolicyError } from "./policy";

let stub: OpenAiStub;
beforeAll(async () => {
  stub = await startOpenAiStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.mode = "ok";
  stub.requests.length = 0;
});

const sampling = { temperature: 0.7, topP: 0.9, topK: 0, tokensMax: 64, seed: 11 };
const messages = [{ role: "user" as const, content: "안녕?" }];

function collect(changes: { allow?: string; timeoutSecondsMax?: number; signal?: AbortSignal } = {}) {
  const policy = new EndpointPolicy({
    config: { baseUrl: stub.baseUrl, model: "the-model", timeoutSecondsMax: changes.timeoutSecondsMax ?? 5 },
    apiKey: "sk-test",
    allowList: parseAllowList(changes.allow ?? "127.0.0.0/8"),
  });
  const pieces: string[] = [];
  const provenance: unknown[] = [];
  const run = async () => {
    const signal = changes.signal ?? new AbortController().signal;
    const request = { messages, sampling, signal, onProvenance: (value: unknown) => provenance.push(value) };
    for await (const piece of policy.generate(request)) pieces.push(piece);
  };
  return { pieces, provenance, done: run() };
}

describe("an OpenAI-compatible endpoint", () => {
  it("streams the answer, sends the sampling parameters and the key, and learns the model's name", async () => {
    const { pieces, provenance, done } = collect();
    await done;
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.join("")).toBe(stub.reply);
    expect(provenance.at(-1)).toEqual({ model: "stub-model-1" });
    expect(stub.requests[0]).toMatchObject({
      authorization: "Bearer sk-test",
      body: { model: "the-model", messages, stream: true, temperature: 0.7, top_p: 0.9, max_tokens: 64, seed: 11 },
    });
    expect(stub.requests[0]!.body).not.toHaveProperty("top_k");
  });

  it.each([
    ["error", "refused"],
    ["redirect", "refused"],
    ["garbage", "failed"],
    ["cut", "cut"],
    ["drop", "cut"],
    ["hang", "timeout"],
  ] as const)("reports %s as %s, without a word of what the endpoint said", async (mode, failure) => {
    stub.mode = mode;
    const { done } = collect({ timeoutSecondsMax: 1 });
    const error = await done.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PolicyError);
    expect(error).toMatchObject({ failure });
    expect((error as Error).message).not.toContain("secret-of-the-endpoint");
    expect(stub.requests).toHaveLength(1);
  });

  it("reaches no private address that is not on the allow list", async () => {
    const { done } = collect({ allow: "" });
    await expect(done).rejects.toMatchObject({ failure: "unreachable" });
    expect(stub.requests).toHaveLength(0);
  });

  it("reports a closed port as unreachable", async () => {
    const closed = await startOpenAiStub();
    await closed.close();
    const policy = new EndpointPolicy({
      config: { baseUrl: closed.baseUrl, model: "m", timeoutSecondsMax: 2 },
      apiKey: null,
      allowList: parseAllowList("127.0.0.1"),
    });
    const pieces = policy.generate({ messages, sampling, signal: new AbortController().signal });
    await expect(pieces.next()).rejects.toMatchObject({ failure: "unreachable" });
  });

  it("stops at once when it is aborted", async () => {
    stub.mode = "slow";
    const cancel = new AbortController();
    const { pieces, done } = collect({ signal: cancel.signal });
    setTimeout(() => cancel.abort(new Error("stopped")), 80);
    await expect(done).rejects.toThrow("stopped");
    expect(pieces.join("").length).toBeLessThan(stub.reply.length);
  });

  it("reads events whose bytes are cut anywhere, also inside a character", async () => {
    const bytes = new TextEncoder().encode("data: 가나\r\n\r\n: comment\ndata: second\n\ndata: [DONE]");
    for (const size of [1, 2, 3, 7, 100]) {
      const chunks = (async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      })();
      const found = [];
      for await (const data of eventData(chunks)) found.push(data);
      expect(found).toEqual(["가나", "second", "[DONE]"]);
    }
  });
});
