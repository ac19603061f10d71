/** The part of protocol buffers' wire format that ONNX files need: varints, 32-bit floats, bytes and nested messages. */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;
const utf8 = new TextEncoder();

/** Bytes of one message, growing as fields are added. Fields are written in the order of the calls. */
export class Message {
  private bytes = new Uint8Array(64);
  private length = 0;

  /** A whole number: int32, int64 or enum. Negative numbers take ten bytes, as the format wants. */
  integer(field: number, value: number): this {
    this.varint(BigInt(field << 3) | BigInt(VARINT));
    this.varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  /** A 32-bit float. */
  float(field: number, value: number): this {
    this.varint(BigInt((field << 3) | FIXED32));
    this.reserve(4);
    new DataView(this.bytes.buffer).setFloat32(this.length, value, true);
    this.length += 4;
    return this;
  }

  text(field: number, value: string): this {
    return this.raw(field, utf8.encode(value));
  }

  /** Bytes, or another message. */
  raw(field: number, value: Uint8Array | Message): this {
    const content = value instanceof Message ? value.finish() : value;
    this.varint(BigInt((field << 3) | LENGTH_DELIMITED));
    this.varint(BigInt(content.length));
    this.reserve(content.length);
    this.bytes.set(content, this.length);
    this.length += content.length;
    return this;
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private varint(value: bigint): void {
    this.reserve(10);
    let rest = value;
    while (rest >= 0x80n) {
      this.bytes[this.length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.length++] = Number(rest);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
