/**
 * Whether a new reward model replaces the one in service. The paper selects "the best RM available" and does not say how
 * (Llama 2 section 3.2.3); this rule is ours: both models judge the same held-out pairs, the higher accuracy wins, the lower
 * log-loss decides a tie, and a draw keeps the model in service. The first model of a task is promoted without a contest.
 */
export interface HeldoutResult {
  /** Held-out pairs of the task. */
  n: number;
  /** 0..1; null without pairs. */
  accuracy: number | null;
  logLoss: number | null;
}

export interface PromotionDecision {
  promote: boolean;
  /** One sentence for the log, the audit trail and the console. */
  reason: string;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

export function decidePromotion(candidate: HeldoutResult, serving: HeldoutResult | null): PromotionDecision {
  if (serving === null)
    return { promote: true, reason: "No model of this task is in service: the first one is promoted." };
  if (candidate.n === 0 || candidate.accuracy === null || serving.accuracy === null)
    return {
      promote: false,
      reason: "There are no held-out pairs to compare the models on: the one in service stays.",
    };
  if (candidate.n !== serving.n)
    return {
      promote: false,
      reason: `The models were evaluated on different pairs (${candidate.n} and ${serving.n}): the one in service stays.`,
    };
  const figures = `${percent(candidate.accuracy)} against ${percent(serving.accuracy)} on ${candidate.n} held-out pairs`;
  if (candidate.accuracy !== serving.accuracy)
    return candidate.accuracy > serving.accuracy
      ? { promote: true, reason: `Higher accuracy: ${figures}.` }
      : { promote: false, reason: `Lower accuracy: ${figures}.` };
  if (candidate.logLoss !== null && serving.logLoss !== null && candidate.logLoss < serving.logLoss)
    return {
      promote: true,
      reason: `Equal accuracy (${figures}) and lower log-loss: ${candidate.logLoss.toFixed(4)} against ${serving.logLoss.toFixed(4)}.`,
    };
  return { promote: false, reason: `Equal accuracy (${figures}) and no lower log-loss: the one in service stays.` };
}
