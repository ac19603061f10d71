/**
 * The figures of docs/benchmarks.md as a sequence of `bench:trainer` commands, the most telling first, so that a run that is cut off
 * has them. Minutes were estimated from single runs on two quiet cores; loading and repeated runs come on top.
 */
export interface PlanStep {
  name: string;
  args: string[];
  minutes: { full: number; brief: number };
}

/** What a brief plan does less of: fewer pairs in each timed run, still the median of three. */
export interface PlanSettings {
  brief: boolean;
}

const TRL = ["--peer", "trl"];

export function benchPlan({ brief }: PlanSettings): PlanStep[] {
  const pairs = ["--pairs", brief ? "16" : "64"];
  const train = ["--case", "train", ...TRL, ...pairs];
  const step = (name: string, full: number, short: number, ...args: string[]): PlanStep => ({
    name,
    args,
    minutes: { full, brief: short },
  });
  const peers = (...names: string[]) => ["--only", ...names];
  return [
    step("train", 19, 10, ...train, ...peers("trl-defaults", "trl-best")),
    step("train-f32", 14, 7, ...train, "--precision", "float32", ...peers("trl-f32-batch1")),
    step("candidates", 3, 3, "--case", "candidates", ...TRL),
    step("generate", 4, 4, "--case", "generate", ...TRL),
    step("score", 9, 4, "--case", "score", ...TRL, ...pairs),
    step("train-17m", 8, 5, ...train, "--size", "17m"),
    step(
      "accuracy-17m",
      6,
      6,
      ...["--case", "accuracy", ...TRL, "--size", "17m", "--learning-rate", "1e-4"],
      ...["--pairs", brief ? "504" : "1328", "--heldout", "450", ...peers("trl-best")],
    ),
    step("rss", 6, 3, "--case", "rss", "--precision", "bfloat16", "--pairs", "250", "--steps", brief ? "150" : "500"),
    step("size-7m", 1, 1, "--case", "size", "--size", "7m", "--precision", "float32", "--pairs", "32", "--rounds", "1"),
    step(
      "size-30m",
      3,
      3,
      "--case",
      "size",
      "--size",
      "30m",
      "--precision",
      "float32",
      "--pairs",
      "32",
      "--rounds",
      "1",
    ),
    step(
      "size-135m",
      7,
      7,
      "--case",
      "size",
      "--precision",
      "float32",
      "--engine",
      "libtorch",
      "--pairs",
      "32",
      "--rounds",
      "1",
    ),
    step(
      "train-f32-batch8",
      16,
      7,
      ...train,
      "--precision",
      "float32",
      "--engine",
      "libtorch",
      ...peers("trl-f32-batch8"),
    ),
  ];
}

/** The steps that fit the minutes, in order; a step that does not fit is passed over for a later one that does. */
export function fittingSteps(steps: readonly PlanStep[], minutes: number, { brief }: PlanSettings): PlanStep[] {
  let left = minutes;
  return steps.filter((step) => {
    const needed = brief ? step.minutes.brief : step.minutes.full;
    if (needed > left) return false;
    left -= needed;
    return true;
  });
}
