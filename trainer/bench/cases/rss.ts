/** Whether a long run's memory stays where it is: resident MiB at step 50 and at the last. */
import { type OurName, runOurs } from "../contenders";
import type { BenchContext } from "../context";
import { rounded } from "../figures";
import { trainingRequest } from "../training-request";

export interface RssCaseOptions {
  ours: readonly OurName[];
  steps: number;
  /** The data are gone through as often as the steps need. */
  pairs: number;
}

const SETTLED_STEP = 50;
const GROWTH_MAX = 0.02;

/** Returns whether every engine stayed flat. */
export async function rssCase(context: BenchContext, { ours, steps, pairs }: RssCaseOptions): Promise<boolean> {
  const { models, dataFile, directory, emit } = context;
  const settings = { pairs: pairs - 1, heldout: 0, learningRate: 1e-6, seed: 1, pairsPerStep: 1 };
  const request = await trainingRequest(models, dataFile, settings, directory);
  const settled = Math.min(SETTLED_STEP, Math.max(1, Math.floor(steps / 4)));
  const rssAtSteps = Array.from({ length: 11 }, (_, index) => Math.round(settled + (index * (steps - settled)) / 10));
  let flat = true;
  for (const name of ours) {
    const config = { epochs: steps / pairs, stepsMax: steps };
    const { result, foreignShare } = await runOurs(name, { ...context, request }, { config, rssAtSteps });
    const [first = 0, last = 0] = [settled, steps].map((step) => result.rss?.[step]);
    const growth = last / first - 1;
    if (growth > GROWTH_MAX) flat = false;
    emit({
      case: "rss",
      size: models.size,
      ours: name,
      steps,
      [`rssMibAtStep${settled}`]: first,
      [`rssMibAtStep${steps}`]: last,
      growth: rounded(growth),
      growthMax: GROWTH_MAX,
      flat: growth <= GROWTH_MAX,
      rssMib: result.rss,
      peakRssMib: result.peakRssMib,
      foreignShareLargest: foreignShare,
    });
  }
  return flat;
}
