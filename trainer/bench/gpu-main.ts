/** The command behind `npm run bench:gpu`; see gpu.ts. */
import { lineWriter } from "./context";
import { type GpuFlags, gpuBench, gpuProgram } from "./gpu";

const flags = gpuProgram(process.env).parse().opts<GpuFlags>();
const report = (line: string) => void process.stderr.write(`${line}\n`);
await gpuBench(flags, { emit: lineWriter(flags.out ?? null), report }).catch((cause: Error) => {
  console.error(`error: ${cause.message}`);
  process.exitCode = 1;
});
