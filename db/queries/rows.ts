/** Runs a raw statement and types its rows. The caller vouches for the shape; dates are asked for as epoch milliseconds. */
import { setTimeout as pause } from "node:timers/promises";
import { type SQL, sql } from "drizzle-orm";
import type { Connection, Tx } from "../client";

export async function selectRows<Row>(connection: Connection, statement: SQL): Promise<Row[]> {
  return (await connection.execute(statement)).rows as Row[];
}

export async function selectRow<Row>(connection: Connection, statement: SQL): Promise<Row | undefined> {
  return (await selectRows<Row>(connection, statement))[0];
}

/** A list of ids as one parameter. */
export const uuids = (ids: readonly string[]): SQL => sql`${sql.param([...ids])}::uuid[]`;

/**
 * The same as a table `wanted` with the column `id`, for joins: where a plan puts `= any(…)` into an inner loop, Postgres sorts all
 * of the array anew for each outer row.
 */
export const wantedIds = (ids: readonly string[]): SQL => sql`unnest(${uuids(ids)}) as wanted(id)`;

const TRIES = 10;
const TRY_MS = 100;

/**
 * Whether no newer judgement has taken the place of this one: looked up for each (`offset 0`), for the tallies' small batches. A plan
 * that knows little of a young table would rather read all of it.
 */
export const isStanding = (comparison: SQL): SQL =>
  sql`not exists (select 1 from comparisons newer where newer.supersedes_id = ${comparison}.id offset 0)`;

/**
 * Keeps a tally's refresh to one transaction at a time. `wait` false: a second's patience, enough for another read's small batch, which
 * this read wants to see too. False: somebody has it for longer.
 */
export async function lockTally(tx: Tx, name: string, wait: boolean): Promise<boolean> {
  const key = sql`hashtextextended(${name}::text, 0)`;
  const lock = wait ? sql`pg_advisory_xact_lock(${key}) is not null` : sql`pg_try_advisory_xact_lock(${key})`;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (attempt > 0) await pause(TRY_MS);
    if ((await selectRow<{ held: boolean }>(tx, sql`select ${lock} as held`))?.held) return true;
  }
  return false;
}
