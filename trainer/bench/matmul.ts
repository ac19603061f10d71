/** The machine's measured peak: matrix products in the engine and precision that trains, nothing else in the clock. */
import * as tf from "@tensorflow/tfjs-core";
import type { Precision } from "../engines";
import { LibtorchBackend } from "../engines/libtorch/backend";
import { TORCH_DTYPE } from "../engines/libtorch/dtypes";
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

interface Product {
  /** Starts a product; one that is promised is done. */
  start: () => Promise<void> | void;
  /** Waits until all that was started is done. */
  finish: () => Promise<void> | void;
  dispose: () => void;
}

/** By libtorch's own operator on tensors that are in the precision already: casts are the model's cost, not the machine's speed. */
function libtorchProduct({ torch }: LibtorchBackend, shape: MatmulShape, precision: Precision): Product {
  const free = (handle: unknown) => torch.addon.free(handle as number);
  const make = (rows: number, columns: number): number => {
    const values = Float32Array.from({ length: rows * columns }, (_, index) => ((index * 37) % 1009) / 504.5 - 1);
    const handle = torch.from(values, [rows, columns]);
    if (precision === "float32") return handle;
    const cast = torch.call("to.dtype", handle, TORCH_DTYPE.bfloat16, false, false, null) as number;
    free(handle);
    return cast;
  };
  const [x, weight] = [make(shape.tokens, shape.inputs), make(shape.outputs, shape.inputs)];
  let last: number | null = null;
  const forget = () => {
    if (last !== null) free(last);
    last = null;
  };
  return {
    start: () => {
      forget();
      last = torch.call("linear", x, weight, null) as number;
    },
    finish: () => {
      if (last === null) return;
      const corner = torch.call("sum", last, null) as number;
      torch.addon.read(corner);
      free(corner);
    },
    dispose: () => {
      forget();
      free(x);
      free(weight);
    },
  };
}

/** By the operation that the model itself uses. */
function opsProduct({ tokens, inputs, outputs }: MatmulShape): Product {
  const x = tf.randomUniform([tokens, inputs], -1, 1, "float32", 1) as tf.Tensor2D;
  const weight = tf.randomUniform([outputs, inputs], -1, 1, "float32", 2) as tf.Tensor2D;
  return {
    // Read each time: an engine that computes lazily skips what nobody reads, and does once what is asked for twice.
    start: async () => {
      const corner = tf.tidy(() => tf.slice(ops.project(x, weight), [tokens - 1, outputs - 1], [1, 1]));
      await corner.data();
      corner.dispose();
    },
    finish: () => undefined,
    dispose: () => tf.dispose([x, weight]),
  };
}

/** 10^9 operations a second on the prepared engine: the best of a few repeats, as a peak is. */
export async function measureMatmulGflops(shape: MatmulShape, precision: Precision): Promise<number> {
  const backend = tf.backend();
  const product = backend instanceof LibtorchBackend ? libtorchProduct(backend, shape, precision) : opsProduct(shape);
  const run = async (rounds: number) => {
    const started = performance.now();
    for (let round = 0; round < rounds; round += 1) await product.start();
    await product.finish();
    return (performance.now() - started) / rounds;
  };
  try {
    await run(1);
    const rounds = Math.max(1, Math.ceil(MILLISECONDS_MIN / REPEATS / (await run(2))));
    let best = Number.POSITIVE_INFINITY;
    for (let repeat = 0; repeat < REPEATS; repeat += 1) best = Math.min(best, await run(rounds));
    return (2 * shape.tokens * shape.inputs * shape.outputs) / (best * 1e6);
  } finally {
    product.dispose();
  }
}

/** The faster of the two: what the machine can do at best. */
export async function measurePeakGflops({ side, ...shape }: PeakRequest, precision: Precision): Promise<number> {
  const square = await measureMatmulGflops({ tokens: side, inputs: side, outputs: side }, precision);
  return Math.max(square, await measureMatmulGflops(shape, precision));
}
