/** A list as CSV: the same pages, one after another, in constant memory. Cells are safe against formula injection. */
import { DomainError } from "@/lib/errors";
import { csvCell } from "../export/formats";

export type CsvValue = string | number | boolean | null;
/** Columns by name, in the order in which they stand when none are asked for. */
export type CsvColumns<Row> = Record<string, (row: Row) => CsvValue>;

export interface CsvFile {
  fileName: string;
  bytes: AsyncIterable<Buffer>;
}

export const CSV_PAGE_ROWS = 1000;

const cell = (value: CsvValue): string => csvCell(typeof value === "boolean" ? String(value) : value);

/** `wanted`: names separated by commas. Errors: DomainError `invalid` for a name that the list does not have. */
export function chooseColumns<Row>(columns: CsvColumns<Row>, wanted: string | undefined): string[] {
  const names = wanted === undefined ? Object.keys(columns) : [...new Set(wanted.split(","))];
  for (const name of names)
    if (!Object.hasOwn(columns, name))
      throw new DomainError("invalid", `query.columns: the list has no column "${name}"`, [
        { path: "query.columns", message: `no column "${name}"` },
      ]);
  return names;
}

/** `page` gives the rows after a cursor and the next cursor, null at the end. */
export async function* csvBytes<Row>(
  columns: CsvColumns<Row>,
  names: string[],
  page: (after: string | undefined) => Promise<{ rows: Row[]; next: string | null }>,
): AsyncGenerator<Buffer> {
  yield Buffer.from(`${names.join(",")}\r\n`);
  for (let after: string | undefined; ; ) {
    const { rows, next } = await page(after);
    const lines = rows.map((row) => names.map((name) => cell(columns[name]!(row))).join(","));
    if (lines.length > 0) yield Buffer.from(`${lines.join("\r\n")}\r\n`, "utf8");
    if (next === null) return;
    after = next;
  }
}
