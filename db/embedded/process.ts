/** Small facts about processes that node has no call for. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

/** The user a root start drops to: Postgres refuses to run as root. `nobody` on Linux. */
export const UNPRIVILEGED = { uid: 65534, gid: 65534 };

export const isRoot = () => process.getuid?.() === 0;

/** True while the process runs. A zombie (dead, not yet reaped by a careless init) counts as dead. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3) !== "Z";
  } catch {
    return true; // No /proc (macOS, Windows): the signal's answer stands.
  }
}

/** The command line of a process, or undefined where it cannot be read. */
export async function commandLine(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    } catch {
      return undefined;
    }
  }
  if (process.platform === "win32") return undefined;
  const result = await runProgram("ps", ["-o", "command=", "-p", String(pid)]).catch(() => undefined);
  return result?.output.trim() || undefined;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
}

/** Runs a program to its end; `output` is stdout and stderr together. Rejects only when it cannot be started. */
export function runProgram(
  file: string,
  args: string[],
  options: RunOptions = {},
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ code: code ?? 128, output: signal ? `${output}\n(ended by ${signal})` : output }),
    );
  });
}

/** True when nothing listens on the port of this address. */
export function isPortFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A free port below the range from which systems draw outgoing ports, so that a later start finds it free again. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isPortFree(port)) return port;
  }
  throw new Error("No free port found on 127.0.0.1 between 20000 and 32000");
}

export const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
