/**
 * Synchronous reads. WebGPU gives values only by a promise, and tfjs's `dataSync` has no way round that outside a browser; but Dawn
 * for Node makes progress in callbacks that it hands to `setImmediate`, so running these at once, instead of when the event loop
 * next turns, waits for a mapped buffer without leaving the function. Training reads a few numbers per step.
 */
import * as tf from "@tensorflow/tfjs-core";
import { EngineError } from "../engine";

/** `GPUBufferUsage` and `GPUMapMode`, of the WebGPU specification. */
const MAP_READ = 1;
const COPY_DST = 8;
const MAP_MODE_READ = 1;

interface Buffer {
  readonly size: number;
  readonly mapState: "unmapped" | "pending" | "mapped";
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}

interface TensorData {
  values: tf.backend_util.BackendValues | null;
  dtype: tf.DataType;
  resource: Buffer;
}

/** What tfjs-backend-webgpu 4.22 is made of, as far as a read needs it. */
export interface WebgpuBackend extends tf.KernelBackend {
  tensorMap: { get(dataId: object): TensorData };
  bufferManager: { acquireBuffer(size: number, usage: number): Buffer; releaseBuffer(buffer: Buffer): void };
  commandEncoder: {
    copyBufferToBuffer(from: Buffer, fromOffset: number, to: Buffer, toOffset: number, size: number): void;
  };
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/** Callbacks run without a pause; after that a wait costs little against what is waited for, and a busy core would be missed. */
const TURNS_WITHOUT_PAUSE = 64;
const PAUSE_MILLISECONDS = 0.2;
const pause = new Int32Array(new SharedArrayBuffer(4));

/** Calls `start`, then everything that it and its callbacks hand to `setImmediate`, until nothing is left. */
function runToEnd(start: () => void): void {
  const original = globalThis.setImmediate;
  const waiting: (() => void)[] = [];
  globalThis.setImmediate = ((callback: () => void) => {
    waiting.push(callback);
  }) as unknown as typeof setImmediate;
  try {
    start();
    for (let turn = 0; waiting.length > 0; turn += 1) {
      if (turn > TURNS_WITHOUT_PAUSE) Atomics.wait(pause, 0, 0, PAUSE_MILLISECONDS);
      for (const callback of waiting.splice(0)) callback();
    }
  } finally {
    globalThis.setImmediate = original;
  }
}

/** The buffer's bytes, once everything asked of the GPU before is computed. Throws EngineError where Dawn does not answer. */
function download(backend: WebgpuBackend, buffer: Buffer): ArrayBuffer {
  const staging = backend.bufferManager.acquireBuffer(buffer.size, COPY_DST | MAP_READ);
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  backend.submitQueue();
  let rejected: Promise<void> | null = null;
  runToEnd(() => {
    rejected = staging.mapAsync(MAP_MODE_READ);
  });
  // A rejection says no more than the state does, and nobody awaits it.
  (rejected as Promise<void> | null)?.catch(() => {});
  if (staging.mapState !== "mapped") throw new EngineError("the GPU did not hand out a buffer's values");
  const bytes = staging.getMappedRange().slice(0);
  staging.unmap();
  backend.bufferManager.releaseBuffer(staging);
  return bytes;
}

/** Lets Dawn's own callbacks run out; while one is queued it queues no other, and a read could not run it. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
}

/**
 * Gives the backend reads of its own, both kinds synchronous. `check` runs before and after each: every value leaves the device
 * here, so no number computed after an error gets out unnoticed.
 */
export function installReads(backend: WebgpuBackend, check: () => void): void {
  const readCached = backend.readSync.bind(backend);
  backend.readSync = (dataId: object) => {
    check();
    const data = backend.tensorMap.get(dataId);
    if (data.values === null || data.values === undefined) {
      if (data.dtype === "complex64" || data.dtype === "string")
        throw new EngineError(`the webgpu engine reads no ${data.dtype} tensors`);
      const values = tf.util.convertBackendValuesAndArrayBuffer(download(backend, data.resource), data.dtype);
      check();
      return values;
    }
    return readCached(dataId);
  };
  backend.read = async (dataId: object) => backend.readSync(dataId);
}
