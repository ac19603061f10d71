/**
 * Run as its own process (`node self-check.mjs <addon>`), so that an addon that crashes or does not load harms nothing:
 * multiplies two matrices with libtorch, compares with plain JavaScript, times a large product, prints one line of JSON.
 */
import { createRequire } from "node:module";

const CHECKED_SIZE = 128;
const TIMED_SIZE = 1024;
const TIMED_ROUNDS = 8;

const addon = createRequire(import.meta.url)(process.argv[2]);
const device = addon.device();
const matmul = addon.operator("aten::matmul");

/** Values in [-1, 1) that need no random numbers. */
function values(count, factor) {
  return Float32Array.from({ length: count }, (_, index) => ((index * factor) % 1009) / 504.5 - 1);
}

function largestError() {
  const n = CHECKED_SIZE;
  const [a, b] = [values(n * n, 37), values(n * n, 101)];
  const product = addon.read(addon.call(matmul, addon.from(a, [n, n], device), addon.from(b, [n, n], device)));
  let largest = 0;
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[row * n + k] * b[k * n + column];
      largest = Math.max(largest, Math.abs(sum - product[row * n + column]));
    }
  return largest;
}

function matmulGflops() {
  const n = TIMED_SIZE;
  const a = addon.from(values(n * n, 37), [n, n], device);
  const corner = (handle) => addon.read(addon.call(addon.operator("aten::slice.Tensor"), handle, 0, 0, 1, 1));
  corner(addon.call(matmul, a, a));
  const start = performance.now();
  let result = a;
  for (let round = 0; round < TIMED_ROUNDS; round++) result = addon.call(matmul, a, a);
  // Reading waits for a GPU to finish.
  corner(result);
  return (2 * n ** 3 * TIMED_ROUNDS) / ((performance.now() - start) * 1e6);
}

const error = largestError();
if (!(error < 1e-3)) throw new Error(`libtorch's matrix product is off by ${error}`);
const [threads, loopThreads] = [addon.threads(), addon.loopThreads()];
// Only Linux's PyTorch brings an OpenMP runtime that the addon can be built for.
if (process.platform === "linux" && device === "cpu" && loopThreads < threads)
  throw new Error(`the addon's own loops run on ${loopThreads} of ${threads} threads`);
process.stdout.write(`${JSON.stringify({ device, threads, matmulGflops: matmulGflops() })}\n`);
