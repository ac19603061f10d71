/**
 * Block formats of GGUF tensors, turned into 32-bit floats. A block holds 32 values of one row: a scale (and for Q4_1 a
 * minimum) in binary16, then the quantised values; a 4-bit block keeps values 0..15 in the low nibbles, 16..31 in the high.
 */
import { floatsFromBfloat, floatsFromHalf, halfValues } from "./half-float";

const BLOCK = 32;

interface GgufTensorType {
  name: string;
  /** Values per block; a row's length must be a multiple of it. */
  blockValues: number;
  blockBytes: number;
  decode(bytes: Buffer): Float32Array;
}

function decodeFloats(bytes: Buffer): Float32Array {
  const values = new Float32Array(bytes.length / 4);
  new Uint8Array(values.buffer).set(bytes);
  return values;
}

function decodeBlocks(
  bytes: Buffer,
  blockBytes: number,
  decodeBlock: (bytes: Buffer, at: number, out: Float32Array, to: number) => void,
): Float32Array {
  const blocks = bytes.length / blockBytes;
  const values = new Float32Array(blocks * BLOCK);
  for (let block = 0; block < blocks; block += 1) decodeBlock(bytes, block * blockBytes, values, block * BLOCK);
  return values;
}

function decodeQ8(bytes: Buffer, at: number, out: Float32Array, to: number): void {
  const scale = halfValues()[bytes.readUInt16LE(at)]!;
  for (let i = 0; i < BLOCK; i += 1) out[to + i] = scale * bytes.readInt8(at + 2 + i);
}

function decodeNibbles(bytes: Buffer, at: number, out: Float32Array, to: number, scale: number, minimum: number): void {
  for (let i = 0; i < BLOCK / 2; i += 1) {
    const byte = bytes[at + i]!;
    out[to + i] = (byte & 0x0f) * scale + minimum;
    out[to + i + BLOCK / 2] = (byte >> 4) * scale + minimum;
  }
}

function decodeQ40(bytes: Buffer, at: number, out: Float32Array, to: number): void {
  const scale = halfValues()[bytes.readUInt16LE(at)]!;
  decodeNibbles(bytes, at + 2, out, to, scale, -8 * scale);
}

function decodeQ41(bytes: Buffer, at: number, out: Float32Array, to: number): void {
  const table = halfValues();
  decodeNibbles(bytes, at + 4, out, to, table[bytes.readUInt16LE(at)]!, table[bytes.readUInt16LE(at + 2)]!);
}

/** The supported types by ggml's type number. */
export const GGUF_TENSOR_TYPES: ReadonlyMap<number, GgufTensorType> = new Map([
  [0, { name: "F32", blockValues: 1, blockBytes: 4, decode: decodeFloats }],
  [1, { name: "F16", blockValues: 1, blockBytes: 2, decode: floatsFromHalf }],
  [2, { name: "Q4_0", blockValues: BLOCK, blockBytes: 18, decode: (b: Buffer) => decodeBlocks(b, 18, decodeQ40) }],
  [3, { name: "Q4_1", blockValues: BLOCK, blockBytes: 20, decode: (b: Buffer) => decodeBlocks(b, 20, decodeQ41) }],
  [8, { name: "Q8_0", blockValues: BLOCK, blockBytes: 34, decode: (b: Buffer) => decodeBlocks(b, 34, decodeQ8) }],
  [30, { name: "BF16", blockValues: 1, blockBytes: 2, decode: floatsFromBfloat }],
]);
