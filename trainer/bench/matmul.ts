/** The machine's measured peak: one matrix product as large as the model's own, in the engine and precision that trains. */
import * as tf from "@tensorflow/tfjs-core";
import { ops } from "../ops";

export interface MatmulShape {
  tokens: number;
  inputs: number;
  outputs: number;
}

/** A product of the model's own shape, and a square one of `side`. */
export interface PeakRequest extends MatmulShape {
  side: number;
}

const MILLISECONDS_MIN = 400;
const REPEATS = 5;

/** 10^9 operations a second of `ops.linear` on the prepared engine: the best of a few repeats, as a peak is. */
export async function measureMatmulGflops({ tokens, inputs, outputs }: MatmulShape): Promise<number> {
  const x = tf.randomUniform([tokens, inputs], -1, 1, "float32", 1) as tf.Tensor2D;
  const weight = tf.randomUniform([outputs, inputs], -1, 1, "float32", 2) as tf.Tensor2D;
  const run = async (rounds: number) => {
    const started = performance.now();
    for (let round = 0; round < rounds; round += 1) {
      const product = tf.tidy(() => tf.slice(ops.linear(x, weight), [tokens - 1, outputs - 1], [1, 1]));
      // Reading one number waits for the product.
      await product.data();
      product.dispose();
    }
    return (performance.now() - started) / rounds;
  };
  try {
    const once = await run(2);
    const rounds = Math.max(1, Math.ceil(MILLISECONDS_MIN / REPEATS / once));
    let best = Number.POSITIVE_INFINITY;
    for (let repeat = 0; repeat < REPEATS; repeat += 1) best = Math.min(best, await run(rounds));
    return (2 * tokens * inputs * outputs) / (best * 1e6);
  } finally {
    tf.dispose([x, weight]);
  }
}

/** The faster of the two: what the machine can do at best. */
export async function measurePeakGflops({ side, ...shape }: PeakRequest): Promise<number> {
  const square = await measureMatmulGflops({ tokens: side, inputs: side, outputs: side });
  return Math.max(square, await measureMatmulGflops(shape));
}
