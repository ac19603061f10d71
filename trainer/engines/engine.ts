/**
 * What a recipe needs from an engine. An engine is a tfjs backend plus, optionally, fused operations (`ops/`); the model,
 * losses and optimizer are written once and run on every engine.
 */

import { ENGINES } from "../format/training-config";

export { ENGINES };
export type EngineName = (typeof ENGINES)[number];

/** What matrix products are computed in. Master weights, moments, gradients' sums, head and loss are float32 always. */
export type Precision = "float32" | "bfloat16";

export interface PrepareOptions {
  /** float32 when absent. */
  precision?: Precision;
  /** Told in a sentence what an engine does that takes seconds: building a graph, say. */
  onNote?: (note: string) => void;
}

/** What is running, for logs and run records. */
export interface EngineDescription {
  name: EngineName;
  /** The tfjs backend's name, as `tf.getBackend()` gives it. */
  backend: string;
  /** For example "cpu" or "cuda:0 NVIDIA H100". */
  device: string;
  precision: Precision;
  threads: number;
  /** Versions of the libraries doing the arithmetic. */
  versions: Record<string, string>;
}

export interface Engine {
  readonly name: EngineName;
  /** `null` when the engine can be prepared here, otherwise one sentence saying why not. Starts nothing. */
  unavailableReason(): Promise<string | null>;
  /**
   * Why `--engine auto` should leave it out although it can run here (a software rasteriser, say), or `null`. Called before
   * `prepare`. An engine without it is always suitable.
   */
  unsuitableReason?(): Promise<string | null>;
  /** Registers and selects the tfjs backend and its fused operations. Safe to call twice. Throws EngineError, also for a precision it cannot compute in. */
  prepare(options?: PrepareOptions): Promise<void>;
  /** Call after `prepare`. */
  describe(): EngineDescription;
  /** Packed tokens to put in one micro-batch where the configuration names no number. */
  readonly tokensPerMicroBatch: number;
  /** Most packed tokens that one micro-batch may have whatever the configuration says; `null` when only memory limits it. */
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

/** An allocation failed. What was being computed is lost; everything else still stands, and a smaller computation may succeed. */
export class OutOfMemoryError extends EngineError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "OutOfMemoryError";
  }
}

/** For engines that compute in float32 alone. Throws EngineError for another precision. */
export function requireFloat32(name: EngineName, options: PrepareOptions | undefined): void {
  const precision = options?.precision ?? "float32";
  if (precision !== "float32")
    throw new EngineError(`the ${name} engine computes in float32 only, not in ${precision} (the libtorch engine can)`);
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
