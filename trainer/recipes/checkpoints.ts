/**
 * What a run can go on from: `checkpoint-<step>/` (trained weights, moments, state) and `best-<step>/` (the weights of the best
 * evaluation so far). Each is whole or not there (design invariant I12).
 */
import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { writeDirectoryAtomic } from "../core/atomic-file";
import { type HostTensor, readSafetensors, writeSafetensors } from "../core/safetensors";
import { RunDirectoryError, withDiskErrors } from "./errors";
import { evaluationStateSchema } from "./evaluation-state";
import { isThere, writeJson } from "./run-directory";

const CHECKPOINT = /^checkpoint-(\d{6,})$/;
const BEST = /^best-(\d{6,})$/;
/** What a killed process leaves behind: half of a directory, or an old one moved aside. */
const LEFTOVER = /^\.(checkpoint|best|model|adapter)(-\d+)?\.(partial|replaced)-/;

const stateSchema = z.strictObject({
  format: z.literal("pairwright.checkpoint/1"),
  step: z.number().int(),
  fingerprint: z.string(),
  evaluation: evaluationStateSchema,
  /** The metric of the last step, whose evaluation a stop cut short: it is made up first. */
  unjudged: z.record(z.string(), z.unknown()).nullable(),
});

export interface Checkpoint extends Omit<z.infer<typeof stateSchema>, "format"> {
  /** Hash of everything that decides the run's numbers; a checkpoint resumes only the run that wrote it. */
  fingerprint: string;
  /** The trained weights; frozen ones are the base model's. */
  model: Map<string, HostTensor>;
  optimizer: Map<string, HostTensor>;
}

async function stepsOf(root: string, pattern: RegExp): Promise<number[]> {
  const entries = await readdir(root).catch(() => []);
  const steps = entries.flatMap((entry) => pattern.exec(entry)?.[1] ?? []).map(Number);
  return steps.sort((a, b) => b - a);
}

function directoryOf(root: string, kind: "checkpoint" | "best", step: number): string {
  return path.join(root, `${kind}-${String(step).padStart(6, "0")}`);
}

async function remove(root: string, kind: "checkpoint" | "best", steps: readonly number[]): Promise<void> {
  for (const step of steps) await rm(directoryOf(root, kind, step), { recursive: true, force: true });
}

/** The newest checkpoint's directory, or null. */
export async function newestCheckpoint(root: string): Promise<string | null> {
  const [step] = await stepsOf(root, CHECKPOINT);
  return step === undefined ? null : directoryOf(root, "checkpoint", step);
}

/** Saves a checkpoint, then removes all but the newest `kept`, and the best weights that none of these refers to. */
export async function saveCheckpoint(root: string, checkpoint: Checkpoint, kept: number): Promise<string> {
  const { model, optimizer, ...state } = checkpoint;
  const directory = directoryOf(root, "checkpoint", state.step);
  // Stopped right after resuming: the very same state is already there, and replacing it would risk it for nothing.
  if (await isThere(directory)) return directory;
  await withDiskErrors(directory, () =>
    writeDirectoryAtomic(directory, async (temporary) => {
      await writeSafetensors(path.join(temporary, "model.safetensors"), model, {});
      await writeSafetensors(path.join(temporary, "optimizer.safetensors"), optimizer, {});
      await writeJson(path.join(temporary, "state.json"), { format: "pairwright.checkpoint/1", ...state });
    }),
  );
  const steps = await stepsOf(root, CHECKPOINT);
  await remove(root, "checkpoint", steps.slice(kept));
  const referred = new Set<number | undefined>();
  for (const step of steps.slice(0, kept)) {
    const { evaluation } = await readState(directoryOf(root, "checkpoint", step));
    referred.add(evaluation.best?.step);
  }
  const best = await stepsOf(root, BEST);
  await remove(
    root,
    "best",
    best.filter((step) => !referred.has(step)),
  );
  return directory;
}

async function readState(directory: string): Promise<z.infer<typeof stateSchema>> {
  const file = path.join(directory, "state.json");
  const text = await readFile(file, "utf8").catch(() => "null");
  try {
    const state = stateSchema.safeParse(JSON.parse(text));
    if (state.success) return state.data;
  } catch {
    // Said below: whatever is wrong with it, it is no state.
  }
  throw new RunDirectoryError(`${file}: not a checkpoint's state`);
}

/** The newest checkpoint of this very run, or null when there is none. Throws RunDirectoryError for one of another run. */
export async function loadCheckpoint(root: string, fingerprint: string): Promise<Checkpoint | null> {
  const directory = await newestCheckpoint(root);
  if (directory === null) return null;
  const { format: _format, ...state } = await readState(directory);
  if (state.fingerprint !== fingerprint)
    throw new RunDirectoryError(
      `${directory} was made with other settings, data, base model or engine: resume with the same ones, or choose another output directory`,
    );
  const { tensors: model } = await readSafetensors(path.join(directory, "model.safetensors"));
  const { tensors: optimizer } = await readSafetensors(path.join(directory, "optimizer.safetensors"));
  return { ...state, model, optimizer };
}

/** Keeps the weights of the best evaluation so far. Older ones stay until no kept checkpoint refers to them. */
export async function saveBest(root: string, step: number, model: ReadonlyMap<string, HostTensor>): Promise<void> {
  const directory = directoryOf(root, "best", step);
  await withDiskErrors(directory, () =>
    writeDirectoryAtomic(directory, (temporary) =>
      writeSafetensors(path.join(temporary, "model.safetensors"), model, {}),
    ),
  );
}

export async function loadBest(root: string, step: number): Promise<Map<string, HostTensor>> {
  return (await readSafetensors(path.join(directoryOf(root, "best", step), "model.safetensors"))).tensors;
}

/** For a finished run. */
export async function removeCheckpoints(root: string): Promise<void> {
  await remove(root, "checkpoint", await stepsOf(root, CHECKPOINT));
  await remove(root, "best", await stepsOf(root, BEST));
}

/** Removes what a killed process left half written. Call while nothing else writes here. */
export async function removeLeftovers(root: string): Promise<void> {
  for (const entry of await readdir(root).catch(() => []))
    if (LEFTOVER.test(entry)) await rm(path.join(root, entry), { recursive: true, force: true });
}
