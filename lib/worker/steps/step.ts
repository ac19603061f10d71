/** What a step of a round gets, and what it promises: run again after a crash at any point, it ends in the same state. */
import type { ServiceContext } from "@/lib/services/context";
import type { StepLease } from "@/lib/services/rounds/step-lease";

export interface StepRun {
  context: ServiceContext;
  lease: StepLease;
  /** Aborted when the worker stops or the step is no longer this attempt's. */
  signal: AbortSignal;
  /** Share 0..1 and a sentence for the console. */
  progress(share: number, message: string): Promise<void>;
  /** A line for the step's log. */
  log(message: string): Promise<void>;
}

export type Step = (run: StepRun) => Promise<void>;
