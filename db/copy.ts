/** Bulk loading by COPY: rows go to Postgres as they are made, several times cheaper than as parameters of an insert. */
import type pg from "pg";
import type { Tx } from "./client";

/** What ends a value or a row in COPY's text format. */
const ESCAPED = /[\\\t\n\r]/g;
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** Looking for each character is many times faster than one expression for all four, and most texts have none. */
const isPlain = (text: string): boolean =>
  !text.includes("\n") && !text.includes("\\") && !text.includes("\t") && !text.includes("\r");

/** A value in COPY's text format. Text must hold no NUL, which Postgres cannot store. Ids, numbers and enumerations need no escape. */
export function copyText(value: string | null): string {
  if (value === null) return "\\N";
  return isPlain(value) ? value : value.replace(ESCAPED, (character) => ESCAPES[character] as string);
}

/** Rows of one table; values in the order of `columns`, other columns get their defaults. */
export interface CopyPart {
  table: string;
  columns: readonly string[];
  rows: number;
  /** COPY's text format, cut anywhere. */
  chunks: readonly Buffer[];
}

const CHUNK_BYTES = 256 * 1024;
const UTF8_BYTES_PER_UNIT_MAX = 3;

/** Gathers rows as bytes. Texts kept until they are sent would be copied by every collection of garbage in between. */
export class CopyRows {
  private rows = 0;
  private full: Buffer[] = [];
  private chunk = Buffer.alloc(0);
  private used = 0;

  constructor(
    private readonly table: string,
    private readonly columns: readonly string[],
  ) {}

  /** Lines of COPY's text format (values between tabs, each with its newline), and how many they are. */
  add(lines: string, rows: number): void {
    const bytesMax = lines.length * UTF8_BYTES_PER_UNIT_MAX;
    if (this.used + bytesMax > this.chunk.length) {
      this.full.push(this.chunk.subarray(0, this.used));
      this.chunk = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, bytesMax));
      this.used = 0;
    }
    this.used += this.chunk.write(lines, this.used, "utf8");
    this.rows += rows;
  }

  /** What was gathered; begins anew. */
  take(): CopyPart {
    const chunks = [...this.full, this.chunk.subarray(0, this.used)].filter(({ length }) => length > 0);
    const part = { table: this.table, columns: this.columns, rows: this.rows, chunks };
    this.rows = 0;
    this.full = [];
    this.chunk = Buffer.alloc(0);
    this.used = 0;
    return part;
  }
}

const COPY_DATA = 0x64;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);

/** A message of the protocol: type, length of what follows with itself, bytes. */
function copyDataHeader(bytes: number): Buffer {
  const header = Buffer.alloc(5);
  header[0] = COPY_DATA;
  header.writeUInt32BE(bytes + 4, 1);
  return header;
}

/**
 * Several COPYs as one query of the simple protocol, their data sent with it and not after Postgres asked for it: it works all the time
 * while this process reads on, instead of waiting for an answer at every step. What follows a failed COPY, Postgres throws away.
 * Source: Postgres' manual, "Message Flow", COPY Operations.
 */
class CopyQuery implements pg.Submittable {
  private stored = 0;

  constructor(
    private readonly text: string,
    private readonly parts: readonly CopyPart[],
    private readonly settle: { resolve: (stored: number) => void; reject: (error: Error) => void },
  ) {}

  submit(connection: pg.Connection): void {
    const { stream } = connection;
    stream.cork();
    connection.query(this.text);
    for (const { chunks } of this.parts) {
      for (const chunk of chunks) {
        stream.write(copyDataHeader(chunk.length));
        stream.write(chunk);
      }
      stream.write(COPY_DONE);
    }
    stream.uncork();
  }

  handleCopyInResponse(): void {}

  /** Once per statement: "COPY 12", "SET". */
  handleCommandComplete({ text }: { text: string }): void {
    this.stored += Number(/^COPY (\d+)$/.exec(text)?.[1] ?? 0);
  }

  handleReadyForQuery(): void {
    this.settle.resolve(this.stored);
  }

  handleError(error: Error): void {
    this.settle.reject(error);
  }
}

/** The transaction's own connection: drizzle has no word for COPY. */
const clientOf = (tx: Tx): pg.PoolClient => (tx._.session as unknown as { client: pg.PoolClient }).client;

/**
 * Loads all parts in order, as part of the transaction. `before` and `after`: statements without parameters around them. Errors: what
 * Postgres says; the transaction is lost then.
 */
export async function copyInto(
  tx: Tx,
  parts: readonly CopyPart[],
  around: { before?: string; after?: string } = {},
): Promise<void> {
  const client = clientOf(tx);
  const filled = parts.filter(({ rows }) => rows > 0);
  if (filled.length === 0) return;
  const copies = filled.map(({ table, columns }) => {
    const names = columns.map((name) => client.escapeIdentifier(name)).join(", ");
    return `copy ${client.escapeIdentifier(table)} (${names}) from stdin`;
  });
  const statements = [around.before, ...copies, around.after].filter((statement) => statement !== undefined);
  const stored = await new Promise<number>((resolve, reject) => {
    client.query(new CopyQuery(statements.join("; "), filled, { resolve, reject }));
  });
  const rows = filled.reduce((sum, part) => sum + part.rows, 0);
  if (stored !== rows) throw new Error(`COPY stored ${stored} of ${rows} rows`);
}
