/** onnxruntime-node's native binding. Its own synchronous call is used: tfjs reads values synchronously (`dataSync`). */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { ElementType } from "./model";

export type HostArray = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** onnxruntime-common's tensor over memory of ours: nothing is copied, in either direction. */
export type RuntimeTensor = object;

interface TensorConstructor {
  new (type: ElementType, data: HostArray, shape: readonly number[]): RuntimeTensor;
}

export interface NativeSession {
  loadModel(bytes: ArrayBufferLike, offset: number, length: number, options: object): void;
  /** Computes at once, on the calling thread and the session's pool. Outputs are written into `fetches`. */
  run(feeds: Record<string, RuntimeTensor>, fetches: Record<string, RuntimeTensor>, options: object): object;
  dispose(): void;
}

export interface Runtime {
  Tensor: TensorConstructor;
  createSession(): NativeSession;
  version: string;
}

const require = createRequire(import.meta.url);
const PACKAGE = "onnxruntime-node";

/** Why the runtime cannot be loaded, or null. Looks for files, loads nothing. */
export function runtimeProblem(platform = process.platform, arch = process.arch): string | null {
  let directory: string;
  try {
    directory = path.dirname(require.resolve(`${PACKAGE}/package.json`));
  } catch {
    return `the package ${PACKAGE} is not installed: run npm install`;
  }
  const binary = path.join(directory, "bin", "napi-v6", platform, arch, "onnxruntime_binding.node");
  return existsSync(binary) ? null : `${PACKAGE} has no program for ${platform} on ${arch}`;
}

let loaded: Runtime | null = null;

/** Loads the native library, once per process. Throws when it does not load. */
export function loadRuntime(): Runtime {
  if (loaded !== null) return loaded;
  const { binding, initOrt } = require(`${PACKAGE}/dist/binding`) as {
    binding: { InferenceSession: new () => NativeSession };
    initOrt: () => void;
  };
  const { Tensor } = require("onnxruntime-common") as { Tensor: TensorConstructor };
  const { version } = require(`${PACKAGE}/package.json`) as { version: string };
  initOrt();
  loaded = { Tensor, createSession: () => new binding.InferenceSession(), version };
  return loaded;
}
