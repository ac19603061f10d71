/** Receives an upload to a private temporary file first, so that a slow sender holds no transaction open, then imports it. */
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { DomainError } from "@/lib/errors";
import { requireProject, type ServiceContext } from "../context";
import { importFile } from "./file";
import type { ByteSource } from "./lines";
import type { ImportInput, ImportReport } from "./run";

const UPLOAD_BYTES_MAX = 2 * 2 ** 30;

async function* capped(source: ByteSource, bytesMax: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new DomainError("too_large", `The upload is larger than ${bytesMax} bytes.`);
    yield chunk;
  }
}

export async function importUpload(
  context: ServiceContext,
  input: ImportInput,
  source: ByteSource | null,
  bytesMax = UPLOAD_BYTES_MAX,
): Promise<ImportReport> {
  if (source === null) throw new DomainError("invalid", "The request has no body: send the file as it is.");
  await requireProject(context, context.db, input.projectId, "lead");
  const folder = await mkdtemp(path.join(tmpdir(), "pairwright-import-"));
  try {
    const file = path.join(folder, "upload");
    await pipeline(capped(source, bytesMax), createWriteStream(file, { mode: 0o600 }));
    return await importFile(context, input, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
