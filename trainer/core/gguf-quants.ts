/**
 * Block formats of GGUF tensors, turned into 32-bit floats. A block holds 32 values of one row: a scale (and for Q4_1 a
 * minimum) in binary16, then the quantised values; a 4-bit block keeps values 0..15 in the low nibbles, 16..31 in the high.
 * The K formats, with blocks of 256 values, are in gguf-k-quants.ts.
 */
import { decodeQ4K, decodeQ5K, decodeQ6K, K_BLOCK } from "./gguf-k-quants";
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

/** Decodes the block at byte `at` into `out`, from value `to` on. */
type DecodeBlock = (bytes: Buffer, at: number, out: Float32Array, to: number) => void;

function blockType(name: string, blockValues: number, blockBytes: number, decodeBlock: DecodeBlock): GgufTensorType {
  const decode = (bytes: Buffer): Float32Array => {
    const blocks = bytes.length / blockBytes;
    const values = new Float32Array(blocks * blockValues);
    for (let block = 0; block < blocks; block += 1) decodeBlock(bytes, block * blockBytes, values, block * blockValues);
    return values;
  };
  return { name, blockValues, blockBytes, decode };
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

/** 5-bit blocks keep the fifth bits of all 32 values in one word. */
function decodeFive(bytes: Buffer, at: number, out: Float32Array, to: number, scale: number, minimum: number): void {
  const high = bytes.readUInt32LE(at);
  for (let i = 0; i < BLOCK / 2; i += 1) {
    const byte = bytes[at + 4 + i]!;
    out[to + i] = ((byte & 0x0f) | (((high >>> i) & 1) << 4)) * scale + minimum;
    out[to + i + BLOCK / 2] = ((byte >> 4) | (((high >>> (i + BLOCK / 2)) & 1) << 4)) * scale + minimum;
  }
}

function decodeQ50(bytes: Buffer, at: number, out: Float32Array, to: number): void {
  const scale = halfValues()[bytes.readUInt16LE(at)]!;
  decodeFive(bytes, at + 2, out, to, scale, -16 * scale);
}

function decodeQ51(bytes: Buffer, at: number, out: Float32Array, to: number): void {
  const table = halfValues();
  decodeFive(bytes, at + 4, out, to, table[bytes.readUInt16LE(at)]!, table[bytes.readUInt16LE(at + 2)]!);
}

/** The supported types by ggml's type number. */
export const GGUF_TENSOR_TYPES: ReadonlyMap<number, GgufTensorType> = new Map([
  [0, { name: "F32", blockValues: 1, blockBytes: 4, decode: decodeFloats }],
  [1, { name: "F16", blockValues: 1, blockBytes: 2, decode: floatsFromHalf }],
  [2, blockType("Q4_0", BLOCK, 18, decodeQ40)],
  [3, blockType("Q4_1", BLOCK, 20, decodeQ41)],
  [6, blockType("Q5_0", BLOCK, 22, decodeQ50)],
  [7, blockType("Q5_1", BLOCK, 24, decodeQ51)],
  [8, blockType("Q8_0", BLOCK, 34, decodeQ8)],
  [12, blockType("Q4_K", K_BLOCK, 144, decodeQ4K)],
  [13, blockType("Q5_K", K_BLOCK, 176, decodeQ5K)],
  [14, blockType("Q6_K", K_BLOCK, 210, decodeQ6K)],
  [30, { name: "BF16", blockValues: 1, blockBytes: 2, decode: floatsFromBfloat }],
]);
