/** What the backend holds and frees, and what it refuses. Needs an installed libtorch engine. */
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { disposeAbandonedTape } from "../../core/abandoned-tape";
import { registerGradients } from "../../core/autodiff";
import { referenceOps } from "../../ops/reference";
import { OutOfMemoryError } from "../engine";
import type { LibtorchBackend } from "./backend";
import { libtorchStatus, prepareLibtorch } from "./index";

const status = await libtorchStatus();
if (!status.available) console.warn(`SKIPPED: the libtorch engine's memory is not tested here: ${status.reason}`);

describe.runIf(status.available)("libtorch memory", () => {
  beforeAll(async () => {
    registerGradients();
    await prepareLibtorch();
  });
  const addon = () => (tf.backend() as LibtorchBackend).torch.addon;

  it("holds nothing more after many training steps, and the loss falls", () => {
    const weight = tf.variable(tf.zeros([8, 4])) as tf.Variable<tf.Rank.R2>;
    const input = tf.tidy(() => tf.reshape(tf.linspace(-1, 1, 16 * 8), [16, 8])) as tf.Tensor2D;
    const target = tf.tidy(() => tf.reshape(tf.linspace(0, 1, 16 * 4), [16, 4]));
    const step = () =>
      tf.tidy(() => {
        const residual = tf.sub(tf.matMul(input, weight), target) as tf.Tensor2D;
        weight.assign(tf.sub(weight, tf.mul(tf.matMul(input, residual, true), 0.01)));
        return tf.sum(tf.square(residual)).dataSync()[0] as number;
      });
    const first = step();
    const before = { handles: addon().memory(), ids: tf.backend().numDataIds(), tensors: tf.memory().numTensors };
    let last = first;
    for (let index = 0; index < 50; index++) last = step();
    expect({ handles: addon().memory(), ids: tf.backend().numDataIds(), tensors: tf.memory().numTensors }).toEqual(
      before,
    );
    expect(last).toBeLessThan(first);
    tf.dispose([weight, input, target]);
  });

  it("frees everything a failing operation made and says what torch said", () => {
    const [a, b] = [tf.ones([2, 3]), tf.tensor2d([[5], [9]], [2, 1], "int32")];
    const before = addon().memory();
    for (let index = 0; index < 20; index++) {
      // The indices are checked only by torch, after the kernel has made its temporaries.
      expect(() => tf.tidy(() => tf.gather(a, b))).toThrow(/libtorch index_select: .*index/i);
      expect(() => tf.tidy(() => tf.scatterND(b, tf.ones([2, 4]), [3, 4]))).toThrow(/libtorch index_add_/);
    }
    expect(addon().memory()).toEqual(before);
    tf.dispose([a, b]);
  });

  it("says when memory runs out, keeps nothing of the attempt, and a smaller one then succeeds", () => {
    const weight = tf.variable(tf.ones([64, 64])) as unknown as tf.Tensor2D;
    const loss = (rows: number) => () => {
      let x = tf.ones([rows, 64]) as tf.Tensor2D;
      for (let layer = 0; layer < 4; layer++) x = referenceOps.swiglu(referenceOps.linear(x, weight), x);
      return tf.sum(x) as tf.Scalar;
    };
    const attempt = (rows: number) => {
      const { value, grads } = tf.variableGrads(loss(rows));
      tf.dispose([value, ...Object.values(grads)]);
    };
    attempt(100);
    const before = { handles: addon().memory(), tensors: tf.memory().numTensors };
    const [inUse] = addon().memoryUse();
    // Room for a hundred rows, not for ten thousand.
    addon().limitMemory(inUse + 4_000_000);
    try {
      for (let index = 0; index < 3; index++) {
        expect(() => attempt(10_000)).toThrow(OutOfMemoryError);
        disposeAbandonedTape();
        expect({ handles: addon().memory(), tensors: tf.memory().numTensors }).toEqual(before);
        attempt(100);
      }
    } finally {
      addon().limitMemory(0);
    }
    expect(addon().memoryUse()[1]).toBeGreaterThanOrEqual(addon().memoryUse()[0]);
    attempt(10_000);
    (weight as unknown as tf.Variable).dispose();
  });

  it("counts what tensors occupy", () => {
    const [before] = addon().memoryUse();
    const x = tf.ones([1000, 1000]);
    expect(addon().memoryUse()[0] - before).toBeGreaterThanOrEqual(4_000_000);
    x.dispose();
    expect(addon().memoryUse()[0]).toBe(before);
  });

  it("frees a storage with its last view", () => {
    const [handlesBefore, bytesBefore] = addon().memory();
    const x = tf.ones([1000, 10]);
    const view = tf.slice(x, [10, 0], [20, 10]);
    x.dispose();
    expect(addon().memory()).toEqual([handlesBefore + 1, bytesBefore + 40_000]);
    expect(Array.from(view.dataSync())).toEqual(Array(200).fill(1));
    view.dispose();
    expect(addon().memory()).toEqual([handlesBefore, bytesBefore]);
  });

  it("moves tensors of another backend in when they are used", async () => {
    await tf.setBackend("cpu");
    const other = tf.tensor1d([1, 2, 3]);
    await tf.setBackend("libtorch");
    expect(Array.from(tf.tidy(() => tf.mul(other, 2).dataSync()))).toEqual([2, 4, 6]);
    other.dispose();
  });

  it("refuses handles that were freed, unknown operators and wrong arguments", () => {
    const handle = addon().from(Float32Array.of(1, 2), [2], "cpu");
    addon().free(handle);
    expect(() => addon().read(handle)).toThrow(/not live/);
    expect(() => addon().free(handle)).toThrow(/not live/);
    expect(() => addon().operator("aten::no_such_operator")).toThrow(/no_such_operator/);
    expect(() => addon().from(Float32Array.of(1, 2), [3], "cpu")).toThrow(/shape holds 3 values, the array 2/);
    expect(() => addon().call(addon().operator("aten::neg"))).toThrow(/missing argument/);
    expect(() => addon().call(addon().operator("aten::neg"), "x")).toThrow(/expected a number/);
    expect(() => tf.tensor(["text"])).toThrow(/float32, int32 and bool/);
  });
});
