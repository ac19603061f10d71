/** Bulk loading by COPY: rows go to Postgres as they are made, several times cheaper than as parameters of an insert. */
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Tx } from "./client";

/** What ends a value or a row in COPY's text format. */
const ESCAPED = /[\\\t\n\r]/g;
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
/** Text gathered before it is sent. */
const CHUNK_CHARACTERS = 256 * 1024;

/** Looking for each character is many times faster than one expression for all four, and most texts have none. */
const isPlain = (text: string): boolean =>
  !text.includes("\n") && !text.includes("\\") && !text.includes("\t") && !text.includes("\r");

/** A value in COPY's text format. Text must hold no NUL, which Postgres cannot store. Ids, numbers and enumerations need no escape. */
export function copyText(value: string | null): string {
  if (value === null) return "\\N";
  return isPlain(value) ? value : value.replace(ESCAPED, (character) => ESCAPES[character] as string);
}

/** Rows in COPY's text format (values between tabs, without the newline), gathered into chunks. */
export function* copyChunks(rows: readonly string[]): Generator<Buffer> {
  let text = "";
  for (const row of rows) {
    text += row;
    text += "\n";
    if (text.length >= CHUNK_CHARACTERS) {
      yield Buffer.from(text, "utf8");
      text = "";
    }
  }
  if (text !== "") yield Buffer.from(text, "utf8");
}

/** The transaction's own connection: drizzle has no word for COPY. */
const clientOf = (tx: Tx): pg.PoolClient => (tx._.session as unknown as { client: pg.PoolClient }).client;

/** Rows (see `copyChunks`) into `table`, values in the order of `columns`; other columns get their defaults. Part of the transaction. */
export async function copyInto(
  tx: Tx,
  table: string,
  columns: readonly string[],
  rows: readonly string[],
): Promise<void> {
  if (rows.length === 0) return;
  const client = clientOf(tx);
  const names = [table, ...columns].map((name) => client.escapeIdentifier(name));
  const stream = client.query(copyFrom(`copy ${names[0]} (${names.slice(1).join(", ")}) from stdin`));
  await new Promise<void>((resolve, reject) => {
    stream.on("error", reject).on("finish", resolve);
    const chunks = copyChunks(rows);
    const send = () => {
      for (let next = chunks.next(); !next.done; next = chunks.next())
        if (!stream.write(next.value)) {
          stream.once("drain", send);
          return;
        }
      stream.end();
    };
    send();
  });
  if (stream.rowCount !== rows.length)
    throw new Error(`COPY stored ${stream.rowCount} of ${rows.length} rows in ${table}`);
}
