/** Builds small GGUF files for tests: a real writer of the format, so that readers are tested against bytes made elsewhere. */
export type FixtureValue =
  | { u32: number }
  | { f32: number }
  | { bool: boolean }
  | { string: string }
  | { strings: string[] }
  | { i32s: number[] };

export interface FixtureTensor {
  name: string;
  /** ggml's order: innermost first. */
  dimensions: (number | bigint)[];
  type: number;
  data: Buffer;
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
export const u64 = (value: bigint | number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
const f32 = (values: readonly number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);

function encodeValue(value: FixtureValue): Buffer {
  if ("u32" in value) return Buffer.concat([u32(4), u32(value.u32)]);
  if ("f32" in value) return Buffer.concat([u32(6), f32([value.f32])]);
  if ("bool" in value) return Buffer.concat([u32(7), Buffer.from([value.bool ? 1 : 0])]);
  if ("string" in value) return Buffer.concat([u32(8), text(value.string)]);
  if ("strings" in value) return Buffer.concat([u32(9), u32(8), u64(value.strings.length), ...value.strings.map(text)]);
  return Buffer.concat([u32(9), u32(5), u64(value.i32s.length), Buffer.from(Int32Array.from(value.i32s).buffer)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((32 - (bytes.length % 32)) % 32)]);
}

export function buildGguf(
  metadata: readonly (readonly [string, FixtureValue])[],
  tensors: readonly FixtureTensor[],
  version = 3,
): Buffer {
  let offset = 0;
  const infos = tensors.map(({ name, dimensions, type, data }) => {
    const info = Buffer.concat([text(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offset)]);
    offset += padded(data).length;
    return info;
  });
  const header = Buffer.concat([
    Buffer.from("GGUF"),
    u32(version),
    u64(tensors.length),
    u64(metadata.length),
    ...metadata.flatMap(([key, value]) => [text(key), encodeValue(value)]),
    ...infos,
  ]);
  return Buffer.concat([padded(header), ...tensors.map(({ data }) => padded(data))]);
}

export const floatBytes = f32;
