import { readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { OutOfMemoryError } from "../engines";
import type { TrainingMetric } from "../format/training-config";
import { ops, overrideOps, resetOps } from "../ops";
import { ItemTooLargeError, RunDirectoryError, TrainingDataError, withDiskErrors } from "./errors";
import { openWorkbench, pairOf, pairsOf, type Workbench } from "./training.test-support";

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench("train-limits");
});
afterAll(() => bench.remove());
afterEach(() => resetOps());

describe("out of memory", () => {
  /** Lets every layer on more than so many tokens fail, as an engine does whose device is full. */
  function limitTokens(tokensMax: number, alsoBackward = false) {
    const sound = ops.decoderLayer;
    const full = () => new OutOfMemoryError("no room");
    overrideOps({
      decoderLayer: (x, ...rest) => {
        if (x.shape[0] <= tokensMax) return sound(x, ...rest);
        if (!alsoBackward) throw full();
        const [y] = [sound(x, ...rest)];
        return tf.customGrad((input) => ({
          value: (input as tf.Tensor).clone(),
          gradFunc: () => {
            throw full();
          },
        }))(y) as tf.Tensor2D;
      },
    });
  }
  const whole = { tokensPerMicroBatch: 1000 };

  it("splits the micro-batch, says so, goes on with smaller ones, and computes the same", async () => {
    const expected: number[] = [];
    await bench.run("roomy", whole, { onMetric: ({ loss }) => expected.push(loss) });
    for (const alsoBackward of [false, true]) {
      const metrics: TrainingMetric[] = [];
      const notes: string[] = [];
      const before = tf.memory().numTensors;
      await bench.run(`tight-${alsoBackward}`, whole, {
        onNote: (note) => {
          notes.push(note);
          if (note.includes(" pairs in ")) limitTokens(260, alsoBackward);
        },
        onMetric: (metric) => metrics.push(metric),
      });
      resetOps();
      expect(metrics[0]?.microBatchesSplit).toBeGreaterThan(0);
      expect(metrics.at(-1)?.microBatchesSplit).toBe(0);
      expect(notes.find((note) => note.startsWith("step 1: "))).toMatch(
        /do not fit in memory; going on with at most \d+ tokens/,
      );
      metrics.forEach(({ loss, rankingLoss }, step) => {
        expect(loss).toBeCloseTo(expected[step] as number, 4);
        expect(rankingLoss).toBeCloseTo(loss, 4);
      });
      // What the failed attempts had computed is freed: it would fill the memory that is wanting.
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  it("names the pair that does not fit even alone, and keeps the checkpoints", async () => {
    const long = { ...pairOf(7), chosen: "a very long answer ".repeat(12), id: "huge" };
    const data = bench.write("huge.jsonl", [...pairsOf(7), long]);
    const notes: string[] = [];
    const onNote = (note: string) => {
      notes.push(note);
      if (note.includes(" pairs in ")) limitTokens(200);
    };
    const settings = { checkpointEverySteps: 1, epochs: 2, pairsPerStep: 1 };
    const failed = bench.run("huge", settings, { data, onNote });
    await expect(failed).rejects.toThrow(ItemTooLargeError);
    await expect(failed).rejects.toThrow(
      /step \d+: "huge" \(\d+ tokens\) does not fit in memory even by itself. Set recompute/,
    );
  });
});

describe("the disk", () => {
  it("is full: the run ends with where and what, and its checkpoints stay", async () => {
    const metricsFile = path.join(bench.root, "full/metrics.jsonl");
    const onMetric = ({ step }: TrainingMetric) => {
      if (step !== 2) return;
      rmSync(metricsFile);
      symlinkSync("/dev/full", metricsFile);
    };
    const failed = bench.run("full", { checkpointEverySteps: 1 }, { onMetric });
    await expect(failed).rejects.toThrow(
      `cannot write ${metricsFile}: the disk is full; what was saved before is kept`,
    );
    expect(bench.entries("full", "checkpoint")).toEqual(["checkpoint-000001", "checkpoint-000002"]);
    await bench.run("full", { checkpointEverySteps: 1 }, { resume: true });
    await bench.run("never-full");
    expect(bench.weights("full").equals(bench.weights("never-full"))).toBe(true);
  });

  it("may not be written: said before any work", async () => {
    writeFileSync(path.join(bench.root, "a-file"), "");
    await expect(bench.run("a-file/run")).rejects.toThrow(/cannot write .*a-file\/run: a part of the path is a file/);
    for (const [code, words] of [
      ["EROFS", "the file system is read-only"],
      ["EACCES", "there is no permission"],
      ["ENOSPC", "the disk is full"],
    ])
      await expect(
        withDiskErrors("there", () => Promise.reject(Object.assign(new Error("raw"), { code }))),
      ).rejects.toThrow(new RegExp(`cannot write there: ${words}`));
    const other = new Error("something else");
    await expect(withDiskErrors("there", () => Promise.reject(other))).rejects.toBe(other);
    expect(new RunDirectoryError("x").name).toBe("RunDirectoryError");
  });
});

describe("rows that are too long", () => {
  it("are shortened or left out as asked, and counted", async () => {
    const prompt = [{ role: "user" as const, content: "word ".repeat(60) }];
    const data = bench.write("long.jsonl", [...pairsOf(6), pairOf(6, { prompt }), pairOf(7, { prompt })]);
    const notes: string[] = [];
    const onNote = (note: string) => notes.push(note);
    await bench.run("shortened", { tokensPerRowMax: 100 }, { data, onNote });
    expect(notes).toContain("data: 8 pairs after mixing, 2 shortened");
    notes.length = 0;
    await bench.run("left-out", { tokensPerRowMax: 100, overlong: "drop" }, { data, onNote });
    expect(notes).toContain("data: 6 pairs after mixing, 0 shortened");
    expect(notes.some((note) => /^2 pairs left out: over 100 tokens \(first: p[67]\)$/.test(note))).toBe(true);
    const tooShort = bench.run("none-left", { tokensPerRowMax: 5, overlong: "drop" }, { data });
    await expect(tooShort).rejects.toThrow(/nothing is left: 8 pairs over 5 tokens/);
  });

  it("with an answer that alone is too long, empty answers and missing strengths are named", async () => {
    const data = bench.write("odd.jsonl", [
      ...pairsOf(4),
      pairOf(4, { chosen: "much too long ".repeat(20) }),
      pairOf(5, { rejected: "  " }),
      pairOf(6, { strength: null }),
      pairOf(7, { prompt: [...pairOf(7).prompt, ...pairOf(8).prompt] }),
    ]);
    const notes: string[] = [];
    await bench.run("odd", { tokensPerRowMax: 100 }, { data, onNote: (note) => notes.push(note) });
    expect(notes).toEqual(
      expect.arrayContaining([
        "1 pair with an answer that alone is over the limit and lost its end (first: p4)",
        "1 pair with an empty answer (first: p5)",
        "1 pair without a strength: margin 0 (first: p6)",
        "1 pair with two turns of one speaker in a row (first: p7)",
      ]),
    );
  });
});

describe("mixed-up data", () => {
  it("is refused by the pair's name: late system messages, prompts that end with an answer", async () => {
    const refused = (pair: ReturnType<typeof pairOf>) =>
      expect(bench.run("refused", {}, { data: bench.write("refused.jsonl", [...pairsOf(2), pair]) })).rejects;
    const [user] = pairOf(3).prompt;
    if (!user) throw new Error("no prompt");
    await refused(pairOf(3, { prompt: [user, { role: "system", content: "be kind" }, user] })).toThrow(
      /pair "p3": turn 2 is a system message; only the first turn may be/,
    );
    await refused(pairOf(3, { prompt: [user, { role: "assistant", content: "yes" }] })).toThrow(
      new TrainingDataError(
        `${path.join(bench.root, "refused.jsonl")}: pair "p3": the prompt ends with a turn of the assistant; the last turn before a response must be the user's`,
      ),
    );
    expect(readdirSync(bench.root)).not.toContain("refused");
  });

  it("mixes named sources by weight, and refuses names that there are not", async () => {
    const [ours, theirs] = [bench.write("ours.jsonl", pairsOf(8)), bench.write("theirs.jsonl", pairsOf(8, 50))];
    const data = [
      { name: "ours", path: ours },
      { name: "theirs", path: theirs },
    ];
    const notes: string[] = [];
    const onNote = (note: string) => notes.push(note);
    const result = await bench.run("mixed", { sourceWeights: { ours: 2, theirs: 0.5 } }, { data, onNote });
    expect(result.stepsTotal).toBe(5);
    expect(notes[0]).toBe("mix: 16 of ours (8 x 2), 4 of theirs (8 x 0.5)");
    await expect(bench.run("x", { sourceWeights: { hers: 1 } }, { data })).rejects.toThrow(
      'sourceWeights names "hers"; the data\'s sources are "ours", "theirs"',
    );
    await expect(bench.run("x", { sourceWeights: { ours: 1 }, otherShare: 0.5 }, { data })).rejects.toThrow(
      /either sourceWeights or otherShare/,
    );
    const [first] = data;
    if (!first) throw new Error("no source");
    await expect(bench.run("x", {}, { data: [first, first] })).rejects.toThrow('two data sources are called "ours"');
  });
});
