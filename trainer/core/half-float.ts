/** Conversions between 32-bit floats and the two 16-bit formats that checkpoints use. Bytes are little-endian. */

let halfTable: Float32Array | undefined;

function decodeHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** All 65,536 IEEE binary16 values by their bits. */
export function halfValues(): Float32Array {
  if (halfTable === undefined) {
    halfTable = new Float32Array(65_536);
    for (let bits = 0; bits < 65_536; bits += 1) halfTable[bits] = decodeHalf(bits);
  }
  return halfTable;
}

/** The 16-bit words of the bytes, copied only when they are not aligned. */
function words(bytes: Buffer): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : Buffer.from(Uint8Array.from(bytes).buffer);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length >> 1);
}

export function floatsFromHalf(bytes: Buffer): Float32Array {
  const table = halfValues();
  const halves = words(bytes);
  const values = new Float32Array(halves.length);
  for (let i = 0; i < values.length; i += 1) values[i] = table[halves[i]!]!;
  return values;
}

/** bfloat16 is the upper half of a 32-bit float. */
export function floatsFromBfloat(bytes: Buffer): Float32Array {
  const halves = words(bytes);
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < bits.length; i += 1) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** Rounds to nearest, ties to even; a NaN stays a NaN. Returns 2 bytes per value. */
export function bfloatBytes(values: Float32Array): Uint8Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i += 1) {
    const word = bits[i]!;
    const notANumber = (word & 0x7fffffff) > 0x7f800000;
    halves[i] = notANumber ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return new Uint8Array(halves.buffer);
}
