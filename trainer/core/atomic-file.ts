/**
 * Files and directories that are either whole or not there (design invariant I12): written under a temporary name beside
 * the target, synced, renamed, and the parent directory synced so that the rename itself survives a power cut.
 */
import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { CheckpointError } from "./checkpoint-error";

/** What a user can act on, by the system's error code. */
const WRITE_FAILURES: Record<string, string> = {
  ENOSPC: "no space is left on the device",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "there is no permission to write here",
  EPERM: "writing here is not permitted",
  EIO: "the device reports an input/output error",
  EFBIG: "the file would be larger than the file system allows",
  ENOTDIR: "a part of the path is not a directory",
  EEXIST: "a file is in the way",
  ENAMETOOLONG: "the name is too long",
};

/** The failure under the name that the user gave; `temporary` is where the bytes were really going. */
function writeFailure(cause: unknown, target: string, temporary: string): unknown {
  if (cause instanceof CheckpointError && cause.file.startsWith(temporary))
    return new CheckpointError(target + cause.file.slice(temporary.length), cause.tensor, cause.detail);
  const code = (cause as NodeJS.ErrnoException | null)?.code ?? "";
  const known = WRITE_FAILURES[code];
  return known === undefined ? cause : new CheckpointError(target, null, `cannot be written: ${known} (${code})`);
}

/** Removes what was written so far. Where even that fails the first error is the one to report. */
async function discard(temporary: string): Promise<void> {
  await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
}

function temporaryName(target: string): string {
  return path.join(
    path.dirname(target),
    `.${path.basename(target)}.partial-${process.pid}-${randomUUID().slice(0, 8)}`,
  );
}

async function syncPath(target: string): Promise<void> {
  const handle = await open(target, "r");
  try {
    await handle.sync();
  } catch (cause) {
    // Some file systems (and Windows) cannot sync a directory; the rename is then as durable as the system makes it.
    const code = (cause as NodeJS.ErrnoException).code;
    if (code !== "EINVAL" && code !== "EPERM" && code !== "EISDIR" && code !== "ENOTSUP") throw cause;
  } finally {
    await handle.close();
  }
}

/** Writes all bytes of the chunk, however the system splits them. */
export async function writeFully(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  const pieceMax = 1 << 28;
  let offset = 0;
  while (offset < bytes.byteLength) {
    const { bytesWritten } = await handle.write(bytes, offset, Math.min(pieceMax, bytes.byteLength - offset));
    if (bytesWritten === 0) throw Object.assign(new Error("nothing was written"), { code: "EIO" });
    offset += bytesWritten;
  }
}

/**
 * Runs `write` on a temporary file and moves it to `file` only when everything is on the disk. A full disk, a read-only
 * folder and the like are CheckpointErrors naming the file; what was there before stays.
 */
export async function writeFileAtomic(file: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  const temporary = temporaryName(file);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(temporary, "wx");
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await discard(temporary);
    throw writeFailure(cause, file, temporary);
  }
  await syncPath(path.dirname(file));
}

/**
 * Runs `fill` on a temporary sibling directory and moves it to `directory` as a whole. An existing directory is moved
 * aside first and removed afterwards; a crash between the two renames leaves the old one under `.<name>.replaced-*`.
 */
export async function writeDirectoryAtomic(
  directory: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const target = path.resolve(directory);
  const temporary = temporaryName(target);
  try {
    await mkdir(path.dirname(target), { recursive: true });
    await mkdir(temporary);
    await fill(temporary);
    for (const entry of await readdir(temporary)) await syncPath(path.join(temporary, entry));
    await syncPath(temporary);
    const exists = await stat(target).then(
      () => true,
      () => false,
    );
    if (!exists) await rename(temporary, target);
    else {
      const old = temporary.replace(".partial-", ".replaced-");
      await rename(target, old);
      await rename(temporary, target).catch(async (cause: unknown) => {
        await rename(old, target);
        throw cause;
      });
      await rm(old, { recursive: true, force: true });
    }
  } catch (cause) {
    await discard(temporary);
    throw writeFailure(cause, target, temporary);
  }
  await syncPath(path.dirname(target));
}
