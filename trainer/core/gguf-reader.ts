/**
 * Reads the header of a GGUF file (versions 2 and 3, little-endian): metadata and the table of tensors.
 * Every count, length and offset is checked against a cap and against the bytes that are left before it is used.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { CheckpointError } from "./checkpoint-error";
import { GGUF_TENSOR_TYPES } from "./gguf-quants";

export type GgufValue = number | bigint | boolean | string | GgufValue[];

export interface GgufTensorInfo {
  name: string;
  /** Row-major, outermost first (the reverse of ggml's order). */
  shape: number[];
  /** ggml's type number, a key of GGUF_TENSOR_TYPES. */
  type: number;
  /** Absolute byte position in the file. */
  begin: number;
  bytes: number;
}

export interface GgufHeader {
  version: number;
  metadata: Map<string, GgufValue>;
  tensors: GgufTensorInfo[];
}

const METADATA_COUNT_MAX = 65_536;
const TENSOR_COUNT_MAX = 65_536;
const STRING_BYTES_MAX = 16 << 20;
const ARRAY_LENGTH_MAX = 4 << 20;
const ARRAY_DEPTH_MAX = 4;
const DIMENSIONS_MAX = 4;
const WINDOW_BYTES = 1 << 20;

/** Sequential reads through a window; a read beyond the end of the file is a CheckpointError. */
class Cursor {
  position = 0;
  private window = Buffer.alloc(0);
  private windowStart = 0;

  constructor(
    readonly file: string,
    private readonly descriptor: number,
    readonly fileBytes: number,
  ) {}

  fail(message: string): never {
    throw new CheckpointError(this.file, null, `${message} (at byte ${this.position})`);
  }

  /** Moves on by `length` bytes and returns the window and the offset of those bytes in it. */
  private advance(length: number): [Buffer, number] {
    if (length > this.fileBytes - this.position) this.fail(`ends early: ${length} bytes expected`);
    if (this.position < this.windowStart || this.position + length > this.windowStart + this.window.length) {
      const size = Math.min(Math.max(length, WINDOW_BYTES), this.fileBytes - this.position);
      this.window = Buffer.alloc(size);
      let read = 0;
      while (read < size) {
        const count = readSync(this.descriptor, this.window, read, size - read, this.position + read);
        if (count === 0) this.fail("ends early");
        read += count;
      }
      this.windowStart = this.position;
    }
    const offset = this.position - this.windowStart;
    this.position += length;
    return [this.window, offset];
  }

  scalar<T>(bytes: number, read: (buffer: Buffer, offset: number) => T): T {
    const [buffer, offset] = this.advance(bytes);
    return read(buffer, offset);
  }

  u32(): number {
    return this.scalar(4, (b, o) => b.readUInt32LE(o));
  }

  u64(): bigint {
    return this.scalar(8, (b, o) => b.readBigUInt64LE(o));
  }

  /** A 64-bit count that must not exceed `max`. */
  count(what: string, max: number): number {
    const value = this.u64();
    if (value > BigInt(max)) this.fail(`${what} ${value} is over the cap of ${max}`);
    return Number(value);
  }

  string(): string {
    const length = this.count("string length", STRING_BYTES_MAX);
    const [buffer, offset] = this.advance(length);
    return buffer.toString("utf8", offset, offset + length);
  }
}

const ARRAY_TYPE = 9;

/** Readers of the metadata's value types by number, with the least bytes that a value takes. */
const VALUE_TYPES: ReadonlyMap<number, { bytesMin: number; read: (cursor: Cursor) => GgufValue }> = new Map([
  [0, { bytesMin: 1, read: (c: Cursor) => c.scalar(1, (b, o) => b.readUInt8(o)) }],
  [1, { bytesMin: 1, read: (c: Cursor) => c.scalar(1, (b, o) => b.readInt8(o)) }],
  [2, { bytesMin: 2, read: (c: Cursor) => c.scalar(2, (b, o) => b.readUInt16LE(o)) }],
  [3, { bytesMin: 2, read: (c: Cursor) => c.scalar(2, (b, o) => b.readInt16LE(o)) }],
  [4, { bytesMin: 4, read: (c: Cursor) => c.u32() }],
  [5, { bytesMin: 4, read: (c: Cursor) => c.scalar(4, (b, o) => b.readInt32LE(o)) }],
  [6, { bytesMin: 4, read: (c: Cursor) => c.scalar(4, (b, o) => b.readFloatLE(o)) }],
  [7, { bytesMin: 1, read: (c: Cursor) => c.scalar(1, (b, o) => b.readUInt8(o) !== 0) }],
  [8, { bytesMin: 8, read: (c: Cursor) => c.string() }],
  [10, { bytesMin: 8, read: (c: Cursor) => c.u64() }],
  [11, { bytesMin: 8, read: (c: Cursor) => c.scalar(8, (b, o) => b.readBigInt64LE(o)) }],
  [12, { bytesMin: 8, read: (c: Cursor) => c.scalar(8, (b, o) => b.readDoubleLE(o)) }],
]);

