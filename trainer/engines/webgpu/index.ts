/** The webgpu engine: tfjs-backend-webgpu on Dawn for Node, a GPU from npm alone (Metal, Direct3D 12 or Vulkan), f32. */
import * as tf from "@tensorflow/tfjs-core";
import { registerGradients } from "../../core/autodiff";
import { resetOps } from "../../ops";
import { type Engine, type EngineDescription, EngineError, type PrepareOptions, requireFloat32 } from "../engine";
import { type Adapter, adapterName, createBackend, isSoftware, requestAdapter } from "./adapter";
import { findPackages, INSTALL_COMMAND } from "./packages";
import { installReads, settle } from "./reads";

const BACKEND_NAME = "webgpu";
/** One buffer holds at most 1 GiB on many drivers; a vocabulary of 150,000 at this many tokens stays below it. */
const TOKENS_PER_MICRO_BATCH = 1024;

interface Prepared {
  adapter: Adapter;
  versions: Record<string, string>;
}
let prepared: Prepared | null = null;
/** The first error that the device reported: it does so later, and goes on with wrong numbers. */
let failure: string | null = null;

function checkHealth(): void {
  if (failure !== null) throw new EngineError(`the GPU failed: ${failure}`);
}

async function open(): Promise<Prepared> {
  const packages = await findPackages();
  if (!packages.found) throw new EngineError(`${packages.reason}; run: ${INSTALL_COMMAND}`);
  const { directory, versions } = packages;
  const adapter = await requestAdapter(directory);
  const { backend, device } = await createBackend(directory, adapter);
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault?.();
    failure ??= event.error.message.split("\n")[0] ?? "unknown error";
  });
  void device.lost.then(({ reason, message }) => {
    if (reason !== "destroyed") failure ??= `the device was lost: ${message}`;
  });
  installReads(backend, checkHealth);
  await settle();
  // Its module registers a factory of its own; this device is the one whose errors are watched.
  tf.removeBackend(BACKEND_NAME);
  tf.registerBackend(BACKEND_NAME, () => backend);
  return { adapter, versions };
}

class WebgpuEngine implements Engine {
  readonly name = "webgpu" as const;
  readonly tokensPerMicroBatch = TOKENS_PER_MICRO_BATCH;
  readonly tokensPerMicroBatchMax = TOKENS_PER_MICRO_BATCH;

  async unavailableReason(): Promise<string | null> {
    const packages = await findPackages();
    return packages.found ? null : `${packages.reason}; run: ${INSTALL_COMMAND}`;
  }

  async unsuitableReason(): Promise<string | null> {
    const packages = await findPackages();
    if (!packages.found) return packages.reason;
    const adapter = prepared?.adapter ?? (await requestAdapter(packages.directory));
    return isSoftware(adapter) ? `only a software rasteriser answered, ${adapterName(adapter)}` : null;
  }

  async prepare(options?: PrepareOptions): Promise<void> {
    requireFloat32(this.name, options);
    registerGradients();
    resetOps();
    try {
      prepared ??= await open();
    } catch (cause) {
      if (cause instanceof EngineError) throw cause;
      throw new EngineError(`webgpu did not start: ${(cause as Error).message}`, { cause });
    }
    if (!(await tf.setBackend(BACKEND_NAME))) throw new EngineError("tfjs refused the webgpu backend");
  }

  describe(): EngineDescription {
    if (prepared === null) throw new EngineError("the webgpu engine is not prepared yet");
    return {
      name: this.name,
      backend: BACKEND_NAME,
      device: adapterName(prepared.adapter),
      precision: "float32",
      threads: 1,
      versions: { "tfjs-core": tf.version_core, ...prepared.versions, node: process.versions.node },
    };
  }

  /** Bytes of the buffers on the GPU. */
  memoryBytes(): number {
    return (tf.memory() as tf.MemoryInfo & { numBytesInGPU?: number }).numBytesInGPU ?? 0;
  }
}

export function createWebgpuEngine(): Engine {
  return new WebgpuEngine();
}
