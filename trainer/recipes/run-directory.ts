/**
 * The output directory of a training run: `run.json` (what was asked and with what), `metrics.jsonl`, `checkpoint-<step>/` while it
 * runs, and `model/` when it is done. A checkpoint is whole or not there (design invariant I12).
 */
import { createHash } from "node:crypto";
import { appendFile, mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { writeDirectoryAtomic, writeFileAtomic, writeFully } from "../core/atomic-file";
import { type HostTensor, readSafetensors, writeSafetensors } from "../core/safetensors";
import { RunDirectoryError } from "./errors";

const CHECKPOINT = /^checkpoint-(\d{6,})$/;
/** One older checkpoint stays as well, in case a disk loses the newest. */
const CHECKPOINTS_KEPT = 2;

const stateSchema = z.strictObject({
  format: z.literal("pairwright.checkpoint/1"),
  step: z.number().int(),
  fingerprint: z.string(),
});

export interface Checkpoint {
  step: number;
  /** Hash of everything that decides the run's numbers; a checkpoint resumes only the run that wrote it. */
  fingerprint: string;
  model: Map<string, HostTensor>;
  optimizer: Map<string, HostTensor>;
}

export interface RunPaths {
  root: string;
  run: string;
  metrics: string;
  model: string;
}

export function runPaths(outDirectory: string): RunPaths {
  const root = path.resolve(outDirectory);
  return {
    root,
    run: path.join(root, "run.json"),
    metrics: path.join(root, "metrics.jsonl"),
    model: path.join(root, "model"),
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

async function checkpointSteps(root: string): Promise<number[]> {
  const entries = await readdir(root).catch(() => []);
  const steps = entries.flatMap((entry) => CHECKPOINT.exec(entry)?.[1] ?? []).map(Number);
  return steps.sort((a, b) => b - a);
}

function checkpointDirectory(root: string, step: number): string {
  return path.join(root, `checkpoint-${String(step).padStart(6, "0")}`);
}

/** The newest checkpoint's directory, or null. */
export async function newestCheckpoint(root: string): Promise<string | null> {
  const [step] = await checkpointSteps(root);
  return step === undefined ? null : checkpointDirectory(root, step);
}

export async function saveCheckpoint(root: string, checkpoint: Checkpoint): Promise<string> {
  const directory = checkpointDirectory(root, checkpoint.step);
  await writeDirectoryAtomic(directory, async (temporary) => {
    await writeSafetensors(path.join(temporary, "model.safetensors"), checkpoint.model, {});
    await writeSafetensors(path.join(temporary, "optimizer.safetensors"), checkpoint.optimizer, {});
    const { step, fingerprint } = checkpoint;
    await writeJson(path.join(temporary, "state.json"), { format: "pairwright.checkpoint/1", step, fingerprint });
  });
  for (const old of (await checkpointSteps(root)).slice(CHECKPOINTS_KEPT))
    await rm(checkpointDirectory(root, old), { recursive: true, force: true });
  return directory;
}

/** The newest checkpoint of this very run, or null when there is none. Throws RunDirectoryError for one of another run. */
export async function loadCheckpoint(root: string, fingerprint: string): Promise<Checkpoint | null> {
  const directory = await newestCheckpoint(root);
  if (directory === null) return null;
  const file = path.join(directory, "state.json");
  const state = stateSchema.safeParse(JSON.parse(await readFile(file, "utf8").catch(() => "null")));
  if (!state.success) throw new RunDirectoryError(`${file}: not a checkpoint's state`);
  if (state.data.fingerprint !== fingerprint)
    throw new RunDirectoryError(
      `${directory} was made with other settings, data, base model or engine: resume with the same ones, or choose another output directory`,
    );
  const { tensors: model } = await readSafetensors(path.join(directory, "model.safetensors"));
  const { tensors: optimizer } = await readSafetensors(path.join(directory, "optimizer.safetensors"));
  return { step: state.data.step, fingerprint, model, optimizer };
}

export async function removeCheckpoints(root: string): Promise<void> {
  for (const step of await checkpointSteps(root))
    await rm(checkpointDirectory(root, step), { recursive: true, force: true });
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
  await mkdir(paths.root, { recursive: true });
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
  await writeFileAtomic(paths.metrics, (handle) =>
    writeFully(handle, Buffer.from(kept.map((line) => `${line}\n`).join(""))),
  );
}

export async function appendMetric(paths: RunPaths, metric: { step: number }): Promise<void> {
  await appendFile(paths.metrics, `${JSON.stringify(metric)}\n`);
}
