/**
 * One timed run in a process of its own. The child reads a request file, prints JSON lines on stdout (`start` and `end` around
 * what is timed, then `result`) and exits; whatever else it prints is kept for the error message.
 */
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { BenchError } from "./errors";
import { type CpuSample, foreignShare, sampleCpu } from "./sampler";

const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const HERE = path.dirname(fileURLToPath(import.meta.url));

export interface ChildProgram {
  /** For messages, for example "trl-defaults". */
  name: string;
  /** A file below this folder: `ours/train.ts` runs under Node, `peer/train.py` under `python`. */
  file: string;
  /** The peers' Python; not needed for ours. */
  python?: string;
  request: Record<string, unknown>;
  threads: number;
  environment?: Record<string, string>;
}

export interface ChildRun<Result> {
  result: Result;
  /** Wall time between the child's marks, as this process saw them. */
  seconds: number;
  foreignShare: number | null;
}

/** Where the machine has more cores than the run may use, the run is bound to the first ones. */
function bound(command: string[], threads: number): string[] {
  if (process.platform !== "linux" || os.cpus().length <= threads) return command;
  return ["taskset", "--cpu-list", `0-${threads - 1}`, ...command];
}

function environmentOf({ threads, environment }: ChildProgram): NodeJS.ProcessEnv {
  return {
    ...process.env,
    OMP_NUM_THREADS: String(threads),
    MKL_NUM_THREADS: String(threads),
    PAIRWRIGHT_THREADS: String(threads),
    TOKENIZERS_PARALLELISM: "false",
    HF_HUB_OFFLINE: "1",
    PYTHONUNBUFFERED: "1",
    ...environment,
  };
}

interface Marks<Result> {
  start: { at: number; cpu: CpuSample | null } | null;
  end: { at: number; cpu: CpuSample | null } | null;
  result: Result | null;
}

function takeLine<Result>(line: string, marks: Marks<Result>): void {
  if (!line.startsWith('{"event":')) return;
  const { event, ...rest } = JSON.parse(line) as { event: string };
  if (event === "start" || event === "end") marks[event] = { at: performance.now(), cpu: sampleCpu() };
  if (event === "result") marks.result = rest as Result;
}

/** Runs the child to its end. Throws BenchError with the end of what it printed. */
export async function runChild<Result>(
  program: ChildProgram,
  workDirectory: string,
  signal?: AbortSignal,
): Promise<ChildRun<Result>> {
  const requestFile = path.join(workDirectory, `${program.name}.request.json`);
  await writeFile(requestFile, JSON.stringify(program.request));
  const file = path.join(HERE, program.file);
  const command = program.file.endsWith(".py")
    ? [program.python ?? "python3", file, requestFile]
    : [process.execPath, "--import", TSX, file, requestFile];
  const [executable = "", ...args] = bound(command, program.threads);
  const marks: Marks<Result> = { start: null, end: null, result: null };
  let printed = "";
  const status = await new Promise<number | null>((resolve) => {
    const child = spawn(executable, args, { env: environmentOf(program), stdio: ["ignore", "pipe", "pipe"], signal });
    let pending = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (pending + chunk).split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines) takeLine(line, marks);
      printed = (printed + chunk).slice(-20_000);
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      printed = (printed + chunk).slice(-20_000);
    });
    child.on("error", (cause) => {
      printed += cause.message;
      resolve(null);
    });
    child.on("close", resolve);
  });
  signal?.throwIfAborted();
  const { start, end, result } = marks;
  if (status !== 0 || start === null || end === null || result === null)
    throw new BenchError(
      `${program.name} ended with status ${status}:\n${printed.trimEnd().split("\n").slice(-15).join("\n")}`,
    );
  return { result, seconds: (end.at - start.at) / 1000, foreignShare: foreignShare(start.cpu, end.cpu) };
}
