/**
 * Streams live answers. Woken by LISTEN, and by a slow poll in case a notification was lost; claims are rows, so any number
 * of workers share the work and a killed one is replaced (TAKEOVER_SECONDS).
 */
import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { Logger } from "pino";
import type { Db } from "@/db/client";
import { createPolicy, PolicyError, variantSampling } from "@/lib/policies";
import { FLUSH_EVERY_MS } from "@/lib/services/generations/limits";
import {
  type ClaimedGeneration,
  claimGeneration,
  endGeneration,
  type GenerationEnd,
  writeProgress,
} from "@/lib/services/generations/work";

export interface GenerationLoopOptions {
  db: Db;
  pool: pg.Pool;
  log: Logger;
  /** Ends the loop; answers under way are left for another worker to take over. */
  signal: AbortSignal;
  /** Replay policies wait this long before each word, milliseconds. */
  wordDelayMs?: number;
}

const CONCURRENT_MAX = 8;
const POLL_MS = 1000;
const RECONNECT_MS = 1000;

/** Resolves when the signal is aborted and all answers have let go. */
export async function startGenerationLoop(options: GenerationLoopOptions): Promise<void> {
  const { signal } = options;
  const running = new Set<Promise<void>>();
  const bell = new Bell(signal);
  const listening = listen(options, () => bell.ring());
  while (!signal.aborted) {
    const claimed = running.size < CONCURRENT_MAX ? await claimSafely(options) : undefined;
    if (!claimed) {
      await bell.wait(POLL_MS);
      continue;
    }
    const work = streamAnswer(options, claimed.generation, claimed.claim).finally(() => {
      running.delete(work);
      bell.ring();
    });
    running.add(work);
  }
  await Promise.all([listening, ...running]);
}

/** A sleep that a notification cuts short; a ring while nobody sleeps is kept. */
class Bell {
  private rung = false;
  private wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => this.ring(), { once: true });
  }

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  async wait(milliseconds: number): Promise<void> {
    if (!this.rung)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.rung = false;
    this.wake = undefined;
  }
}

/** Keeps one connection on LISTEN until the signal; a lost connection is made anew. */
async function listen({ pool, signal, log }: GenerationLoopOptions, onNotice: () => void): Promise<void> {
  while (!signal.aborted) {
    try {
      const client = await pool.connect();
      try {
        client.on("notification", onNotice);
        await client.query("listen generation_requested");
        await new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => resolve(), { once: true });
          client.on("error", () => resolve());
          client.on("end", () => resolve());
        });
      } finally {
        client.removeListener("notification", onNotice);
        client.release(true);
      }
    } catch (error) {
      log.warn({ err: error }, "cannot listen for live answers; polling goes on");
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
  }
}

async function claimSafely({ db, log }: GenerationLoopOptions) {
  const claim = randomUUID();
  try {
    const generation = await claimGeneration(db, claim);
    return generation && { generation, claim };
  } catch (error) {
    log.warn({ err: error }, "cannot claim a live answer; trying again");
    return undefined;
  }
}

/** Never throws: what goes wrong is written to the answer for the annotator, or left to the worker that takes it over. */
async function streamAnswer(options: GenerationLoopOptions, generation: ClaimedGeneration, claim: string) {
  const { db, log } = options;
  try {
    const end = await produce(options, generation, claim);
    if (end) await endGeneration(db, generation.id, claim, end);
  } catch (error) {
    log.error({ err: error, generationId: generation.id }, "a live answer could not be stored");
  }
}

const STOP = Symbol("stopped by the annotator");
const LET_GO = Symbol("taken over, or this worker ends");

/** Streams the text into the row. Undefined = not ours any more. */
async function produce(
  options: GenerationLoopOptions,
  generation: ClaimedGeneration,
  claim: string,
): Promise<GenerationEnd | undefined> {
  const cancel = new AbortController();
  const letGo = () => cancel.abort(LET_GO);
  options.signal.addEventListener("abort", letGo, { once: true });
  const progress = { text: "", provenance: {} as Record<string, unknown> };
  const flushing = flushEvery(options, generation, claim, progress, cancel);
  const end = (state: GenerationEnd["state"], error: string | null): GenerationEnd => ({ state, error, ...progress });
  try {
    if (generation.stopRequested) return end("stopped", null);
    await readPolicy(options, generation, progress, cancel.signal);
    return progress.text.trim() === "" ? end("failed", "empty") : end("done", null);
  } catch (error) {
    if (cancel.signal.reason === STOP) return end("stopped", null);
    if (cancel.signal.reason === LET_GO) return undefined;
    options.log.warn({ err: error, generationId: generation.id }, "a live answer failed");
    return end("failed", error instanceof PolicyError ? error.failure : "failed");
  } finally {
    options.signal.removeEventListener("abort", letGo);
    await flushing.stop();
  }
}

async function readPolicy(
  options: GenerationLoopOptions,
  generation: ClaimedGeneration,
  progress: { text: string; provenance: Record<string, unknown> },
  signal: AbortSignal,
): Promise<void> {
  const policy = createPolicy(
    { kind: generation.policyKind, config: generation.policyConfig, secretCiphertext: generation.secretCiphertext },
    generation,
    { wordDelayMs: options.wordDelayMs },
  );
  const pieces = policy.generate({
    messages: generation.messages,
    sampling: variantSampling(generation, generation.seed),
    signal,
    onProvenance: (provenance) => {
      progress.provenance = provenance;
    },
  });
  // Postgres cannot hold NUL.
  for await (const piece of pieces) progress.text += piece.replaceAll("\u0000", "");
}

/** Writes the text so far and the sign of life; learns of stop requests and of a takeover. */
function flushEvery(
  { db, log }: GenerationLoopOptions,
  generation: ClaimedGeneration,
  claim: string,
  progress: { text: string },
  cancel: AbortController,
) {
  let stopped = false;
  const loop = (async () => {
    while (!stopped) {
      await new Promise((resolve) => setTimeout(resolve, FLUSH_EVERY_MS));
      if (stopped) return;
      try {
        const row = await writeProgress(db, generation.id, claim, progress.text);
        if (!row) cancel.abort(LET_GO);
        else if (row.stopRequested) cancel.abort(STOP);
      } catch (error) {
        log.warn({ err: error, generationId: generation.id }, "the text of a live answer could not be written yet");
      }
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await loop;
    },
  };
}
