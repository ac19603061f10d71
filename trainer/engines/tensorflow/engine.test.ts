import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { chooseEngine, OutOfMemoryError } from "../index";
import { readTensorflow } from "./installation";

const state = await readTensorflow();
if (!state.usable) console.warn(`SKIPPED: the tensorflow engine's own tests: ${state.reason}`);

describe.runIf(state.usable)("tensorflow engine", () => {
  beforeAll(async () => {
    await chooseEngine("tensorflow");
  });

  it("says what it is", async () => {
    const { engine } = await chooseEngine("tensorflow");
    expect(engine.describe()).toMatchObject({ name: "tensorflow", backend: "tensorflow", precision: "float32" });
    expect(engine.describe().versions.tensorflow).toMatch(/^2\.\d+\.\d+/);
  });

  it("tells a failed allocation from other errors, and goes on computing after it", () => {
    const before = tf.memory().numTensors;
    expect(() => tf.tidy(() => tf.fill([1_000_000, 1_000_000], 1))).toThrow(OutOfMemoryError);
    expect(() => tf.tidy(() => tf.fill([1_000_000, 1_000_000], 1))).toThrow(/OOM when allocating tensor with shape/);
    expect(tf.memory().numTensors).toBe(before);
    expect([...tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1).dataSync())]).toEqual([2, 3]);
  });

  it("runs the kernels that call a function which Node has removed", () => {
    const { values, indices } = tf.topk(tf.tensor1d([3, 9, 4]), 2);
    expect([...values.dataSync()]).toEqual([9, 4]);
    expect([...indices.dataSync()]).toEqual([1, 2]);
    tf.dispose([values, indices]);
  });
});
