/** Pairs from files to token rows: reading, checking, mixing, encoding, and the order of a run. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { type PairTarget, safetyLabels } from "../core/losses";
import { type EncodedPair, packedTokenCount } from "../core/model/reward-pairs";
import { deriveSeed } from "../core/random";
import { describeMix, type MixDescription, mixPairs } from "../data/mix";
import { encodePair } from "../data/pairs";
import type { ChatTokenizer } from "../data/tokenizer";
import { marginOf } from "../format/margin";
import type { PreferencePair } from "../format/pair";
import { readPairs, SnapshotFormatError, type Split, verifySnapshot } from "../format/snapshot";
import type { TrainingConfig } from "../format/training-config";
import { TrainingDataError } from "./errors";

export interface PairFile {
  pairs: PreferencePair[];
  file: string;
  /** Of the file's bytes. */
  sha256: string;
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/**
 * Reads one split of a snapshot directory (checked against its manifest first), or all of a JSONL file of pairs.
 * Errors: SnapshotFormatError naming file and line.
 */
export async function loadPairs(data: string, split: Split): Promise<PairFile> {
  const info = await stat(data).catch(() => null);
  if (info === null) throw new SnapshotFormatError(data, null, "no such file or directory");
  const file = info.isDirectory() ? path.join(data, (await verifySnapshot(data)).files[split].name) : data;
  const pairs: PreferencePair[] = [];
  for await (const pair of readPairs(file)) pairs.push(pair);
  return { pairs, file, sha256: await hashFile(file) };
}

/** A pair ready for the model. */
export interface TrainingPair extends EncodedPair, PairTarget {
  id: string;
  /** Of the packed row. */
  tokens: number;
}

export interface TrainingSet {
  pairs: TrainingPair[];
  /** Pairs whose prompt lost tokens at its start. */
  truncated: number;
  /** Ids of pairs left out because both responses give the same tokens: they teach nothing. */
  identical: string[];
  mix: MixDescription;
}

function checkSides(pairs: readonly PreferencePair[], config: TrainingConfig, file: string): void {
  if (pairs.length === 0) throw new TrainingDataError(`${file}: no pairs to train on`);
  if (!pairs.some((pair) => pair.task === config.task))
    throw new TrainingDataError(`${file}: none of its ${pairs.length} pairs is of the task ${config.task}`);
  if (!usesSafetyLoss(config)) return;
  const labels = pairs.flatMap((pair) => Object.values(safetyLabels(pair.safety))).filter((label) => label !== null);
  const safe = labels.filter((label) => label === 1).length;
  if (labels.length > 0 && (safe === 0 || safe === labels.length))
    throw new TrainingDataError(
      `${file}: all ${labels.length} responses with a safety label are ${safe === 0 ? "unsafe" : "safe"}; the safety loss needs ` +
        "both kinds. Add the other kind, or set safetyAuxiliaryWeight to 0",
    );
}

/** The auxiliary loss belongs to the safety model (Llama 2 A.3.4). */
export function usesSafetyLoss(config: TrainingConfig): boolean {
  return config.task === "safety" && config.safetyAuxiliaryWeight > 0;
}

/** Mixes, checks and encodes. Errors: TrainingDataError. `positionsMax` is the model's own limit. */
export function prepareTrainingSet(
  source: PairFile,
  config: TrainingConfig,
  tokenizer: ChatTokenizer,
  positionsMax: number,
): TrainingSet {
  checkSides(source.pairs, config, source.file);
  const options = { task: config.task, otherShare: config.otherShare, seed: deriveSeed(config.seed, "mix") };
  const mixed = mixPairs(source.pairs, options);
  const set: TrainingSet = { pairs: [], truncated: 0, identical: [], mix: describeMix(source.pairs, options) };
  for (const pair of mixed) {
    const { chosenIds, rejectedIds, truncated } = encodePair(
      tokenizer,
      pair,
      Math.min(config.tokensPerRowMax, positionsMax),
    );
    if (chosenIds.join() === rejectedIds.join()) {
      set.identical.push(pair.id);
      continue;
    }
    if (truncated) set.truncated += 1;
    const labels = safetyLabels(pair.safety);
    set.pairs.push({
      id: pair.id,
      chosenIds,
      rejectedIds,
      margin: marginOf(config.marginTable, pair.strength),
      chosenLabel: labels.chosen,
      rejectedLabel: labels.rejected,
      tokens: packedTokenCount({ chosenIds, rejectedIds }),
    });
  }
  if (set.pairs.length === 0)
    throw new TrainingDataError(
      `${source.file}: in every pair both responses give the same tokens (first: ${set.identical[0]})`,
    );
  return set;
}
