/** Words and rules of the second look at judgements: why it is taken, what comes of it, how often an annotator passes. Pure. */
import { createHash } from "node:crypto";
import { wilsonInterval } from "@/trainer/format/wilson";

/**
 * Why a judgement waits for a reviewer. `preferred_unsafe` (paper section 3.2.1) and `flagged` always do; `sample` is a random
 * share; `new_annotator` = among somebody's first; `revised` = replaces one that a reviewer rejected or fixed; `triage` = sent
 * on from there.
 */
export const REVIEW_REASONS = ["preferred_unsafe", "flagged", "revised", "triage", "new_annotator", "sample"] as const;
export type ReviewReason = (typeof REVIEW_REASONS)[number];

/** `withdrawn` takes the reviewer's last word back: the case waits again. */
export const REVIEW_DECISIONS = ["approved", "fixed", "rejected", "withdrawn"] as const;
export type ReviewDecision = (typeof REVIEW_DECISIONS)[number];

/** Decisions that say something about the judgement. */
export const standingDecision = (decision: ReviewDecision | null | undefined): boolean =>
  decision !== null && decision !== undefined && decision !== "withdrawn";

export interface ReviewTally {
  userId: string;
  /** Reviewed judgements of any reason, and what came of them. */
  approved: number;
  fixed: number;
  rejected: number;
  /** Of these, the ones that chance or the annotator's newness chose: what a rate may be read from. */
  sampled: number;
  sampledApproved: number;
}

/**
 * Share of sampled judgements that were approved as they were, with Wilson's 95% interval; null without any. Flagged and unsafe
 * cases are left out: who flags honestly would look worse.
 */
export function approvalRate(tally: ReviewTally): { share: number; n: number; interval: [number, number] } | null {
  if (tally.sampled === 0) return null;
  const { low, high } = wilsonInterval(tally.sampledApproved, tally.sampled);
  return { share: tally.sampledApproved / tally.sampled, n: tally.sampled, interval: [low, high] };
}

/**
 * Whether response 2 stands left as A for this person. Fixed for the pair of them, so that a case looks the same when it is
 * opened again, and as good as a coin over many: neither import order nor policy can be read from the side.
 */
export const caseSwapped = (itemId: string, userId: string): boolean =>
  (createHash("sha256").update(`pairwright.case:${itemId}:${userId}`).digest()[0]! & 1) === 1;
