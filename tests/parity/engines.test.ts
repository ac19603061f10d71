/**
 * Every engine that is present, against numbers made with PyTorch and transformers: rewards, losses, gradients, AdamW, logits,
 * tokens. Each runs as the command in a process of its own, so that they share neither libraries nor threads. Engines that are absent
 * are named. wasm, the reference of the others, has a test of its own.
 */
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { inspectEngine } from "../../trainer/cli/engine-list";
import { ENGINES, type EngineName } from "../../trainer/engines";
import type { ParityResult } from "../../trainer/recipes/parity";
import { softwareGpuEnvironment } from "../support/software-gpu";

const bin = fileURLToPath(new URL("../../trainer/bin/pairwright-trainer.mjs", import.meta.url));
const own = fileURLToPath(new URL("./reference", import.meta.url));
const shared = fileURLToPath(new URL("../../../shared/oracle", import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), "parity-engines-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Present {
  name: EngineName;
  environment: NodeJS.ProcessEnv;
  /** A rasteriser on the CPU: a thousandth of a processor's speed. */
  software: boolean;
}

/** How the engine can be run here; a GPU in software where there is no other. */
async function findEngine(name: EngineName): Promise<Present | { name: EngineName; absent: string }> {
  const row = await inspectEngine(name, process.env);
  if (row.available) return { name, environment: process.env, software: row.reason !== null };
  const software = name === "webgpu" && row.get === null ? softwareGpuEnvironment() : null;
  if (software === null) return { name, absent: row.reason ?? "it does not run" };
  const environment = { ...process.env, ...software };
  const again = await inspectEngine(name, environment);
  return again.available ? { name, environment, software: true } : { name, absent: again.reason ?? "it does not run" };
}

/** Two of the cases, with one loss and one AdamW step instead of four and ten: what a rasteriser can do in a minute. */
function smallReference(): string {
  for (const name of ["language_untied", "reward_gqa4"])
    for (const extension of ["json", "safetensors"])
      copyFileSync(path.join(own, `${name}.${extension}`), path.join(scratch, `${name}.${extension}`));
  const file = path.join(scratch, "reward_gqa4.json");
  const reference = JSON.parse(readFileSync(file, "utf8"));
  reference.losses = { margin: reference.losses.margin };
  reference.adamw.steps = reference.adamw.steps.slice(0, 1);
  writeFileSync(file, JSON.stringify(reference));
  return scratch;
}

function parity(
  { name, environment }: Present,
  reference: string,
): Promise<{ results: ParityResult[]; notes: string }> {
  return new Promise((resolve, reject) => {
    const args = [bin, "parity", "--engine", name, "--reference", reference];
    const child = spawn(process.execPath, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, notes] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (notes += chunk));
    child.on("error", reject);
    child.on("close", () => {
      const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
      resolve({ results: lines.map((line) => JSON.parse(line) as ParityResult), notes });
    });
  });
}

const found: Awaited<ReturnType<typeof findEngine>>[] = [];
for (const name of ENGINES) if (name !== "wasm") found.push(await findEngine(name));
const present = found.filter((engine): engine is Present => !("absent" in engine));
for (const engine of found)
  if ("absent" in engine) console.warn(`ABSENT: ${engine.name} is not compared with PyTorch here: ${engine.absent}`);

/** A rasteriser alone on two cores needs a minute, beside other work several. */
const MILLISECONDS_MAX = 600_000;

describe.each(present)("$name against PyTorch", (engine) => {
  const references = engine.software ? [smallReference()] : [own, shared].filter((directory) => existsSync(directory));

  it.each(references)(
    "agrees within 1e-4 relative on every quantity (%s)",
    async (reference) => {
      const { results, notes } = await parity(engine, reference);
      expect(notes).toContain(`engine ${engine.name}: asked for`);
      expect(results.filter((result) => !result.withinTolerance)).toEqual([]);
      const quantities = new Set(results.map(({ quantity }) => quantity));
      for (const needed of ["rewards", "loss", "gradient values", "weights after AdamW", "logits", "greedy tokens"])
        expect([...quantities]).toContain(needed);
    },
    MILLISECONDS_MAX,
  );
});

it("looks at every engine", () => {
  expect(found.map(({ name }) => name).sort()).toEqual(ENGINES.filter((name) => name !== "wasm").sort());
});
