/**
 * Trains with our recipe and times it: the clock starts after the first optimizer step, so neither loading nor tokenising nor the
 * first allocation counts, and stops with the last step, before anything is saved.
 */
import { rm } from "node:fs/promises";
import { chooseEngine, type EngineName, type Precision } from "../../engines";
import { evaluateReward } from "../../recipes/evaluate-reward";
import { type TrainRewardOptions, trainReward } from "../../recipes/train-reward";
import { type MatmulShape, measureMatmulGflops } from "../matmul";
import { emit, peakRssMib, readRequest, rssMib } from "./protocol";

interface Request {
  config: Record<string, unknown>;
  data: string;
  baseModel: string;
  outDirectory: string;
  /** Steps at which the resident memory is noted. */
  rssAtSteps: number[];
  /** Measure the engine's matrix products first, of so many tokens with the model's width and MLP, and of a large square. */
  peak: MatmulShape | null;
  /** Pairs to judge the finished model on; null: the run ends with its last step, unsaved. */
  heldout: string | null;
}

const request = readRequest<Request>();
const losses: number[] = [];
const rss: Record<number, number> = {};
let engine = "";
let started = 0;
let peakGflops: number | null = null;

/** The faster of the model's own shape and a square: what the machine can do at best. */
async function measurePeak(shape: MatmulShape): Promise<number> {
  const { engine: name, precision } = request.config as { engine: EngineName; precision: Precision };
  await chooseEngine(name, { precision });
  const side = 1024;
  const square = await measureMatmulGflops({ tokens: side, inputs: side, outputs: side });
  return Math.max(square, await measureMatmulGflops(shape));
}

function finishTiming() {
  const seconds = (performance.now() - started) / 1000;
  emit("end");
  return { seconds, losses, rss, engine, peakGflops, peakRssMib: peakRssMib() };
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
