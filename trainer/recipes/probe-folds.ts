/** Folds for cross-validation: all pairs of one dialogue's opening stand on the same side. */
import { createHash } from "node:crypto";
import type { Message } from "../format/pair";
import { TrainingDataError } from "./errors";

export interface Folds {
  count: number;
  /** Fold of every pair. */
  of: Int32Array;
}

/** The first user turn, as the platform's held-out split reads it: later turns of a dialogue share it. */
function openingOf(prompt: readonly Message[]): string {
  const first = prompt.find((message) => message.role === "user") ?? prompt[0];
  return (first?.content ?? "").normalize("NFC").replace(/\s+/gu, " ").trim();
}

/**
 * Deals the openings, in the order of their hashes, to `count` folds of nearly equal numbers of openings; fewer folds where
 * there are fewer openings. Neither the order of the pairs nor what was chosen changes the deal. Errors: TrainingDataError.
 */
export function foldsByPrompt(prompts: readonly (readonly Message[])[], count: number): Folds {
  const hashes = prompts.map((prompt) => createHash("sha256").update(openingOf(prompt), "utf8").digest("hex"));
  const order = [...new Set(hashes)].sort();
  if (order.length < 2)
    throw new TrainingDataError(
      `all ${prompts.length} pairs have the same prompt: a probe is chosen by cross-validation, which needs at least 2 prompts`,
    );
  const folds = Math.min(count, order.length);
  const foldOf = new Map(order.map((hash, index) => [hash, index % folds]));
  return { count: folds, of: Int32Array.from(hashes, (hash) => foldOf.get(hash) as number) };
}
