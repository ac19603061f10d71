/**
 * Sorts judgements that surprise the reward model into what to do about them. A model and a person disagree for one of four
 * reasons: the person slipped, the guidelines leave the case open, people truly differ, or the model is wrong; only the first
 * three ask for anybody's time. Pure; thresholds are ours and stand here.
 */

export const TRIAGE_THRESHOLDS = {
  /** Nats. ln 5: the model gave the chosen answer at most one chance in five. */
  surpriseMin: Math.log(5),
  /** Chance that the annotator is the one who erred, from which a slip is likely. */
  slipProbabilityMin: 0.5,
  /** Share of right answers from which an annotator counts as reliable. */
  reliableMin: 0.7,
  /** Annotators who judged the item at least, and the smaller camp's share, for a split to be a plurality. */
  pluralityVotesMin: 3,
  pluralityShareMin: 1 / 3,
  /** Different annotators who surprise the model in one category, and how many times the project's usual share that is. */
  gapAnnotatorsMin: 3,
  gapShareRatioMin: 2,
} as const;

export type TriageQueue = "likely_slip" | "guideline_gap" | "plurality";

/** -ln sigma(rewardMargin), nats; 0 = just as the model expected. Computed so that it neither overflows nor loses small values. */
export function surpriseOf(rewardMargin: number): number {
  return rewardMargin > 0 ? Math.log1p(Math.exp(-rewardMargin)) : -rewardMargin + Math.log1p(Math.exp(rewardMargin));
}

export interface AnswerCount {
  right: number;
  seen: number;
}

/**
 * Share of answers in which an annotator is right, from gold items and from agreement with others, in [0.5, 1). Agreement
 * between two equally reliable people is r² + (1 - r)²; solved for r. Four made-up gold items, three of them right, keep one
 * answer from deciding.
 */
export function reliabilityOf(gold: AnswerCount, peers: AnswerCount): number {
  const prior = { right: 3, seen: 4 };
  const agreement = peers.seen > 0 ? Math.max(0.5, peers.right / peers.seen) : 0.5;
  const fromPeers = (1 + Math.sqrt(2 * agreement - 1)) / 2;
  const right = prior.right + gold.right + fromPeers * peers.seen;
  const share = right / (prior.seen + gold.seen + peers.seen);
  return Math.min(0.99, Math.max(0.5, share));
}

/** Chance that the annotator erred, by Bayes: `reliability` is the prior of being right, exp(-surprise) the model's view. */
export function slipProbability(surprise: number, reliability: number): number {
  const expected = Math.exp(-surprise);
  const slipped = (1 - reliability) * (1 - expected);
  const stands = reliability * expected;
  return slipped + stands === 0 ? 1 : slipped / (slipped + stands);
}

export interface TriageInput {
  /** Nats. */
  surprise: number;
  reliability: number;
  /** Judgements of the same item: for the same answer (this one included) and for the other. */
  votes: { same: number; other: number };
  /** The least reliable of those who judged the item. */
  reliabilityMin: number;
  /** Of the item's category; null when it has none. Shares of scored judgements that reach `surpriseMin`. */
  category: { annotators: number; share: number } | null;
  /** The same share over the whole project. */
  projectShare: number;
}

/** Null = leave it: nothing surprising, or the model is the likelier one to err. */
export function triageOf(input: TriageInput): TriageQueue | null {
  const limits = TRIAGE_THRESHOLDS;
  if (input.surprise < limits.surpriseMin) return null;
  const { same, other } = input.votes;
  const smaller = Math.min(same, other) / Math.max(1, same + other);
  const isSplit = same + other >= limits.pluralityVotesMin && smaller >= limits.pluralityShareMin;
  if (isSplit && input.reliabilityMin >= limits.reliableMin) return "plurality";
  const { category } = input;
  if (
    category &&
    category.annotators >= limits.gapAnnotatorsMin &&
    category.share >= limits.gapShareRatioMin * input.projectShare
  )
    return "guideline_gap";
  return slipProbability(input.surprise, input.reliability) >= limits.slipProbabilityMin ? "likely_slip" : null;
}
