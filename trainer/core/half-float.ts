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

/** IEEE binary16, rounded to nearest, ties to even; beyond 65,504 the value becomes infinite. Returns 2 bytes per value. */
export function halfBytes(values: Float32Array): Uint8Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i += 1) halves[i] = halfBits(bits[i]!);
  return new Uint8Array(halves.buffer);
}

function halfBits(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // From 65,520 on the nearest half is infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) return sign | ((magnitude - 0x38000000 + 0x0fff + ((magnitude >>> 13) & 1)) >>> 13);
  // Below 2^-14 halves are multiples of 2^-24, and a 32-bit float scaled by 2^24 is exact.
  floatOfBits.setUint32(0, magnitude);
  const multiple = floatOfBits.getFloat32(0) * 2 ** 24;
  const low = Math.floor(multiple);
  const rest = multiple - low;
  return sign | (low + (rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? 1 : 0));
}

const floatOfBits = new DataView(new ArrayBuffer(4));
