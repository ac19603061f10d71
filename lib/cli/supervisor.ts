/**
 * `npm start`: brings everything up in order (database, schema, demo, build, web, worker), keeps it running, and takes it down in the
 * reverse order. See docs/operations.md for what happens when any of it is killed.
 */
import { closeSync, existsSync, mkdirSync, writeSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { DurabilityError } from "@/db/embedded";
import { delay, isAlive } from "@/db/embedded/process";
import { childEnvironment, type Env, EnvError, env as readEnv } from "@/lib/env";
import { buildIfNeeded } from "./supervisor/build";
import { endOfLog, ManagedChild, openLog, spawnLogged } from "./supervisor/child";
import { keptLogins, seedOnce } from "./supervisor/demo";
import { LockedError, type SupervisorLock, takeLock } from "./supervisor/lock";
import { keptSecret, openDatabase, type Prepared, prepareSchema, StartError } from "./supervisor/prepare";
import { withProgress } from "./supervisor/progress";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const preload = (file: string) => pathToFileURL(path.join(ROOT, "lib", file)).href;
const WATCH_PARENT = `${preload("cli/supervisor/watch-parent.mjs")}?parent=${process.pid}`;
/** Requests leave much that lives for a moment only: with more room for it, less is moved and collected. */
const YOUNG_MIB = 32;
const TSX = pathToFileURL(path.join(ROOT, "node_modules", "tsx", "dist", "esm", "index.mjs")).href;
const NEXT = path.join(ROOT, "node_modules", "next", "dist", "bin", "next");

/** Thrown between steps once a signal has asked to stop. */
class Stopped extends Error {}

const say = (line: string) => console.log(`- ${line}`);

/** Fails early and in words: a port in use, or an address that this machine does not have. */
function checkPort(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: `PORT: ${port} on ${host} is in use by another program. Choose another, e.g. PORT=${port === 65_535 ? 3000 : port + 1} npm start`,
        EACCES: `PORT: ${port} needs more rights than this user has. Choose one from 1024 on.`,
        EADDRNOTAVAIL: `HOST: this machine has no address ${host}.`,
        ENOTFOUND: `HOST: ${host} is not known here.`,
      };
      reject(new StartError(reasons[error.code ?? ""] ?? `HOST and PORT: ${host}:${port}: ${error.message}`));
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve()));
  });
}

