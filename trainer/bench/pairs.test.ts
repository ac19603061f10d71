import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pairOfTranscripts, readBenchPairs, takePairs } from "./pairs";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "pairwright-bench-pairs-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const dialogue = (...turns: string[]) =>
  turns.map((text, index) => `\n\n${index % 2 === 0 ? "Human" : "Assistant"}: ${text}`).join("");

describe("pairs for benchmarks", () => {
  it("splits a transcript into the shared prompt and two answers", () => {
    const pair = pairOfTranscripts("1", dialogue("a", "b", "c", "yes"), dialogue("a", "b", "c", "no"));
    expect(pair).toMatchObject({ chosen: "yes", rejected: "no" });
    expect(pair?.prompt.map(({ role, content }) => [role, content])).toEqual([
      ["user", "a"],
      ["assistant", "b"],
      ["user", "c"],
    ]);
  });

  it("leaves out rows whose dialogues part before the last answer, or not at all", () => {
    expect(pairOfTranscripts("1", dialogue("a", "b", "c", "d"), dialogue("a", "x", "c", "d"))).toBeNull();
    expect(pairOfTranscripts("1", dialogue("a", "b"), dialogue("a", "b"))).toBeNull();
    expect(pairOfTranscripts("1", "no marks", "none here")).toBeNull();
  });

  it("takes fitting pairs in the file's order, gzipped too, and says when there are too few", async () => {
    const file = path.join(directory, "pairs.jsonl.gz");
    const rows = ["short", "far too long an answer for this limit", "brief", "small"].map((answer) =>
      JSON.stringify({ chosen: dialogue("q", answer), rejected: dialogue("q", "no") }),
    );
    await writeFile(file, gzipSync(rows.join("\n")));
    const encoder = {
      encodeChat: (messages: readonly { content: string }[]) => [...messages.at(-1)!.content].map(() => 1),
    };
    const taken = await takePairs(file, encoder, { count: 2, skip: 1, tokensPerRowMax: 10 });
    expect(taken.map(({ pair }) => pair.chosen)).toEqual(["brief", "small"]);
    await expect(takePairs(file, encoder, { count: 4, tokensPerRowMax: 10 })).rejects.toThrow(/3 fitting pairs/);
  });

  it("names the line that is broken", async () => {
    const file = path.join(directory, "broken.jsonl");
    await writeFile(file, '{"chosen":"x","rejected":"y"}\n{oh\n');
    await expect(
      (async () => {
        for await (const _ of readBenchPairs(file));
      })(),
    ).rejects.toThrow(/broken\.jsonl:2/);
  });
});
