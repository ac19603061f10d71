/** Who trains: TRL in four ways, our engines in theirs. */
import { mkdtemp } from "node:fs/promises";
import path from "node:path";
import { type ChildRun, runChild } from "./child";
import { BenchError } from "./errors";
import type { PeakRequest } from "./matmul";
import type { BenchModels } from "./models";
import type { TrainingRequest } from "./training-request";

export type Precision = "float32" | "bfloat16";

export interface PeerSetting {
  precision: Precision;
  checkpointing: boolean;
  /** Pairs per micro-batch; as many are accumulated as make up a step. */
  batch: number;
}

export const PEERS = {
  /** What RewardConfig() gives: bf16 autocast, gradient checkpointing, batches of 8. */
  "trl-defaults": { precision: "bfloat16", checkpointing: true, batch: 8 },
  /** The fastest that TRL was found to go on a CPU: hardly any padding. */
  "trl-best": { precision: "bfloat16", checkpointing: false, batch: 1 },
  "trl-no-checkpointing": { precision: "bfloat16", checkpointing: false, batch: 8 },
  "trl-f32-batch8": { precision: "float32", checkpointing: false, batch: 8 },
  "trl-f32-batch1": { precision: "float32", checkpointing: false, batch: 1 },
} as const satisfies Record<string, PeerSetting>;
export type PeerName = keyof typeof PEERS;

/** Those that run where none are named. */
export const CPU_PEERS: readonly PeerName[] = ["trl-defaults", "trl-best", "trl-f32-batch8", "trl-f32-batch1"];

export const OURS = {
  "libtorch-bf16": { engine: "libtorch", precision: "bfloat16" },
  "libtorch-f32": { engine: "libtorch", precision: "float32" },
  "onnx-f32": { engine: "onnx", precision: "float32" },
  "wasm-f32": { engine: "wasm", precision: "float32" },
} as const satisfies Record<string, { engine: string; precision: Precision }>;
export type OurName = keyof typeof OURS;

export interface Comparison {
  ours: OurName;
  peer: PeerName;
  /** Issue 4's goal for SmolLM2-135M on 2 threads: our speed over the peer's. */
  goal: number;
}

/** Which ratios are reported. */
export const COMPARISONS: readonly Comparison[] = [
  { ours: "libtorch-bf16", peer: "trl-defaults", goal: 5 },
  { ours: "libtorch-bf16", peer: "trl-best", goal: 3 },
  { ours: "libtorch-f32", peer: "trl-f32-batch8", goal: 3.7 },
  { ours: "libtorch-f32", peer: "trl-f32-batch1", goal: 1.9 },
  { ours: "onnx-f32", peer: "trl-defaults", goal: 1 },
  { ours: "onnx-f32", peer: "trl-f32-batch1", goal: 1.5 },
];

/** Same arithmetic on both sides: then losses must agree, step by step. */
export function sameArithmetic(ours: OurName, peer: PeerName): boolean {
  return OURS[ours].precision === "float32" && PEERS[peer].precision === "float32";
}

export interface TrainingResult {
  seconds: number;
  /** Mean loss of every step, the warm-up step's first. */
  losses: number[];
  peakRssMib: number;
  gpuPeakMib?: number | null;
  /** Ours: the most that the engine said it holds, on the GPU where there is one. */
  engineMemoryMib?: number;
  engine?: string;
  /** Resident MiB by step. */
  rss?: Record<string, number>;
  /** Measured matrix products of the same process. */
  peakGflops?: number | null;
  correct?: number;
  judged?: number;
}

export interface TrainingPlace {
  models: BenchModels;
  request: TrainingRequest;
  directory: string;
  threads: number;
  /** For our child, beside this process's own. */
  environment?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

export function runPeer(name: PeerName, python: string, place: TrainingPlace): Promise<ChildRun<TrainingResult>> {
  const { models, request, directory, threads, signal } = place;
  const { config } = request;
  const { batch } = PEERS[name];
  if (config.pairsPerStep % batch !== 0)
    throw new BenchError(`${name}: ${config.pairsPerStep} pairs a step are no whole batches of ${batch}`);
  const program = {
    name,
    file: "peer/train.py",
    python,
    threads,
    request: {
      threads,
      model: models.reward,
      out: path.join(directory, `${name}-out`),
      pairs: request.rows,
      heldout: request.heldoutRows,
      steps: request.steps,
      tokens_per_row_max: config.tokensPerRowMax,
      learning_rate: config.learningRateMax,
      beta1: config.beta1,
      beta2: config.beta2,
      epsilon: config.epsilon,
      clip: config.gradientClipNorm,
      ...PEERS[name],
      accumulation: config.pairsPerStep / batch,
    },
  };
  return runChild(program, directory, signal);
}

export interface OurExtras {
  /** Further fields of the configuration. */
  config?: Record<string, unknown>;
  rssAtSteps?: number[];
  peak?: PeakRequest;
}

export async function runOurs(
  name: OurName,
  place: TrainingPlace,
  { config = {}, rssAtSteps = [], peak }: OurExtras = {},
): Promise<ChildRun<TrainingResult>> {
  const { models, request, directory, threads, environment, signal } = place;
  const outDirectory = await mkdtemp(path.join(directory, "run-"));
  const program = {
    name,
    file: "ours/train.ts",
    threads,
    environment: environment ?? {},
    request: {
      config: { ...request.config, ...OURS[name], ...config },
      data: request.data,
      baseModel: models.reward,
      outDirectory,
      rssAtSteps,
      peak: peak ?? null,
      heldout: request.heldoutFile,
    },
  };
  return runChild(program, directory, signal);
}
