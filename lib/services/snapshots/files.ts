/** Durable files of a snapshot: bytes to a temporary name, fsync, rename, fsync of the directory (security.md, ALICE row). */
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open, rename } from "node:fs/promises";
import path from "node:path";

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A file that appears under its name only once it is whole. Counts rows and bytes and hashes on the way. */
export class HashedFile {
  rows = 0;
  bytes = 0;
  private readonly hash: Hash = createHash("sha256");

  private constructor(
    private readonly directory: string,
    readonly name: string,
    private readonly handle: FileHandle,
  ) {}

  static async create(directory: string, name: string): Promise<HashedFile> {
    return new HashedFile(directory, name, await open(path.join(directory, `.${name}.partial`), "wx", 0o640));
  }

  async write(text: string, rows: number): Promise<void> {
    const bytes = Buffer.from(text, "utf8");
    await this.handle.appendFile(bytes);
    this.hash.update(bytes);
    this.bytes += bytes.length;
    this.rows += rows;
  }

  async finish(): Promise<{ name: string; rows: number; bytes: number; sha256: string }> {
    await this.handle.sync();
    await this.handle.close();
    await rename(path.join(this.directory, `.${this.name}.partial`), path.join(this.directory, this.name));
    await syncDirectory(this.directory);
    return { name: this.name, rows: this.rows, bytes: this.bytes, sha256: this.hash.digest("hex") };
  }

  async abandon(): Promise<void> {
    await this.handle.close().catch(() => undefined);
  }
}

export { syncDirectory };
