/** Where a cluster's files are, who owns them, and how a new one is made. */
import { createHash, randomBytes } from "node:crypto";
import { chmod, chown, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { isReachableByOthers } from "./binaries";
import { readOrCreate } from "./files";
import { isRoot, runProgram, UNPRIVILEGED } from "./process";

export const DATABASE_USER = "pairwright";
export const DATABASE_NAME = "pairwright";

export interface Cluster {
  /** Holds data/, postgres.log and, when they had to be copied, the programs. */
  folder: string;
  data: string;
  logFile: string;
  portFile: string;
  password: string;
  /** Uid and gid for the programs; empty for an ordinary user. */
  owner: { uid?: number; gid?: number };
}

/**
 * The folder for the database's files. Normally `<home>/postgres`. A root start runs Postgres as another user, which must be able
 * to walk there: the home itself is opened for that user's group only (files in it keep their modes); below a closed folder
 * such as root's own home the cluster goes to the system's state folder instead, named after the home.
 */
async function clusterFolder(home: string): Promise<string> {
  if (!isRoot()) return path.join(home, "postgres");
  if (await isReachableByOthers(path.dirname(home))) {
    const { mode } = await stat(home);
    if ((mode & 0o001) === 0) {
      await chown(home, 0, UNPRIVILEGED.gid);
      await chmod(home, (mode & 0o777) | 0o010);
    }
    return path.join(home, "postgres");
  }
  const state = process.platform === "darwin" ? "/var/db" : "/var/lib";
  return path.join(state, "pairwright", createHash("sha256").update(home).digest("hex").slice(0, 16));
}

export async function openCluster(homeFolder: string): Promise<Cluster> {
  const home = path.resolve(homeFolder);
  await mkdir(home, { recursive: true, mode: 0o700 });
  const folder = await clusterFolder(home);
  const owner: Cluster["owner"] = isRoot() ? UNPRIVILEGED : {};
  await mkdir(path.dirname(folder), { recursive: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (owner.uid !== undefined) await chown(folder, owner.uid, owner.gid ?? owner.uid);
  return {
    folder,
    data: path.join(folder, "data"),
    logFile: path.join(folder, "postgres.log"),
    portFile: path.join(folder, "port"),
    password: await readOrCreate(path.join(home, "postgres-password"), () => randomBytes(24).toString("hex")),
    owner,
  };
}

/** Makes the data folder when there is none: in a folder beside it, renamed at the end, so that a cut-off start leaves nothing half made. */
export async function createData(cluster: Cluster, native: string): Promise<boolean> {
  if (await stat(path.join(cluster.data, "PG_VERSION")).catch(() => undefined)) return false;
  const half = `${cluster.data}.half`;
  const passwordFile = path.join(cluster.folder, "initdb-password");
  await rm(half, { recursive: true, force: true });
  await writeFile(passwordFile, `${cluster.password}\n`, { mode: 0o600 });
  if (cluster.owner.uid !== undefined) await chown(passwordFile, cluster.owner.uid, UNPRIVILEGED.gid);
  try {
    const args = ["-D", half, "-U", DATABASE_USER, `--pwfile=${passwordFile}`];
    args.push("--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--data-checksums", "--encoding=UTF8");
    // Postgres' own C.UTF-8: the same order on every machine, and no locale of the system needed.
    args.push("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8");
    const initdb = (...more: string[]) =>
      runProgram(path.join(native, "bin", "initdb"), [...args, ...more], {
        cwd: cluster.folder,
        env: programEnvironment(),
        ...cluster.owner,
      });
    // pg_trgm asks the system what a letter is: without a UTF-8 locale Korean has no trigrams, so nothing finds it by the index.
    let made = await initdb("--lc-ctype=C.UTF-8");
    if (made.code !== 0) {
      await rm(half, { recursive: true, force: true });
      made = await initdb();
    }
    if (made.code !== 0) throw new Error(`The database could not be created (initdb):\n${lastLines(made.output)}`);
    await rename(half, cluster.data);
  } finally {
    await rm(passwordFile, { force: true });
  }
  return true;
}

/** What the programs inherit: PG* variables of the caller would change where they look. TZ fixed, so that logs read alike. */
export const programEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: "/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
  NODE_ENV: "production",
});

export const lastLines = (text: string, count = 15) => text.trimEnd().split("\n").slice(-count).join("\n");

/** A socket's path holds 107 bytes, the file's own name included. */
const SOCKET_FOLDER_BYTES_MAX = 84;

/** The folder of the local socket, or null where there can be none. */
export function socketFolder({ data }: Pick<Cluster, "data">): string | null {
  const isPossible = process.platform !== "win32" && Buffer.byteLength(data) <= SOCKET_FOLDER_BYTES_MAX;
  return isPossible ? data : null;
}

/** By the local socket where there is one: TCP costs both sides more processor time. */
export function databaseUrl(cluster: Cluster, port: number, database: string): string {
  const folder = socketFolder(cluster);
  const address = `postgres://${DATABASE_USER}:${cluster.password}@127.0.0.1:${port}/${database}`;
  return folder === null ? address : `${address}?host=${encodeURIComponent(folder)}`;
}
