import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pairShape } from "./flops";
import { gpuBench } from "./gpu";
import { syntheticPairs } from "./synthetic";

let home = "";
beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), "pairwright-gpu-test-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe("bench:gpu", () => {
  it("runs at toy size on a machine without GPU, PyTorch or data", async () => {
    const lines: Record<string, unknown>[] = [];
    const flags = {
      shape: ["toy" as const],
      python: "a-python-that-is-not-there",
      engine: "wasm-f32" as const,
      peer: "trl" as const,
      pairsPerStep: 4,
      steps: 1,
      rounds: 1,
      home,
    };
    const said: string[] = [];
    await gpuBench(flags, { emit: (line) => void lines.push(line), report: (line) => void said.push(line) });
    const [machine, alone] = lines;
    expect(machine).toMatchObject({ gpu: null });
    expect(alone).toMatchObject({ case: "gpu-alone", size: "toy", pairs: 4, rounds: 1 });
    expect(alone?.oursPerSecond).toBeGreaterThan(0);
    expect(alone?.mfu).toBeGreaterThan(0);
    expect(alone?.mfu).toBeLessThan(1);
    expect(lines).toHaveLength(2);
    expect(said.join()).toContain("has no TRL");
  }, 60_000);

  it("needs a PyTorch for the libtorch engine, and says so", async () => {
    const flags = { python: "a-python-that-is-not-there", engine: "libtorch-bf16", peer: "none" } as const;
    const rest = { pairsPerStep: 4, steps: 1, rounds: 1, home };
    await expect(gpuBench({ ...flags, ...rest }, { emit: () => {}, report: () => {} })).rejects.toThrow(
      /has no PyTorch/,
    );
  });

  it("draws lengths as hh-rlhf has them: 113 shared tokens and 43 for each answer", () => {
    const shapes = syntheticPairs(4000, 1).map(({ prompt, chosen, rejected }) => {
      const start = `\n\nHuman: ${prompt[0]?.content}\n\nAssistant: `;
      return pairShape([chosen, rejected].map((answer) => [...Buffer.from(`${start}${answer}.`)]));
    });
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(shapes.map(({ shared }) => shared)) - 113)).toBeLessThan(6);
    expect(Math.abs(mean(shapes.flatMap(({ branches }) => [...branches])) - 43)).toBeLessThan(3);
  });
});
