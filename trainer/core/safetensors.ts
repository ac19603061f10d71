/**
 * The safetensors file format: 8 bytes little-endian header length, a JSON header, then the tensors' bytes, back to back.
 * Every number of a file is checked before it is used: a hostile header yields a CheckpointError, never a crash.
 */
import { type FileHandle, open } from "node:fs/promises";
import { z } from "zod";
import { writeFileAtomic, writeFully } from "./atomic-file";
import { CheckpointError } from "./checkpoint-error";
import { findDuplicateKey } from "./duplicate-keys";
import { bfloatBytes, floatsFromBfloat, floatsFromHalf, halfBytes } from "./half-float";

/** A tensor in host memory: row-major, `data.length` = product of `shape`. */
export interface HostTensor {
  shape: number[];
  data: Float32Array;
}

export interface SafetensorsFile {
  tensors: Map<string, HostTensor>;
  metadata: Record<string, string>;
}

/** The cap that the reference implementation uses. */
const HEADER_BYTES_MAX = 100_000_000;
const METADATA_KEY = "__metadata__";
/** From here on the nearest binary16 value is infinity. */
const HALF_OVERFLOW = 65_520;
const BYTES_PER_VALUE: Record<string, number> = { F32: 4, F16: 2, BF16: 2 };

/** How weights may be stored. */
export type WeightDtype = "F32" | "F16" | "BF16";

export function bytesPerValue(dtype: WeightDtype): number {
  return BYTES_PER_VALUE[dtype]!;
}

const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.number().int().nonnegative()).max(8),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
});

interface Entry {
  name: string;
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

/** Number of values of a shape; an empty shape is a scalar. */
export function sizeOfShape(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1);
}

export async function readFully(handle: FileHandle, file: string, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let offset = 0;
  while (offset < length) {
    const { bytesRead } = await handle.read(bytes, offset, Math.min(1 << 28, length - offset), position + offset);
    if (bytesRead === 0) throw new CheckpointError(file, null, `ends early, at byte ${position + offset}`);
    offset += bytesRead;
  }
  return bytes;
}

async function readHeader(
  handle: FileHandle,
  file: string,
  fileBytes: number,
): Promise<{ text: string; start: number }> {
  if (fileBytes < 8) throw new CheckpointError(file, null, `${fileBytes} bytes is too short for a safetensors file`);
  const length = (await readFully(handle, file, 0, 8)).readBigUInt64LE(0);
  if (length > BigInt(HEADER_BYTES_MAX))
    throw new CheckpointError(file, null, `header of ${length} bytes is over the cap of ${HEADER_BYTES_MAX}`);
  const start = 8 + Number(length);
  if (start > fileBytes)
    throw new CheckpointError(file, null, `header of ${length} bytes does not fit in a file of ${fileBytes}`);
  return { text: (await readFully(handle, file, 8, Number(length))).toString("utf8"), start };
}

function isStringMap(value: unknown): value is Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === "string");
}

function parseHeader(file: string, text: string): { entries: Entry[]; metadata: Record<string, string> } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(file, null, `header is not JSON: ${(cause as Error).message.slice(0, 200)}`);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new CheckpointError(file, null, "header is not a JSON object");
  const duplicate = findDuplicateKey(text);
  if (duplicate !== null) throw new CheckpointError(file, duplicate, "occurs twice in the header");
  let metadata: Record<string, string> = {};
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(json)) {
    if (name === METADATA_KEY) {
      // As JSON.parse made it: rebuilding the object would lose a key named __proto__.
      if (!isStringMap(value)) throw new CheckpointError(file, null, "__metadata__ is not a map of strings");
      metadata = value;
      continue;
    }
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success)
      throw new CheckpointError(
        file,
        name,
        parsed.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("; "),
      );
    const [begin, end] = parsed.data.data_offsets;
    entries.push({ name, dtype: parsed.data.dtype, shape: parsed.data.shape, begin, end });
  }
  return { entries, metadata };
}

