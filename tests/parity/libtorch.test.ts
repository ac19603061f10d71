/** The libtorch engine against numbers made with PyTorch and transformers: rewards, losses, gradients, AdamW, logits, tokens. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { chooseEngine } from "../../trainer/engines";
import { libtorchStatus } from "../../trainer/engines/libtorch";
import { checkParity } from "../../trainer/recipes/parity";

const status = await libtorchStatus();
if (!status.available) console.warn(`SKIPPED: the libtorch engine's numbers are not checked here: ${status.reason}`);

/** Our own reference, and the project's wider one where it lies beside the repository. */
const REFERENCES = ["./reference", "../../../shared/oracle"].map((place) =>
  fileURLToPath(new URL(place, import.meta.url)),
);

describe.runIf(status.available)("libtorch parity", () => {
  it.each(REFERENCES.filter((directory) => existsSync(directory)))("within 1e-4 of %s", async (directory) => {
    const { engine } = await chooseEngine("libtorch");
    expect(engine.describe()).toMatchObject({ name: "libtorch", precision: "float32" });
    const results = await checkParity(directory, 1e-4);
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter((result) => !result.withinTolerance)).toEqual([]);
  });
});
