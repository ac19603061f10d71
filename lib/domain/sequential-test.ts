/**
 * Wald's sequential probability ratio test on gold items: after each answer an annotator is accepted, paused, or judged further.
 * It needs the fewest items of all tests with the same two error rates (Wald and Wolfowitz 1948).
 */

export interface SequentialTestSettings {
  /** Share of right answers of an annotator to be kept. */
  goodShare: number;
  /** Share of right answers of one to be paused; less than `goodShare`. */
  badShare: number;
  /** Chance of pausing a good annotator. */
  falsePauseRate: number;
  /** Chance of accepting a bad one. */
  falsePassRate: number;
}

/** Ours: 90% against 65% at 1% and 5% errors pauses a coin-flipper after about five gold items. */
export const SEQUENTIAL_TEST_DEFAULTS: SequentialTestSettings = {
  goodShare: 0.9,
  badShare: 0.65,
  falsePauseRate: 0.01,
  falsePassRate: 0.05,
};

export type SequentialDecision = "continue" | "pass" | "pause";

export interface SequentialState {
  /** ln P(answers | bad) - ln P(answers | good); rises with wrong answers. */
  logRatio: number;
  decision: SequentialDecision;
  /** Reached from below: pause. */
  upper: number;
  /** Reached from above: pass. */
  lower: number;
}

/** The state after answers in time order. A test that passed starts anew, so that later decay is found too; a pause stays. */
export function sequentialTest(answers: readonly boolean[], settings: SequentialTestSettings): SequentialState {
  const { goodShare, badShare, falsePauseRate, falsePassRate } = settings;
  if (!(badShare > 0 && badShare < goodShare && goodShare < 1))
    throw new RangeError(
      `badShare (${badShare}) must lie between 0 and goodShare (${goodShare}), and goodShare below 1`,
    );
  const upper = Math.log((1 - falsePassRate) / falsePauseRate);
  const lower = Math.log(falsePassRate / (1 - falsePauseRate));
  const right = Math.log(badShare / goodShare);
  const wrong = Math.log((1 - badShare) / (1 - goodShare));
  let logRatio = 0;
  let decision: SequentialDecision = "continue";
  for (const answer of answers) {
    if (decision === "pass") logRatio = 0;
    logRatio += answer ? right : wrong;
    if (logRatio >= upper) return { logRatio, decision: "pause", upper, lower };
    decision = logRatio <= lower ? "pass" : "continue";
  }
  return { logRatio, decision, upper, lower };
}
