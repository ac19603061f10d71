/**
 * Postgres without an installation: the programs come from npm, the data stays in PAIRWRIGHT_HOME, the server listens on 127.0.0.1
 * only and asks for a generated password. A server left by a killed supervisor is adopted; one that was killed itself is recovered.
 */
import { readFile, writeFile } from "node:fs/promises";
import pg from "pg";
import { postgresPrograms } from "./binaries";
import { type Cluster, createData, DATABASE_NAME, databaseUrl, openCluster } from "./cluster";
import { findRunning, type Postmaster, startPostmaster, stopPostmaster } from "./postmaster";
import { findFreePort, isPortFree } from "./process";

export { checkDurability, DurabilityError } from "./durability";

export interface EmbeddedPostgres {
  url: string;
  /** True when a running server was found and taken over. */
  adopted: boolean;
  pid: number;
  /** Folder with the database's files. */
  folder: string;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** PAIRWRIGHT_HOME. */
  home: string;
  log: (line: string) => void;
}

/** The port of the last start while it is free, so that addresses noted elsewhere stay true. */
async function choosePort(cluster: Cluster): Promise<number> {
  const kept = Number(await readFile(cluster.portFile, "utf8").catch(() => ""));
  if (Number.isInteger(kept) && kept > 0 && kept < 65_536 && (await isPortFree(kept))) return kept;
  return findFreePort();
}

async function ensureDatabase(cluster: Cluster, port: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(cluster, port, "postgres") });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [DATABASE_NAME]);
    if (rowCount === 0) await client.query(`create database ${DATABASE_NAME}`);
  } finally {
    await client.end();
  }
}

/** Errors are written for the operator: what failed, the end of Postgres' log, and that DATABASE_URL is the way around. */
export async function startEmbeddedPostgres({ home, log }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const cluster = await openCluster(home);
  let postmaster: Postmaster | undefined = await findRunning(cluster);
  const adopted = postmaster !== undefined;
  if (!postmaster) {
    const native = await postgresPrograms(cluster.folder);
    if (await createData(cluster, native)) log(`created a new database in ${cluster.folder}`);
    postmaster = await startPostmaster(cluster, native, () => choosePort(cluster));
    await writeFile(cluster.portFile, `${postmaster.port}\n`);
  }
  const { pid, port } = postmaster;
  await ensureDatabase(cluster, port);
  return {
    url: databaseUrl(cluster, port, DATABASE_NAME),
    adopted,
    pid,
    folder: cluster.folder,
    stop: () => stopPostmaster(pid),
  };
}
