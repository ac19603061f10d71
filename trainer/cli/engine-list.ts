/** What `engine list` shows. Each engine is tried in a process of its own: a native library that crashes ends only that one. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { EngineName } from "../engines";
import { type Measurement, measurementSchema } from "./engine-measure";

const CHILD = fileURLToPath(new URL("./engine-child.ts", import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const SECONDS_MAX = 120;
const DESCRIPTIONS: Record<EngineName, string> = {
  libtorch: "PyTorch's C++ library: CPU or CUDA",
  onnx: "onnxruntime from npm: CPU",
  webgpu: "a GPU from npm: Metal, Direct3D, Vulkan",
  tensorflow: "TensorFlow's C library: CPU or CUDA",
  wasm: "WebAssembly from npm: one thread, small models",
};

export interface EngineRow {
  name: EngineName;
  available: boolean;
  /** Why it is not there, or why `auto` leaves it out; `null` where there is nothing to say. */
  reason: string | null;
  device: string | null;
  threads: number | null;
  /** 10^9 operations a second of a matrix product; `null` for a precision that it does not compute in. */
  matmulGflops: { float32: number | null; bfloat16: number | null };
  versions: Record<string, string>;
  /** The command that gets it, where one does. */
  get: string | null;
}

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

function runMeasure(name: EngineName, environment: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", TSX, CHILD, name], {
      stdio: ["ignore", "pipe", "pipe"],
      env: environment,
      timeout: SECONDS_MAX * 1000,
      killSignal: "SIGKILL",
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    child.on("error", (error) => resolve({ code: null, signal: null, stdout, stderr: error.message }));
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

function measurementsIn(stdout: string): Measurement[] {
  return stdout.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    const parsed = measurementSchema.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  });
}

/** What went wrong, and the command that helps where the message names one. */
function troubleOf({ code, signal, stderr }: Ended): { reason: string; get: string | null } {
  const line = stderr.split("\n").findLast((text) => text.startsWith("error: "));
  if (line === undefined) {
    const last = stderr.trimEnd().split("\n").at(-1) ?? "";
    return { reason: `its process ended with ${signal ?? `code ${code}`}${last === "" ? "" : `: ${last}`}`, get: null };
  }
  const message = line.slice("error: ".length).replace(/^engine \w+ cannot run here: /, "");
  const [reason = message, get = null] = message.split("; run: ");
  return { reason, get };
}

/** Tries an engine and measures it. Never throws for what the engine does. */
export async function inspectEngine(name: EngineName, environment: NodeJS.ProcessEnv): Promise<EngineRow> {
  const ended = await runMeasure(name, environment);
  const measurements = measurementsIn(ended.stdout);
  const speed = (precision: string) =>
    measurements.find((measurement) => measurement.precision === precision)?.matmulGflops ?? null;
  const [first] = measurements;
  const failed = ended.code !== 0 ? troubleOf(ended) : null;
  return {
    name,
    available: first !== undefined && failed === null,
    reason: failed?.reason ?? first?.unsuitable ?? null,
    device: first?.device ?? null,
    threads: first?.threads ?? null,
    matmulGflops: { float32: speed("float32"), bfloat16: speed("bfloat16") },
    versions: first?.versions ?? {},
    get: failed?.get ?? null,
  };
}

function speedText({ matmulGflops: { float32, bfloat16 } }: EngineRow): string {
  const parts = [
    ...(float32 === null ? [] : [`f32 ${float32} GFLOP/s`]),
    ...(bfloat16 === null ? [] : [`bf16 ${bfloat16} GFLOP/s`]),
  ];
  return parts.join(", ");
}

/** The lines of one engine on a terminal. `chosen`: it is what `--engine auto` takes. */
export function rowText(row: EngineRow, chosen: boolean): string {
  const libraries = Object.entries(row.versions).map(([library, version]) => `${library} ${version}`);
  const head = `${row.available ? "●" : "○"} ${row.name.padEnd(11)}${DESCRIPTIONS[row.name]}`;
  const threads = row.threads !== null && row.threads > 1 ? `, ${row.threads} threads` : "";
  const below = [
    ...(row.available ? [`${row.device}${threads}: ${speedText(row)}`, libraries.join(", ")] : []),
    ...(row.reason === null ? [] : [row.available ? `auto leaves it out: ${row.reason}` : `not there: ${row.reason}`]),
    ...(row.get === null ? [] : [`get it:    ${row.get}`]),
  ];
  return [chosen ? `${head}   <- auto` : head, ...below.map((line) => `  ${" ".repeat(11)}${line}`)].join("\n");
}
