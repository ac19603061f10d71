/** Whole answers from a policy variant, for sampling: no one watches, so a passing failure is simply tried again. */
import { setTimeout as pause } from "node:timers/promises";
import { createPolicy, PolicyError, type Sampling } from "@/lib/policies";
import type { SamplingVariant } from "@/lib/services/rejection-sampling/plan";
import type { Message } from "@/trainer/format/pair";

const TRIES = 3;
const PAUSE_MS = 1000;

export interface Answer {
  text: string;
  /** The sampling parameters and what the policy said of itself (I9). */
  sampling: Record<string, unknown>;
}

async function generateOnce(
  variant: SamplingVariant,
  messages: Message[],
  sampling: Sampling,
  signal: AbortSignal,
): Promise<Answer> {
  let provenance: Record<string, unknown> = {};
  let text = "";
  const policy = createPolicy(variant.policy, variant);
  const onProvenance = (told: Record<string, unknown>): void => {
    provenance = told;
  };
  for await (const piece of policy.generate({ messages, sampling, signal, onProvenance })) text += piece;
  return {
    text: text.trim(),
    sampling: { ...sampling, ...(Object.keys(provenance).length > 0 ? { provenance } : {}) },
  };
}

/** Null for an empty answer. Errors: PolicyError after three tries, naming the variant; the signal's reason. */
export async function answer(
  variant: SamplingVariant,
  messages: Message[],
  sampling: Sampling,
  signal: AbortSignal,
): Promise<Answer | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const generated = await generateOnce(variant, messages, sampling, signal);
      return generated.text === "" ? null : generated;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PolicyError)) throw error;
      if (error.failure === "empty") return null;
      if (attempt >= TRIES)
        throw new PolicyError(
          error.failure,
          `The policy "${variant.policy.name}" (variant "${variant.name}") gave no answer in ${TRIES} tries: ${error.message} ` +
            "Check it under Policies, then retry this step.",
        );
      await pause(PAUSE_MS * attempt, undefined, { signal });
    }
  }
}

/** Runs `work` on all items, at most `width` at once, keeping their order. The first error stops the others from starting. */
export async function mapLimited<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      try {
        results[index] = await work(items[index]!, index);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return results;
}
