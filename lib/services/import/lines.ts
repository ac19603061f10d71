/** Bytes -> text lines, in constant memory, with the caps that an untrusted upload needs. Plain or gzip, told apart by magic bytes. */
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { DomainError } from "@/lib/errors";

export interface LineLimits {
  lineBytesMax: number;
  /** Unpacked size. */
  bytesMax: number;
  /** Unpacked over packed size; checked once more than 16 MiB have been unpacked. */
  gzipRatioMax: number;
}
export const LINE_LIMITS: LineLimits = { lineBytesMax: 10 * 2 ** 20, bytesMax: 4 * 2 ** 30, gzipRatioMax: 200 };

const RATIO_CHECK_FROM_BYTES = 16 * 2 ** 20;
const NEWLINE = 0x0a;

export type ByteSource = AsyncIterable<Uint8Array>;

/** A line, or why it could not be read. Numbers count from 1. */
export type Line = { number: number; text: string } | { number: number; problem: string };

const sizeError = (limit: number) => new DomainError("too_large", `The file unpacks to more than ${limit} bytes.`);

/** Pulls the first bytes to see the magic, then hands all of them on. */
async function* unpacked(source: ByteSource, limits: LineLimits): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await iterator.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  let packedBytes = 0;
  async function* all(): AsyncGenerator<Buffer> {
    packedBytes += head.length;
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      packedBytes += next.value.length;
      yield Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length);
    }
  }
  const gzip = head[0] === 0x1f && head[1] === 0x8b;
  let bytes = 0;
  for await (const chunk of gzip ? gunzip(all()) : all()) {
    bytes += chunk.length;
    if (bytes > limits.bytesMax) throw sizeError(limits.bytesMax);
    if (gzip && bytes > RATIO_CHECK_FROM_BYTES && bytes > packedBytes * limits.gzipRatioMax)
      throw new DomainError("too_large", `The gzip file unpacks to more than ${limits.gzipRatioMax} times its size.`);
    yield chunk;
  }
}

async function* gunzip(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const input = Readable.from(source);
  const output = createGunzip();
  input.on("error", (error) => output.destroy(error));
  input.pipe(output);
  try {
    for await (const chunk of output) yield chunk as Buffer;
  } catch (error) {
    if (String((error as NodeJS.ErrnoException).code ?? "").startsWith("Z_"))
      throw new DomainError("invalid", `The gzip file is damaged: ${(error as Error).message}.`);
    throw error;
  } finally {
    input.destroy();
    output.destroy();
  }
}

/**
 * Splits into lines (LF or CRLF, a leading byte-order mark is dropped), the lines of a chunk at a time. An over-long line is reported,
 * not kept in memory.
 */
export async function* readLines(source: ByteSource, limits: LineLimits = LINE_LIMITS): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let parts: Buffer[] = [];
  let length = 0;
  let tooLong = false;
  let number = 0;
  const finish = (): Line => {
    number += 1;
    const bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    const wasTooLong = tooLong;
    parts = [];
    length = 0;
    tooLong = false;
    if (wasTooLong) return { number, problem: `the line is longer than ${limits.lineBytesMax} bytes` };
    try {
      const text = decoder.decode(bytes);
      const start = number === 1 && text.startsWith("\uFEFF") ? 1 : 0;
      return { number, text: text.slice(start, text.endsWith("\r") ? -1 : undefined) };
    } catch {
      return { number, problem: "the line is not valid UTF-8" };
    }
  };
  const add = (piece: Buffer) => {
    length += piece.length;
    if (length > limits.lineBytesMax) {
      tooLong = true;
      parts = [];
    } else parts.push(piece);
  };
  for await (const chunk of unpacked(source, limits)) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, end));
      lines.push(finish());
      start = end + 1;
    }
    if (start < chunk.length) add(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [finish()];
}
