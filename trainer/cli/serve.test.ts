import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTinyModel } from "../recipes/init-model";

const bin = fileURLToPath(new URL("../bin/pairwright-trainer.mjs", import.meta.url));
const root = mkdtempSync(path.join(tmpdir(), "serve-cli-"));
const model = path.join(root, "run", "model");
const started: ChildProcess[] = [];

const call = (...args: string[]) =>
  spawnSync(process.execPath, [bin, ...args], { encoding: "utf8", cwd: root, timeout: 60_000 });

async function serve(...args: string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [bin, "serve", "--model", model, "--port", "0", "--engine", "wasm", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  const [line] = await once(createInterface({ input: child.stdout! }), "line");
  return { child, url: JSON.parse(line).url };
}

function pairLine(index: number): string {
  const prompt = [{ role: "user", content: `Q${index}` }];
  const rest = { strength: "better", safety: null, task: "helpfulness", source: "annotator" };
  return JSON.stringify({ id: `p${index}`, prompt, chosen: `Gladly, ${index}.`, rejected: `No ${index}`, ...rest });
}

beforeAll(async () => {
  await createTinyModel(path.join(root, "base"), { hiddenSize: 16, headCount: 2, keyValueHeadCount: 1, layerCount: 2 });
  writeFileSync(path.join(root, "pairs.jsonl"), Array.from({ length: 30 }, (_, index) => pairLine(index)).join("\n"));
});
afterAll(() => {
  for (const child of started) if (child.exitCode === null) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

describe("a probe from the command line", () => {
  it("is fitted, judged on held-out pairs, and scores", () => {
    const { status, stdout, stderr } = call(
      ...["train-reward", "--method", "probe", "--task", "helpfulness", "--engine", "wasm", "--base", "base"],
      ...["--data", "pairs.jsonl", "--heldout", "pairs.jsonl", "--out", "run"],
    );
    expect(stderr).toMatch(/cross-validated accuracy/);
    expect(status).toBe(0);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ status: "completed", modelDirectory: model });
    expect(lines.at(-1).evaluation.overall.n).toBe(30);
    expect(lines.filter((line) => line.progress === "features").at(-1)).toMatchObject({ done: 30, total: 30 });
    const judged = call(
      "evaluate-reward",
      "--model",
      model,
      "--data",
      "pairs.jsonl",
      "--task",
      "helpfulness",
      "--engine",
      "wasm",
    );
    expect(JSON.parse(judged.stdout.trim().split("\n").at(-1)!).overall).toEqual(lines.at(-1).evaluation.overall);
  }, 60_000);
});

describe("serve", () => {
  it("answers until SIGTERM, then ends with 0", async () => {
    const { child, url } = await serve("--name", "probe");
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const answer = await fetch(`${url}/score`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text_1: "Q3", text_2: ["Gladly, 3.", "No 3"] }),
    });
    const { data, model: name } = await answer.json();
    expect(name).toBe("probe");
    expect(data[0].score).toBeGreaterThan(data[1].score);
    // A probe of the answer's mean cannot read a text without a marked answer; one of the last token can.
    const text = await fetch(`${url}/classify`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ input: "Gladly." }),
    });
    expect([200, 400]).toContain(text.status);
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
  }, 60_000);

  it("does not listen beyond this machine without a token, unless told to", () => {
    const { status, stderr } = call("serve", "--model", model, "--host", "0.0.0.0");
    expect(status).toBe(1);
    expect(stderr).toMatch(/--token-file/);
    const missing = call("serve", "--model", "nowhere");
    expect(missing.status).toBe(1);
    expect(missing.stderr).toMatch(/nowhere: no such file/);
  }, 60_000);

  it("asks for the token of the file", async () => {
    writeFileSync(path.join(root, "token"), "s3cret\n");
    const { child, url } = await serve("--token-file", "token");
    const statuses = await Promise.all(
      ["Bearer s3cret", "Bearer other"].map(async (authorization) => {
        return (await fetch(`${url}/v1/models`, { headers: { authorization } })).status;
      }),
    );
    expect(statuses).toEqual([200, 401]);
    child.kill("SIGTERM");
    await once(child, "exit");
  }, 60_000);
});
