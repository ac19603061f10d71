/** What one engine is and how fast it multiplies matrices, as JSON lines. */
import * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import { chooseEngine, EngineError, type EngineName, type Precision } from "../engines";
import { ops } from "../ops";

const SIZES = [256, 1024, 4096] as const;
/** A product that takes less says more about calling it than about computing it. */
const MILLISECONDS_PER_PRODUCT_MIN = 5;
const MILLISECONDS_MIN = 300;

export const measurementSchema = z.strictObject({
  precision: z.enum(["float32", "bfloat16"]),
  /** 10^9 operations a second; `null` where the engine does not compute in this precision. */
  matmulGflops: z.number().nullable(),
  device: z.string(),
  threads: z.number().int(),
  versions: z.record(z.string(), z.string()),
  /** Why `--engine auto` leaves the engine out although it is there. */
  unsuitable: z.string().nullable(),
});
export type Measurement = z.infer<typeof measurementSchema>;

/** Milliseconds of one product of two size x size matrices, the way the model computes it; the median over `MILLISECONDS_MIN`. */
async function productMilliseconds(size: number): Promise<number> {
  const matrix = tf.tidy(() => tf.reshape(tf.linspace(-1, 1, size ** 2), [size, size])) as tf.Tensor2D;
  const once = async () => {
    const start = performance.now();
    // Reading one sum waits until the product is there.
    const sum = tf.tidy(() => tf.sum(ops.linear(matrix, matrix)));
    await sum.data();
    sum.dispose();
    return performance.now() - start;
  };
  await once();
  const rounds: number[] = [];
  for (let spent = 0; spent < MILLISECONDS_MIN; spent += rounds.at(-1) ?? 0) rounds.push(await once());
  matrix.dispose();
  return rounds.sort((a, b) => a - b)[Math.floor(rounds.length / 2)] as number;
}

async function measureGflops(): Promise<number> {
  let gflops = 0;
  for (const size of SIZES) {
    const milliseconds = await productMilliseconds(size);
    gflops = (2 * size ** 3) / (milliseconds * 1e6);
    if (milliseconds >= MILLISECONDS_PER_PRODUCT_MIN) break;
  }
  return Number(gflops.toPrecision(3));
}

/** Prints a line for each precision. Throws EngineError where the engine cannot run at all. */
export async function measureEngine(name: EngineName): Promise<void> {
  for (const precision of ["float32", "bfloat16"] satisfies Precision[]) {
    const { engine } = await chooseEngine(name, { precision }).catch((cause: Error) => {
      if (precision === "bfloat16" && cause instanceof EngineError) return { engine: null };
      throw cause;
    });
    const { device, threads, versions } = (engine ?? (await chooseEngine(name)).engine).describe();
    const unsuitable = (await engine?.unsuitableReason?.()) ?? null;
    const matmulGflops = engine === null ? null : await measureGflops();
    const measurement: Measurement = { precision, matmulGflops, device, threads, versions, unsuitable };
    process.stdout.write(`${JSON.stringify(measurement)}\n`);
  }
}
