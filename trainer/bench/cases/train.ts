/** Speed, memory and losses of training, ours against TRL on the same pairs, weights and cores. */

import {
  COMPARISONS,
  type Comparison,
  OURS,
  type OurName,
  PEERS,
  type PeerName,
  runOurs,
  runPeer,
  sameArithmetic,
  type TrainingResult,
} from "../contenders";
import type { BenchContext } from "../context";
import { comparisonFields, largestDifference, medianOf, rounded } from "../figures";
import { flopsOfRows } from "../flops";
import { bothRan, interleave, type Kept } from "../rounds";
import { trainingRequest } from "../training-request";

/** Losses of two programs that do the same arithmetic in another order. */
export const LOSS_DIFFERENCE_MAX = 1e-3;

export interface TrainCaseOptions {
  ours: readonly OurName[];
  peers: readonly PeerName[];
  pairs: number;
  learningRate: number;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function lossLine(kept: readonly Kept<TrainingResult>[], { ours, peer }: Comparison) {
  const [ourRun, peerRun] = [ours, peer].map((name) => kept.find(({ contender }) => contender === name)?.result.losses);
  const [ourLosses = [], peerLosses = []] = [ourRun, peerRun];
  const difference = largestDifference(ourLosses, peerLosses);
  return {
    ours: ourLosses.map((loss) => rounded(loss, 5)),
    peer: peerLosses.map((loss) => rounded(loss, 5)),
    largestDifference: rounded(difference),
    // bf16 rounds each side's activations differently: only exact arithmetic is held to the limit.
    agree: sameArithmetic(ours, peer) ? difference <= LOSS_DIFFERENCE_MAX : null,
  };
}

/** The goal is SmolLM2's; the 17M model has one of its own, four times TRL's speed. */
function goalOf(size: string, goal: number): number | null {
  if (size === "smollm2") return goal;
  return size === "17m" ? 4 : null;
}

function caseLine(kept: readonly Kept<TrainingResult>[], comparison: Comparison, size: string, pairs: number) {
  const { ours, peer, goal } = comparison;
  return {
    case: "train",
    size,
    ours,
    peer,
    unit: "pairs/s",
    pairs,
    goal: goalOf(size, goal),
    ...comparisonFields(kept, ours, peer, ({ result }) => pairs / result.seconds),
    losses: lossLine(kept, comparison),
  };
}

/** Our own speed where no peer runs beside it. */
function aloneLine(kept: readonly Kept<TrainingResult>[], ours: OurName, size: string, pairs: number, flops: number) {
  const seconds = medianOf(kept, ours, ({ result }) => result.seconds);
  const runs = kept.filter(({ contender }) => contender === ours);
  return {
    case: "train-alone",
    size,
    ours,
    engine: runs[0]?.result.engine,
    pairs,
    rounds: runs.length,
    oursPairsPerSecond: rounded(pairs / seconds),
    modelGflops: rounded(flops / seconds / 1e9),
    peakRssMib: medianOf(kept, ours, ({ result }) => result.peakRssMib),
    lossMean: rounded(mean(runs[0]?.result.losses ?? [])),
    disturbed: runs.some(({ disturbed }) => disturbed),
  };
}

/** Emits one line a comparison, and one for each of ours alone. Returns whether every checked loss agreed. */
export async function trainCase(context: BenchContext, options: TrainCaseOptions): Promise<boolean> {
  const { models, dataFile, directory, emit, report } = context;
  const settings = { pairs: options.pairs, heldout: 0, learningRate: options.learningRate, seed: 1 };
  const request = await trainingRequest(models, dataFile, settings, directory);
  const place = { ...context, request };
  const python = options.peers.length > 0 ? (await context.peer()).python : "";
  const kept = await interleave<TrainingResult>(
    [
      ...options.peers.map((name) => ({ name, run: () => runPeer(name, python, place) })),
      ...options.ours.map((name) => ({ name, run: () => runOurs(name, place) })),
    ],
    context.rounds,
    ({ contender, round, result, foreignShare }) => {
      const speed = request.pairsTimed / result.seconds;
      report(`round ${round + 1}: ${contender} ${speed.toFixed(3)} pairs/s, ${result.peakRssMib} MiB`);
      const precision = { ...OURS, ...PEERS }[contender as OurName | PeerName].precision;
      emit({
        run: "train",
        size: models.size,
        contender,
        precision,
        round,
        pairsPerSecond: speed,
        foreignShare,
        ...result,
      });
    },
  );
  const flops = flopsOfRows(models.config, request.rows.slice(-request.pairsTimed), request.config);
  for (const ours of options.ours)
    if (kept.some(({ contender }) => contender === ours))
      emit(aloneLine(kept, ours, models.size, request.pairsTimed, flops));
  let agree = true;
  for (const comparison of COMPARISONS) {
    if (!bothRan(kept, comparison.ours, comparison.peer)) continue;
    const line = caseLine(kept, comparison, models.size, request.pairsTimed);
    if (line.losses.agree === false) agree = false;
    emit(line);
  }
  return agree;
}