/** As the reference implementation: tensors cover the data exactly, in order, without gap or overlap. */
function checkLayout(file: string, entries: Entry[], dataBytes: number): void {
  let position = 0;
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const width = BYTES_PER_VALUE[entry.dtype];
    if (width === undefined)
      throw new CheckpointError(file, entry.name, `dtype ${entry.dtype} is not supported (F32, F16 and BF16 are)`);
    const size = sizeOfShape(entry.shape) * width;
    if (!Number.isSafeInteger(size) || entry.end - entry.begin !== size)
      throw new CheckpointError(
        file,
        entry.name,
        `offsets ${entry.begin}..${entry.end} do not hold shape [${entry.shape.join(", ")}] of ${entry.dtype} (${size} bytes)`,
      );
    if (entry.end > dataBytes)
      throw new CheckpointError(file, entry.name, `ends at byte ${entry.end} of ${dataBytes} bytes of data`);
    if (entry.begin !== position)
      throw new CheckpointError(
        file,
        entry.name,
        `starts at byte ${entry.begin}, ${entry.begin < position ? "inside another tensor" : "after a gap"} (expected ${position})`,
      );
    position = entry.end;
  }
  if (position !== dataBytes)
    throw new CheckpointError(file, null, `${dataBytes - position} bytes after the last tensor belong to none`);
}

function decode(dtype: string, bytes: Buffer): Float32Array {
  if (dtype === "F16") return floatsFromHalf(bytes);
  if (dtype === "BF16") return floatsFromBfloat(bytes);
  const values = new Float32Array(bytes.length / 4);
  new Uint8Array(values.buffer).set(bytes);
  return values;
}

/** Reads a whole file into 32-bit floats. Errors: CheckpointError naming the file and the tensor. */
export async function readSafetensors(file: string): Promise<SafetensorsFile> {
  const handle = await open(file, "r").catch((cause: NodeJS.ErrnoException) => {
    throw new CheckpointError(file, null, cause.code === "ENOENT" ? "no such file" : cause.message);
  });
  try {
    const fileBytes = (await handle.stat()).size;
    const { text, start } = await readHeader(handle, file, fileBytes);
    const { entries, metadata } = parseHeader(file, text);
    checkLayout(file, entries, fileBytes - start);
    const tensors = new Map<string, HostTensor>();
    for (const entry of entries) {
      const bytes = await readFully(handle, file, start + entry.begin, entry.end - entry.begin);
      tensors.set(entry.name, { shape: entry.shape, data: decode(entry.dtype, bytes) });
    }
    return { tensors, metadata };
  } finally {
    await handle.close();
  }
}

export interface WriteSafetensorsOptions {
  dtype?: WeightDtype;
  metadata?: Record<string, string>;
}

function encode(file: string, name: string, dtype: WeightDtype, data: Float32Array): Uint8Array {
  if (dtype === "F32") return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (dtype === "BF16") return bfloatBytes(data);
  for (const value of data)
    if (Math.abs(value) >= HALF_OVERFLOW && Number.isFinite(value))
      throw new CheckpointError(file, name, `holds ${value}, which F16 cannot: choose BF16 or F32`);
  return halfBytes(data);
}

/** Writes the file atomically, tensors sorted by name so that equal weights give equal bytes. */
export async function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, HostTensor>,
  { dtype = "F32", metadata }: WriteSafetensorsOptions = {},
): Promise<void> {
  const entries: [string, unknown][] = metadata === undefined ? [] : [[METADATA_KEY, metadata]];
  const sorted = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  let position = 0;
  for (const [name, tensor] of sorted) {
    if (name === METADATA_KEY) throw new CheckpointError(file, name, "is a reserved name");
    if (sizeOfShape(tensor.shape) !== tensor.data.length)
      throw new CheckpointError(
        file,
        name,
        `shape [${tensor.shape.join(", ")}] does not hold ${tensor.data.length} values`,
      );
    const end = position + tensor.data.length * BYTES_PER_VALUE[dtype]!;
    entries.push([name, { dtype, shape: tensor.shape, data_offsets: [position, end] }]);
    position = end;
  }
  // fromEntries defines own properties, so even a tensor named __proto__ is written.
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)), "utf8");
  const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, " ");
  header.writeBigUInt64LE(BigInt(header.length - 8), 0);
  json.copy(header, 8);
  await writeFileAtomic(file, async (handle) => {
    await writeFully(handle, header);
    for (const [name, { data }] of sorted) await writeFully(handle, encode(file, name, dtype, data));
  });
}
