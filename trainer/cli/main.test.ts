import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTinyModel } from "../recipes/init-model";

const bin = fileURLToPath(new URL("../bin/pairwright-trainer.mjs", import.meta.url));
const root = mkdtempSync(path.join(tmpdir(), "trainer-cli-"));
const data = path.join(root, "pairs.jsonl");
const training = (out: string) => [
  ...["train-reward", "--engine", "wasm", "--task", "helpfulness", "--data", data, "--base", path.join(root, "base")],
  ...["--out", path.join(root, out), "--pairs-per-step", "2", "--learning-rate", "1e-3"],
];

function call(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: "utf8", cwd: root });
  return { status, stderr, lines: stdout.split("\n").filter((line) => line !== "") };
}

beforeAll(async () => {
  await createTinyModel(path.join(root, "base"), { hiddenSize: 16, headCount: 2, keyValueHeadCount: 1, layerCount: 1 });
  const pairs = Array.from({ length: 400 }, (_, index) => ({
    ...{ id: `p${index}`, prompt: [{ role: "user", content: `Q${index}` }], chosen: "Gladly.", rejected: "No" },
    ...{ strength: "better", safety: null, task: "helpfulness", source: "annotator" },
  }));
  writeFileSync(data, pairs.map((pair) => JSON.stringify(pair)).join("\n"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("pairwright-trainer", () => {
  it("explains itself, and ends with 2 on wrong usage", () => {
    const help = call("--help");
    expect(help.status).toBe(0);
    for (const command of [
      "train-reward",
      "evaluate-reward",
      "score",
      "train-sft",
      "sample",
      "parity",
      "engine",
      "init-model",
      "convert",
    ])
      expect(help.lines.join("\n")).toContain(command);
    expect(call("train-reward").status).toBe(2);
    expect(call("nonsense").status).toBe(2);
    expect(call("score", "--model", "m", "--data", "d", "--engine", "abacus")).toMatchObject({ status: 2, lines: [] });
  }, 90_000);

  it("says in one line what is wrong with a file, without a stack", () => {
    const { status, stderr } = call(
      "evaluate-reward",
      "--model",
      "missing",
      "--task",
      "safety",
      "--data",
      data,
      "--engine",
      "wasm",
    );
    expect(status).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/^error: .*none of its 400 pairs is of the task safety/);
  });

  it("writes JSON lines when piped: a metric per step, then the result", () => {
    const { status, lines } = call(...training("short"), "--steps", "2");
    expect(status).toBe(0);
    const rows = lines.map((line) => JSON.parse(line));
    expect(rows.map((row) => row.step)).toEqual([1, 2, 2]);
    expect(rows[0]).toMatchObject({ stepsTotal: 2, learningRate: expect.any(Number) });
    expect(rows[2]).toMatchObject({ status: "completed" });
    expect(existsSync(path.join(root, "short/model/model.safetensors"))).toBe(true);
  });

  it("says what a run would need without starting it, and has an option for every setting", () => {
    const estimate = call(
      ...["estimate", "--engine", "wasm", "--task", "helpfulness", "--base", path.join(root, "base")],
      ...["--data", `ours=${data}`, "--weight", "ours=0.5", "--method", "lora", "--lora-targets", "q_proj,v_proj"],
    );
    expect(estimate.status).toBe(0);
    expect(JSON.parse(estimate.lines[0] ?? "")).toMatchObject({ items: 200, steps: 1, memoryProblem: null });
    expect(estimate.stderr).toMatch(/mix: 200 of ours \(400 x 0\.5\)/);
    expect(estimate.stderr).toMatch(/estimate: .* weights, .* trained; about/);
    const help = call("train-reward", "--help").lines.join("\n");
    for (const option of ["--method", "--frozen-layers", "--lora-rank", "--loss", "--label-smoothing", "--centering"])
      expect(help).toContain(option);
    for (const option of [
      "--weight",
      "--overlong",
      "--early-stop",
      "--keep-best",
      "--recompute",
      "--dry-run",
      "--force",
    ])
      expect(help).toContain(option);
    const wrong = call("train-reward", "--base", "b", "--out", "o", "--data", "d", "--lora-targets", "q_proj,qq");
    expect(wrong).toMatchObject({ status: 2, lines: [] });
    expect(wrong.stderr).toMatch(/qq is none of q_proj/);
  }, 90_000);

  it("on a signal stops with 130 and leaves a checkpoint that --resume goes on from", async () => {
    const child = spawn(process.execPath, [bin, ...training("stopped")], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.once("data", () => child.kill("SIGTERM"));
    const status = await new Promise((resolve) => child.on("exit", resolve));
    expect(status).toBe(130);
    const [checkpoint] = readdirSync(path.join(root, "stopped")).filter((entry) => entry.startsWith("checkpoint-"));
    const step = Number(checkpoint?.slice("checkpoint-".length));
    expect(step).toBeGreaterThan(0);
    expect(step).toBeLessThan(200);
    const resumed = call(...training("stopped"), "--resume");
    expect(resumed.status).toBe(0);
    expect(JSON.parse(resumed.lines[0] ?? "{}").step).toBe(step + 1);
    expect(JSON.parse(resumed.lines.at(-1) ?? "{}")).toMatchObject({ status: "completed", step: 200 });
  });
});
