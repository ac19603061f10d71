/** The hash chain over the audit events, sealed and broken on a real Postgres (I10). */
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { sealAudit, verifyAudit } from "@/lib/services/audit/chain";
import { type ServiceContext, systemContext } from "@/lib/services/context";
import { createProject } from "../support/annotation-fixture";
import { createTestDatabase, type TestDatabase } from "../support/database";

let testDatabase: TestDatabase;
let database: Database;
let context: ServiceContext;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase(testDatabase.url, { connectionsMax: 4 });
  context = systemContext(database.db, "worker");
});
afterAll(async () => {
  await database.pool.end();
  await testDatabase.drop();
});

/** Events that no link covers, however old. */
const unsealed = async () => (await verifyAudit(context)).unsealed;

test("seals the event of a slow transaction once it commits, and looks no further back than it must", async () => {
  const slow = await database.pool.connect();
  await slow.query("begin");
  await slow.query(
    "insert into audit_events (actor_kind, action, object_type, object_id) values ('cli', 'test.slow', 'test', '1')",
  );
  await createProject(database.db);
  await sealAudit(context);
  await createProject(database.db);
  await sealAudit(context);
  expect(await unsealed()).toBe(0);
  await slow.query("commit");
  slow.release();
  expect(await unsealed()).toBe(1);
  expect(await sealAudit(context)).toEqual({ sealed: 1 });
  await createProject(database.db);
  expect((await sealAudit(context)).sealed).toBeGreaterThan(0);
  expect(await unsealed()).toBe(0);
  const { rows } = await database.pool.query(
    "select open_from > (select transaction from audit_events where action = 'test.slow') as passed from audit_chain where open_from is not null order by position desc limit 1",
  );
  expect(rows).toEqual([{ passed: true }]);
});

test("goes on where a restored backup counts transactions anew", async () => {
  await createProject(database.db);
  await sealAudit(context);
  await database.pool.query("alter table audit_chain disable trigger user");
  await database.pool.query("update audit_chain set open_from = '900000000'::xid8 where open_from is not null");
  await database.pool.query("alter table audit_chain enable trigger user");
  await createProject(database.db);
  expect((await sealAudit(context)).sealed).toBeGreaterThan(0);
  expect(await unsealed()).toBe(0);
});

test("holds after sealing, and names the first link that a hand in the database broke", async () => {
  for (let made = 0; made < 12; made += 1) await createProject(database.db);
  await Promise.all([sealAudit(context), sealAudit(context)]);
  const whole = await verifyAudit(context);
  expect(whole).toMatchObject({ broken: null, unsealed: 0 });
  expect(whole.verified).toBeGreaterThan(10);
  await createProject(database.db);
  expect(await verifyAudit(context)).toMatchObject({ unsealed: 1, head: whole.head });
  await sealAudit(context);
  await database.db.execute(sql`alter table audit_events disable trigger user`);
  await database.db.execute(
    sql`update audit_events set details = '{"forged": true}' where id = (select event_id from audit_chain where position = 5)`,
  );
  await database.db.execute(sql`alter table audit_events enable trigger user`);
  expect(await verifyAudit(context)).toMatchObject({ verified: 4, broken: { position: 5 } });
});
