/** LoRA's additions, loaded by PEFT onto the same base model, give the rewards of our merged model; PEFT writes back the same file. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "@/trainer/core/random";
import { createTinyModel } from "@/trainer/recipes/init-model";
import { openScorer, scoreRows } from "@/trainer/recipes/scorer";
import { trainReward } from "@/trainer/recipes/train-reward";
import { findPython, runPython } from "../support/python";

const python = await findPython(["torch", "transformers", "peft"]);
const script = fileURLToPath(new URL("peft_rewards.py", import.meta.url));
const root = mkdtempSync(path.join(tmpdir(), "peft-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Answer {
  adapted: number[];
  merged: number[];
  sameFile: boolean;
}

describe.runIf(python !== null)(`additions in ${python?.versions}`, () => {
  it.each([0, 1])("give our rewards, with %i frozen layers", async (frozenLayers) => {
    const place = (name: string) => path.join(root, `${name}-${frozenLayers}`);
    await createTinyModel(place("base"));
    const pairs = Array.from({ length: 8 }, (_, index) => ({
      ...{ id: `p${index}`, prompt: [{ role: "user", content: `Q${index}` }], chosen: "Gladly.", rejected: "No" },
      ...{ strength: "better", safety: null, task: "helpfulness", source: "annotator" },
    }));
    writeFileSync(place("pairs"), pairs.map((pair) => JSON.stringify(pair)).join("\n"));
    const config = { task: "helpfulness", engine: "wasm", method: "lora", frozenLayers, pairsPerStep: 2 } as const;
    const { modelDirectory, adapterDirectory } = await trainReward({
      config: { ...config, learningRateMax: 1e-2, loraRank: 4 },
      data: place("pairs"),
      baseModel: place("base"),
      outDirectory: place("run"),
    });
    if (!modelDirectory || !adapterDirectory) throw new Error("the run left nothing");
    const random = createRandom(5);
    const rows = [40, 17, 3].map((count) => Array.from({ length: count }, () => 20 + random.integer(200)));
    writeFileSync(place("rows"), JSON.stringify(rows));
    const args = [place("base"), adapterDirectory, place("rows"), place("written")];
    const answer = (await runPython(python!, script, args)) as Answer;
    const { scorer, close } = await openScorer({ modelDirectory, engine: "wasm" });
    const ours = (await scoreRows(scorer, [{ rows }]))[0] ?? [];
    close();
    expect(ours).toHaveLength(3);
    ours.forEach((reward, index) => {
      expect(Math.abs(reward - (answer.adapted[index] as number))).toBeLessThan(1e-5);
      expect(Math.abs(reward - (answer.merged[index] as number))).toBeLessThan(1e-5);
    });
    expect(answer.sameFile).toBe(true);
  });
});
