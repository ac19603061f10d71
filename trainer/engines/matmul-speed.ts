/** How fast the prepared engine multiplies matrices: what every estimate and every share of the peak is measured against. */
import * as tf from "@tensorflow/tfjs-core";
import { ops } from "../ops";

const SIZES = [256, 1024, 4096] as const;
/** A product that takes less says more about calling it than about computing it. */
const MILLISECONDS_PER_PRODUCT_MIN = 5;
const MILLISECONDS_MIN = 300;

/** Which of the rounds counts: the median, or the fastest, which other work on the machine disturbs least. */
type Pick = "median" | "fastest";

/** Milliseconds of one product of two size x size matrices, the way the model computes it, over at least `millisecondsMin`. */
async function productMilliseconds(size: number, millisecondsMin: number, pick: Pick): Promise<number> {
  const matrix = tf.tidy(() => tf.reshape(tf.linspace(-1, 1, size ** 2), [size, size])) as tf.Tensor2D;
  const once = async () => {
    const start = performance.now();
    // Reading one sum waits until the product is there.
    const sum = tf.tidy(() => tf.sum(ops.project(matrix, matrix)));
    await sum.data();
    sum.dispose();
    return performance.now() - start;
  };
  await once();
  const rounds: number[] = [];
  for (let spent = 0; spent < millisecondsMin; spent += rounds.at(-1) ?? 0) rounds.push(await once());
  matrix.dispose();
  return rounds.sort((a, b) => a - b)[pick === "median" ? Math.floor(rounds.length / 2) : 0] as number;
}

/** Measured speed of matrix products on the prepared engine, 10^9 operations a second. */
export async function measureMatmulGflops(millisecondsMin = MILLISECONDS_MIN, pick: Pick = "median"): Promise<number> {
  let gflops = 0;
  for (const size of SIZES) {
    const milliseconds = await productMilliseconds(size, millisecondsMin, pick);
    gflops = (2 * size ** 3) / (milliseconds * 1e6);
    if (milliseconds >= MILLISECONDS_PER_PRODUCT_MIN) break;
  }
  return Number(gflops.toPrecision(3));
}

const measured = new Map<string, number>();

/** The fastest of `measureMatmulGflops`, briefly, and once per process for each name (of engine and precision). */
export async function matmulGflopsOf(name: string): Promise<number> {
  const known = measured.get(name) ?? (await measureMatmulGflops(100, "fastest"));
  measured.set(name, known);
  return known;
}
