/** Which evaluation was the best, and when to stop because none gets better. Ours: the paper trains for one epoch and looks no further. */
import { z } from "zod";
import type { TrainingConfig } from "../format/training-config";

/** What the held-out pairs say of a model. */
export interface HeldoutResult {
  accuracy: number;
  /** Mean of -log sigmoid(r_chosen - r_rejected). */
  loss: number;
}

export const evaluationStateSchema = z.strictObject({
  best: z.strictObject({ step: z.number().int(), accuracy: z.number(), loss: z.number() }).nullable(),
  /** What a gain is measured from: the value at the last evaluation that counted as one. */
  reference: z.number().nullable(),
  /** Evaluations since then. */
  stale: z.number().int().nonnegative(),
});
export type EvaluationState = z.infer<typeof evaluationStateSchema>;

export const NO_EVALUATION: EvaluationState = { best: null, reference: null, stale: 0 };

export type BestSettings = Pick<TrainingConfig, "bestBy" | "earlyStopPatience" | "earlyStopGainMin" | "keepBest">;

/** Whether the best model rather than the last is the result. */
export function wantsBest({ keepBest, earlyStopPatience }: BestSettings): boolean {
  return keepBest || earlyStopPatience !== null;
}

/** Whether to stop before another step. */
export function isStale({ stale }: EvaluationState, { earlyStopPatience }: BestSettings): boolean {
  return earlyStopPatience !== null && stale >= earlyStopPatience;
}

function isBetter(result: HeldoutResult, best: HeldoutResult | null, bestBy: BestSettings["bestBy"]): boolean {
  if (best === null) return true;
  if (bestBy === "loss") return result.loss < best.loss;
  return result.accuracy > best.accuracy || (result.accuracy === best.accuracy && result.loss < best.loss);
}

/**
 * The state after an evaluation. The best model is the one with the better figure, however small the difference; patience counts
 * evaluations until one is better by more than `earlyStopGainMin` than the last that was.
 */
export function judge(
  state: EvaluationState,
  step: number,
  result: HeldoutResult,
  { bestBy, earlyStopGainMin }: BestSettings,
): EvaluationState {
  const value = bestBy === "accuracy" ? result.accuracy : -result.loss;
  const gained = state.reference === null || value > state.reference + earlyStopGainMin;
  const { accuracy, loss } = result;
  return {
    best: isBetter(result, state.best, bestBy) ? { step, accuracy, loss } : state.best,
    reference: gained ? value : state.reference,
    stale: gained ? 0 : state.stale + 1,
  };
}