function readValue(cursor: Cursor, type: number, depth: number): GgufValue {
  if (type !== ARRAY_TYPE) {
    const known = VALUE_TYPES.get(type);
    return known === undefined ? cursor.fail(`unknown metadata value type ${type}`) : known.read(cursor);
  }
  if (depth >= ARRAY_DEPTH_MAX) cursor.fail("metadata arrays are nested too deeply");
  const elementType = cursor.u32();
  const length = cursor.count("array length", ARRAY_LENGTH_MAX);
  const bytesMin = elementType === ARRAY_TYPE ? 12 : (VALUE_TYPES.get(elementType)?.bytesMin ?? 1);
  if (length * bytesMin > cursor.fileBytes - cursor.position) cursor.fail(`array of ${length} values does not fit`);
  const values: GgufValue[] = [];
  for (let i = 0; i < length; i += 1) values.push(readValue(cursor, elementType, depth + 1));
  return values;
}

function readMetadata(cursor: Cursor, count: number): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i += 1) {
    const key = cursor.string();
    if (metadata.has(key)) cursor.fail(`metadata key "${key}" occurs twice`);
    metadata.set(key, readValue(cursor, cursor.u32(), 0));
  }
  return metadata;
}

/** Reads one entry of the tensor table; `begin` is still relative to the start of the data. */
function readTensorInfo(cursor: Cursor): GgufTensorInfo {
  const name = cursor.string();
  const fail = (message: string): never => {
    throw new CheckpointError(cursor.file, name, message);
  };
  const dimensionCount = cursor.u32();
  if (dimensionCount < 1 || dimensionCount > DIMENSIONS_MAX) fail(`has ${dimensionCount} dimensions`);
  const shape: number[] = [];
  for (let i = 0; i < dimensionCount; i += 1) {
    const dimension = cursor.u64();
    if (dimension === 0n) fail("has a dimension of zero");
    if (dimension > BigInt(Number.MAX_SAFE_INTEGER)) fail(`has a dimension of ${dimension}`);
    shape.unshift(Number(dimension));
  }
  const typeNumber = cursor.u32();
  const type = GGUF_TENSOR_TYPES.get(typeNumber);
  if (type === undefined) {
    const names = [...GGUF_TENSOR_TYPES.values()].map((t) => t.name).join(", ");
    return fail(`has ggml type ${typeNumber}, which is not supported (${names} are)`);
  }
  const values = shape.reduce((size, dimension) => size * dimension, 1);
  if (!Number.isSafeInteger(values)) fail(`has too many values: [${shape.join(", ")}]`);
  if (shape.at(-1)! % type.blockValues !== 0)
    fail(`has rows of ${shape.at(-1)} values, not a multiple of ${type.name}'s block of ${type.blockValues}`);
  const offset = cursor.u64();
  if (offset > BigInt(cursor.fileBytes)) fail(`has offset ${offset}, beyond the end of the file`);
  return { name, shape, type: typeNumber, begin: Number(offset), bytes: (values / type.blockValues) * type.blockBytes };
}

function alignmentOf(cursor: Cursor, metadata: Map<string, GgufValue>): number {
  const value = metadata.get("general.alignment") ?? 32;
  if (
    typeof value !== "number" ||
    !Number.isInteger(value) ||
    value < 1 ||
    value > 1 << 20 ||
    (value & (value - 1)) !== 0
  )
    return cursor.fail(`general.alignment is ${String(value)}, not a power of two`);
  return value;
}

/** Makes offsets absolute and checks that tensors lie in the file, aligned and apart. */
function placeTensors(cursor: Cursor, tensors: GgufTensorInfo[], alignment: number): void {
  const start = Math.ceil(cursor.position / alignment) * alignment;
  const names = new Set<string>();
  let previousEnd = start;
  for (const tensor of [...tensors].sort((a, b) => a.begin - b.begin)) {
    const fail = (message: string): never => {
      throw new CheckpointError(cursor.file, tensor.name, message);
    };
    if (names.has(tensor.name)) fail("occurs twice");
    names.add(tensor.name);
    if (tensor.begin % alignment !== 0) fail(`has offset ${tensor.begin}, not a multiple of ${alignment}`);
    tensor.begin += start;
    if (tensor.begin < previousEnd) fail("overlaps another tensor");
    previousEnd = tensor.begin + tensor.bytes;
    if (previousEnd > cursor.fileBytes) fail(`ends at byte ${previousEnd} of a file of ${cursor.fileBytes}`);
  }
}

/** Reads and checks everything before the tensor data. Errors: CheckpointError. */
export function readGgufHeader(file: string): GgufHeader {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new CheckpointError(file, null, code === "ENOENT" ? "no such file" : message);
  }
  try {
    const cursor = new Cursor(file, descriptor, fstatSync(descriptor).size);
    if (cursor.u32() !== 0x46554747) cursor.fail("is not a GGUF file");
    const version = cursor.u32();
    if (version !== 2 && version !== 3)
      cursor.fail(`GGUF version ${version} is not supported (2 and 3, little-endian, are)`);
    const tensorCount = cursor.count("tensor count", TENSOR_COUNT_MAX);
    const metadata = readMetadata(cursor, cursor.count("metadata count", METADATA_COUNT_MAX));
    const tensors = Array.from({ length: tensorCount }, () => readTensorInfo(cursor));
    placeTensors(cursor, tensors, alignmentOf(cursor, metadata));
    return { version, metadata, tensors };
  } finally {
    closeSync(descriptor);
  }
}
