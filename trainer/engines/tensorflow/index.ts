/** The tensorflow engine: TensorFlow's C library behind tfjs by tfjs-node's binding, on the CPU or an NVIDIA GPU, f32. */
import { availableParallelism } from "node:os";
import path from "node:path";
import util from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { registerGradients } from "../../core/autodiff";
import { resetOps } from "../../ops";
import {
  type Engine,
  type EngineDescription,
  EngineError,
  OutOfMemoryError,
  type PrepareOptions,
  requireFloat32,
} from "../engine";
import { quietTensorflow } from "../environment";
import { privateRequire } from "../install/private-modules";
import { BINDING_FILE, INSTALL_COMMAND, readTensorflow, type TensorflowInstallation } from "./installation";

const BACKEND_NAME = "tensorflow";
/** Activations of a 135-million-weight model at this many tokens take about 3 GB without recomputation. */
const TOKENS_PER_MICRO_BATCH = 2048;

/** What tfjs-node's binding offers, as far as it is wrapped here. */
interface Binding {
  executeOp(...call: unknown[]): unknown;
}

/** TensorFlow's code for "resource exhausted", in the message of the error that the binding throws. */
const RESOURCE_EXHAUSTED = /TF_Status: 8\n/;

/** The binding, with a failed allocation told from other errors. */
function tellOutOfMemory(binding: Binding): Binding {
  const executeOp: Binding["executeOp"] = (...call) => {
    try {
      return binding.executeOp(...call);
    } catch (cause) {
      const { message } = cause as Error;
      throw RESOURCE_EXHAUSTED.test(message)
        ? new OutOfMemoryError(message.split("\n").at(-1) ?? message, { cause })
        : cause;
    }
  };
  return Object.create(binding, { executeOp: { value: executeOp } }) as Binding;
}

interface NodeBackendModule {
  NodeJSKernelBackend: new (binding: object, packageName: string) => tf.KernelBackend & { isUsingGpuDevice: boolean };
}

interface Prepared {
  installation: TensorflowInstallation;
  gpu: boolean;
}
let prepared: Prepared | null = null;

/** Newer Node has removed this function, which two of tfjs-node's kernels call. */
function restoreIsNullOrUndefined(): void {
  const old = util as unknown as Record<string, unknown>;
  old.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
}

/** Loads TensorFlow (once per process) and registers the backend, without tfjs-node's index, which wants its own installer. */
async function open(): Promise<Prepared> {
  const state = await readTensorflow();
  if (!state.usable) throw new EngineError(`${state.reason}; run: ${INSTALL_COMMAND}`);
  quietTensorflow();
  restoreIsNullOrUndefined();
  const load = privateRequire(state.directory);
  const binding = tellOutOfMemory(load(path.join(state.directory, BINDING_FILE)) as Binding);
  load("@tensorflow/tfjs-node/dist/register_all_kernels");
  const { NodeJSKernelBackend } = load("@tensorflow/tfjs-node/dist/nodejs_kernel_backend") as NodeBackendModule;
  const backend = new NodeJSKernelBackend(binding, "@tensorflow/tfjs-node");
  tf.registerBackend(BACKEND_NAME, () => backend);
  return { installation: state.installation, gpu: backend.isUsingGpuDevice };
}

class TensorflowEngine implements Engine {
  readonly name = "tensorflow" as const;
  readonly tokensPerMicroBatch = TOKENS_PER_MICRO_BATCH;
  readonly tokensPerMicroBatchMax = null;

  async unavailableReason(): Promise<string | null> {
    const state = await readTensorflow();
    return state.usable ? null : `${state.reason}; run: ${INSTALL_COMMAND}`;
  }

  async prepare(options?: PrepareOptions): Promise<void> {
    requireFloat32(this.name, options);
    registerGradients();
    resetOps();
    try {
      prepared ??= await open();
    } catch (cause) {
      if (cause instanceof EngineError) throw cause;
      throw new EngineError(`TensorFlow did not load: ${(cause as Error).message}; run: ${INSTALL_COMMAND}`, { cause });
    }
    if (!(await tf.setBackend(BACKEND_NAME))) throw new EngineError("tfjs refused the tensorflow backend");
  }

  describe(): EngineDescription {
    if (prepared === null) throw new EngineError("the tensorflow engine is not prepared yet");
    const { installation, gpu } = prepared;
    return {
      name: this.name,
      backend: BACKEND_NAME,
      device: gpu ? "cuda:0" : "cpu",
      precision: "float32",
      threads: availableParallelism(),
      versions: {
        "tfjs-core": tf.version_core,
        "tfjs-node": installation.tfjsNodeVersion,
        tensorflow: installation.tensorflowVersion,
        node: process.versions.node,
      },
    };
  }

  memoryBytes(): number {
    return process.memoryUsage().rss;
  }
}

export function createTensorflowEngine(): Engine {
  return new TensorflowEngine();
}
