/** Pairs -> a Parquet file, one row group at a time, so that memory holds one group and the footer. */
import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import type { PreferencePair } from "@/trainer/format/pair";
import { COLUMNS, flatRow } from "./formats";

/** Small groups die young in memory, which is half of the speed. */
const GROUP_ROWS_MAX = 1000;
const GROUP_CHARACTERS_MAX = 8 * 2 ** 20;
/** Texts of people are seldom twice the same: no dictionary is tried for these columns. */
const UNIQUE = new Set(["id", "prompt", "chosen", "rejected", "meta"]);

export interface ParquetLayout {
  columns: readonly string[];
  /** Without the root. Elements of a nested column stand below it. */
  schema: readonly SchemaElement[];
  row: (pair: PreferencePair) => Record<string, unknown>;
}

const FLAT: ParquetLayout = {
  columns: COLUMNS,
  schema: COLUMNS.map((name): SchemaElement => {
    const nullable = name === "strength" || name === "safety";
    const repetition_type = nullable ? "OPTIONAL" : "REQUIRED";
    return name === "margin"
      ? { name, type: "DOUBLE", repetition_type }
      : { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type };
  }),
  row: flatRow,
};

const charactersOf = (pair: PreferencePair): number =>
  pair.chosen.length + pair.rejected.length + pair.prompt.reduce((sum, { content }) => sum + content.length, 500);

export async function* parquetBytes(
  pairs: AsyncIterable<PreferencePair>,
  layout: ParquetLayout = FLAT,
): AsyncGenerator<Buffer> {
  const writer = new ByteWriter();
  const schema: SchemaElement[] = [{ name: "root", num_children: layout.columns.length }, ...layout.schema];
  const parquet = new ParquetWriter({ writer, schema, statistics: false, createdBy: "pairwright" });
  /** Hands over what is buffered; `offset` keeps counting, so that the footer's addresses stay true. */
  const drain = (): Buffer => {
    const bytes = Buffer.from(writer.buffer.slice(0, writer.index));
    writer.index = 0;
    return bytes;
  };
  let group: Record<string, unknown>[] = [];
  let characters = 0;
  const writeGroup = (): Buffer => {
    parquet.write({
      columnData: layout.columns.map((name) => ({
        name,
        data: group.map((row) => row[name]),
        ...(UNIQUE.has(name) ? { encoding: "PLAIN" as const } : {}),
      })),
      rowGroupSize: GROUP_ROWS_MAX,
    });
    group = [];
    characters = 0;
    return drain();
  };
  for await (const pair of pairs) {
    group.push(layout.row(pair));
    characters += charactersOf(pair);
    if (group.length >= GROUP_ROWS_MAX || characters >= GROUP_CHARACTERS_MAX) yield writeGroup();
  }
  if (group.length > 0) yield writeGroup();
  parquet.finish();
  yield drain();
}
