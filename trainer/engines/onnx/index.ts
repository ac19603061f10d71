/** The onnx engine: onnxruntime from npm behind tfjs, on the CPU, in float32. The default where no PyTorch is. */
import os from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { registerGradients } from "../../core/autodiff";
import { overrideOps, resetOps } from "../../ops";
import { coresAreFree } from "../cores";
import { type Engine, type EngineDescription, EngineError, type PrepareOptions, requireFloat32 } from "../engine";
import { OnnxBackend } from "./backend";
import { BACKEND_NAME, defineKernels } from "./kernels";
import { onnxOps } from "./ops";
import { loadRuntime, type Runtime, runtimeProblem } from "./runtime";
import { SessionCache } from "./session-cache";

/** Enough for matrix products at full speed; longer rows only cost memory. Measured: README.md. */
const TOKENS_PER_MICRO_BATCH = 1024;

/** Smaller graphs are built in no time worth a word. */
const NODES_NOTED_MIN = 500;

interface Prepared {
  runtime: Runtime;
  sessions: SessionCache;
  threads: number;
}
let prepared: Prepared | null = null;

/** Loads onnxruntime (once per process), then registers and selects the tfjs backend. Throws EngineError. */
export async function prepareOnnx(): Promise<void> {
  if (prepared === null) {
    const problem = runtimeProblem();
    if (problem !== null) throw new EngineError(problem);
    try {
      const runtime = loadRuntime();
      const threads = os.availableParallelism();
      prepared = { runtime, threads, sessions: new SessionCache(runtime, { threads, spinning: coresAreFree() }) };
    } catch (cause) {
      throw new EngineError(`onnxruntime did not load: ${(cause as Error).message}`, { cause });
    }
  }
  const { runtime, sessions } = prepared;
  defineKernels();
  if (tf.findBackend(BACKEND_NAME) === null) tf.registerBackend(BACKEND_NAME, () => new OnnxBackend(runtime, sessions));
  if (!(await tf.setBackend(BACKEND_NAME))) throw new EngineError("tfjs refused the onnx backend");
}

class OnnxEngine implements Engine {
  readonly name = "onnx" as const;
  readonly tokensPerMicroBatch = TOKENS_PER_MICRO_BATCH;
  readonly tokensPerMicroBatchMax = null;

  async unavailableReason(): Promise<string | null> {
    return runtimeProblem();
  }

  async prepare(options?: PrepareOptions): Promise<void> {
    requireFloat32(this.name, options);
    registerGradients();
    resetOps();
    await prepareOnnx();
    overrideOps(onnxOps);
    const note = options?.onNote;
    this.loaded().sessions.onBuilt = (nodes, seconds) => {
      if (nodes >= NODES_NOTED_MIN) note?.(`onnx: built a graph of ${nodes} operations in ${seconds.toFixed(1)} s`);
    };
  }

  describe(): EngineDescription {
    const { runtime, threads } = this.loaded();
    return {
      name: this.name,
      backend: BACKEND_NAME,
      device: "cpu",
      precision: "float32",
      threads,
      versions: { "tfjs-core": tf.version_core, "onnxruntime-node": runtime.version, node: process.versions.node },
    };
  }

  memoryBytes(): number {
    return process.memoryUsage().rss;
  }

  private loaded(): Prepared {
    if (prepared === null) throw new EngineError("the onnx engine is not prepared yet");
    return prepared;
  }
}

export function createOnnxEngine(): Engine {
  return new OnnxEngine();
}
