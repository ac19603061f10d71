/**
 * `npm run bench:gpu`: our trainer against TRL in bf16 on one GPU. Needs Node, a C++ compiler and a Python with PyTorch (and TRL for
 * the comparison); no data, no model and no network. It builds the addon against that PyTorch, draws random weights in the shape of
 * Llama-3.2-1B and Qwen2.5-0.5B, and pairs whose lengths follow hh-rlhf's. Without a GPU it runs a toy shape on the CPU, which is
 * what its test does.
 */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Command, Option } from "commander";
import { runProcess } from "../engines/libtorch/processes";
import { OURS, type OurName, PEERS, type PeerName, runOurs, runPeer, type TrainingResult } from "./contenders";
import { machineLine } from "./context";
import { BenchError } from "./errors";
import { comparisonFields, medianOf, rounded } from "./figures";
import { type FlopsRow, flopsOfRows } from "./flops";
import { addonFor, findTorch } from "./found-torch";
import { GPU_SHAPES, type GpuShape, gpuModels } from "./gpu-models";
import { bothRan, interleave, type Kept } from "./rounds";
import { syntheticPairs } from "./synthetic";
import { requestOf } from "./training-request";

export interface GpuFlags {
  shape?: GpuShape[];
  python: string;
  engine: OurName;
  peer: "trl" | "none";
  pairsPerStep: number;
  /** Timed steps; one more warms up. */
  steps: number;
  rounds: number;
  home: string;
  out?: string;
}

/** Issue 4's goals on a GPU. */
const RATIO_GOAL = 3;
const MFU_GOAL = 0.5;
const GPU_PEERS: readonly PeerName[] = ["trl-defaults", "trl-no-checkpointing"];
const SQUARE_SIDE = { gpu: 8192, cpu: 256 } as const;

export interface GpuBench {
  emit: (line: Record<string, unknown>) => void;
  report: (line: string) => void;
}

interface Machine {
  gpu: string | null;
  /** For our children. */
  environment: Record<string, string>;
  peers: readonly PeerName[];
  threads: number;
}

async function hasTrl(python: string): Promise<boolean> {
  return (await runProcess(python, ["-c", "import trl, transformers, datasets"])).status === 0;
}

/** Looks for PyTorch and TRL, and builds the addon. The toy shape goes without either on an engine that needs neither. */
async function prepare(flags: GpuFlags, report: GpuBench["report"]): Promise<Machine> {
  const torch = await findTorch(flags.python);
  const needsTorch = OURS[flags.engine].engine === "libtorch";
  if (torch === null && needsTorch)
    throw new BenchError(`${flags.python} has no PyTorch: name a Python that has one with --python`);
  const environment: Record<string, string> = {};
  if (torch !== null && needsTorch) {
    const compiler = process.env.CXX || "g++";
    environment.PAIRWRIGHT_LIBTORCH = await addonFor(torch, path.join(flags.home, "gpu-libtorch"), compiler, report);
  }
  const withPeer = flags.peer === "trl" && torch !== null && (await hasTrl(flags.python));
  if (flags.peer === "trl" && !withPeer) report(`${flags.python} has no TRL: ours runs alone`);
  const gpu = torch?.gpu ?? null;
  const peers = withPeer ? GPU_PEERS : [];
  return { gpu, environment, peers, threads: gpu === null ? Math.min(2, os.cpus().length) : os.cpus().length };
}

function speedLine(
  kept: readonly Kept<TrainingResult>[],
  shape: string,
  flags: GpuFlags,
  work: { pairs: number; flops: number },
) {
  const ours = kept.filter(({ contender }) => contender === flags.engine);
  const seconds = medianOf(kept, flags.engine, ({ result }) => result.seconds);
  const peakGflops = Math.max(...ours.map(({ result }) => result.peakGflops ?? 0));
  return {
    case: "gpu-alone",
    size: shape,
    ours: flags.engine,
    pairs: work.pairs,
    rounds: ours.length,
    oursPerSecond: rounded(work.pairs / seconds),
    modelTflops: rounded(work.flops / seconds / 1e12),
    peakTflops: rounded(peakGflops / 1e3),
    mfu: rounded(work.flops / seconds / 1e9 / peakGflops, 3),
    goal: MFU_GOAL,
    engineMemoryMib: medianOf(kept, flags.engine, ({ result }) => result.engineMemoryMib ?? 0),
  };
}

