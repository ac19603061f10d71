/** Chooses an engine: the fastest one that can run here, or exactly the one asked for. */
import { type Engine, EngineError, type EngineName, type PrepareOptions } from "./engine";
import { createWasmEngine } from "./wasm";

export type { Engine, EngineDescription, EngineName, Precision, PrepareOptions } from "./engine";
export { checkTrainable, ENGINES, EngineError, OutOfMemoryError } from "./engine";

/** Fastest first. An engine's module is loaded only when it is a candidate, so that a missing native part harms nobody. */
const CANDIDATES: { name: EngineName; load: () => Promise<Engine> }[] = [
  { name: "libtorch", load: async () => (await import("./libtorch/index")).createLibtorchEngine() },
  { name: "onnx", load: async () => (await import("./onnx/index")).createOnnxEngine() },
  { name: "webgpu", load: async () => (await import("./webgpu/index")).createWebgpuEngine() },
  { name: "tensorflow", load: async () => (await import("./tensorflow/index")).createTensorflowEngine() },
  { name: "wasm", load: async () => createWasmEngine() },
];

export interface ChosenEngine {
  engine: Engine;
  /** One sentence: what was chosen and why, and why faster ones were not. */
  reason: string;
}

/** Prepares and returns the engine. Throws EngineError when the one asked for cannot run so, or none can. */
export async function chooseEngine(
  name: EngineName | "auto" = "auto",
  options: PrepareOptions = {},
): Promise<ChosenEngine> {
  const refused: string[] = [];
  for (const candidate of CANDIDATES) {
    if (name !== "auto" && name !== candidate.name) continue;
    try {
      const engine = await candidate.load();
      const unavailable = await engine.unavailableReason();
      if (unavailable !== null) throw new EngineError(unavailable);
      const unsuitable = name === "auto" ? await engine.unsuitableReason?.() : null;
      if (unsuitable) throw new EngineError(unsuitable);
      await engine.prepare(options);
      const why = name === "auto" ? "the fastest engine present" : "asked for";
      return { engine, reason: [`${engine.name}: ${why}`, ...refused].join("; ") };
    } catch (cause) {
      const message = (cause as Error).message;
      if (name !== "auto") throw new EngineError(`engine ${name} cannot run here: ${message}`, { cause });
      refused.push(`not ${candidate.name}: ${message}`);
    }
  }
  throw new EngineError(
    name === "auto" ? `no engine can run here (${refused.join("; ")})` : `there is no engine "${name}"`,
  );
}
