/**
 * ggml's K formats: blocks of 256 values in runs of 32 (Q4_K, Q5_K: a 6-bit scale and minimum each) or 16 (Q6_K: an 8-bit
 * scale each), over a binary16 scale for the whole block. Every step is rounded to 32 bits, as in ggml and Python's gguf.
 */
import { halfValues } from "./half-float";

export const K_BLOCK = 256;
const RUN = 32;
const SCALE_BYTES = 12;

/** The 6-bit scale and minimum of run 0..7; the last four runs keep their upper two bits in the bytes of the first four. */
function scaleAndMinimum(bytes: Buffer, at: number, run: number): [number, number] {
  if (run < 4) return [bytes[at + run]! & 63, bytes[at + run + 4]! & 63];
  const low = bytes[at + run + 4]!;
  return [(low & 15) | ((bytes[at + run - 4]! >> 6) << 4), (low >> 4) | ((bytes[at + run]! >> 6) << 4)];
}

/** Two runs share 32 bytes: low nibbles, then high ones. `fifth` gives the value of bit 4, if the format has one. */
function decodeRuns(
  bytes: Buffer,
  at: number,
  nibbles: number,
  out: Float32Array,
  to: number,
  fifth: (run: number, i: number) => number,
): void {
  const table = halfValues();
  const [scale, minimum] = [table[bytes.readUInt16LE(at)]!, table[bytes.readUInt16LE(at + 2)]!];
  for (let run = 0; run < K_BLOCK / RUN; run += 1) {
    const [steps, offset] = scaleAndMinimum(bytes, at + 4, run);
    const [by, less] = [Math.fround(scale * steps), Math.fround(minimum * offset)];
    const shift = run % 2 === 0 ? 0 : 4;
    const from = nibbles + (run >> 1) * RUN;
    for (let i = 0; i < RUN; i += 1) {
      const value = ((bytes[from + i]! >> shift) & 15) | fifth(run, i);
      out[to + run * RUN + i] = Math.fround(by * value) - less;
    }
  }
}

export function decodeQ4K(bytes: Buffer, at: number, out: Float32Array, to: number): void {
  decodeRuns(bytes, at, at + 4 + SCALE_BYTES, out, to, () => 0);
}

export function decodeQ5K(bytes: Buffer, at: number, out: Float32Array, to: number): void {
  const high = at + 4 + SCALE_BYTES;
  decodeRuns(bytes, at, high + RUN, out, to, (run, i) => ((bytes[high + i]! >> run) & 1) << 4);
}

/** 128 bytes of low nibbles, 64 of upper bit pairs, 16 signed scales, the block's scale. Values are -32..31. */
export function decodeQ6K(bytes: Buffer, at: number, out: Float32Array, to: number): void {
  const scale = halfValues()[bytes.readUInt16LE(at + 208)]!;
  for (let index = 0; index < K_BLOCK; index += 1) {
    const half = index >> 7;
    const quarter = (index >> 5) & 3;
    const i = index & 31;
    const low = (bytes[at + half * 64 + (quarter & 1) * RUN + i]! >> (quarter < 2 ? 0 : 4)) & 15;
    const high = (bytes[at + 128 + half * RUN + i]! >> (2 * quarter)) & 3;
    const by = Math.fround(scale * bytes.readInt8(at + 192 + (index >> 4)));
    out[to + index] = by * ((low | (high << 4)) - 32);
  }
}
