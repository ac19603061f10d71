/** What anything that generates responses looks like: endpoint, embedded model or recordings. */
import type { Message } from "@/trainer/format/pair";

export interface Sampling {
  temperature: number;
  /** 1 = off. */
  topP: number;
  /** 0 = off. */
  topK: number;
  tokensMax: number;
  seed: number;
}

export interface PolicyRequest {
  /** Ends in a user turn. */
  messages: readonly Message[];
  sampling: Sampling;
  signal: AbortSignal;
  /** Told once, before the last piece: what exactly answered (I9), to be kept with the response. */
  onProvenance?: (provenance: Record<string, unknown>) => void;
}

export interface Policy {
  /** Yields pieces of text. Throws PolicyError; an abort of `signal` ends the iteration with its reason. */
  generate(request: PolicyRequest): AsyncIterable<string>;
}

/** What the annotator is told; the address, status and body of an endpoint are not. */
export type PolicyFailure = "unreachable" | "timeout" | "cut" | "refused" | "empty" | "failed";

export class PolicyError extends Error {
  /** `message` is for the log of the operator. It never repeats what an endpoint said. */
  constructor(
    readonly failure: PolicyFailure,
    message: string,
  ) {
    super(message);
    this.name = "PolicyError";
  }
}
