/**
 * What a recipe needs from an engine. An engine is a tfjs backend plus, optionally, fused operations (`ops/`); the model,
 * losses and optimizer are written once and run on every engine.
 */

export const ENGINES = ["wasm", "libtorch"] as const;
export type EngineName = (typeof ENGINES)[number];

/** What is running, for logs and run records. */
export interface EngineDescription {
  name: EngineName;
  /** The tfjs backend's name, as `tf.getBackend()` gives it. */
  backend: string;
  /** For example "cpu" or "cuda:0 NVIDIA H100". */
  device: string;
  precision: "float32" | "bfloat16";
  threads: number;
  /** Versions of the libraries doing the arithmetic. */
  versions: Record<string, string>;
}

export interface Engine {
  readonly name: EngineName;
  /** `null` when the engine can be prepared here, otherwise one sentence saying why not. Starts nothing. */
  unavailableReason(): Promise<string | null>;
  /** Registers and selects the tfjs backend and its fused operations. Safe to call twice. Throws EngineError. */
  prepare(): Promise<void>;
  /** Call after `prepare`. */
  describe(): EngineDescription;
  /** Largest padded token count of one micro-batch; `null` when only memory limits it. */
  readonly tokensPerMicroBatchMax: number | null;
  /** Largest number of weights it can train, where its address space sets a limit. */
  readonly trainableParametersMax?: number;
  /** Bytes held by the process (or on the device, where there is one). */
  memoryBytes(): number;
}

/** The asked-for engine cannot run here, or failed to start. The message says what to do. */
export class EngineError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EngineError";
  }
}

/** Refuses a model that the engine could not hold together with its gradients and moments, before work is spent on it. */
export function checkTrainable(engine: Engine, parameterCount: number): void {
  const limit = engine.trainableParametersMax;
  if (limit !== undefined && parameterCount > limit)
    throw new EngineError(
      `the model has ${Math.round(parameterCount / 1e6)} million weights; the ${engine.name} engine trains at most ${Math.round(limit / 1e6)} million. ` +
        "Install a faster engine (npm run engine -- install libtorch) or take a smaller model",
    );
}
