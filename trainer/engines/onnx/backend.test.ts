/** Every kernel against tfjs's own CPU backend on random inputs, and what reading and disposing do to recorded work. */
import "@tensorflow/tfjs-backend-cpu";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { CASES, evaluate, expectEqual } from "../kernel-cases.test-support";
import { prepareOnnx } from "./index";

/** Kernels that nothing here uses. */
const NOT_RECORDED = ["cumprod"];

describe("onnx kernels", () => {
  beforeAll(prepareOnnx);

  it.each(Object.entries(CASES).filter(([name]) => !NOT_RECORDED.includes(name)))(
    "%s agrees with tfjs on the CPU",
    async (_name, run) => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
          expectEqual(await evaluate("onnx", run, seed), await evaluate("cpu", run, seed));
        }),
        { numRuns: 8 },
      );
    },
  );

  it("names a kernel that it cannot record", async () => {
    const run = CASES.cumprod as (typeof CASES)[string];
    await expect(evaluate("onnx", run, 1)).rejects.toThrow(/Cumprod/);
  });
});
