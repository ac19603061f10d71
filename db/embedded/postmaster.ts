/** Starting, finding and stopping the postmaster of one cluster. */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { type Cluster, databaseUrl, lastLines, programEnvironment, socketFolder } from "./cluster";
import { commandLine, delay, isAlive } from "./process";

export interface Postmaster {
  pid: number;
  port: number;
}

/** The lines of postmaster.pid that we use: 1 pid, 4 port, 8 status ("starting", "ready", "stopping"). */
async function readPidFile(data: string): Promise<(Postmaster & { status: string }) | undefined> {
  const text = await readFile(path.join(data, "postmaster.pid"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split("\n");
  return { pid: Number(lines[0]), port: Number(lines[3]), status: (lines[7] ?? "").trim() };
}

/** True when the server on the port takes our password and serves our data folder. */
async function answers(cluster: Cluster, port: number): Promise<boolean> {
  const client = new pg.Client({
    connectionString: databaseUrl(cluster, port, "postgres"),
    connectionTimeoutMillis: 2_000,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>("show data_directory");
    return path.resolve(String(rows[0]?.data_directory)) === path.resolve(cluster.data);
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * A postmaster that already serves this data folder (a supervisor was killed and left it): waits until it answers. A pid file whose
 * process is gone, or whose number now belongs to another program, is stale: undefined, and the file is out of the way.
 */
export async function findRunning(cluster: Cluster, waitSecondsMax = 60): Promise<Postmaster | undefined> {
  const end = Date.now() + waitSecondsMax * 1000;
  const pidFile = path.join(cluster.data, "postmaster.pid");
  for (;;) {
    const file = await readPidFile(cluster.data);
    if (!file) return undefined;
    if (!Number.isInteger(file.pid) || file.pid <= 0 || !isAlive(file.pid)) {
      // Postgres would take a zombie for alive. Its shared memory check still refuses while old backends run.
      await rm(pidFile, { force: true });
      return undefined;
    }
    if (file.port > 0 && (await answers(cluster, file.port))) return { pid: file.pid, port: file.port };
    const command = await commandLine(file.pid);
    if (command !== undefined && !command.includes("postgres")) {
      await rm(pidFile, { force: true });
      return undefined;
    }
    if (Date.now() > end)
      throw new Error(
        `A Postgres process (pid ${file.pid}) holds ${cluster.data} but does not answer (status "${file.status}"). See ${cluster.logFile}.`,
      );
    await delay(100);
  }
}

interface Attempt {
  postmaster?: Postmaster;
  /** What the log gained, when it ended instead of becoming ready. */
  output: string;
}

async function readFrom(file: string, offset: number): Promise<string> {
  const text = await readFile(file).catch(() => Buffer.alloc(0));
  return text.subarray(offset).toString("utf8");
}

/** One try. The postmaster gets its own session: a Ctrl-C in the terminal reaches the supervisor only, which stops things in order. */
async function attemptStart(cluster: Cluster, native: string, port: number): Promise<Attempt> {
  const settings = [
    "listen_addresses=127.0.0.1",
    `unix_socket_directories=${socketFolder(cluster) ?? ""}`,
    "max_connections=200",
    "password_encryption=scram-sha-256",
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    // Room for the indexes of a million pairs, and fewer checkpoints while so many are imported. Neither weakens what is above.
    "shared_buffers=256MB",
    "max_wal_size=4GB",
    // Compiling a statement takes longer than any of ours runs; the estimate for a queue of a million items would ask for it.
    "jit=off",
    // Vacuum shares a small machine with people: one at a time, and with longer pauses than a server of its own would want.
    "autovacuum_max_workers=1",
    "autovacuum_vacuum_cost_delay=10ms",
  ];
  const args = ["-D", cluster.data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
  const logOffset = (await readFile(cluster.logFile).catch(() => Buffer.alloc(0))).length;
  const logDescriptor = openSync(cluster.logFile, "a", 0o600);
  const child = spawn(path.join(native, "bin", "postgres"), args, {
    cwd: cluster.folder,
    env: programEnvironment(),
    detached: true,
    stdio: ["ignore", logDescriptor, logDescriptor],
    ...cluster.owner,
  });
  closeSync(logDescriptor);
  let failure: string | undefined;
  child.on("error", (error) => {
    failure = error.message;
  });
  child.on("exit", (code, signal) => {
    failure ??= `ended with ${signal ?? `code ${code}`}`;
  });
  child.unref();
  const end = Date.now() + 120_000;
  while (failure === undefined && Date.now() < end) {
    const file = await readPidFile(cluster.data);
    if (file?.pid === child.pid && file?.status === "ready" && (await answers(cluster, port)))
      return { postmaster: { pid: file?.pid as number, port }, output: "" };
    await delay(25);
  }
  const output = await readFrom(cluster.logFile, logOffset);
  if (failure === undefined && child.pid) process.kill(child.pid, "SIGINT");
  return { output: `${failure ?? "not ready after 120 s"}\n${output}` };
}

/** Backends of a killed postmaster take a moment to notice; until then the shared memory counts as in use. */
const TRANSIENT = /shared memory block|lock file ".*" already exists|could not bind|Address already in use/;

export async function startPostmaster(
  cluster: Cluster,
  native: string,
  nextPort: () => Promise<number>,
): Promise<Postmaster> {
  let last = "";
  for (let attempt = 0; attempt < 20; attempt++) {
    const result = await attemptStart(cluster, native, await nextPort());
    if (result.postmaster) return result.postmaster;
    last = result.output;
    if (!TRANSIENT.test(last)) break;
    await delay(500);
  }
  throw new Error(
    `The embedded Postgres did not start: ${lastLines(last)}\nLog: ${cluster.logFile}. To use a Postgres of your own, set DATABASE_URL.`,
  );
}

/** Fast shutdown (open transactions are rolled back, everything is written); immediate only when that hangs. Never SIGKILL. */
export async function stopPostmaster(pid: number): Promise<void> {
  for (const signal of ["SIGINT", "SIGQUIT"] as const) {
    if (!isAlive(pid)) return;
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const end = Date.now() + 30_000;
    while (isAlive(pid) && Date.now() < end) await delay(25);
  }
}
