/** Scores groups of token rows (a pair, or K candidates of one prompt) with a loaded model and times it, without loading. */
import type { EngineName, Precision } from "../../engines";
import { scoreRows, withScorer } from "../../recipes/scorer";
import { emit, peakRssMib, readRequest } from "./protocol";

interface Request {
  engine: EngineName;
  precision: Precision;
  model: string;
  /** One list of groups per call; the first call warms up and is not timed. */
  calls: number[][][][];
}

const { model: modelDirectory, engine, precision, calls } = readRequest<Request>();
let chosen = "";
const onNote = (note: string) => {
  chosen = note;
};
await withScorer({ modelDirectory, engine, precision, onNote }, async (scorer) => {
  const score = (groups: number[][][]) =>
    scoreRows(
      scorer,
      groups.map((rows) => ({ rows })),
    );
  const [warmUp = [], ...timed] = calls;
  await score(warmUp);
  emit("start");
  const started = performance.now();
  const rewards: number[][] = [];
  for (const groups of timed) rewards.push(...(await score(groups)));
  const seconds = (performance.now() - started) / 1000;
  emit("end");
  emit("result", { seconds, rewards, engine: chosen, peakRssMib: peakRssMib() });
});
