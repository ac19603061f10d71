import { describe, expect, it } from "vitest";
import { createPolicy } from "./index";
import { ReplayPolicy, trigramSimilarity } from "./replay";

const recordings = [
  { prompt: "How do I boil an egg?", responses: ["Eight minutes\nin  boiling water. ", "Ask a hen."] },
  { prompt: "달걀은 어떻게 삶나요?", responses: ["끓는 물에 팔 분."] },
];
const sampling = { temperature: 1, topP: 1, topK: 0, tokensMax: 9, seed: 0 };

async function ask(content: string, seed = 0) {
  const told: Record<string, unknown>[] = [];
  const pieces: string[] = [];
  const request = { messages: [{ role: "user" as const, content }], sampling: { ...sampling, seed } };
  const signal = new AbortController().signal;
  const policy = new ReplayPolicy({ config: { recordings } });
  for await (const piece of policy.generate({ ...request, signal, onProvenance: (value) => told.push(value) }))
    pieces.push(piece);
  return { text: pieces.join(""), pieces, told };
}

describe("replay of recorded responses", () => {
  it("gives the recording of this very prompt, word by word and to the character", async () => {
    const { text, pieces, told } = await ask("  how do I boil an EGG? ");
    expect(text).toBe(recordings[0]!.responses[0]);
    expect(pieces.length).toBe(5);
    expect(told).toEqual([{ replayedFrom: expect.stringMatching(/^[0-9a-f]{16}$/), replayedIndex: 0, similarity: 1 }]);
    expect((await ask("How do I boil an egg?", 3)).text).toBe("Ask a hen.");
  });

  it("falls back to the most similar prompt and says so", async () => {
    const { text, told } = await ask("달걀을 어떻게 삶아요?");
    expect(text).toBe("끓는 물에 팔 분.");
    expect(told[0]!.similarity).toBeGreaterThan(0.3);
    expect(told[0]!.similarity).toBeLessThan(1);
  });

  it("measures similarity from 0 to 1, alike in both directions", () => {
    expect(trigramSimilarity("same text", "same text")).toBe(1);
    expect(trigramSimilarity("abc", "xyz")).toBeLessThan(0.01);
    expect(trigramSimilarity("one two", "two one")).toBe(trigramSimilarity("two one", "one two"));
  });

  it("ends when it is aborted between words", async () => {
    const cancel = new AbortController();
    const policy = createPolicy(
      { kind: "replay", config: { recordings }, secretCiphertext: null },
      { systemPrompt: "Be brief.", ...sampling },
      { wordDelayMs: 1000 },
    );
    const pieces = policy.generate({ messages: [{ role: "user", content: "egg" }], sampling, signal: cancel.signal });
    setTimeout(() => cancel.abort(new Error("enough")), 20);
    await expect(
      (async () => {
        for await (const _ of pieces);
      })(),
    ).rejects.toThrow("enough");
  });
});
