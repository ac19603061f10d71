/** What one engine is and how fast it multiplies matrices, as JSON lines. */
import { z } from "zod";
import { chooseEngine, EngineError, type EngineName, type Precision } from "../engines";
import { measureMatmulGflops } from "../engines/matmul-speed";

export const measurementSchema = z.strictObject({
  precision: z.enum(["float32", "bfloat16"]),
  /** 10^9 operations a second; `null` where the engine does not compute in this precision. */
  matmulGflops: z.number().nullable(),
  device: z.string(),
  threads: z.number().int(),
  versions: z.record(z.string(), z.string()),
  /** Why `--engine auto` leaves the engine out although it is there. */
  unsuitable: z.string().nullable(),
});
export type Measurement = z.infer<typeof measurementSchema>;

/** Prints a line for each precision. Throws EngineError where the engine cannot run at all. */
export async function measureEngine(name: EngineName): Promise<void> {
  for (const precision of ["float32", "bfloat16"] satisfies Precision[]) {
    const { engine } = await chooseEngine(name, { precision }).catch((cause: Error) => {
      if (precision === "bfloat16" && cause instanceof EngineError) return { engine: null };
      throw cause;
    });
    const { device, threads, versions } = (engine ?? (await chooseEngine(name)).engine).describe();
    const unsuitable = (await engine?.unsuitableReason?.()) ?? null;
    const matmulGflops = engine === null ? null : await measureMatmulGflops();
    const measurement: Measurement = { precision, matmulGflops, device, threads, versions, unsuitable };
    process.stdout.write(`${JSON.stringify(measurement)}\n`);
  }
}
