/**
 * Trains with our recipe and times it: the clock starts after the first optimizer step, so neither loading nor tokenising nor the
 * first allocation counts, and stops with the last step, before anything is saved.
 */
import { rm } from "node:fs/promises";
import { chooseEngine, type EngineName, type Precision } from "../../engines";
import { evaluateReward } from "../../recipes/evaluate-reward";
import { type TrainRewardOptions, trainReward } from "../../recipes/train-reward";
import { measurePeakGflops, type PeakRequest } from "../matmul";
import { emit, peakRssMib, readRequest, rssMib } from "./protocol";

interface Request {
  config: Record<string, unknown>;
  data: string;
  baseModel: string;
  outDirectory: string;
  /** Steps at which the resident memory is noted. */
  rssAtSteps: number[];
  /** Measure the engine's matrix products first, of so many tokens with the model's width and MLP, and of a large square. */
  peak: PeakRequest | null;
  /** Pairs to judge the finished model on; null: the run ends with its last step, unsaved. */
  heldout: string | null;
}

const request = readRequest<Request>();
const losses: number[] = [];
const rss: Record<number, number> = {};
let engine = "";
let started = 0;
let engineMemoryMib = 0;
let peakGflops: number | null = null;

async function measurePeak(peak: PeakRequest): Promise<number> {
  const { engine: name, precision } = request.config as { engine: EngineName; precision: Precision };
  await chooseEngine(name, { precision });
  return measurePeakGflops(peak, precision);
}

function finishTiming() {
  const seconds = (performance.now() - started) / 1000;
  emit("end");
  return { seconds, losses, rss, engine, engineMemoryMib, peakGflops, peakRssMib: peakRssMib() };
}

async function run(): Promise<void> {
  let timed: ReturnType<typeof finishTiming> | null = null;
  if (request.peak !== null) peakGflops = await measurePeak(request.peak);
  const outcome = await trainReward({
    config: request.config as TrainRewardOptions["config"],
    data: request.data,
    baseModel: request.baseModel,
    outDirectory: request.outDirectory,
    onNote: (note) => {
      if (note.startsWith("engine ")) engine = note;
      console.error(note);
    },
    onMetric: (metric) => {
      losses.push(metric.loss);
      engineMemoryMib = Math.max(engineMemoryMib, Math.round(metric.memoryBytes / 2 ** 20));
      if (request.rssAtSteps.includes(metric.step)) rss[metric.step] = rssMib();
      if (metric.step === 1) {
        emit("start");
        started = performance.now();
      }
      if (metric.step < metric.stepsTotal) return;
      timed = finishTiming();
      if (request.heldout !== null) return;
      emit("result", timed);
      process.exit(0);
    },
  });
  if (request.heldout === null || outcome.modelDirectory === null || timed === null)
    throw new Error(`the run ended early, ${outcome.status} after step ${outcome.step}`);
  const report = await evaluateReward({
    modelDirectory: outcome.modelDirectory,
    data: request.heldout,
    task: "helpfulness",
    engine: request.config.engine as "libtorch",
    tokensPerRowMax: request.config.tokensPerRowMax as number,
  });
  emit("result", { ...(timed as object), correct: report.overall.correct, judged: report.overall.n });
}

process.on("exit", () => void rm(request.outDirectory, { recursive: true, force: true }));
await run();
