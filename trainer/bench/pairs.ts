/** Preference data as every contender of a benchmark gets it: hh-rlhf transcripts or our own JSONL, and the token rows of both. */
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { type PreferencePair, preferencePairSchema } from "../format/pair";
import { BenchError } from "./errors";

const TURN = /\n\n(Human|Assistant):/g;
type Turn = { role: "user" | "assistant"; content: string };

/** A transcript's turns, or null where it does not begin with a mark or two marks of one speaker follow each other. */
function turnsOf(transcript: string): Turn[] | null {
  const marks = [...transcript.matchAll(TURN)];
  if (marks[0]?.index !== 0) return null;
  const turns = marks.map((mark, index): Turn => {
    const content = transcript.slice(mark.index + mark[0].length, marks[index + 1]?.index).trim();
    return { role: mark[1] === "Human" ? "user" : "assistant", content };
  });
  const alternates = turns.every((turn, index) => turn.role === (index % 2 === 0 ? "user" : "assistant"));
  return alternates && turns.length >= 2 && turns.length % 2 === 0 ? turns : null;
}

/** An hh-rlhf row; null where the two transcripts do not differ in their last answer alone. */
export function pairOfTranscripts(id: string, chosen: string, rejected: string): PreferencePair | null {
  const [one, other] = [turnsOf(chosen), turnsOf(rejected)];
  if (one === null || other === null || one.length !== other.length) return null;
  const prompt = one.slice(0, -1);
  if (JSON.stringify(prompt) !== JSON.stringify(other.slice(0, -1))) return null;
  const [chosenText = "", rejectedText = ""] = [one.at(-1)?.content, other.at(-1)?.content];
  if (chosenText === rejectedText || chosenText === "" || rejectedText === "") return null;
  // "annotator": an imported pair may be left out by the paper's mix.
  const fixed = { strength: null, safety: null, task: "helpfulness", source: "annotator" } as const;
  return { id, prompt, chosen: chosenText, rejected: rejectedText, ...fixed };
}

/** Pairs of a file in its order: hh-rlhf rows ({chosen, rejected} transcripts) or ours, plain or gzipped. Throws BenchError. */
export async function* readBenchPairs(file: string): AsyncGenerator<PreferencePair> {
  const bytes = createReadStream(file);
  const input = file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes;
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (line.trim() === "") continue;
    let row: Record<string, unknown>;
    try {
      row = JSON.parse(line) as Record<string, unknown>;
    } catch (cause) {
      throw new BenchError(`${file}:${number}: not JSON: ${(cause as Error).message}`);
    }
    if (typeof row.chosen === "string" && typeof row.rejected === "string" && row.prompt === undefined) {
      const pair = pairOfTranscripts(`hh-${number}`, row.chosen, row.rejected);
      if (pair !== null) yield pair;
      continue;
    }
    const parsed = preferencePairSchema.safeParse(row);
    if (!parsed.success) throw new BenchError(`${file}:${number}: ${parsed.error.issues[0]?.message}`);
    yield { ...parsed.data, task: "helpfulness", source: "annotator", strength: null, safety: null };
  }
}

export interface EncodedBenchPair {
  pair: PreferencePair;
  chosenIds: number[];
  rejectedIds: number[];
}

export interface RowEncoder {
  encodeChat(messages: readonly { role: "system" | "user" | "assistant"; content: string }[]): number[];
}

/**
 * The first `count` pairs after `skip` whose rows both fit. Longer ones are left out and not shortened: TRL leaves them out too,
 * so both sides see the same rows.
 */
export async function takePairs(
  file: string,
  encoder: RowEncoder,
  { count, skip = 0, tokensPerRowMax }: { count: number; skip?: number; tokensPerRowMax: number },
): Promise<EncodedBenchPair[]> {
  const taken: EncodedBenchPair[] = [];
  let seen = 0;
  for await (const pair of readBenchPairs(file)) {
    const [chosenIds = [], rejectedIds = []] = [pair.chosen, pair.rejected].map((content) =>
      encoder.encodeChat([...pair.prompt, { role: "assistant", content }]),
    );
    if (Math.max(chosenIds.length, rejectedIds.length) > tokensPerRowMax) continue;
    if (seen++ < skip) continue;
    taken.push({ pair, chosenIds, rejectedIds });
    if (taken.length === count) return taken;
  }
  throw new BenchError(
    `${file} has ${Math.max(0, seen - skip)} fitting pairs after the first ${skip}, ${count} are needed`,
  );
}

export async function writePairs(file: string, pairs: readonly PreferencePair[]): Promise<void> {
  await writeFile(file, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
}
