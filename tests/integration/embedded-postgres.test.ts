import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkDurability, DurabilityError, type EmbeddedPostgres, startEmbeddedPostgres } from "@/db/embedded";
import { isAlive } from "@/db/embedded/process";

let home: string;
let postgres: EmbeddedPostgres;
const lines: string[] = [];
const start = () => startEmbeddedPostgres({ home, log: (line) => lines.push(line) });

async function query<T extends pg.QueryResultRow>(text: string, url = postgres.url): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

async function killHard(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), "pairwright-embedded-"));
  await chmod(home, 0o711);
  postgres = await start();
});
afterAll(async () => {
  await postgres.stop();
  await rm(home, { recursive: true, force: true });
});

describe("embedded Postgres", () => {
  it("keeps every durable setting on, with checksums, UTF-8 and a password", async () => {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await expect(checkDurability(client)).resolves.toBeUndefined();
    const { rows } = await client.query(
      "select current_setting('data_checksums') as checksums, current_setting('server_encoding') as encoding, current_setting('listen_addresses') as addresses",
    );
    await client.end();
    expect(rows[0]).toEqual({ checksums: "on", encoding: "UTF8", addresses: "127.0.0.1" });
    const wrong = new URL(postgres.url);
    wrong.password = "wrong";
    await expect(query("select 1", wrong.toString())).rejects.toMatchObject({ code: "28P01" });
    expect((await stat(path.join(home, "postgres-password"))).mode & 0o777).toBe(0o600);
  });

  it.runIf(process.getuid?.() === 0)("drops root: the server runs as an unprivileged user", () => {
    const uid = execFileSync("stat", ["-c", "%u", `/proc/${postgres.pid}`], { encoding: "utf8" }).trim();
    expect(uid).toBe("65534");
  });

  it("is adopted while it runs", async () => {
    const again = await start();
    expect(again).toMatchObject({ adopted: true, pid: postgres.pid, url: postgres.url });
  });

  it("keeps what was committed when everything is killed with SIGKILL, on the same address", async () => {
    await query("create table kept (n int)");
    const writer = new pg.Client({ connectionString: postgres.url });
    writer.on("error", () => undefined);
    await writer.connect();
    for (let n = 0; n < 50; n++) await writer.query("insert into kept values ($1)", [n]);
    const before = postgres.url;
    await killHard(postgres.pid);
    postgres = await start();
    expect(postgres.adopted).toBe(false);
    expect(postgres.url).toBe(before);
    expect(await query("select count(*)::int as n from kept")).toEqual([{ n: 50 }]);
    await writer.end().catch(() => undefined);
  });

  it("does not take a reused process number for its server", async () => {
    await postgres.stop();
    const pidFile = path.join(postgres.folder, "data", "postmaster.pid");
    expect(existsSync(pidFile)).toBe(false);
    // The test's own pid is alive and is not Postgres.
    await writeFile(pidFile, `${process.pid}\n${path.join(postgres.folder, "data")}\n0\n1\n\n127.0.0.1\n0 0\nready\n`);
    postgres = await start();
    expect(postgres.adopted).toBe(false);
    expect(Number(readFileSync(pidFile, "utf8").split("\n")[0])).toBe(postgres.pid);
  });

  it("makes the data folder anew when the first start was cut off half-way", async () => {
    const other = await mkdtemp(path.join(tmpdir(), "pairwright-embedded-"));
    await chmod(other, 0o711);
    const first = await startEmbeddedPostgres({ home: other, log: () => undefined });
    await first.stop();
    // What a kill during initdb leaves: the half-made folder under its temporary name, no data folder.
    execFileSync("mv", [path.join(first.folder, "data"), path.join(first.folder, "data.half")]);
    await rm(path.join(first.folder, "data.half", "PG_VERSION"));
    const second = await startEmbeddedPostgres({ home: other, log: () => undefined });
    expect(await query("select 1 as one", second.url)).toEqual([{ one: 1 }]);
    await second.stop();
    await rm(other, { recursive: true, force: true });
  });
});

describe("checkDurability", () => {
  it("names each weak setting and refuses", async () => {
    const url = new URL(postgres.url);
    url.searchParams.set("options", "-c synchronous_commit=off");
    const client = new pg.Client({ connectionString: url.toString() });
    await client.connect();
    await expect(checkDurability(client)).rejects.toThrow(/synchronous_commit = off/);
    await client.end();
    const weakServer = {
      query: async (text: string) => {
        const name = text.replace("show ", "");
        return { rows: [{ [name]: name === "synchronous_commit" ? "on" : "off" }] };
      },
    };
    const refusal = await checkDurability(weakServer).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DurabilityError);
    expect(String(refusal)).toMatch(/fsync = off[\s\S]*full_page_writes = off/);
  });
});
