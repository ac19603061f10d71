/** The whole product under the real supervisor in a temporary home, and the means to kill its parts. */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, readFileSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { DATABASE_NAME, databaseUrl, openCluster } from "../../db/embedded/cluster";
import { findRunning } from "../../db/embedded/postmaster";
import { commandLine, isAlive } from "../../db/embedded/process";
import { pause } from "./options";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

export type Part = "web" | "worker" | "postgres";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class System {
  private constructor(
    readonly home: string,
    readonly address: string,
    private readonly supervisor: ChildProcess,
  ) {}

  /** Resolves when the product says that it is ready. */
  static async start(secondsMax: number): Promise<System> {
    const home = await mkdtemp(path.join(tmpdir(), "pairwright-chaos-"));
    await chmod(home, 0o711); // As root, Postgres runs as another user and must be able to walk here.
    const port = await freePort();
    const supervisor = spawn(process.execPath, [path.join(ROOT, "lib", "cli", "start.mjs")], {
      cwd: ROOT,
      env: {
        ...process.env,
        PAIRWRIGHT_HOME: home,
        PORT: String(port),
        DATABASE_URL: "",
        DEMO_MODEL: "off",
        LOG_LEVEL: "error",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = createWriteStream(path.join(home, "supervisor-output.log"));
    supervisor.stdout?.pipe(output, { end: false });
    supervisor.stderr?.pipe(output, { end: false });
    const system = new System(home, `http://127.0.0.1:${port}`, supervisor);
    const patience = Date.now() + secondsMax * 1000;
    while (!(await system.isReady())) {
      if (supervisor.exitCode !== null || Date.now() > patience) {
        const said = system.output();
        await system.stop();
        throw new Error(`the product did not become ready:\n${said}`);
      }
      await pause(250);
    }
    return system;
  }

  async isReady(): Promise<boolean> {
    const answer = await fetch(`${this.address}/readyz`, { signal: AbortSignal.timeout(3000) }).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok ?? false;
  }

  output(): string {
    return readFileSync(path.join(this.home, "supervisor-output.log"), "utf8").split("\n").slice(-30).join("\n");
  }

  async databaseUrl(): Promise<string> {
    const cluster = await openCluster(this.home);
    return databaseUrl(cluster, Number(await readFile(cluster.portFile, "utf8")), DATABASE_NAME);
  }

  /** Asks the database, however often it has to try while Postgres restarts. For questions only. */
  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    for (let attempt = 0; ; attempt += 1) {
      const client = new pg.Client({ connectionString: await this.databaseUrl(), connectionTimeoutMillis: 3000 });
      client.on("error", () => undefined);
      try {
        await client.connect();
        return (await client.query<Row>(text, values)).rows;
      } catch (error) {
        if (attempt > 200) throw error;
        await pause(100);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  async pidOf(part: Part): Promise<number | undefined> {
    if (part === "postgres") return (await findRunning(await openCluster(this.home)))?.pid;
    let children: number[] = [];
    try {
      children = JSON.parse(await readFile(path.join(this.home, "supervisor.lock"), "utf8")).children;
    } catch {
      return undefined; // Just being replaced.
    }
    const program = part === "web" ? /next/ : /worker/;
    for (const pid of children)
      if (isAlive(pid) && program.test(((await commandLine(pid)) ?? "").replaceAll(ROOT, ""))) return pid;
    return undefined;
  }

  /** SIGKILL; resolves with the milliseconds until another process has taken the part over. */
  async kill(part: Part, secondsMax: number): Promise<number> {
    const patience = Date.now() + secondsMax * 1000;
    let pid = await this.pidOf(part);
    while (pid === undefined) {
      if (Date.now() > patience) throw new Error(`${part} does not run:\n${this.output()}`);
      await pause(50);
      pid = await this.pidOf(part);
    }
    process.kill(pid, "SIGKILL");
    const killedAt = Date.now();
    for (;;) {
      await pause(50);
      const next = await this.pidOf(part).catch(() => undefined);
      if (next !== undefined && next !== pid) return Date.now() - killedAt;
      if (Date.now() > patience) throw new Error(`${part} did not come back:\n${this.output()}`);
    }
  }

  async stop(): Promise<void> {
    if (this.supervisor.exitCode === null && this.supervisor.signalCode === null) {
      const ended = new Promise((resolve) => this.supervisor.once("exit", resolve));
      this.supervisor.kill("SIGTERM");
      await Promise.race([ended, pause(60_000)]);
    }
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
