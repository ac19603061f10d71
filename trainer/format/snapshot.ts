/**
 * The snapshot format: a directory with `train.jsonl`, `heldout.jsonl` (one PreferencePair a line, LF, UTF-8) and
 * `manifest.json`, written last. A directory without a manifest is not a snapshot (design invariant I5).
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { type SnapshotManifest, SPLITS, snapshotManifestSchema } from "./manifest";
import { type PreferencePair, preferencePairSchema } from "./pair";

export * from "./manifest";

/** Names the file, line (1-based) and field of bad input. */
export class SnapshotFormatError extends Error {
  constructor(
    readonly file: string,
    readonly line: number | null,
    message: string,
  ) {
    super(line === null ? `${file}: ${message}` : `${file}:${line}: ${message}`);
    this.name = "SnapshotFormatError";
  }
}

export function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "(row)"}: ${issue.message}`).join("; ");
}

export async function readManifest(directory: string): Promise<SnapshotManifest> {
  const file = path.join(directory, "manifest.json");
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new SnapshotFormatError(
      file,
      null,
      cause.code === "ENOENT" ? "no manifest: not a finished snapshot" : cause.message,
    );
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SnapshotFormatError(file, null, `not JSON: ${(cause as Error).message}`);
  }
  const parsed = snapshotManifestSchema.safeParse(json);
  if (!parsed.success) throw new SnapshotFormatError(file, null, describeIssues(parsed.error));
  return parsed.data;
}

function parsePair(file: string, number: number, line: string): PreferencePair {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw new SnapshotFormatError(file, number, `not JSON: ${(cause as Error).message}`);
  }
  const parsed = preferencePairSchema.safeParse(json);
  if (!parsed.success) throw new SnapshotFormatError(file, number, describeIssues(parsed.error));
  return parsed.data;
}

/** Streams a JSONL file of pairs, checking each line. Errors: SnapshotFormatError with file and line. */
export async function* readPairs(file: string): AsyncGenerator<PreferencePair> {
  let number = 0;
  let rest = "";
  // Node's readline costs as much per line as parsing it.
  for await (const chunk of createReadStream(file, "utf8") as AsyncIterable<string>) {
    rest += chunk;
    if (!chunk.includes("\n")) continue;
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      number += 1;
      if (line.trim() !== "") yield parsePair(file, number, line);
    }
  }
  if (rest.trim() !== "") yield parsePair(file, number + 1, rest);
}

/** Checks sizes and hashes of a snapshot's files against its manifest; throws SnapshotFormatError on the first difference. */
export async function verifySnapshot(directory: string): Promise<SnapshotManifest> {
  const manifest = await readManifest(directory);
  for (const split of SPLITS) {
    const expected = manifest.files[split];
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of createReadStream(path.join(directory, expected.name))) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
    if (bytes !== expected.bytes)
      throw new SnapshotFormatError(expected.name, null, `${bytes} bytes, manifest says ${expected.bytes}`);
    if (hash.digest("hex") !== expected.sha256)
      throw new SnapshotFormatError(expected.name, null, "content differs from the manifest's sha256");
  }
  return manifest;
}
