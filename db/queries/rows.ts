/** Runs a raw statement and types its rows. The caller vouches for the shape; dates are asked for as epoch milliseconds. */
import { type SQL, sql } from "drizzle-orm";
import type { Connection } from "../client";

export async function selectRows<Row>(connection: Connection, statement: SQL): Promise<Row[]> {
  return (await connection.execute(statement)).rows as Row[];
}

export async function selectRow<Row>(connection: Connection, statement: SQL): Promise<Row | undefined> {
  return (await selectRows<Row>(connection, statement))[0];
}

/** A list of ids as one parameter. */
export const uuids = (ids: readonly string[]): SQL => sql`${sql.param([...ids])}::uuid[]`;
