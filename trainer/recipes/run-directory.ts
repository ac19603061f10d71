/**
 * The output directory of a training run: `run.json` (what was asked and with what), `metrics.jsonl`, what `checkpoints.ts` keeps while
 * it runs, and `model/` (with `adapter/` beside it for LoRA) when it is done.
 */
import { createHash } from "node:crypto";
import { appendFile, mkdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomic, writeFully } from "../core/atomic-file";
import type { HostTensor } from "../core/safetensors";
import { RunDirectoryError, withDiskErrors } from "./errors";

export interface RunPaths {
  root: string;
  run: string;
  metrics: string;
  model: string;
  /** LoRA's additions in PEFT's layout; only where such were trained. */
  adapter: string;
}

export function runPaths(outDirectory: string): RunPaths {
  const root = path.resolve(outDirectory);
  return {
    root,
    run: path.join(root, "run.json"),
    metrics: path.join(root, "metrics.jsonl"),
    model: path.join(root, "model"),
    adapter: path.join(root, "adapter"),
  };
}

/** Hash of a value by its JSON with sorted keys. */
export function fingerprintOf(value: unknown): string {
  const sorted = (_key: string, item: unknown) =>
    item !== null && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item;
  return createHash("sha256").update(JSON.stringify(value, sorted)).digest("hex");
}

/** Hash of weights by name and exact bytes. */
export function fingerprintTensors(tensors: ReadonlyMap<string, HostTensor>): string {
  const hash = createHash("sha256");
  for (const name of [...tensors.keys()].sort()) {
    const { data, shape } = tensors.get(name) as HostTensor;
    hash.update(`${name}[${shape.join()}]`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFileAtomic(file, (handle) => writeFully(handle, Buffer.from(`${JSON.stringify(value, null, 2)}\n`)));
}

export async function isThere(target: string): Promise<boolean> {
  return stat(target).then(
    () => true,
    () => false,
  );
}

const LINEAGE = "pairwright.json";

/** A finished model's file that ties it to the run that made it. */
export function lineageFile(fingerprint: string, facts: Record<string, unknown>): ReadonlyMap<string, string> {
  return new Map([[LINEAGE, `${JSON.stringify({ ...facts, fingerprint }, null, 2)}\n`]]);
}

/** Whether this very run has already finished here. */
export async function isFinished(paths: RunPaths, fingerprint: string): Promise<boolean> {
  const text = await readFile(path.join(paths.model, LINEAGE), "utf8").catch(() => "null");
  return (JSON.parse(text) as { fingerprint?: string } | null)?.fingerprint === fingerprint;
}

/** Prepares the directory. Without `resume`, one that already holds a run is refused rather than overwritten. */
export async function openRunDirectory(paths: RunPaths, resume: boolean): Promise<void> {
  await withDiskErrors(paths.root, () => mkdir(paths.root, { recursive: true }));
  if (resume) return;
  for (const target of [paths.model, paths.run, paths.metrics])
    if (await isThere(target))
      throw new RunDirectoryError(`${paths.root} already holds a run: resume it, or choose another output directory`);
}

/** Drops metrics of steps after `step`, which a resumed run will make again. */
export async function rewindMetrics(paths: RunPaths, step: number): Promise<void> {
  const text = await readFile(paths.metrics, "utf8").catch(() => "");
  const kept = text.split("\n").filter((line) => {
    try {
      return (JSON.parse(line) as { step: number }).step <= step;
    } catch {
      return false; // The empty last line, or one that a power cut left half written.
    }
  });
  const lines = Buffer.from(kept.map((line) => `${line}\n`).join(""));
  await withDiskErrors(paths.metrics, () => writeFileAtomic(paths.metrics, (handle) => writeFully(handle, lines)));
}

export async function appendMetric(paths: RunPaths, metric: { step: number }): Promise<void> {
  await withDiskErrors(paths.metrics, () => appendFile(paths.metrics, `${JSON.stringify(metric)}\n`));
}
