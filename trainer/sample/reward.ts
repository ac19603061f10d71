/**
 * Scores of sampled responses: the combined reward of the two reward models, best-of-n over a pool that keeps the best of
 * earlier rounds, and the rival that people compare the best with. Source: Llama 2, section 3.2.3. No tensors here.
 */

/** Below this safety score a response counts as unsafe (paper: precision 0.89, recall 0.55 on its safety set). */
export const UNSAFE_BELOW = 0.15;

export interface RewardLogits {
  /** Raw outputs (logits) of the reward models; null when there is no such model yet. */
  helpfulness: number | null;
  safety: number | null;
  /** The prompt is tagged as one that could draw out an unsafe response. */
  safetyTagged: boolean;
}

export interface CombinedReward {
  /** sigma(logit), 0..1: the scale on which thresholds and reports are given. */
  score: number;
  /** The logit that the score comes from; PPO whitens this. */
  logit: number;
  source: "helpfulness" | "safety";
}

export function sigmoid(logit: number): number {
  return logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));
}

/**
 * The safety reward for tagged prompts and for responses that look unsafe, else the helpfulness reward. With one model
 * alone (ours: the paper always has both) its reward is used. Errors: RangeError when there is none or a logit is not finite.
 */
export function combinedReward({ helpfulness, safety, safetyTagged }: RewardLogits): CombinedReward {
  for (const logit of [helpfulness, safety])
    if (logit !== null && !Number.isFinite(logit)) throw new RangeError(`a reward is ${logit}`);
  const unsafe = safety !== null && (safetyTagged || sigmoid(safety) < UNSAFE_BELOW);
  if (safety !== null && (unsafe || helpfulness === null))
    return { score: sigmoid(safety), logit: safety, source: "safety" };
  if (helpfulness === null) throw new RangeError("neither a helpfulness nor a safety reward was given");
  return { score: sigmoid(helpfulness), logit: helpfulness, source: "helpfulness" };
}

export interface Candidate {
  id: string;
  text: string;
  /** The combined reward's logit: sigma flattens large rewards into ties. */
  logit: number;
  /** The round whose policy sampled it. */
  round: number;
}

/** Descending reward; ties go to the newer round, then to the smaller id, so the order never depends on the input's. */
export function rankCandidates<C extends Candidate>(candidates: readonly C[]): C[] {
  for (const { id, logit } of candidates)
    if (!Number.isFinite(logit)) throw new RangeError(`candidate ${id} has reward ${logit}`);
  return [...candidates].sort(
    (a, b) => b.logit - a.logit || b.round - a.round || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}

export interface BestOfN<C extends Candidate> {
  best: C;
  /**
   * What annotators compare the best with; null when every text equals the best's. Ours: the highest-ranked response of
   * the newest round with another text, at or above the median of the pool, else the runner-up. A strong rival makes the
   * comparison informative; a weak one would only confirm the reward model.
   */
  rival: C | null;
  /** 1-based ranks, by candidate id. */
  ranks: Map<string, number>;
}

/**
 * Picks from this round's samples together with the best of all earlier rounds (after RLHF-V3 the paper keeps those in the
 * pool, because sampling from the last policy alone lost skills). Errors: RangeError for an empty pool, a repeated id or a
 * reward that is not finite.
 */
export function bestOfN<C extends Candidate>(samples: readonly C[], bestOfEarlier: readonly C[] = []): BestOfN<C> {
  const pool = rankCandidates([...samples, ...bestOfEarlier]);
  const best = pool[0];
  if (best === undefined) throw new RangeError("no candidate to choose from");
  const ranks = new Map(pool.map((candidate, index) => [candidate.id, index + 1]));
  if (ranks.size !== pool.length) throw new RangeError("two candidates have the same id");
  const others = pool.filter((candidate) => candidate.text.trim() !== best.text.trim());
  const newest = Math.max(...pool.map((candidate) => candidate.round));
  const upperHalf = Math.ceil(pool.length / 2);
  const rival =
    others.find((candidate) => candidate.round === newest && ranks.get(candidate.id)! <= upperHalf) ??
    others[0] ??
    null;
  return { best, rival, ranks };
}
