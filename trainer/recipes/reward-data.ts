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
import { mixByWeights, type SourceShare } from "../data/weighted-mix";
import { marginOf, scaleOf } from "../format/margin";
import type { PreferencePair } from "../format/pair";
import { readPairs, SnapshotFormatError, type Split, verifySnapshot } from "../format/snapshot";
import type { TrainingConfig } from "../format/training-config";
import { TrainingDataError } from "./errors";
import { addFinding, checkRoles, describeFinding, emptyFinding, type Finding, repeatsSpeaker } from "./pair-checks";

export interface PairFile {
  pairs: PreferencePair[];
  /** Its path, or several with commas between. */
  file: string;
  /** Of the file's bytes; of several files' hashes where there are several. */
  sha256: string;
  /** The name that mixes know a pair's source by. */
  sourceOf: (pair: PreferencePair) => string;
}

/** Data with a name of its own, for mixes by weight. */
export interface DataSource {
  name: string;
  path: string;
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

function ownSource({ meta, source }: PreferencePair): string {
  return typeof meta?.source === "string" && meta.source !== "" ? meta.source : source;
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
  return { pairs, file, sha256: await hashFile(file), sourceOf: ownSource };
}

/** As `loadPairs`, for one path or several named ones. Errors: also TrainingDataError for a name that occurs twice. */
export async function loadSources(data: string | readonly DataSource[], split: Split): Promise<PairFile> {
  if (typeof data === "string") return loadPairs(data, split);
  const names = new Map<PreferencePair, string>();
  const hash = createHash("sha256");
  const files: string[] = [];
  const seen = new Set<string>();
  for (const { name, path: place } of data) {
    if (seen.has(name)) throw new TrainingDataError(`two data sources are called "${name}"`);
    seen.add(name);
    const { pairs, file, sha256 } = await loadPairs(place, split);
    for (const pair of pairs) names.set(pair, name);
    hash.update(`${name}\n${sha256}\n`);
    files.push(file);
  }
  const sourceOf = (pair: PreferencePair) => names.get(pair) ?? ownSource(pair);
  return { pairs: [...names.keys()], file: files.join(", "), sha256: hash.digest("hex"), sourceOf };
}

/** The held-out pairs: of the file named, else of the snapshots among the data; null where there are none. */
export async function loadHeldout(
  data: string | readonly DataSource[],
  heldout: string | undefined,
): Promise<PairFile | null> {
  if (heldout !== undefined) return loadPairs(heldout, "heldout");
  const places = typeof data === "string" ? [{ name: "data", path: data }] : data;
  const snapshots: DataSource[] = [];
  for (const source of places)
    if ((await stat(path.join(source.path, "manifest.json")).catch(() => null)) !== null) snapshots.push(source);
  return snapshots.length === 0 ? null : loadSources(snapshots, "heldout");
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
  findings: {
    /** Both responses give the same tokens: they teach nothing and are left out. */
    identical: Finding;
    /** Left out for their length (`overlong: "drop"`). */
    dropped: Finding;
    /** An answer alone is over the limit and lost its end. */
    answerCut: Finding;
    emptyAnswer: Finding;
    /** Without a strength, so with margin 0 (or scale 1). */
    withoutStrength: Finding;
    repeatedSpeaker: Finding;
  };
  mix: MixDescription | { sources: SourceShare[] };
  /** What of all that a person should know, in sentences. */
  notes: string[];
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

function mixOf(
  source: PairFile,
  config: TrainingConfig,
): { mixed: PreferencePair[] } & Pick<TrainingSet, "mix" | "notes"> {
  const seed = deriveSeed(config.seed, "mix");
  if (config.sourceWeights === null) {
    const options = { task: config.task, otherShare: config.otherShare, seed };
    const mix = describeMix(source.pairs, options);
    return { mixed: mixPairs(source.pairs, options), mix, notes: mix.notes.map((note) => `mix: ${note}`) };
  }
  if (config.otherShare !== null)
    throw new TrainingDataError("give either sourceWeights or otherShare: weights take the place of the paper's mix");
  const { mixed, sources } = mixByWeights(source.pairs, source.sourceOf, config.sourceWeights, seed);
  if (mixed.length === 0) throw new TrainingDataError(`${source.file}: sourceWeights leave no pair`);
  const parts = sources.map(({ name, weight, available, drawn }) => `${drawn} of ${name} (${available} x ${weight})`);
  return { mixed, mix: { sources }, notes: [`mix: ${parts.join(", ")}`] };
}

function noFindings(): TrainingSet["findings"] {
  return {
    identical: emptyFinding(),
    dropped: emptyFinding(),
    answerCut: emptyFinding(),
    emptyAnswer: emptyFinding(),
    withoutStrength: emptyFinding(),
    repeatedSpeaker: emptyFinding(),
  };
}

function describeFindings({ pairs, truncated, findings }: TrainingSet, config: TrainingConfig): string[] {
  const usesStrength = config.rankingLoss === "scaled" || config.marginTable !== "none";
  const neutral = config.rankingLoss === "scaled" ? "weight 1" : "margin 0";
  return [
    `data: ${pairs.length} pairs after mixing, ${truncated} shortened`,
    ...describeFinding(findings.identical, "left out: both responses give the same tokens"),
    ...describeFinding(findings.dropped, `left out: over ${config.tokensPerRowMax} tokens`),
    ...describeFinding(findings.answerCut, "with an answer that alone is over the limit and lost its end"),
    ...describeFinding(findings.emptyAnswer, "with an empty answer"),
    ...(usesStrength ? describeFinding(findings.withoutStrength, `without a strength: ${neutral}`) : []),
    ...describeFinding(findings.repeatedSpeaker, "with two turns of one speaker in a row"),
  ];
}

/** Encodes one pair into the set, or leaves it out and says why in the findings. */
function addPair(
  set: TrainingSet,
  pair: PreferencePair,
  config: TrainingConfig,
  tokenizer: ChatTokenizer,
  tokensPerRowMax: number,
): void {
  const { findings } = set;
  const { chosenIds, rejectedIds, truncated, answerCut } = encodePair(tokenizer, pair, tokensPerRowMax);
  const reason =
    truncated && config.overlong === "drop"
      ? findings.dropped
      : chosenIds.join() === rejectedIds.join()
        ? findings.identical
        : null;
  if (reason !== null) {
    addFinding(reason, pair.id);
    return;
  }
  if (truncated) set.truncated += 1;
  if (answerCut) addFinding(findings.answerCut, pair.id);
  if (pair.chosen.trim() === "" || pair.rejected.trim() === "") addFinding(findings.emptyAnswer, pair.id);
  if (pair.strength === null) addFinding(findings.withoutStrength, pair.id);
  if (repeatsSpeaker(pair)) addFinding(findings.repeatedSpeaker, pair.id);
  const labels = safetyLabels(pair.safety);
  const scaled = config.rankingLoss === "scaled";
  set.pairs.push({
    id: pair.id,
    chosenIds,
    rejectedIds,
    margin: scaled ? 0 : marginOf(config.marginTable, pair.strength),
    weight: scaled ? scaleOf(pair.strength) : 1,
    chosenLabel: labels.chosen,
    rejectedLabel: labels.rejected,
    tokens: packedTokenCount({ chosenIds, rejectedIds }),
  });
}

/** Mixes, checks and encodes. Errors: TrainingDataError, UnknownSourceError. `positionsMax` is the model's own limit. */
export function prepareTrainingSet(
  source: PairFile,
  config: TrainingConfig,
  tokenizer: ChatTokenizer,
  positionsMax: number,
): TrainingSet {
  checkSides(source.pairs, config, source.file);
  const { mixed, mix, notes } = mixOf(source, config);
  const set: TrainingSet = { pairs: [], truncated: 0, findings: noFindings(), mix, notes: [] };
  const tokensPerRowMax = Math.min(config.tokensPerRowMax, positionsMax);
  for (const pair of mixed) {
    checkRoles(pair, source.file);
    addPair(set, pair, config, tokenizer, tokensPerRowMax);
  }
  const { identical, dropped } = set.findings;
  if (set.pairs.length === 0)
    throw new TrainingDataError(
      dropped.count > 0
        ? `${source.file}: nothing is left: ${[...describeFinding(dropped, `over ${tokensPerRowMax} tokens`), ...describeFinding(identical, "with responses of the same tokens")].join(", ")}`
        : `${source.file}: in every pair both responses give the same tokens (first: ${identical.ids[0]})`,
    );
  set.notes = [...notes, ...describeFindings(set, config)];
  return set;
}
