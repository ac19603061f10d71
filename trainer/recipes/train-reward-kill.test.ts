import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../core/random";
import { openWorkbench, pairsOf, TEST_CONFIG, type Workbench } from "./training.test-support";

const bin = fileURLToPath(new URL("../bin/pairwright-trainer.mjs", import.meta.url));
let bench: Workbench;
let commandLine: string[];
const settings = {
  ...TEST_CONFIG,
  method: "lora",
  loraDropout: 0.2,
  epochs: 4,
  checkpointEverySteps: 1,
  evaluateEverySteps: 2,
  keepBest: true,
} as const;

beforeAll(async () => {
  bench = await openWorkbench("train-kill");
  const heldout = bench.write("heldout.jsonl", pairsOf(4, 100));
  const { task, engine, ...rest } = settings;
  const file = path.join(bench.root, "config.json");
  const { writeFileSync } = await import("node:fs");
  writeFileSync(file, JSON.stringify(rest));
  commandLine = [
    ...["train-reward", "--engine", engine, "--task", task, "--config", file, "--base", bench.base],
    ...["--data", path.join(bench.root, "pairs.jsonl"), "--heldout", heldout],
  ];
  await bench.run("whole", settings, { heldout });
}, 60_000);
afterAll(() => bench.remove());

const start = (out: string): ChildProcess =>
  spawn(process.execPath, [bin, ...commandLine, "--out", path.join(bench.root, out), "--resume"], {
    stdio: ["ignore", "pipe", "ignore"],
  });

/** Resolves with the exit code, null for a killed process. Kills with SIGKILL `delayMs` after the first step's line. */
function killAfterFirstStep(child: ChildProcess, delayMs: number | null): Promise<number | null> {
  return new Promise((resolve) => {
    child.stdout?.once("data", () => {
      if (delayMs !== null) setTimeout(() => child.kill("SIGKILL"), delayMs);
    });
    child.on("exit", (code) => resolve(code));
  });
}

describe("a run that is killed", () => {
  it("ends in the same bytes after any number of kill -9 and resumes, additions and all", async () => {
    const random = createRandom(11);
    let killed = 0;
    for (let attempt = 0; attempt < 4; attempt += 1)
      if ((await killAfterFirstStep(start("killed"), Math.floor(random.uniform() * 350))) === null) killed += 1;
    expect(killed).toBeGreaterThan(0);
    expect(await killAfterFirstStep(start("killed"), null)).toBe(0);
    expect(bench.weights("killed").equals(bench.weights("whole"))).toBe(true);
    const adapter = (name: string) => readFileSync(path.join(bench.root, name, "adapter/adapter_model.safetensors"));
    expect(adapter("killed").equals(adapter("whole"))).toBe(true);
    const lines = readFileSync(path.join(bench.root, "killed/metrics.jsonl"), "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).step)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    expect(readdirSync(path.join(bench.root, "killed")).sort()).toEqual([
      "adapter",
      "metrics.jsonl",
      "model",
      "run.json",
    ]);
    expect(existsSync(path.join(bench.root, "killed/model/pairwright.json"))).toBe(true);
  }, 300_000);
});
