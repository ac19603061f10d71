/** Statistics of a scored held-out set. Pure: rewards in, report out. Definitions: the comments of `format/evaluation.ts`. */
import { logSigmoidOf, safetyLabels, sigmoidOf } from "../core/losses";
import type { AccuracyCell, EvaluationReport } from "../format/evaluation";
import { SAFETY_BINS, STRENGTHS, type Task } from "../format/pair";
import { wilsonInterval } from "../format/wilson";
import type { ScoredPair } from "./score-pairs";
import { accuracyByLength, scoreHistogram } from "./score-spread";

const RELIABILITY_BINS = 10;
const WORST_MAX = 50;

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

const gapOf = (scored: ScoredPair) => scored.rewardChosen - scored.rewardRejected;
const creditOf = (gap: number) => (gap > 0 ? 1 : gap === 0 ? 0.5 : 0);

function accuracyCell(key: string, scored: readonly ScoredPair[]): AccuracyCell {
  const n = scored.length;
  const correct = scored.reduce((sum, one) => sum + creditOf(gapOf(one)), 0);
  if (n === 0) return { key, n, correct, accuracy: null, low: null, high: null };
  return { key, n, correct, accuracy: correct / n, ...wilsonInterval(correct, n) };
}

/** Ranks from 1, equal values sharing their mean rank. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const result = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && order[end]?.value === order[start]?.value) end += 1;
    for (const { index } of order.slice(start, end)) result[index] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}

/** Spearman's rank correlation; null when either side does not vary. */
export function spearman(a: readonly number[], b: readonly number[]): number | null {
  const [rankA, rankB] = [ranks(a), ranks(b)];
  const [meanA, meanB] = [mean(rankA) ?? 0, mean(rankB) ?? 0];
  let across = 0;
  let withinA = 0;
  let withinB = 0;
  rankA.forEach((value, index) => {
    const [x, y] = [value - meanA, (rankB[index] as number) - meanB];
    across += x * y;
    withinA += x * x;
    withinB += y * y;
  });
  return withinA === 0 || withinB === 0 ? null : across / Math.sqrt(withinA * withinB);
}

interface Calibration {
  ece: number | null;
  reliability: EvaluationReport["reliability"];
}

/** Bins of confidence max(p, 1-p), which lies in [0.5, 1]: ten equal bins of that range. */
function calibrate(gaps: readonly number[]): Calibration {
  const predictions = gaps.map((gap) => ({ confidence: sigmoidOf(Math.abs(gap)), credit: creditOf(gap) }));
  const width = 0.5 / RELIABILITY_BINS;
  let error = 0;
  const reliability = Array.from({ length: RELIABILITY_BINS }, (_, bin) => {
    const inside = predictions.filter(
      ({ confidence }) => Math.min(RELIABILITY_BINS - 1, Math.floor((confidence - 0.5) / width)) === bin,
    );
    const confidence = mean(inside.map((one) => one.confidence));
    const accuracy = mean(inside.map((one) => one.credit));
    if (confidence !== null && accuracy !== null)
      error += (inside.length / gaps.length) * Math.abs(accuracy - confidence);
    return { from: 0.5 + bin * width, to: 0.5 + (bin + 1) * width, n: inside.length, confidence, accuracy };
  });
  return { ece: gaps.length === 0 ? null : error, reliability };
}

function unsafeRecall(scored: readonly ScoredPair[]): EvaluationReport["unsafeRecall"] {
  const rewards = scored.flatMap(({ pair, rewardChosen, rewardRejected }) => {
    const labels = safetyLabels(pair.safety);
    return [...(labels.chosen === 0 ? [rewardChosen] : []), ...(labels.rejected === 0 ? [rewardRejected] : [])];
  });
  return { n: rewards.length, recall: mean(rewards.map((reward) => (reward < 0 ? 1 : 0))) };
}

export function buildReport(task: Task, scored: readonly ScoredPair[]): EvaluationReport {
  const gaps = scored.map(gapOf);
  const strengths = [...STRENGTHS, null];
  const lengths = scored.map(({ pair }) => [...pair.chosen].length - [...pair.rejected].length);
  return {
    task,
    n: scored.length,
    overall: accuracyCell("all", scored),
    byStrength: strengths
      .map((strength) =>
        accuracyCell(
          strength ?? "none",
          scored.filter(({ pair }) => pair.strength === strength),
        ),
      )
      .filter((cell) => cell.key !== "none" || cell.n > 0),
    bySafety: SAFETY_BINS.map((bin) =>
      accuracyCell(
        bin,
        scored.filter(({ pair }) => pair.safety === bin),
      ),
    ),
    meanRewardMargin: mean(gaps),
    logLoss: mean(gaps.map((gap) => -logSigmoidOf(gap))),
    brier: mean(gaps.map((gap) => sigmoidOf(-gap) ** 2)),
    ...calibrate(gaps),
    lengthCorrelation: spearman(gaps, lengths),
    scores: scoreHistogram(scored),
    byLength: accuracyByLength(scored, accuracyCell),
    unsafeRecall: unsafeRecall(scored),
    worst: scored
      .filter((one) => gapOf(one) <= 0)
      .sort((a, b) => gapOf(a) - gapOf(b))
      .slice(0, WORST_MAX)
      .map(({ pair, rewardChosen, rewardRejected }) => ({ pairId: pair.id, rewardChosen, rewardRejected })),
  };
}
