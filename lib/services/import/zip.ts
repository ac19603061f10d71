/**
 * Takes the Parquet files out of a zip archive. Nothing in the archive names a path here: members are written under numbers, sizes are
 * counted while they unpack, and what is no Parquet file is left alone. Knows stored and deflated members, and zip64.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";
import { DomainError } from "@/lib/errors";
import type { ParquetFile } from "./parquet";

const MEMBERS_MAX = 100_000;
const DIRECTORY_BYTES_MAX = 64 * 2 ** 20;
const UNPACKED_BYTES_MAX = 8 * 2 ** 30;

const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const MEMBER = 0x02014b50;
const LOCAL = 0x04034b50;
const WIDE = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;

interface Member {
  name: string;
  method: number;
  encrypted: boolean;
  packedBytes: number;
  /** Of the local header. */
  offset: number;
}

const damaged = (why: string) =>
  new DomainError("invalid", `The zip archive is damaged: ${why}. Nothing was imported.`);

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  if (offset < 0 || bytesRead < length) throw damaged("it ends too early");
  return buffer;
}

const wide = (buffer: Buffer, offset: number): number => Number(buffer.readBigUInt64LE(offset));

/** Where the central directory is. */
async function findDirectory(
  file: FileHandle,
  size: number,
): Promise<{ offset: number; length: number; members: number }> {
  const length = Math.min(size, 22 + 65_535);
  const tail = await readAt(file, size - length, length);
  let at = length - 22;
  while (at >= 0 && tail.readUInt32LE(at) !== END) at -= 1;
  if (at < 0) throw damaged("its directory is missing");
  const found = {
    members: tail.readUInt16LE(at + 10),
    length: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  if (at < 20 || tail.readUInt32LE(at - 20) !== END_64_LOCATOR) return found;
  const end = await readAt(file, wide(tail, at - 20 + 8), 56);
  if (end.readUInt32LE(0) !== END_64) throw damaged("its zip64 directory is missing");
  return { members: wide(end, 32), length: wide(end, 40), offset: wide(end, 48) };
}

/** Packed size and offset where the 32-bit fields are full: in the extra field 1, those of uncompressed, packed, offset that are full. */
function widened(extra: Buffer, sizes: [number, number, number]): [number, number, number] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let place = at + 4;
    return sizes.map((value) => {
      if (value !== WIDE || place + 8 > extra.length) return value;
      place += 8;
      return wide(extra, place - 8);
    }) as [number, number, number];
  }
  return sizes;
}

async function readMembers(file: FileHandle, size: number): Promise<Member[]> {
  const directory = await findDirectory(file, size);
  if (directory.members > MEMBERS_MAX || directory.length > DIRECTORY_BYTES_MAX)
    throw new DomainError("too_large", `The zip archive has more than ${MEMBERS_MAX} members.`);
  const bytes = await readAt(file, directory.offset, directory.length);
  const members: Member[] = [];
  for (let at = 0; at + 46 <= bytes.length && members.length < directory.members; ) {
    if (bytes.readUInt32LE(at) !== MEMBER) throw damaged("its directory cannot be read");
    const nameLength = bytes.readUInt16LE(at + 28);
    const extraLength = bytes.readUInt16LE(at + 30);
    const extra = bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const sizes = [bytes.readUInt32LE(at + 24), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 42)] as const;
    const [, packedBytes, offset] = widened(extra, [...sizes]);
    members.push({
      name: bytes.toString("utf8", at + 46, at + 46 + nameLength),
      method: bytes.readUInt16LE(at + 10),
      encrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
      packedBytes,
      offset,
    });
    at += 46 + nameLength + extraLength + bytes.readUInt16LE(at + 32);
  }
  return members;
}

/** Counts what comes out, over all members, and stops a bomb. */
function counted(total: { bytes: number }): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      total.bytes += chunk.length;
      if (total.bytes > UNPACKED_BYTES_MAX)
        done(new DomainError("too_large", `The zip archive unpacks to more than ${UNPACKED_BYTES_MAX} bytes.`));
      else done(null, chunk);
    },
  });
}

async function unpack(archive: string, file: FileHandle, member: Member, target: string, total: { bytes: number }) {
  const { name, method, encrypted, packedBytes } = member;
  if (encrypted || (method !== STORED && method !== DEFLATED))
    throw new DomainError(
      "invalid",
      `${name}: is packed in a way that cannot be read; pack the archive again without encryption.`,
    );
  const header = await readAt(file, member.offset, 30);
  if (header.readUInt32LE(0) !== LOCAL) throw damaged(`${name} is not where the directory says`);
  if (packedBytes === 0) throw new DomainError("invalid", `${name}: is empty. Nothing was imported.`);
  const start = member.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const source = createReadStream(archive, { start, end: start + packedBytes - 1 });
  const out = createWriteStream(target, { mode: 0o600 });
  try {
    if (method === STORED) await pipeline(source, counted(total), out);
    else await pipeline(source, createInflateRaw(), counted(total), out);
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code ?? "").startsWith("Z_")) throw error;
    throw damaged(`${name}: ${(error as Error).message}`);
  }
}

/** Writes the archive's Parquet files into `folder` and returns them in the order of their names. Errors: DomainError `invalid`, `too_large`. */
export async function unpackParquet(archive: string, folder: string): Promise<ParquetFile[]> {
  const file = await open(archive, "r");
  try {
    const members = (await readMembers(file, (await file.stat()).size))
      .filter(({ name }) => /\.parquet$/i.test(name) && !name.startsWith("__MACOSX/"))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
    if (members.length === 0)
      throw new DomainError("invalid", "The zip archive holds no Parquet file. Nothing was imported.");
    const total = { bytes: 0 };
    const found: ParquetFile[] = [];
    for (const [index, member] of members.entries()) {
      const target = path.join(folder, `member-${index}`);
      await unpack(archive, file, member, target, total);
      found.push({ path: target, name: member.name });
    }
    return found;
  } finally {
    await file.close();
  }
}