async function runShape(shape: GpuShape, flags: GpuFlags, machine: Machine, bench: GpuBench, directory: string) {
  const models = await gpuModels(shape, flags.home);
  const scale = shape === "toy" ? 0.2 : 1;
  const pairs = syntheticPairs(flags.pairsPerStep * (flags.steps + 1), 1, scale);
  const settings = { learningRate: 1e-6, seed: 1, pairsPerStep: flags.pairsPerStep };
  const request = await requestOf(models, pairs, [], settings, directory);
  const { hiddenSize, intermediateSize } = models.config;
  const { gpu, environment, threads } = machine;
  const place = { models, request, directory, threads, environment };
  const peak = {
    tokens: gpu === null ? 512 : 8192,
    inputs: hiddenSize,
    outputs: intermediateSize,
    side: gpu === null ? SQUARE_SIDE.cpu : SQUARE_SIDE.gpu,
  };
  const onFailed = (contender: string, cause: Error) =>
    bench.emit({ failed: contender, size: shape, why: cause.message });
  const kept = await interleave<TrainingResult>(
    [
      ...machine.peers.map((name) => ({ name, run: () => runPeer(name, flags.python, place) })),
      { name: flags.engine, run: () => runOurs(flags.engine, place, { peak }) },
    ],
    // On a GPU the cores only feed it; other work on them is reported with the line, not a reason to repeat.
    { rounds: flags.rounds, foreignShareMax: 1, triesMax: 1, report: bench.report, onFailed },
    ({ contender, round, result }) =>
      bench.report(
        `${shape} round ${round + 1}: ${contender} ${(request.pairsTimed / result.seconds).toFixed(2)} pairs/s`,
      ),
  );
  if (!bothRan(kept, flags.engine, flags.engine)) throw new BenchError(`${flags.engine} did not train ${shape}`);
  const rows: FlopsRow[] = request.rows.slice(-request.pairsTimed);
  bench.emit(
    speedLine(kept, shape, flags, {
      pairs: request.pairsTimed,
      flops: flopsOfRows(models.config, rows, request.config),
    }),
  );
  for (const peer of machine.peers.filter((name) => bothRan(kept, flags.engine, name)))
    bench.emit({
      case: "gpu",
      size: shape,
      ours: flags.engine,
      peer,
      peerSetting: PEERS[peer],
      unit: "pairs/s",
      pairs: request.pairsTimed,
      pairsPerStep: flags.pairsPerStep,
      goal: peer === "trl-defaults" ? RATIO_GOAL : null,
      ...comparisonFields(kept, flags.engine, peer, ({ result }) => request.pairsTimed / result.seconds),
      gpuMemoryMib: {
        ours: medianOf(kept, flags.engine, ({ result }) => result.engineMemoryMib ?? 0),
        peer: medianOf(kept, peer, ({ result }) => result.gpuPeakMib ?? 0),
      },
    });
}

/** Runs every shape that was asked for; the toy alone where there is no GPU. */
export async function gpuBench(flags: GpuFlags, bench: GpuBench): Promise<void> {
  const machine = await prepare(flags, bench.report);
  const shapes = flags.shape ?? (machine.gpu === null ? ["toy"] : ["qwen2.5-0.5b", "llama-3.2-1b"]);
  if (machine.gpu === null)
    bench.report("no GPU: the toy shape on the CPU says that the bench works, nothing of speed");
  bench.emit({ ...machineLine(machine.threads), gpu: machine.gpu });
  const directory = await mkdtemp(path.join(os.tmpdir(), "pairwright-gpu-"));
  try {
    for (const shape of shapes) await runShape(shape, flags, machine, bench, directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export function gpuProgram(environment: NodeJS.ProcessEnv): Command {
  const home = path.join(environment.PAIRWRIGHT_HOME || path.join(os.homedir(), ".pairwright"), "bench");
  const peerEnvironment = environment.PAIRWRIGHT_PEER_ENV;
  return new Command("bench:gpu")
    .description("Our trainer against TRL in bf16 on one GPU, one JSON line a case.")
    .addOption(new Option("--shape <names...>", "model shapes").choices(GPU_SHAPES))
    .option(
      "--python <program>",
      "a Python with PyTorch",
      peerEnvironment ? path.join(peerEnvironment, "bin", "python") : "python3",
    )
    .addOption(new Option("--engine <name>", "of ours").choices(Object.keys(OURS)).default("libtorch-bf16"))
    .addOption(new Option("--peer <name>", "whom to run beside us").choices(["trl", "none"]).default("trl"))
    .option("--pairs-per-step <n>", "pairs per optimizer step, both sides", Number, 64)
    .option("--steps <n>", "timed steps", Number, 5)
    .option("--rounds <n>", "interleaved rounds", Number, 3)
    .option("--home <directory>", "weights and the addon are kept there", home)
    .option("--out <file>", "append the JSON lines there too");
}
