/** Gold items: when an answer is right, when the gold item itself is suspect, and when answers come too fast. Ours throughout. */
import { binomialTail } from "./distributions";
import type { ComparisonSafety, Position } from "./preference";

export interface GoldVerdict {
  /** Response that is, or was, preferred. */
  preferred: Position;
  safety: ComparisonSafety | null;
}

/** The strength is left free: careful people differ in it. Safety counts where both say something of it. */
export function isRightAnswer(given: GoldVerdict, gold: GoldVerdict): boolean {
  if (given.preferred !== gold.preferred) return false;
  return given.safety === null || gold.safety === null || given.safety === gold.safety;
}

/** Good annotators miss 1 - goodShare of all gold items; one that they miss far more often is more likely wrong than they are. */
const SUSPECT_P_MAX = 0.05;
export const SUSPECT_MISSES_MIN = 2;

/** `seen`, `missed`: by annotators who do well on the other gold items. */
export function isSuspectGold(seen: number, missed: number, goodShare: number): boolean {
  return missed >= SUSPECT_MISSES_MIN && binomialTail(missed, seen, 1 - goodShare) < SUSPECT_P_MAX;
}

export interface HasteSettings {
  /** Share of judgements below the floor that is put up with: now and then an item is that easy. */
  hasteShareMax: number;
  /** Chance of pausing somebody who keeps just to that share, at one look. */
  hasteFalsePauseRate: number;
}

/** Judgements that the test looks at, the newest. */
export const HASTE_WINDOW = 100;

/** One-sided binomial test: whether `hasty` of `n` judgements below the floor are too many to be chance. */
export function isTooHasty(hasty: number, n: number, settings: HasteSettings): boolean {
  return binomialTail(hasty, n, settings.hasteShareMax) < settings.hasteFalsePauseRate;
}
