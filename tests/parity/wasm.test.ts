/** The wasm engine against numbers from PyTorch: our own committed ones, and the larger shared set where it is present. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { chooseEngine } from "@/trainer/engines";
import { checkParity } from "@/trainer/recipes/parity";

const own = fileURLToPath(new URL("./reference", import.meta.url));
const shared = fileURLToPath(new URL("../../../shared/oracle", import.meta.url));
const references = [own, ...(existsSync(shared) ? [shared] : [])];

const QUANTITIES = [
  "rewards",
  "rewards, one row at a time",
  "rewards, packed",
  "rewards, packed and trimmed",
  "rewards, one tree",
  "rewards, one tree, trimmed",
  "rewards of a dialogue's turns",
  "loss",
  "gradient norm, all",
  "gradient norm, each tensor",
  "gradient values",
  "gradients, recomputed",
  "loss before each step",
  "gradient norm before each step",
  "weights after AdamW",
  "rewards after AdamW",
  "logits",
  "most likely token",
  "log probability of the prompt",
  "greedy tokens",
];

describe.each(references)("wasm against PyTorch (%s)", (reference) => {
  beforeAll(async () => {
    await chooseEngine("wasm");
  });

  it("agrees within 1e-4 relative on every quantity", async () => {
    const results = await checkParity(reference, 1e-4);
    expect([...new Set(results.map((result) => result.quantity))].sort()).toEqual([...QUANTITIES].sort());
    expect(results.filter((result) => !result.withinTolerance)).toEqual([]);
  });
});

describe("the comparison itself", () => {
  it("notices one wrong number and says where it is", async () => {
    const copy = mkdtempSync(path.join(tmpdir(), "parity-"));
    cpSync(own, copy, { recursive: true });
    const file = path.join(copy, "reward_gqa4.json");
    const numbers = JSON.parse(readFileSync(file, "utf8"));
    numbers.losses.margin.grad_norm["model.layers.1.mlp.up_proj.weight"] *= 1.001;
    writeFileSync(file, JSON.stringify(numbers));
    const off = (await checkParity(copy)).filter((result) => !result.withinTolerance);
    rmSync(copy, { recursive: true });
    expect(off).toMatchObject([
      { case: "reward_gqa4", quantity: "gradient norm, each tensor", at: "margin model.layers.1.mlp.up_proj.weight" },
    ]);
    expect(off[0]?.difference).toBeCloseTo(0.001, 4);
  });

  it("names a directory without reference cases", async () => {
    await expect(checkParity(fileURLToPath(new URL(".", import.meta.url)))).rejects.toThrow(/no reference case/);
    await expect(checkParity(`${own}-missing`)).rejects.toThrow(/no such directory/);
  });
});
