/** Interleaved rounds: every contender runs once a round, disturbed runs are made again, and ratios are taken within a round. */
import { BenchError } from "./errors";

export interface Attempt<Result> {
  result: Result;
  seconds: number;
  foreignShare: number | null;
}

export interface Kept<Result> extends Attempt<Result> {
  contender: string;
  /** From 0. */
  round: number;
  /** Runs thrown away before this one because other work took the cores. */
  discarded: number;
  /** The best of all tries was still disturbed. */
  disturbed: boolean;
}

export interface RoundOptions {
  rounds: number;
  /** Of the machine's time; a run with more foreign work than this is made again. */
  foreignShareMax: number;
  /** Runs of one contender in one round, the first included. */
  triesMax: number;
  report: (line: string) => void;
  onFailed: (contender: string, cause: BenchError) => void;
}

export interface Contender<Result> {
  name: string;
  run: (round: number) => Promise<Attempt<Result>>;
}

/** Repeats a disturbed run; when every try is disturbed the least disturbed one is kept and marked. */
async function quietRun<Result>(contender: Contender<Result>, round: number, options: RoundOptions) {
  let best: Attempt<Result> | null = null;
  for (let attempt = 0; attempt < options.triesMax; attempt += 1) {
    const run = await contender.run(round);
    const share = run.foreignShare ?? 0;
    if (share <= options.foreignShareMax)
      return { ...run, contender: contender.name, round, discarded: attempt, disturbed: false };
    options.report(
      `${contender.name}: other work took ${(100 * share).toFixed(0)}% of the machine${attempt + 1 < options.triesMax ? ", once more" : ""}`,
    );
    if (best === null || share < (best.foreignShare ?? 0)) best = run;
  }
  if (best === null) throw new BenchError("at least one try is needed");
  return { ...best, contender: contender.name, round, discarded: options.triesMax - 1, disturbed: true };
}

/**
 * Runs the contenders in turn, `rounds` times. `onKept` sees each run as it comes, so that an interrupted bench loses none. A contender
 * that fails (an engine that is not there, too little memory) is left out from then on, and the others go on; `onFailed` hears of it.
 */
export async function interleave<Result>(
  contenders: readonly Contender<Result>[],
  options: RoundOptions,
  onKept: (kept: Kept<Result>) => void = () => {},
): Promise<Kept<Result>[]> {
  const kept: Kept<Result>[] = [];
  const failed = new Set<string>();
  for (let round = 0; round < options.rounds; round += 1)
    for (const contender of contenders) {
      if (failed.has(contender.name)) continue;
      try {
        const run = await quietRun(contender, round, options);
        kept.push(run);
        onKept(run);
      } catch (cause) {
        // Stopped by hand: what was kept so far still makes lines.
        if ((cause as Error).name === "AbortError") return kept;
        if (!(cause instanceof BenchError)) throw cause;
        failed.add(contender.name);
        options.onFailed(contender.name, cause);
      }
    }
  return kept;
}

/** Whether both sides of a comparison have runs. */
export function bothRan<Result>(kept: readonly Kept<Result>[], one: string, other: string): boolean {
  return [one, other].every((name) => kept.some(({ contender }) => contender === name));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The two contenders' values round by round, for the rounds that both finished. */
export function paired<Result, Value>(
  kept: readonly Kept<Result>[],
  one: string,
  other: string,
  value: (run: Kept<Result>) => Value,
): [Value, Value][] {
  const of = (name: string) => new Map(kept.filter((run) => run.contender === name).map((run) => [run.round, run]));
  const others = of(other);
  return [...of(one)].flatMap(([round, run]): [Value, Value][] => {
    const against = others.get(round);
    return against === undefined ? [] : [[value(run), value(against)]];
  });
}
