/**
 * A zip archive as a stream: members are stored as they come (Parquet is compressed already), sizes and checksums follow each one,
 * zip64 where the archive grows beyond 4 GiB. Source: PKWARE's APPNOTE 6.3.10, sections 4.3 and 4.5.3.
 */
import type { ArchiveEntry } from "./dataset";

const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const MEMBER = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
/** Sizes follow the data; names are UTF-8. */
const FLAGS = 0x0808;
const VERSION = 20;
const VERSION_64 = 45;
const WIDE = 0xffffffff;
/** 1 January 1980: the same snapshot gives the same bytes. */
const DATE = 0x0021;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** CRC-32 of IEEE 802.3, going on from `before`. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let value = ~before;
  for (let place = 0; place < bytes.length; place += 1)
    value = (CRC_TABLE[(value ^ (bytes[place] as number)) & 0xff] as number) ^ (value >>> 8);
  return ~value >>> 0;
}

interface Written {
  name: Buffer;
  crc: number;
  bytes: number;
  offset: number;
}

function localHeader(name: Buffer): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(LOCAL, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(FLAGS, 6);
  header.writeUInt16LE(DATE, 12);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

function descriptor({ crc, bytes }: Written): Buffer {
  const buffer = Buffer.alloc(16);
  buffer.writeUInt32LE(DESCRIPTOR, 0);
  buffer.writeUInt32LE(crc, 4);
  buffer.writeUInt32LE(bytes, 8);
  buffer.writeUInt32LE(bytes, 12);
  return buffer;
}

function directoryEntry({ name, crc, bytes, offset }: Written): Buffer {
  const far = offset >= WIDE;
  const header = Buffer.alloc(46);
  header.writeUInt32LE(MEMBER, 0);
  header.writeUInt16LE(VERSION_64, 4);
  header.writeUInt16LE(far ? VERSION_64 : VERSION, 6);
  header.writeUInt16LE(FLAGS, 8);
  header.writeUInt16LE(DATE, 14);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(bytes, 20);
  header.writeUInt32LE(bytes, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(far ? 12 : 0, 30);
  header.writeUInt32LE(far ? WIDE : offset, 42);
  if (!far) return Buffer.concat([header, name]);
  const extra = Buffer.alloc(12);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8, 2);
  extra.writeBigUInt64LE(BigInt(offset), 4);
  return Buffer.concat([header, name, extra]);
}

function endOfArchive(members: number, offset: number, length: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(Math.min(members, 0xffff), 8);
  end.writeUInt16LE(Math.min(members, 0xffff), 10);
  end.writeUInt32LE(Math.min(length, WIDE), 12);
  end.writeUInt32LE(Math.min(offset, WIDE), 16);
  if (offset < WIDE && members < 0xffff) return end;
  const wide = Buffer.alloc(56);
  wide.writeUInt32LE(END_64, 0);
  wide.writeBigUInt64LE(44n, 4);
  wide.writeUInt16LE(VERSION_64, 12);
  wide.writeUInt16LE(VERSION_64, 14);
  wide.writeBigUInt64LE(BigInt(members), 24);
  wide.writeBigUInt64LE(BigInt(members), 32);
  wide.writeBigUInt64LE(BigInt(length), 40);
  wide.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(END_64_LOCATOR, 0);
  locator.writeBigUInt64LE(BigInt(offset + length), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([wide, locator, end]);
}

/** Members of up to 4 GiB each. */
export async function* zipBytes(entries: AsyncIterable<ArchiveEntry>): AsyncGenerator<Buffer> {
  const written: Written[] = [];
  let offset = 0;
  for await (const entry of entries) {
    const member: Written = { name: Buffer.from(entry.name, "utf8"), crc: 0, bytes: 0, offset };
    const header = localHeader(member.name);
    yield header;
    for await (const chunk of entry.bytes) {
      member.crc = crc32(chunk, member.crc);
      member.bytes += chunk.length;
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    }
    if (member.bytes >= WIDE) throw new Error(`${entry.name} is larger than 4 GiB`);
    yield descriptor(member);
    written.push(member);
    offset += header.length + member.bytes + 16;
  }
  const directory = Buffer.concat(written.map(directoryEntry));
  yield directory;
  yield endOfArchive(written.length, offset, directory.length);
}
