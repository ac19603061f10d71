/** How single scores spread, and whether the model leans on length. Pure parts of the evaluation report. */
import { sigmoidOf } from "../core/losses";
import type { AccuracyCell, EvaluationReport } from "../format/evaluation";
import { SAFETY_BINS } from "../format/pair";
import type { ScoredPair } from "./score-pairs";

export const SCORE_BINS = 20;
/** Relative length differences; the middle bin is "about as long". */
const LENGTH_EDGES = [-1, -0.5, -0.25, -0.05, 0.05, 0.25, 0.5, 1] as const;

const binOf = (score: number): number => Math.min(SCORE_BINS - 1, Math.floor(score * SCORE_BINS));

/** Bins that no pair is in are left out. */
export function scoreHistogram(scored: readonly ScoredPair[]): NonNullable<EvaluationReport["scores"]> {
  return [...SAFETY_BINS, null].flatMap((safety) => {
    const inside = scored.filter(({ pair }) => (pair.safety ?? null) === safety);
    if (inside.length === 0) return [];
    return (["chosen", "rejected"] as const).map((response) => {
      const counts = new Array<number>(SCORE_BINS).fill(0);
      for (const one of inside) {
        const bin = binOf(sigmoidOf(response === "chosen" ? one.rewardChosen : one.rewardRejected));
        counts[bin] = (counts[bin] ?? 0) + 1;
      }
      return { safety: safety ?? "none", response, counts };
    });
  });
}

function lengthDifference({ pair }: ScoredPair): number {
  const [chosen, rejected] = [[...pair.chosen].length, [...pair.rejected].length];
  return chosen + rejected === 0 ? 0 : (chosen - rejected) / (chosen + rejected);
}

/** `cell` counts a group's accuracy. A difference on an edge belongs to the bin above it; 1 to the last. */
export function accuracyByLength(
  scored: readonly ScoredPair[],
  cell: (key: string, group: readonly ScoredPair[]) => AccuracyCell,
): NonNullable<EvaluationReport["byLength"]> {
  const placed = scored.map((one) => ({ one, difference: lengthDifference(one) }));
  return LENGTH_EDGES.slice(0, -1).map((from, index) => {
    const to = LENGTH_EDGES[index + 1] as number;
    const last = index === LENGTH_EDGES.length - 2;
    const inside = placed.filter(({ difference }) => difference >= from && (difference < to || last));
    const group = inside.map(({ one }) => one);
    return { ...cell(`${from}..${to}`, group), from, to };
  });
}
