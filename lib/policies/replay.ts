/** Answers from recordings: for demos and tests without a model, and for sets whose policies are no longer to be had. */
import { createHash } from "node:crypto";
import type { ReplayConfig } from "@/lib/domain/policy";
import { type Policy, PolicyError, type PolicyRequest } from "./policy";

const normalise = (text: string): string => text.normalize("NFC").toLowerCase().replace(/\s+/gu, " ").trim();

function trigrams(text: string): Set<string> {
  const characters = [...`  ${normalise(text)}  `];
  return new Set(characters.slice(2).map((_, index) => characters.slice(index, index + 3).join("")));
}

/** Dice coefficient of character trigrams, 0..1. */
export function trigramSimilarity(left: string, right: string): number {
  const a = trigrams(left);
  const b = trigrams(right);
  let shared = 0;
  for (const trigram of a) if (b.has(trigram)) shared += 1;
  return (2 * shared) / (a.size + b.size);
}

export interface ReplayOptions {
  config: ReplayConfig;
  /** Pause before each word, milliseconds: live screens are to look alive. */
  wordDelayMs?: number;
}

export class ReplayPolicy implements Policy {
  constructor(private readonly options: ReplayOptions) {}

  async *generate({ messages, sampling, signal, onProvenance }: PolicyRequest): AsyncGenerator<string> {
    const prompt = messages.findLast((message) => message.role === "user")?.content ?? "";
    const { recording, similarity } = this.nearest(prompt);
    const index = sampling.seed % recording.responses.length;
    const response = recording.responses[index]!;
    onProvenance?.({
      replayedFrom: createHash("sha256").update(recording.prompt).digest("hex").slice(0, 16),
      replayedIndex: index,
      similarity,
    });
    const delayMs = this.options.wordDelayMs ?? 0;
    for (const word of response.match(/\s*\S+\s*$|\s*\S+/gu) ?? [response]) {
      if (delayMs > 0) await pause(delayMs, signal);
      signal.throwIfAborted();
      yield word;
    }
  }

  /** The recording of this very prompt, else the most similar one. */
  private nearest(prompt: string) {
    const { recordings } = this.options.config;
    const exact = recordings.find((recording) => normalise(recording.prompt) === normalise(prompt));
    if (exact) return { recording: exact, similarity: 1 };
    let best: { recording: (typeof recordings)[number]; similarity: number } | undefined;
    for (const recording of recordings) {
      const similarity = trigramSimilarity(recording.prompt, prompt);
      if (!best || similarity > best.similarity) best = { recording, similarity };
    }
    if (!best) throw new PolicyError("failed", "The replay policy has no recordings.");
    return best;
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
