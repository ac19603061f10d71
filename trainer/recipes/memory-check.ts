/** Whether a run fits the machine, in words: the estimate for people, and a refusal that says what would fit. */
import os from "node:os";
import { type Engine, EngineError } from "../engines";
import { type EstimateInput, type Remedy, remedies, type TrainingEstimate } from "./estimate";

/** The estimate says that the run will not fit, and what would. */
export class NotEnoughMemoryError extends EngineError {
  constructor(needed: number, available: number, fitting: readonly Remedy[]) {
    const advice =
      fitting.length === 0
        ? "Nothing short of a smaller model or a larger machine would do"
        : `What would fit: ${fitting.map(({ change, bytes }) => `${change} (${bytesText(bytes)})`).join("; ")}`;
    super(
      `training needs about ${bytesText(needed)} of memory and ${bytesText(available)} are free. ${advice}. ` +
        "To start all the same, force it (--force)",
    );
    this.name = "NotEnoughMemoryError";
  }
}

export function bytesText(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  return `${Math.max(1, Math.round(bytes / 2 ** 20))} MiB`;
}

function countText(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(2)} billion`;
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} million`;
  return String(Math.round(count));
}

export function durationText(hours: number): string {
  if (hours >= 48) return `${(hours / 24).toFixed(1)} days`;
  if (hours >= 2) return `${hours.toFixed(1)} hours`;
  if (hours >= 1 / 30) return `${Math.round(hours * 60)} minutes`;
  const seconds = Math.max(1, Math.round(hours * 3600));
  return `${seconds} second${seconds === 1 ? "" : "s"}`;
}

/** The estimate in two lines; `item` is what a step is made of ("pair", "row"). */
export function describeEstimate(estimate: TrainingEstimate, item: string): string[] {
  const { memory, parameters, trainableParameters, flopsPerItem, hours, matmulGflops } = estimate;
  const part = trainableParameters === parameters ? "all of them trained" : `${countText(trainableParameters)} trained`;
  const parts = [
    `weights ${bytesText(memory.weights)}`,
    `gradients ${bytesText(memory.gradients)}`,
    `moments ${bytesText(memory.moments)}`,
    `activations ${bytesText(memory.activations)} with micro-batches of ${estimate.tokensPerMicroBatch} tokens`,
  ];
  const time =
    hours === null || matmulGflops === null
      ? ""
      : `; about ${durationText(hours)} at ${Math.round(100 * estimate.efficiency)}% of ${matmulGflops} GFLOP/s`;
  return [
    `estimate: ${countText(parameters)} weights, ${part}; about ${bytesText(memory.total)} of memory (${parts.join(", ")})`,
    `estimate: ${estimate.items} ${item}s in ${estimate.steps} steps, ${Math.round(estimate.tokensPerItem)} tokens and ${(flopsPerItem / 1e9).toPrecision(3)} GFLOP each${time}`,
  ];
}

/** wasm addresses 4 GiB; some of it is the module's own and some is lost between tensors. */
const WASM_BYTES_MAX = 3.5 * 2 ** 30;

/** Bytes that the run may take; null where the engine's memory is not the machine's and it does not say. */
function availableBytes(engine: Engine, parameters: number): number | null {
  const { device } = engine.describe();
  if (device !== "cpu" && !device.startsWith("cpu")) return null;
  const free = process.availableMemory?.() ?? os.freemem();
  // The base model's copy in this process makes room when the engine has its own.
  const machine = free + 4 * parameters;
  return engine.name === "wasm" ? Math.min(machine, WASM_BYTES_MAX) : machine;
}

/** What is wrong where the estimate exceeds what is free, otherwise null. */
export function memoryProblem(
  engine: Engine,
  input: EstimateInput,
  estimate: TrainingEstimate,
): NotEnoughMemoryError | null {
  const available = availableBytes(engine, estimate.parameters);
  const needed = estimate.memory.total;
  if (available === null || needed <= available) return null;
  const fitting = remedies(input, available);
  // wasm's limit is its own: the same settings may fit elsewhere.
  const elsewhere = process.availableMemory?.() ?? os.freemem();
  if (engine.name === "wasm" && needed <= elsewhere)
    fitting.unshift({ change: "the onnx or the libtorch engine", bytes: needed });
  return new NotEnoughMemoryError(needed, available, fitting);
}