/** The address to ask from this machine when the server listens on all of them. */
function localAddress(host: string, port: number): string {
  const name = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

class Supervisor {
  private lock: SupervisorLock | undefined;
  private database: Prepared | undefined;
  private web: ManagedChild | undefined;
  private worker: ManagedChild | undefined;
  private building: { kill(signal: NodeJS.Signals): boolean } | undefined;
  private watch: NodeJS.Timeout | undefined;
  private stopRequested = false;
  private readonly begun = Date.now();
  private secret = "";

  constructor(private readonly env: Env) {}

  /** A signal, or the parent is gone. The start in progress notices at its next step. */
  requestStop(): void {
    this.stopRequested = true;
    this.building?.kill("SIGTERM");
  }

  private checkStop(): void {
    if (this.stopRequested) throw new Stopped();
  }

  async start(): Promise<void> {
    const { env } = this;
    mkdirSync(env.PAIRWRIGHT_HOME, { recursive: true, mode: 0o700 });
    this.lock = await takeLock(env.PAIRWRIGHT_HOME, env.PORT);
    await checkPort(env.HOST, env.PORT);
    this.secret = await keptSecret(env.PAIRWRIGHT_HOME, env.AUTH_SECRET);
    this.checkStop();
    this.database = await openDatabase(env, say);
    this.checkStop();
    const { empty } = await prepareSchema(this.database.url);
    this.checkStop();
    if (empty) await seedOnce(this.database.url, env.PAIRWRIGHT_HOME);
    this.checkStop();
    await buildIfNeeded(ROOT, () => withProgress("building the web application", () => this.build()));
    this.checkStop();
    this.startChildren();
    this.watchDatabase();
    await this.announce();
  }

  private variables(): NodeJS.ProcessEnv {
    return childEnvironment({
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      HOST: this.env.HOST,
      PORT: String(this.env.PORT),
      PAIRWRIGHT_HOME: this.env.PAIRWRIGHT_HOME,
      DATABASE_URL: this.database?.url,
      AUTH_SECRET: this.secret,
    });
  }

  private logFile(name: string): string {
    return path.join(this.env.PAIRWRIGHT_HOME, "logs", `${name}.log`);
  }

  /** Next allows one build of a folder at a time; when somebody else builds (a second home, a test run), ours waits for its turn. */
  private async build(): Promise<void> {
    const logFile = this.logFile("build");
    for (let attempt = 0; ; attempt++) {
      const code = await this.buildOnce(logFile);
      this.checkStop();
      if (code === 0) return;
      const text = endOfLog(logFile, 30);
      if (attempt < 150 && endOfLog(logFile, 10).includes("Another next build process is already running"))
        await delay(2_000);
      else throw new StartError(`The web application could not be built (${code}). Log: ${logFile}\n${text}`);
    }
  }

  private buildOnce(logFile: string): Promise<number | string> {
    const args = ["--import", WATCH_PARENT, NEXT, "build"];
    const child = spawnLogged({ name: "build", args, cwd: ROOT, environment: this.variables(), logFile });
    this.building = child;
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code, signal) => {
        this.building = undefined;
        resolve(signal ?? code ?? "unknown");
      });
    });
  }

  private startChildren(): void {
    const record = () =>
      this.lock?.setChildren([this.web?.pid, this.worker?.pid].filter((pid): pid is number => pid !== undefined));
    const child = (name: string, args: string[]) =>
      new ManagedChild(
        {
          name,
          args: ["--import", WATCH_PARENT, ...args],
          cwd: ROOT,
          environment: this.variables(),
          logFile: this.logFile(name),
        },
        record,
        say,
      );
    this.web = child("web", [
      ...["cli/supervisor/one-packet.mjs", "http/direct-requests.mjs"].flatMap((file) => ["--import", preload(file)]),
      `--max-semi-space-size=${YOUNG_MIB}`,
      ...[NEXT, "start", "-H", this.env.HOST, "-p", String(this.env.PORT)],
    ]);
    this.worker = child("worker", ["--import", TSX, path.join(ROOT, "lib", "worker", "main.ts")]);
    this.web.start();
    this.worker.start();
  }

  /** Brings the embedded Postgres back when it was killed; normally at its old address. */
  private watchDatabase(): void {
    if (!this.database?.embedded) return;
    let busy = false;
    this.watch = setInterval(async () => {
      const { database } = this;
      if (busy || this.stopRequested || !database?.embedded || isAlive(database.embedded.pid)) return;
      busy = true;
      say(`Postgres (pid ${database.embedded.pid}) ended; starting it again`);
      try {
        this.database = await openDatabase(this.env, say);
        if (this.database.url !== database.url && !this.stopRequested)
          await Promise.all([this.web?.restart(this.variables()), this.worker?.restart(this.variables())]);
      } catch (error) {
        say((error as Error).message);
      } finally {
        busy = false;
      }
    }, 200);
  }

  private async announce(): Promise<void> {
    const address = localAddress(this.env.HOST, this.env.PORT);
    const patience = Date.now() + 60_000;
    let told = false;
    for (;;) {
      this.checkStop();
      const answer = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
      const body = await answer?.text().catch(() => "");
      if (answer?.ok) break;
      if (Date.now() > patience && !told) {
        told = true;
        say(`not ready yet: ${body || "the web process does not answer"}. Logs: ${path.dirname(this.logFile("web"))}`);
      }
      await delay(100);
    }
    const lines = [
      "",
      `Pairwright is ready after ${((Date.now() - this.begun) / 1000).toFixed(1)} s`,
      `  Address   ${this.env.publicUrl}`,
      ...keptLogins(this.env.PAIRWRIGHT_HOME).map((login) => `  Sign in   ${login}`),
      `  Data      ${this.env.PAIRWRIGHT_HOME}`,
      ...(this.database?.embedded ? [`  Database  ${this.database.embedded.folder}`] : ["  Database  DATABASE_URL"]),
      `  Logs      ${path.dirname(this.logFile("web"))}`,
      "  Ctrl-C stops it.",
      "",
    ];
    console.log(lines.join("\n"));
  }

  /** Worker first (it gives its jobs back), then web, then the database. */
  async shutDown(): Promise<void> {
    clearInterval(this.watch);
    await this.worker?.stop(20);
    await this.web?.stop(10);
    await this.database?.embedded?.stop();
    this.lock?.release();
  }
}

/** Mistakes the operator can mend explain themselves; of anything else the stack goes to a log, not to the terminal. */
function explain(error: unknown, home: string | undefined): string {
  const known = [EnvError, DurabilityError, LockedError, StartError];
  if (known.some((kind) => error instanceof kind)) return (error as Error).message;
  const message = error instanceof Error ? error.message : String(error);
  if (!home || !existsSync(home)) return message;
  const file = path.join(home, "logs", "supervisor.log");
  const log = openLog(file);
  writeSync(log, `${new Date().toISOString()} ${error instanceof Error ? error.stack : message}\n`);
  closeSync(log);
  return `${message}\nDetails: ${file}`;
}

function configuration(): Env {
  try {
    return { ...readEnv(), PAIRWRIGHT_HOME: path.resolve(readEnv().PAIRWRIGHT_HOME) };
  } catch (error) {
    console.error(explain(error, undefined));
    process.exit(1);
  }
}

async function main(): Promise<number> {
  const env = configuration();
  const supervisor = new Supervisor(env);
  const stop = new Promise<void>((resolve) => {
    const request = () => {
      supervisor.requestStop();
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, request);
    process.once("disconnect", request);
  });
  let code = 0;
  try {
    await supervisor.start();
    await stop;
    console.log("Stopping ...");
  } catch (error) {
    if (!(error instanceof Stopped)) {
      console.error(`\n${explain(error, env.PAIRWRIGHT_HOME)}`);
      code = 1;
    }
  }
  await supervisor.shutDown();
  if (code === 0) console.log("Stopped.");
  return code;
}

if (!existsSync(NEXT)) {
  console.error("The packages are not installed. Use `npm start`, which installs them.");
  process.exit(1);
}
process.exit(await main());
