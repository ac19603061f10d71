/**
 * A snapshot as a data set of the Hugging Face hub: `README.md` (the card) and Parquet shards `data/train-00000-of-00003.parquet`,
 * `data/heldout-00000-of-00001.parquet`. Prompt and answers are lists of messages, as TRL reads them.
 */
import type { SchemaElement } from "hyparquet-writer";
import { type Message, type PreferencePair, ROLES } from "@/trainer/format/pair";
import { readPairs, type SnapshotManifest, SPLITS, type Split } from "@/trainer/format/snapshot";
import { datasetCard } from "./card";
import { languageOf, margin } from "./formats";
import { type ParquetLayout, parquetBytes, type TextBytes } from "./parquet";

export interface ArchiveEntry {
  /** With "/" between folders. */
  name: string;
  bytes: AsyncIterable<Uint8Array>;
}

/** So many rows a file; the hub's own files are larger, readers do not mind. */
export const SHARD_ROWS = 50_000;

const text = (name: string, nullable = false): SchemaElement => ({
  name,
  type: "BYTE_ARRAY",
  converted_type: "UTF8",
  repetition_type: nullable ? "OPTIONAL" : "REQUIRED",
});
const list = (name: string, element: SchemaElement[]): SchemaElement[] => [
  { name, repetition_type: "REQUIRED", converted_type: "LIST", num_children: 1 },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  ...element,
];
const messages = (name: string) =>
  list(name, [{ name: "element", repetition_type: "REQUIRED", num_children: 2 }, text("role"), text("content")]);

interface Column {
  name: string;
  schema: SchemaElement[];
  /** As the card's front matter gives it. */
  feature: "messages" | "string" | "strings" | "float64" | "int32" | "bool";
  value: (pair: PreferencePair, texts: TextBytes) => unknown;
}

const ROLE_BYTES = Object.fromEntries(ROLES.map((role) => [role, Buffer.from(role)])) as Record<
  Message["role"],
  Buffer
>;
const messageBytes = ({ role, content }: Message, texts: TextBytes) => ({
  role: ROLE_BYTES[role],
  content: texts.bytes(content),
});
const answerBytes = (content: string, texts: TextBytes) => [messageBytes({ role: "assistant", content }, texts)];

const textColumn = (name: string, value: Column["value"], nullable = false): Column => ({
  name,
  schema: [text(name, nullable)],
  feature: "string",
  value,
});
const metaText = (name: string): Column => textColumn(name, (pair) => pair.meta?.[name] ?? null, true);

export const DATASET_COLUMNS: readonly Column[] = [
  textColumn("id", ({ id }, texts) => texts.bytes(id)),
  {
    name: "prompt",
    schema: messages("prompt"),
    feature: "messages",
    value: ({ prompt }, texts) => prompt.map((message) => messageBytes(message, texts)),
  },
  {
    name: "chosen",
    schema: messages("chosen"),
    feature: "messages",
    value: ({ chosen }, texts) => answerBytes(chosen, texts),
  },
  {
    name: "rejected",
    schema: messages("rejected"),
    feature: "messages",
    value: ({ rejected }, texts) => answerBytes(rejected, texts),
  },
  {
    name: "margin",
    schema: [{ name: "margin", type: "DOUBLE", repetition_type: "REQUIRED" }],
    feature: "float64",
    value: margin,
  },
  textColumn("strength", ({ strength }) => strength, true),
  textColumn("safety", ({ safety }) => safety, true),
  textColumn("task", ({ task }) => task),
  textColumn("source", ({ source }) => source),
  textColumn("language", languageOf),
  metaText("category"),
  metaText("riskCategory"),
  metaText("attackVector"),
  {
    name: "severity",
    schema: [{ name: "severity", type: "INT32", repetition_type: "OPTIONAL" }],
    feature: "int32",
    value: ({ meta }) => meta?.severity ?? null,
  },
  {
    name: "reasons",
    schema: list("reasons", [text("element")]),
    feature: "strings",
    value: ({ meta }) => meta?.reasons ?? [],
  },
  {
    name: "bothUnacceptable",
    schema: [{ name: "bothUnacceptable", type: "BOOLEAN", repetition_type: "REQUIRED" }],
    feature: "bool",
    value: ({ meta }) => meta?.bothUnacceptable === true,
  },
  textColumn("meta", ({ meta }, texts) => texts.bytes(JSON.stringify(meta ?? {}))),
];

export const DATASET_LAYOUT: ParquetLayout = {
  columns: DATASET_COLUMNS.map(({ name }) => name),
  schema: DATASET_COLUMNS.flatMap(({ schema }) => schema),
  values: (pair, texts) => DATASET_COLUMNS.map(({ value }) => value(pair, texts)),
};

/** The next `count` pairs of an iterator that goes on afterwards. */
async function* take(pairs: AsyncIterator<PreferencePair>, count: number): AsyncGenerator<PreferencePair> {
  for (let taken = 0; taken < count; taken += 1) {
    const next = await pairs.next();
    if (next.done) return;
    yield next.value;
  }
}

const shardName = (split: Split, index: number, shards: number): string => {
  const number = (value: number) => String(value).padStart(5, "0");
  return `data/${split}-${number(index)}-of-${number(shards)}.parquet`;
};

export interface DatasetInput {
  name: string;
  snapshotId: string;
  manifestSha256: string;
  manifest: SnapshotManifest;
  /** Identifier as on the hub, such as "cc-by-4.0"; the platform does not know under which terms the texts may be given away. */
  license: string;
  /** Where a split's JSONL file is. */
  fileOf: (split: Split) => string;
  shardRows?: number;
}

/** The files of the data set, in order. Each one's bytes must be read to their end before the next is asked for. */
export async function* datasetEntries(input: DatasetInput): AsyncGenerator<ArchiveEntry> {
  const shardRows = input.shardRows ?? SHARD_ROWS;
  const card = Buffer.from(datasetCard(input, DATASET_COLUMNS), "utf8");
  yield {
    name: "README.md",
    bytes: (async function* () {
      yield card;
    })(),
  };
  for (const split of SPLITS) {
    const { rows } = input.manifest.files[split];
    const shards = Math.ceil(rows / shardRows);
    const pairs = readPairs(input.fileOf(split));
    try {
      for (let index = 0; index < shards; index += 1)
        yield {
          name: shardName(split, index, shards),
          bytes: parquetBytes(take(pairs, shardRows), DATASET_LAYOUT),
        };
    } finally {
      await pairs.return(undefined);
    }
  }
}
