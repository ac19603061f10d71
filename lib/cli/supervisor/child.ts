/** A process that the supervisor keeps running: restarted with growing pauses when it ends by itself. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import path from "node:path";

const LOG_BYTES_MAX = 16 * 1024 * 1024;
const PAUSE_MS_MIN = 200;
const PAUSE_MS_MAX = 15_000;
/** After this long a process counts as healthy and the next pause is short again. */
const STABLE_MS = 10_000;

export interface ChildPlan {
  name: string;
  args: string[];
  cwd: string;
  environment: NodeJS.ProcessEnv;
  logFile: string;
}

/** Opens a log for appending; a large one is set aside first (one older generation is kept). */
export function openLog(file: string): number {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  if (existsSync(file) && statSync(file).size > LOG_BYTES_MAX) renameSync(file, `${file}.1`);
  return openSync(file, "a", 0o600);
}

export function endOfLog(file: string, lines: number): string {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}

/** Node with our arguments, an IPC channel (see watch-parent.mjs) and its output in the log. Own session: Ctrl-C reaches the supervisor alone. */
export function spawnLogged(plan: ChildPlan): ChildProcess {
  const log = openLog(plan.logFile);
  try {
    return spawn(process.execPath, plan.args, {
      cwd: plan.cwd,
      env: plan.environment,
      detached: true,
      stdio: ["ignore", log, log, "ipc"],
    });
  } finally {
    closeSync(log);
  }
}

export class ManagedChild {
  private child: ChildProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private pauseMs = PAUSE_MS_MIN;
  private stopping = false;

  constructor(
    private plan: ChildPlan,
    private readonly onChange: () => void,
    private readonly report: (line: string) => void,
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    const begun = Date.now();
    const child = spawnLogged(this.plan);
    this.child = child;
    this.onChange();
    child.on("error", (error) => this.report(`${this.plan.name} did not start: ${error.message}`));
    child.on("exit", (code, signal) => {
      if (this.child !== child) return;
      this.child = undefined;
      this.onChange();
      if (this.stopping) return;
      if (Date.now() - begun > STABLE_MS) this.pauseMs = PAUSE_MS_MIN;
      this.report(
        `${this.plan.name} ended (${signal ?? `code ${code}`}); starting it again in ${this.pauseMs / 1000} s. Log: ${this.plan.logFile}`,
      );
      if (code) this.report(endOfLog(this.plan.logFile, 5));
      this.timer = setTimeout(() => this.start(), this.pauseMs);
      this.pauseMs = Math.min(this.pauseMs * 2, PAUSE_MS_MAX);
    });
  }

  /** SIGTERM, then SIGKILL when it takes longer than allowed. */
  async stop(secondsMax: number): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    const child = this.child;
    if (!child) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    const force = setTimeout(() => {
      this.report(`${this.plan.name} did not stop in ${secondsMax} s; ended by force`);
      child.kill("SIGKILL");
    }, secondsMax * 1000);
    await ended;
    clearTimeout(force);
  }

  /** Same process with other variables, for a database that came back at another address. */
  async restart(environment: NodeJS.ProcessEnv): Promise<void> {
    await this.stop(20);
    this.plan = { ...this.plan, environment };
    this.stopping = false;
    this.start();
  }
}
