/** One supervisor per PAIRWRIGHT_HOME, and the clean-up of what a killed one left running. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commandLine, delay, isAlive } from "@/db/embedded/process";

export class LockedError extends Error {
  override name = "LockedError";
}

interface LockContent {
  pid: number;
  port: number;
  /** Web and worker, so that the next start can end them when this supervisor is killed. */
  children: number[];
}

export interface SupervisorLock {
  /** Records the processes that run now. */
  setChildren(pids: number[]): void;
  release(): void;
}

function read(file: string): LockContent | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as LockContent;
  } catch {
    return undefined;
  }
}

/** Numbers are reused: only a process that runs our programs counts. */
async function runs(pid: number, program: RegExp): Promise<boolean> {
  if (pid === process.pid || !isAlive(pid)) return false;
  const command = await commandLine(pid);
  return command === undefined || program.test(command);
}

async function refuseIfHeld(file: string, home: string): Promise<void> {
  const held = read(file);
  if (held && (await runs(held.pid, /supervisor/)))
    throw new LockedError(
      `Pairwright already runs on ${home} (pid ${held.pid}, port ${held.port}). Stop it first, or give this one another PAIRWRIGHT_HOME and PORT.`,
    );
}

async function endLeftovers(pids: number[]): Promise<void> {
  for (const pid of pids) {
    if (!(await runs(pid, /next|worker/))) continue;
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      try {
        process.kill(pid, signal);
      } catch {
        break;
      }
      const end = Date.now() + 5_000;
      while (isAlive(pid) && Date.now() < end) await delay(25);
      if (!isAlive(pid)) break;
    }
  }
}

/** Takes the lock, or throws LockedError naming the holder. A dead holder's processes are ended first. */
export async function takeLock(home: string, port: number): Promise<SupervisorLock> {
  const file = path.join(home, "supervisor.lock");
  const content: LockContent = { pid: process.pid, port, children: [] };
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      writeFileSync(file, JSON.stringify(content), { flag: "wx", mode: 0o600 });
      return lockOf(file, content);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    await refuseIfHeld(file, home);
    const aside = `${file}.stale-${process.pid}`;
    try {
      renameSync(file, aside);
    } catch {
      continue; // Another start was quicker; look again.
    }
    const stale = read(aside);
    // Between our look and the rename another start may have taken the lock: then it gets it back.
    if (stale && (await runs(stale.pid, /supervisor/))) linkSync(aside, file);
    rmSync(aside, { force: true });
    await refuseIfHeld(file, home);
    await endLeftovers(stale?.children ?? []);
  }
  throw new LockedError(`The lock ${file} could not be taken; is another start under way?`);
}

function lockOf(file: string, content: LockContent): SupervisorLock {
  return {
    setChildren(pids) {
      content.children = pids;
      const half = `${file}.half`;
      writeFileSync(half, JSON.stringify(content), { mode: 0o600 });
      renameSync(half, file);
    },
    release: () => rmSync(file, { force: true }),
  };
}
