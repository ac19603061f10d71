/** Whether the faster trainer learns as much: held-out accuracy after one epoch from the same weights, with 95% intervals. */
import { wilsonInterval } from "../../format/wilson";
import { type OurName, type PeerName, runOurs, runPeer, type TrainingResult } from "../contenders";
import type { BenchContext } from "../context";
import { rounded } from "../figures";
import { interleave, type Kept } from "../rounds";
import { trainingRequest } from "../training-request";

export interface AccuracyCaseOptions {
  ours: readonly OurName[];
  peers: readonly PeerName[];
  pairs: number;
  heldout: number;
  learningRate: number;
}

function judged({ result: { correct = 0, judged: n = 1, seconds } }: Kept<TrainingResult>, pairs: number) {
  const { low, high } = wilsonInterval(correct, n);
  return {
    accuracy: rounded(correct / n),
    low: rounded(low),
    high: rounded(high),
    perSecond: rounded(pairs / seconds),
  };
}

/** Returns whether every one of ours lies in the peers' interval. One run each: an epoch is long, the interval says what that is worth. */
export async function accuracyCase(context: BenchContext, options: AccuracyCaseOptions): Promise<boolean> {
  const { models, dataFile, directory, emit, report } = context;
  const { pairs, heldout, learningRate } = options;
  const request = await trainingRequest(models, dataFile, { pairs, heldout, learningRate, seed: 1 }, directory);
  const place = { ...context, request };
  const python = options.peers.length > 0 ? (await context.peer()).python : "";
  const kept = await interleave<TrainingResult>(
    [
      ...options.peers.map((name) => ({ name, run: () => runPeer(name, python, place) })),
      ...options.ours.map((name) => ({ name, run: () => runOurs(name, place) })),
    ],
    { ...context.rounds, rounds: 1, triesMax: 1 },
    ({ contender, result }) => report(`${contender}: ${result.correct} of ${result.judged} right`),
  );
  let same = true;
  for (const ours of kept.filter(({ contender }) => options.ours.includes(contender as OurName)))
    for (const peer of kept.filter(({ contender }) => options.peers.includes(contender as PeerName))) {
      const [one, other] = [judged(ours, request.pairsTimed), judged(peer, request.pairsTimed)];
      const inside = one.accuracy >= other.low && one.accuracy <= other.high;
      if (!inside) same = false;
      emit({
        case: "accuracy",
        size: models.size,
        ours: ours.contender,
        peer: peer.contender,
        pairs: request.rows.length,
        heldout,
        learningRate,
        accuracy: { ours: one, peer: other },
        insidePeersInterval: inside,
        ratio: rounded(one.perSecond / other.perSecond),
        disturbed: ours.disturbed || peer.disturbed,
      });
    }
  return same;
}
