/** Pairs of random text whose lengths follow hh-rlhf's, for machines that have neither the data nor a tokenizer: a byte is a token. */
import { readFileSync } from "node:fs";
import { createRandom, type Random } from "../core/random";
import type { PreferencePair } from "../format/pair";

interface Lengths {
  sharedBinTokens: number;
  shared: number[];
  answerBinTokens: number;
  answers: number[];
}

const LENGTHS = JSON.parse(readFileSync(new URL("./hh-lengths.json", import.meta.url), "utf8")) as Lengths;

/** A bin drawn by its count, and a length within it. */
function drawLength(random: Random, counts: readonly number[], binTokens: number): number {
  let left = random.integer(counts.reduce((sum, count) => sum + count, 0));
  const bin = counts.findIndex((count) => {
    left -= count;
    return left < 0;
  });
  return bin * binTokens + random.integer(binTokens) + 1;
}

/** What the transcript template writes around prompt and answer: "\n\nHuman: ", "\n\nAssistant: ", and eos. */
const AROUND_PROMPT = 22;
const AFTER_ANSWER = 1;

const letters = (random: Random, count: number) =>
  Array.from({ length: Math.max(1, count) }, () => String.fromCharCode(97 + random.integer(26))).join("");

/** Draws tokens that both rows share and that each answer adds, and writes text of that length. `scale` shortens everything. */
export function syntheticPairs(count: number, seed: number, scale = 1): PreferencePair[] {
  const random = createRandom(seed);
  const answer = (first: string) => {
    const tokens = drawLength(random, LENGTHS.answers, LENGTHS.answerBinTokens) * scale;
    return first + letters(random, Math.round(tokens) - AFTER_ANSWER - 1);
  };
  return Array.from({ length: count }, (_, index): PreferencePair => {
    const shared = drawLength(random, LENGTHS.shared, LENGTHS.sharedBinTokens) * scale;
    return {
      id: `synthetic-${index}`,
      prompt: [{ role: "user", content: letters(random, Math.round(shared) - AROUND_PROMPT) }],
      // Capitals: the answers part at their first token, as the histogram counts.
      chosen: answer("A"),
      rejected: answer("B"),
      strength: null,
      safety: null,
      task: "helpfulness",
      source: "annotator",
    };
  });
}
