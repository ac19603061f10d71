/** The engine for a pass over frozen weights: bfloat16 where the machine multiplies it faster than float32. */
import { readFile } from "node:fs/promises";
import { type ChosenEngine, chooseEngine, EngineError, type EngineName, type Precision } from "../engines";

/** Whether the processor multiplies matrices of bfloat16 in hardware; without that it is slower than float32. */
async function processorHasBfloat(): Promise<boolean> {
  const text = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  return /\b(amx_bf16|avx512_bf16)\b/.test(text);
}

/**
 * As `chooseEngine`; a precision that is asked for is kept to. Without one it is bfloat16 on a GPU or a processor made for it, if the
 * engine can: features lose less by its rounding than by the choice of a block, and everything fitted on them stays in float64.
 */
export async function chooseProbeEngine(
  name: EngineName | "auto",
  asked: Precision | undefined,
): Promise<ChosenEngine> {
  const chosen = await chooseEngine(name, { precision: asked ?? "float32" });
  if (asked !== undefined) return chosen;
  const onGpu = !/^(cpu|.*\bCPU\b)/i.test(chosen.engine.describe().device);
  if (!onGpu && !(await processorHasBfloat())) return chosen;
  try {
    return await chooseEngine(chosen.engine.name, { precision: "bfloat16" });
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    await chosen.engine.prepare({ precision: "float32" });
    return chosen;
  }
}
