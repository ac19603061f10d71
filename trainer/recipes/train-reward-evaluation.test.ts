import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TrainingMetric } from "../format/training-config";
import { evaluateReward } from "./evaluate-reward";
import { abortAfter, openWorkbench, pairOf, pairsOf, type Workbench } from "./training.test-support";

let bench: Workbench;
let heldout: string;
beforeAll(async () => {
  bench = await openWorkbench("train-evaluation");
  // Labels the other way round: the better the training goes, the worse these come out, so the first evaluation is the best.
  heldout = bench.write(
    "heldout.jsonl",
    pairsOf(6, 100).map((pair) => ({ ...pair, chosen: pair.rejected, rejected: pair.chosen })),
  );
});
afterAll(() => bench.remove());

const judged = { evaluateEverySteps: 1, bestBy: "loss", learningRateMax: 1e-2, epochs: 3 } as const;
const stateOf = (name: string, step: string) =>
  JSON.parse(readFileSync(path.join(bench.root, name, `checkpoint-${step}`, "state.json"), "utf8"));

describe("evaluation while training", () => {
  it("looks at the held-out pairs every so many steps and after the last, as evaluate-reward does", async () => {
    const metrics: TrainingMetric[] = [];
    const onMetric = (metric: TrainingMetric) => metrics.push(metric);
    await bench.run("looks", { evaluateEverySteps: 3 }, { heldout, onMetric });
    expect(metrics.map(({ heldoutAccuracy }) => heldoutAccuracy !== null)).toEqual([false, false, true, true]);
    const modelDirectory = path.join(bench.root, "looks/model");
    const report = await evaluateReward({ modelDirectory, data: heldout, task: "helpfulness", engine: "wasm" });
    expect(metrics[3]?.heldoutAccuracy).toBe(report.overall.accuracy);
    expect(metrics[3]?.heldoutLoss).toBeCloseTo(report.logLoss ?? Number.NaN, 5);
  });

  it("stops early without a gain, and the best model is the result", async () => {
    const notes: string[] = [];
    const settings = { ...judged, earlyStopPatience: 2 };
    const losses: (number | null)[] = [];
    const onMetric = ({ heldoutLoss }: TrainingMetric) => losses.push(heldoutLoss);
    const result = await bench.run("early", settings, { heldout, onMetric, onNote: (note) => notes.push(note) });
    expect(result).toMatchObject({ status: "completed", step: 3, stepsTotal: 12, bestStep: 1 });
    expect(notes.join("\n")).toMatch(
      /stopped early after step 3 of 12: no gain in 2 evaluations\nthe model is that of step 1/,
    );
    const modelDirectory = path.join(bench.root, "early/model");
    const report = await evaluateReward({ modelDirectory, data: heldout, task: "helpfulness", engine: "wasm" });
    expect(losses).toHaveLength(3);
    expect(report.logLoss).toBeCloseTo(losses[0] ?? Number.NaN, 5);
    expect(losses[2]).toBeGreaterThan((losses[0] ?? 0) + 1e-3);
    expect(bench.entries("early", "best")).toEqual([]);
    expect(JSON.parse(readFileSync(path.join(bench.root, "early/model/pairwright.json"), "utf8"))).toMatchObject({
      steps: 3,
      bestStep: 1,
    });
  });

  it("keeps the best model also without stopping, which is not the last one's", async () => {
    const short = { ...judged, epochs: 1 };
    const best = await bench.run("best", { ...short, keepBest: true }, { heldout });
    expect(best).toMatchObject({ step: 4, bestStep: 1 });
    await bench.run("last", short, { heldout });
    expect(bench.weights("best").equals(bench.weights("last"))).toBe(false);
  });

  it("resumes with its patience, bit-exactly, wherever it was stopped", async () => {
    const settings = { ...judged, epochs: 1, earlyStopPatience: 3, checkpointEverySteps: 1 };
    const whole = await bench.run("whole", settings, { heldout });
    for (const step of [1, 2, 3]) {
      const name = `stopped-${step}`;
      await bench.run(name, settings, { heldout, ...abortAfter(step) });
      expect(stateOf(name, `00000${step}`).evaluation).toMatchObject({ best: { step: 1 }, stale: step - 1 });
      expect(await bench.run(name, settings, { heldout, resume: true })).toMatchObject({
        step: whole.step,
        bestStep: 1,
      });
      expect(bench.weights(name).equals(bench.weights("whole"))).toBe(true);
    }
  });

  it("makes up an evaluation that a stop cut short", async () => {
    const settings = { ...judged, epochs: 1, keepBest: true };
    const controller = new AbortController();
    let looks = 0;
    // The signal is looked at between micro-batches of the evaluation too: abort on the second look, before its result.
    const signal = new Proxy(controller.signal, {
      get: (target, key) => {
        if (key === "throwIfAborted")
          return () => {
            looks += 1;
            if (looks === 2) controller.abort();
            target.throwIfAborted();
          };
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const stopped = await bench.run("cut", settings, { heldout, signal });
    expect(stopped).toMatchObject({ status: "cancelled", step: 2 });
    expect(stateOf("cut", "000002").unjudged).toMatchObject({ step: 2, heldoutAccuracy: null });
    const seen: TrainingMetric[] = [];
    await bench.run("cut", settings, { heldout, resume: true, onMetric: (metric) => seen.push(metric) });
    expect(seen.map(({ step, heldoutAccuracy }) => [step, typeof heldoutAccuracy])).toEqual([
      [2, "number"],
      [3, "number"],
      [4, "number"],
    ]);
    const lines = readFileSync(path.join(bench.root, "cut/metrics.jsonl"), "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).step)).toEqual([1, 2, 3, 4]);
  });

  it("keeps as many checkpoints as asked, and the best weights that they refer to", async () => {
    const settings = { ...judged, epochs: 2, keepBest: true, checkpointEverySteps: 1, checkpointsKept: 3 };
    await bench.run("kept", settings, { heldout, ...abortAfter(6) });
    expect(bench.entries("kept", "checkpoint")).toEqual([
      "checkpoint-000004",
      "checkpoint-000005",
      "checkpoint-000006",
    ]);
    expect(bench.entries("kept", "best")).toEqual(["best-000001"]);
  });

  it("needs held-out pairs of the task, and evaluations", async () => {
    await expect(bench.run("x", { earlyStopPatience: 1 }, { heldout })).rejects.toThrow(
      "earlyStopPatience needs evaluateEverySteps",
    );
    await expect(bench.run("x", { keepBest: true, evaluateEverySteps: 1 })).rejects.toThrow(
      "keepBest needs held-out pairs of the task helpfulness: give a snapshot, or a held-out file",
    );
    const safety = bench.write("safety.jsonl", [pairOf(1, { task: "safety" })]);
    await expect(bench.run("x", { keepBest: true, evaluateEverySteps: 1 }, { heldout: safety })).rejects.toThrow(
      /has none/,
    );
  });
});
