/** Losses of reward models and of fine-tuning. All return sums weighted so that adding micro-batches gives the step's mean. */
import * as tf from "@tensorflow/tfjs-core";
import type { SafetyBin } from "../format/pair";
import { ops } from "../ops";

/** 1 = safe, 0 = unsafe, null = the pair's bin does not tell. */
export type SafetyLabel = 0 | 1 | null;

/** What a pair's bin says about its two responses (Llama 2 A.3.1: the fourth combination never reaches training). */
export function safetyLabels(bin: SafetyBin | null): { chosen: SafetyLabel; rejected: SafetyLabel } {
  if (bin === "preferred_safe") return { chosen: 1, rejected: 0 };
  if (bin === "both_safe") return { chosen: 1, rejected: 1 };
  if (bin === "both_unsafe") return { chosen: 0, rejected: 0 };
  return { chosen: null, rejected: null };
}

export interface PairTarget {
  /** m(strength), in reward units. */
  margin: number;
  /** Factor of the pair's log-loss; 1 except for the scaled loss. */
  weight: number;
  chosenLabel: SafetyLabel;
  rejectedLabel: SafetyLabel;
}

export interface RewardLossSettings {
  /** Pairs of the whole optimizer step. */
  pairsInStep: number;
  /** Labelled responses of the whole optimizer step. */
  labelsInStep: number;
  safetyAuxiliaryWeight: number;
  /** TRL's centring term c * mean((r_c + r_r)^2) (arXiv 2312.09244 eq. 2); 0 = the paper's loss. */
  centering: number;
  /** Probability e that a label is wrong: the target of sigmoid(r_c - r_r - m) is 1 - e. Ours; 0 = the paper's loss. */
  labelSmoothing: number;
}

/**
 * sum over pairs of weight * -log sigmoid(g) / pairsInStep with g = r_c - r_r - m. Source: Llama 2 eq. 2; the weights are those of
 * scaled Bradley-Terry (HelpSteer2-Preference, arXiv 2410.01257). Smoothing: (1 - e) * -log sigmoid(g) + e * -log sigmoid(-g),
 * which is -log sigmoid(g) + e * g.
 */
function rankingLoss(
  chosen: tf.Tensor1D,
  rejected: tf.Tensor1D,
  targets: readonly PairTarget[],
  { pairsInStep, labelSmoothing }: RewardLossSettings,
): tf.Scalar {
  const gaps = tf.sub(tf.sub(chosen, rejected), tf.tensor1d(targets.map((target) => target.margin)));
  const weights = tf.tensor1d(targets.map((target) => target.weight / pairsInStep));
  const likely = ops.logSigmoid(gaps);
  const gains = labelSmoothing === 0 ? likely : tf.sub(likely, tf.mul(gaps, labelSmoothing));
  return tf.neg(tf.sum(tf.mul(gains, weights)));
}

/**
 * Mean binary cross entropy of sigmoid(r) against "this response is safe", over responses whose bin tells.
 * OURS: the paper reports a safety auxiliary loss (Table 29) but gives neither its formula nor its weight.
 */
function safetyLoss(rewards: tf.Tensor1D, labels: SafetyLabel[], labelsInStep: number): tf.Scalar {
  const signs = tf.tensor1d(labels.map((label) => (label === 0 ? -1 : 1)));
  const weights = tf.tensor1d(labels.map((label) => (label === null ? 0 : -1 / labelsInStep)));
  return tf.sum(tf.mul(ops.logSigmoid(tf.mul(rewards, signs)), weights));
}

/** The whole loss of a micro-batch of reward pairs. `targets[i]` belongs to chosen[i] and rejected[i]. */
export function rewardLoss(
  chosen: tf.Tensor1D,
  rejected: tf.Tensor1D,
  targets: readonly PairTarget[],
  settings: RewardLossSettings,
): tf.Scalar {
  if (chosen.size !== targets.length || rejected.size !== targets.length)
    throw new Error(`${chosen.size} chosen and ${rejected.size} rejected rewards for ${targets.length} pairs`);
  let loss = rankingLoss(chosen, rejected, targets, settings);
  if (settings.safetyAuxiliaryWeight > 0 && settings.labelsInStep > 0) {
    const onChosen = safetyLoss(
      chosen,
      targets.map((target) => target.chosenLabel),
      settings.labelsInStep,
    );
    const onRejected = safetyLoss(
      rejected,
      targets.map((target) => target.rejectedLabel),
      settings.labelsInStep,
    );
    loss = tf.add(loss, tf.mul(tf.add(onChosen, onRejected), settings.safetyAuxiliaryWeight));
  }
  if (settings.centering > 0) {
    const squares = tf.sum(tf.square(tf.add(chosen, rejected)));
    loss = tf.add(loss, tf.mul(squares, settings.centering / settings.pairsInStep));
  }
  return loss;
}

/** One pair's ranking loss on the host, for metrics: as `rewardLoss` adds it up, before the division by the number of pairs. */
export function rankingLossOf(gap: number, { margin, weight }: PairTarget, labelSmoothing: number): number {
  const shifted = gap - margin;
  return weight * (labelSmoothing * shifted - logSigmoidOf(shifted));
}

/** log(sigmoid(x)) on the host, for metrics and reports. */
export function logSigmoidOf(x: number): number {
  return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
}

export function sigmoidOf(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}
