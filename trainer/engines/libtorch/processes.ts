/** Running the outside programs that an installation needs. */
import { spawn } from "node:child_process";

/** An installation step failed; the message says what to do. */
export class InstallError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "InstallError";
  }
}

export interface ProcessResult {
  /** Exit status; `null` when the program could not be started or was ended by a signal. */
  status: number | null;
  /** Both output streams in the order in which they came. */
  output: string;
}

/** Runs a program to its end. Never throws: a program that is not there gives a null status. */
export function runProcess(
  program: string,
  args: readonly string[],
  options: { environment?: NodeJS.ProcessEnv; onLine?: (line: string) => void } = {},
): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: options.environment });
    let output = "";
    let pending = "";
    const take = (chunk: string) => {
      output += chunk;
      const lines = (pending + chunk).split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines) options.onLine?.(line);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", take);
    child.on("error", (error) => resolve({ status: null, output: error.message }));
    child.on("close", (status) => resolve({ status, output }));
  });
}

/** The end of a program's output, for an error message. */
export function tail(output: string, lines = 12): string {
  return output.trimEnd().split("\n").slice(-lines).join("\n");
}
