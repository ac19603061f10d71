/** Every kernel against tfjs's own CPU backend on random inputs. Needs an installed libtorch engine. */
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { CASES, evaluate, expectEqual } from "../kernel-cases.test-support";
import { libtorchStatus, prepareLibtorch } from "./index";

const status = await libtorchStatus();
if (!status.available) console.warn(`SKIPPED: the libtorch kernels are not tested here: ${status.reason}`);

describe.runIf(status.available)("libtorch kernels", () => {
  beforeAll(prepareLibtorch);

  it.each(Object.entries(CASES))("%s agrees with tfjs on the CPU", async (_name, run) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        expectEqual(await evaluate("libtorch", run, seed), await evaluate("cpu", run, seed));
      }),
      { numRuns: 15 },
    );
  });

  it("draws samples from the given distribution", async () => {
    await tf.setBackend("libtorch");
    const draws = tf.tidy(() => tf.multinomial(tf.tensor1d([Math.log(0.9), Math.log(0.1)]), 4000, 7).dataSync());
    const share = draws.filter((value) => value === 0).length / draws.length;
    expect(share).toBeGreaterThan(0.87);
    expect(share).toBeLessThan(0.93);
  });
});
