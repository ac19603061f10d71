/** The Python quick start does what it says: its blocks run, in order, against the real routes and a real database. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { apiTokens } from "@/db/schema";
import { randomSecret, sha256, TOKEN_PREFIX } from "@/lib/auth/hash";
import { allEndpoints } from "@/lib/contracts";
import { SCOPES } from "@/lib/domain/roles";
import { createUsers } from "../support/annotation-fixture";
import { type ApiServer, startApiServer } from "../support/api-server";
import { createTestDatabase } from "../support/database";
import { findPython } from "../support/python";

const run = promisify(execFile);
const GUIDE = path.resolve(import.meta.dirname, "../../docs/python-quick-start.md");

const blocksOf = (text: string): string[] =>
  [...text.matchAll(/^```python\n(.*?)^```$/gms)].map((match) => match[1] ?? "");
const code = blocksOf(await readFile(GUIDE, "utf8")).join("\n");
const python = await findPython(["requests"]);

test("every operation that it calls exists, with every path parameter that it needs", () => {
  const known = new Map(allEndpoints().map(({ name, endpoint }) => [name, endpoint]));
  const calls = [...code.matchAll(/call\(\s*"(\w+)"/g)];
  expect(calls.length).toBeGreaterThan(10);
  for (const [, name] of calls) expect([...known.keys()], `operation ${name}`).toContain(name);
  for (const [, name] of calls)
    for (const [, parameter] of (known.get(name ?? "")?.path ?? "").matchAll(/\{(\w+)\}/g))
      expect(code, `${name} needs ${parameter}`).toMatch(new RegExp(`"${name}"[^]{0,300}?\\b${parameter}=`));
});

describe.runIf(python)("run with requests", () => {
  let folder: string;
  let database: Database;
  let server: ApiServer;
  let drop: () => Promise<void>;
  let token: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "pairwright-python-"));
    const created = await createTestDatabase();
    drop = created.drop;
    process.env.DATABASE_URL = created.url;
    process.env.AUTH_SECRET = "python".repeat(8);
    process.env.PAIRWRIGHT_HOME = folder;
    database = createDatabase(created.url, { connectionsMax: 2 });
    token = await leadToken(database);
    server = await startApiServer();
  });
  afterAll(async () => {
    await server.close();
    await (await import("@/lib/services/database")).database().pool.end();
    await database.pool.end();
    await drop();
    await rm(folder, { recursive: true, force: true });
  });

  test("imports, judges, trains, reads and exports", async () => {
    const script = path.join(folder, "quick_start.py");
    await writeFile(script, code);
    const env = { ...process.env, PAIRWRIGHT_URL: server.address, PAIRWRIGHT_TOKEN: token };
    const { stdout } = await run(python!.executable, [script], { cwd: folder, env, timeout: 120_000 });
    expect(stdout).toMatch(/26 comparisons, 0 skipped\n2 items wait in the campaign\n/);
    expect(stdout.match(/^judged /gm)).toHaveLength(2);
    expect(stdout).toMatch(/training run queued with 0 steps so far/);
    expect(stdout).toMatch(/^\d+ judgements to come$/m);
    const exported = (await readFile(path.join(folder, "train.jsonl"), "utf8")).trim().split("\n");
    expect(exported.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ chosen: [{ role: "assistant", content: expect.any(String) }] }),
    );
    expect((await readFile(path.join(folder, "dataset.zip"))).toString("latin1", 0, 2)).toBe("PK");
  });
});

async function leadToken({ db }: Database): Promise<string> {
  const [lead] = await createUsers(db, null, 1, "lead");
  const token = TOKEN_PREFIX + randomSecret();
  await db.transaction(async (tx) => {
    await tx.insert(apiTokens).values({ userId: lead!.id, name: "t", tokenHash: sha256(token), scopes: [...SCOPES] });
    const actor = { id: null, kind: "seed" } as const;
    await insertAudit(tx, { actor, action: "token.created", objectType: "user", objectId: lead!.id });
  });
  return token;
}
