/**
 * The wasm engine: tfjs-backend-wasm from npm, f32, one thread under Node. It needs nothing but the installed packages and is
 * the plain reference that other engines are compared with; it is meant for tests and small models.
 */
import { createRequire } from "node:module";
import path from "node:path";
import { setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { registerGradients } from "../core/autodiff";
import { resetOps } from "../ops";
import { type Engine, type EngineDescription, EngineError, type PrepareOptions, requireFloat32 } from "./engine";
import { installFastMatMul } from "./wasm-matmul";

/** tfjs-backend-wasm aborts on activations of several thousand tokens at width 256, so micro-batches stay below that. */
const TOKENS_PER_MICRO_BATCH_MAX = 2048;
/** Weights, two moments and two gradients in f32 must fit in wasm's 4 GiB with room for activations; 135 million did not. */
const TRAINABLE_PARAMETERS_MAX = 50_000_000;
const PROCESS_EVENTS = ["uncaughtException", "unhandledRejection"] as const;

/**
 * The wasm loader installs process-wide handlers that rethrow every error with the whole minified module as context.
 * Errors belong to the command that runs, so whatever the loader added is taken off again.
 */
async function withoutNewProcessListeners(run: () => Promise<void>): Promise<void> {
  const before = PROCESS_EVENTS.map((event) => new Set(process.listeners(event as "uncaughtException")));
  try {
    await run();
  } finally {
    PROCESS_EVENTS.forEach((event, index) => {
      for (const listener of process.listeners(event as "uncaughtException"))
        if (!before[index]?.has(listener)) process.removeListener(event, listener);
    });
  }
}

class WasmEngine implements Engine {
  readonly name = "wasm" as const;
  readonly tokensPerMicroBatch = TOKENS_PER_MICRO_BATCH_MAX;
  readonly tokensPerMicroBatchMax = TOKENS_PER_MICRO_BATCH_MAX;
  readonly trainableParametersMax = TRAINABLE_PARAMETERS_MAX;

  async unavailableReason(): Promise<string | null> {
    return typeof WebAssembly === "object" ? null : "this JavaScript runtime has no WebAssembly";
  }

  async prepare(options?: PrepareOptions): Promise<void> {
    requireFloat32(this.name, options);
    registerGradients();
    resetOps();
    if (tf.getBackend() === "wasm") return;
    const directory = path.dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
    await withoutNewProcessListeners(async () => {
      if (tf.findBackend("wasm") === null) setWasmPaths(directory + path.sep);
      const started = await tf.setBackend("wasm").catch(() => false);
      if (!started) throw new EngineError("the wasm engine did not start: reinstall the packages with `npm ci`");
      await tf.ready();
      installFastMatMul();
    });
  }

  describe(): EngineDescription {
    return {
      name: this.name,
      backend: tf.getBackend(),
      device: "cpu",
      precision: "float32",
      threads: 1,
      versions: { "tfjs-core": tf.version_core, "tfjs-backend-wasm": version_wasm, node: process.versions.node },
    };
  }

  memoryBytes(): number {
    return process.memoryUsage().rss;
  }
}

export function createWasmEngine(): Engine {
  return new WasmEngine();
}
