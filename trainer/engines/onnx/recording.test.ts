/** What is computed when: sessions, tidies, memory that is used again. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OnnxBackend } from "./backend";
import { createOnnxEngine, prepareOnnx } from "./index";
import { runtimeProblem } from "./runtime";

let backend: OnnxBackend;
beforeAll(async () => {
  await prepareOnnx();
  backend = tf.backend() as OnnxBackend;
});
beforeEach(() => backend.sessions.clear());

const built = () => backend.sessions.statistics.built;
const runs = () => backend.sessions.statistics.runs;

describe("recorded work", () => {
  it("computes what is read, all at once, and nothing that was disposed of", () => {
    const before = runs();
    const x = tf.tensor1d([1, 2, 3]);
    const squares = tf.square(x);
    const roots = tf.sqrt(x);
    tf.tidy(() => tf.exp(squares));
    expect(runs()).toBe(before);
    expect([...squares.dataSync()]).toEqual([1, 4, 9]);
    expect(roots.dataSync()[0]).toBe(1);
    expect(runs()).toBe(before + 1);
    tf.dispose([x, squares, roots]);
  });

  it("builds one session for all lengths, and another for another computation", () => {
    const compute = (length: number, extra: boolean) =>
      tf.tidy(() => {
        const x = tf.reshape(tf.range(0, 2 * length), [length, 2]);
        const y = tf.slice(tf.concat([tf.softmax(x), x], 0), [1, 0], [length, 2]);
        return tf.sum(extra ? tf.neg(y) : y, 0).dataSync();
      });
    const before = built();
    for (const length of [3, 4, 50]) compute(length, false);
    expect(built()).toBe(before + 1);
    compute(3, true);
    expect(built()).toBe(before + 2);
  });

  it("takes numbers made here as inputs, so that another learning rate needs no new session", () => {
    const before = built();
    const results = [0.5, 0.25].map((rate) => tf.tidy(() => tf.mul(tf.tensor1d([4, 8]), rate).dataSync()[1]));
    expect(results).toEqual([4, 2]);
    expect(built()).toBe(before + 1);
  });

  it("keeps what outlives a tidy when something inside is read", () => {
    const kept = tf.tidy(() => {
      const x = tf.tensor1d([1, 2]);
      const passing = tf.exp(x);
      const lasting = tf.keep(tf.mul(x, 3));
      expect(tf.sum(passing).dataSync()[0]).toBeCloseTo(Math.E + Math.E ** 2, 4);
      return lasting;
    });
    const before = runs();
    expect([...kept.dataSync()]).toEqual([3, 6]);
    expect(runs()).toBe(before);
    kept.dispose();
  });

  it("never gives memory out again while a recorded node still reads it", () => {
    const size = 1 << 17;
    const ones = tf.square(tf.fill([size], 1));
    ones.dataSync();
    const later = tf.add(ones, 1);
    ones.dispose();
    // As large as `ones`, whose memory must not be taken for it.
    const other = tf.mul(tf.fill([size], 5), 2);
    other.dataSync();
    expect(new Set(later.dataSync())).toEqual(new Set([2]));
    expect(new Set(other.dataSync())).toEqual(new Set([10]));
    tf.dispose([later, other]);
  });

  it("uses the memory of large results again, and holds no more of it than was needed at once", () => {
    const step = () => tf.tidy(() => tf.add(tf.fill([1 << 18], 1), tf.scalar(2)).dataSync()[0]);
    for (let round = 0; round < 20; round += 1) expect(step()).toBe(3);
    expect(backend.pool.idleBytes()).toBeLessThan(16 * 2 ** 20);
  });

  it("computes on empty tensors", () => {
    tf.tidy(() => {
      const none = tf.zeros([0, 3]);
      expect(tf.add(tf.concat([none, tf.ones([1, 3])], 0), tf.sum(none)).dataSync()).toHaveLength(3);
    });
  });
});

describe("the engine", () => {
  it("says why it cannot run where the package has no program for the machine", async () => {
    expect(runtimeProblem("linux", "riscv64" as NodeJS.Architecture)).toBe(
      "onnxruntime-node has no program for linux on riscv64",
    );
    expect(await createOnnxEngine().unavailableReason()).toBeNull();
  });

  it("describes itself and refuses a precision that it cannot compute in", async () => {
    const engine = createOnnxEngine();
    await engine.prepare();
    expect(engine.describe()).toMatchObject({ name: "onnx", backend: "onnx", device: "cpu", precision: "float32" });
    expect(engine.describe().versions["onnxruntime-node"]).toMatch(/^\d+\.\d+\.\d+$/);
    await expect(engine.prepare({ precision: "bfloat16" })).rejects.toThrow(/float32 only/);
  });
});
