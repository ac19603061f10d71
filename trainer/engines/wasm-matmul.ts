/**
 * A faster matrix product for the wasm backend. Its own kernel reaches XNNPACK (about 17 GFLOP/s on one thread) only for a single,
 * untransposed product and falls back to a loop ten times slower for the rest, which is most of training. This wrapper lays
 * transposed operands out anew and walks batches one product at a time, so that all of them reach XNNPACK.
 */
import * as tf from "@tensorflow/tfjs-core";

/** The parts of tfjs-backend-wasm's backend used here. */
interface WasmBackend extends tf.KernelBackend {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array;
}

interface MatMulCall {
  inputs: { a: tf.TensorInfo; b: tf.TensorInfo };
  attrs: { transposeA: boolean; transposeB: boolean };
  backend: WasmBackend;
}

type Kernel = (call: { inputs: object; attrs: object; backend: tf.KernelBackend }) => tf.TensorInfo;

/** Below this many multiplications, or rows, packing for XNNPACK costs more than it saves. */
const MULTIPLICATIONS_MIN = 32_768;
const ROWS_MIN = 8;

function transposed(info: tf.TensorInfo, backend: WasmBackend, transpose: Kernel): tf.TensorInfo {
  const rank = info.shape.length;
  const perm = info.shape.map((_, axis) => (axis === rank - 1 ? rank - 2 : axis === rank - 2 ? rank - 1 : axis));
  return transpose({ inputs: { x: info }, attrs: { perm }, backend });
}

/** A copy of the `index`-th matrix. Views of the heap are taken afresh each time: it moves when it grows. */
function matrixAt(info: tf.TensorInfo, index: number, backend: WasmBackend): tf.TensorInfo {
  const shape = info.shape.slice(-2);
  const size = tf.util.sizeFromShape(shape);
  const copy = backend.makeOutput(shape, "float32");
  backend.typedArrayFromHeap(copy).set(backend.typedArrayFromHeap(info).subarray(index * size, (index + 1) * size));
  return copy;
}

function productsOneByOne(a: tf.TensorInfo, b: tf.TensorInfo, backend: WasmBackend, product: Kernel): tf.TensorInfo {
  const [rows, columns] = [a.shape.at(-2) as number, b.shape.at(-1) as number];
  const outer = a.shape.slice(0, -2);
  const out = backend.makeOutput([...outer, rows, columns], "float32");
  for (let index = 0; index < tf.util.sizeFromShape(outer); index += 1) {
    const [left, right] = [matrixAt(a, index, backend), matrixAt(b, index, backend)];
    const attrs = { transposeA: false, transposeB: false };
    const one = product({ inputs: { a: left, b: right }, attrs, backend });
    backend.typedArrayFromHeap(out).set(backend.typedArrayFromHeap(one), index * rows * columns);
    for (const used of [left, right, one]) backend.disposeData(used.dataId);
  }
  return out;
}

function fastMatMul(call: MatMulCall, original: Kernel, transpose: Kernel): tf.TensorInfo {
  const { inputs, attrs, backend } = call;
  const rows = inputs.a.shape.at(attrs.transposeA ? -1 : -2) as number;
  const inner = inputs.a.shape.at(attrs.transposeA ? -2 : -1) as number;
  const columns = inputs.b.shape.at(attrs.transposeB ? -2 : -1) as number;
  const sameBatch = inputs.a.shape.slice(0, -2).join() === inputs.b.shape.slice(0, -2).join();
  if (!sameBatch || rows < ROWS_MIN || rows * inner * columns < MULTIPLICATIONS_MIN) return original(call);
  const a = attrs.transposeA ? transposed(inputs.a, backend, transpose) : inputs.a;
  const b = attrs.transposeB ? transposed(inputs.b, backend, transpose) : inputs.b;
  const single = tf.util.sizeFromShape(a.shape.slice(0, -2)) === 1;
  const plain = { inputs: { a, b }, attrs: { transposeA: false, transposeB: false }, backend };
  const out = single ? original(plain) : productsOneByOne(a, b, backend, original);
  if (a !== inputs.a) backend.disposeData(a.dataId);
  if (b !== inputs.b) backend.disposeData(b.dataId);
  return out;
}

let installed = false;

/** Wraps the backend's kernel, once per process. Call when the wasm backend is ready: its kernels are set up by then. */
export function installFastMatMul(): void {
  if (installed) return;
  const original = tf.getKernel(tf.BatchMatMul, "wasm");
  const transpose = tf.getKernel(tf.Transpose, "wasm");
  if (!original || !transpose) throw new Error("the wasm backend has no matrix product");
  const kernels = {
    product: original.kernelFunc as unknown as Kernel,
    transpose: transpose.kernelFunc as unknown as Kernel,
  };
  tf.unregisterKernel(tf.BatchMatMul, "wasm");
  tf.registerKernel({
    kernelName: tf.BatchMatMul,
    backendName: "wasm",
    kernelFunc: (call) => fastMatMul(call as unknown as MatMulCall, kernels.product, kernels.transpose),
  });
  installed = true;
}
