/** Statements of the hot path: named, so that each connection parses and plans them once. */
import { is, Placeholder, type SQL, sql } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import type pg from "pg";
import type { Db } from "../client";

/** A parameter of a prepared statement, for use inside its SQL; the same name is the same parameter. */
export const parameter = (name: string): SQL => sql`${sql.placeholder(name)}`;

interface Compiled {
  text: string;
  /** What stands for $1, $2, …: the name of an input, or a constant. */
  parameters: { name?: string; value?: unknown }[];
}

function compile(statement: SQL): Compiled {
  const { sql: text, params } = new PgDialect().sqlToQuery(statement);
  const parameters: Compiled["parameters"] = [];
  const place = params.map((param) => {
    const name = is(param, Placeholder) ? String(param.name) : undefined;
    const known = name === undefined ? -1 : parameters.findIndex((parameter) => parameter.name === name);
    if (known >= 0) return known + 1;
    return parameters.push(name === undefined ? { value: param } : { name });
  });
  return { text: text.replace(/\$(\d+)/g, (_, index) => `$${place[Number(index) - 1]}`), parameters };
}

/**
 * `name` must be unique in the process. The statement is compiled at its first use. Rows are typed by the caller, as with
 * `selectRows`; dates are asked for as epoch milliseconds. Throws the driver's own errors, which db/client.ts reads.
 */
export function prepare<Row extends object, Input extends object>(name: string, build: () => SQL) {
  let compiled: Compiled | undefined;
  return async (db: Db, input: Input): Promise<Row[]> => {
    compiled ??= compile(build());
    const { text, parameters } = compiled;
    const values = parameters.map((parameter) =>
      parameter.name === undefined ? parameter.value : (input as Record<string, unknown>)[parameter.name],
    );
    const { $client } = db as Db & { $client: pg.Pool };
    return (await $client.query<Row>({ name, text, values })).rows;
  };
}
