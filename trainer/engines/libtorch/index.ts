/** The libtorch engine: PyTorch's own C++ library behind tfjs, on the CPU or an NVIDIA GPU, in float32 or bfloat16. */
import { totalmem } from "node:os";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { registerGradients } from "../../core/autodiff";
import { overrideOps, resetOps } from "../../ops";
import { type Engine, type EngineDescription, EngineError, type PrepareOptions } from "../engine";
import { loadAddon, Torch } from "./addon";
import { LibtorchBackend } from "./backend";
import { chooseThreadWaiting } from "./environment";
import { ADDON_FILE, INSTALL_COMMAND, type Installation, readInstallation } from "./installation";
import { BACKEND_NAME, defineKernels } from "./kernels";
import { libtorchOps } from "./ops";

export { libtorchDirectory, setLibtorchDirectory } from "./installation";

export interface LibtorchStatus {
  available: boolean;
  /** One sentence: what is there, or why it cannot be used. */
  reason: string;
  torchVersion?: string;
  device?: string;
  installCommand: string;
}

/** Whether the engine can be prepared; reads files, loads nothing. */
export async function libtorchStatus(): Promise<LibtorchStatus> {
  const state = await readInstallation();
  if (!state.usable)
    return { available: false, reason: `${state.reason}; run: ${INSTALL_COMMAND}`, installCommand: INSTALL_COMMAND };
  const { torchVersion, device } = state.installation;
  return {
    available: true,
    reason: `PyTorch ${torchVersion} in ${state.directory}`,
    torchVersion,
    device,
    installCommand: INSTALL_COMMAND,
  };
}

/** Of the memory that there is, what tensors on the CPU may take. */
const SHARE_FOR_TENSORS = 0.9;

/** Bytes of memory that this process may have: the machine's, or its container's. */
function memoryThere(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

interface Prepared {
  torch: Torch;
  installation: Installation;
}
let prepared: Prepared | null = null;

/** Loads libtorch (once per process), then registers and selects the tfjs backend. Throws EngineError. */
export async function prepareLibtorch(): Promise<void> {
  if (prepared === null) {
    const state = await readInstallation();
    if (!state.usable) throw new EngineError(`${state.reason}; run: ${INSTALL_COMMAND}`);
    try {
      chooseThreadWaiting();
      const addon = loadAddon(path.join(state.directory, ADDON_FILE));
      // An allocation that fails can be answered by a smaller micro-batch; a process that the system ends cannot.
      addon.limitMemory(Math.floor(memoryThere() * SHARE_FOR_TENSORS));
      prepared = { torch: new Torch(addon, addon.device()), installation: state.installation };
    } catch (cause) {
      const message = `libtorch did not load: ${(cause as Error).message}; run: ${INSTALL_COMMAND}`;
      throw new EngineError(message, { cause });
    }
  }
  const { torch } = prepared;
  defineKernels();
  if (tf.findBackend(BACKEND_NAME) === null) tf.registerBackend(BACKEND_NAME, () => new LibtorchBackend(torch));
  if (!(await tf.setBackend(BACKEND_NAME))) throw new EngineError("tfjs refused the libtorch backend");
}

class LibtorchEngine implements Engine {
  readonly name = "libtorch" as const;
  readonly tokensPerMicroBatchMax = null;

  async unavailableReason(): Promise<string | null> {
    const status = await libtorchStatus();
    return status.available ? null : status.reason;
  }

  /** A CPU gains nothing from more, and it costs memory; a GPU wants more work at once. */
  get tokensPerMicroBatch(): number {
    return prepared?.torch.device === "cuda" ? 16_384 : 2048;
  }

  async prepare(options?: PrepareOptions): Promise<void> {
    registerGradients();
    resetOps();
    await prepareLibtorch();
    (tf.backend() as LibtorchBackend).precision = options?.precision ?? "float32";
    overrideOps(libtorchOps);
  }

  describe(): EngineDescription {
    const { torch, installation } = this.loaded();
    return {
      name: this.name,
      backend: BACKEND_NAME,
      device: torch.device === installation.variant ? installation.device : torch.device,
      precision: (tf.findBackend(BACKEND_NAME) as LibtorchBackend).precision,
      threads: torch.addon.threads(),
      versions: { "tfjs-core": tf.version_core, torch: installation.torchVersion, node: process.versions.node },
    };
  }

  /** On a GPU the bytes that torch holds there, else the process's resident memory. */
  memoryBytes(): number {
    const { torch } = this.loaded();
    return torch.device === "cuda" ? torch.addon.memoryUse()[0] : process.memoryUsage().rss;
  }

  private loaded(): Prepared {
    if (prepared === null) throw new EngineError("the libtorch engine is not prepared yet");
    return prepared;
  }
}

export function createLibtorchEngine(): Engine {
  return new LibtorchEngine();
}
