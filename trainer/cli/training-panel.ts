/** What a person sees of a running training: a few lines that are drawn over again. Pure: metrics and a clock in, text out. */
import { bytesText, durationText } from "../recipes/memory-check";
import { progressText } from "./output";

/** The figures that training recipes have in common, and those that only some have. */
export type PanelMetric = {
  step: number;
  stepsTotal: number;
  loss: number;
  learningRate: number;
  tokensPerSecond: number;
  memoryBytes: number;
  accuracy?: number;
  rewardMargin?: number;
  pairsPerSecond?: number;
  rowsPerSecond?: number;
  heldoutAccuracy?: number | null;
  heldoutLoss?: number | null;
  mfu?: number | null;
  microBatchesSplit?: number;
};

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/** Steps that the expected end is judged by: recent ones, as lengths and the machine's load change. */
const RECENT_STEPS = 20;

/** A line of bars, one for each of at most `width` means of neighbouring values; the lowest value is the lowest bar. */
export function sparkline(values: readonly number[], width: number): string {
  const count = Math.min(values.length, Math.max(1, width));
  const means = Array.from({ length: count }, (_, index) => {
    const part = values.slice(
      Math.floor((index * values.length) / count),
      Math.floor(((index + 1) * values.length) / count),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const low = Math.min(...means);
  const range = Math.max(...means) - low;
  return means.map((mean) => BARS[range === 0 ? 0 : Math.round(((mean - low) / range) * (BARS.length - 1))]).join("");
}

/** What has been seen so far, for the panel and the plain line. */
export interface PanelState {
  /** Called with each metric. Lines of the panel, for a terminal so wide. */
  add(metric: PanelMetric, columns: number): string[];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

function speedParts(metric: PanelMetric): string[] {
  const rate = metric.pairsPerSecond ?? metric.rowsPerSecond ?? 0;
  return [
    `${rate.toPrecision(3)} ${metric.pairsPerSecond === undefined ? "rows" : "pairs"}/s`,
    `${whole(metric.tokensPerSecond)} tokens/s`,
    ...(typeof metric.mfu === "number" ? [`${percent(metric.mfu)} of matmul speed`] : []),
    bytesText(metric.memoryBytes),
    `rate ${metric.learningRate.toExponential(1)}`,
  ];
}

/** `now` gives milliseconds. */
export function createPanel(now: () => number = () => performance.now()): PanelState {
  const losses: number[] = [];
  const times: number[] = [now()];
  let heldout: string | null = null;
  let splits = 0;
  const endText = (metric: PanelMetric): string => {
    const from = Math.max(0, times.length - 1 - RECENT_STEPS);
    const each = ((times.at(-1) as number) - (times[from] as number)) / (times.length - 1 - from);
    const left = (metric.stepsTotal - metric.step) * each;
    return left === 0 ? "" : `${durationText(left / 3_600_000)} left`;
  };
  return {
    add(metric, columns) {
      losses.push(metric.loss);
      times.push(now());
      splits += metric.microBatchesSplit ?? 0;
      if (typeof metric.heldoutAccuracy === "number") {
        const loss = typeof metric.heldoutLoss === "number" ? `, loss ${metric.heldoutLoss.toFixed(4)}` : "";
        heldout = `held out ${percent(metric.heldoutAccuracy)}${loss} (step ${metric.step})`;
      }
      const judged = [
        ...(metric.accuracy === undefined ? [] : [`accuracy ${percent(metric.accuracy)}`]),
        ...(metric.rewardMargin === undefined ? [] : [`reward margin ${metric.rewardMargin.toFixed(3)}`]),
        ...(heldout === null ? [] : [heldout]),
        ...(splits === 0 ? [] : [`${splits} micro-batches split for memory`]),
      ];
      const label = `loss ${metric.loss.toFixed(4)}  `;
      const lines = [
        progressText(metric.step, metric.stepsTotal, endText(metric)),
        label + sparkline(losses, columns - label.length - 1),
        judged.join("  "),
        speedParts(metric).join("  "),
      ];
      return lines.filter((line) => line !== "").map((line) => line.slice(0, columns - 1));
    },
  };
}
