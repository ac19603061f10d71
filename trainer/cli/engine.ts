/** `pairwright-trainer engine list | install`: what can do the arithmetic here, and how to get more. */
import os from "node:os";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { Command } from "commander";
import { chooseEngine, ENGINES, type EngineName } from "../engines";
import { InstallError, installLibtorch } from "../engines/libtorch/install";
import { INSTALL_COMMAND, setLibtorchDirectory } from "../engines/libtorch/installation";

/**
 * Points the engines at their installed parts: PAIRWRIGHT_LIBTORCH, else below PAIRWRIGHT_HOME, else the home directory. Call it
 * before an engine is prepared: PyTorch's OpenMP reads its own setting when it loads.
 */
export function setEngineDirectories(environment: NodeJS.ProcessEnv = process.env): void {
  // Spinning threads starve each other where other work shares the cores: measured 15 s against 1.3 s for the same numbers.
  environment.OMP_WAIT_POLICY ??= "PASSIVE";
  const { PAIRWRIGHT_LIBTORCH: own, PAIRWRIGHT_HOME: home } = environment;
  if (own !== undefined && own !== "") setLibtorchDirectory(own);
  else setLibtorchDirectory(path.join(home || path.join(os.homedir(), ".pairwright"), "engines", "libtorch"));
}

const MATMUL_SIZE = 512;
const MATMUL_MILLISECONDS_MIN = 300;

/** Measured speed of float32 matrix products on the prepared engine, in 10^9 operations a second. */
async function measureMatmulGflops(): Promise<number> {
  const matrix = tf.tidy(() =>
    tf.reshape(tf.linspace(-1, 1, MATMUL_SIZE ** 2), [MATMUL_SIZE, MATMUL_SIZE]),
  ) as tf.Tensor2D;
  const once = async () => {
    // Reading one sum waits until the product is there.
    const sum = tf.tidy(() => tf.sum(tf.matMul(matrix, matrix)));
    await sum.data();
    sum.dispose();
  };
  await once();
  const start = performance.now();
  let rounds = 0;
  do {
    await once();
    rounds++;
  } while (performance.now() - start < MATMUL_MILLISECONDS_MIN);
  matrix.dispose();
  return (2 * MATMUL_SIZE ** 3 * rounds) / ((performance.now() - start) * 1e6);
}

interface EngineRow {
  name: EngineName;
  available: boolean;
  /** Versions where it is there, otherwise why it is not. */
  detail: string;
  device: string | null;
  threads: number | null;
  matmulGflops: number | null;
  /** The command that gets it, where one does. */
  install: string | null;
}

async function inspectEngine(name: EngineName): Promise<EngineRow> {
  const install = name === "libtorch" ? INSTALL_COMMAND : null;
  try {
    const { engine } = await chooseEngine(name);
    const { device, threads, versions } = engine.describe();
    const detail = Object.entries(versions).map(([library, version]) => `${library} ${version}`);
    const gflops = Math.round((await measureMatmulGflops()) * 10) / 10;
    return { name, available: true, detail: detail.join(", "), device, threads, matmulGflops: gflops, install: null };
  } catch (error) {
    const detail = (error as Error).message;
    return { name, available: false, detail, device: null, threads: null, matmulGflops: null, install };
  }
}

function printRow(row: EngineRow): void {
  if (!process.stdout.isTTY) {
    console.log(JSON.stringify(row));
    return;
  }
  const speed = row.available
    ? `${row.device}, ${row.threads} thread(s), ${row.matmulGflops} GFLOP/s`
    : "not available";
  console.log(`${row.name.padEnd(10)} ${speed}\n${" ".repeat(11)}${row.detail}`);
}

async function installEngine(name: string, options: { directory?: string }): Promise<void> {
  if (name !== "libtorch") {
    const known = (ENGINES as readonly string[]).includes(name);
    throw new InstallError(
      known
        ? `engine ${name} comes with the npm packages: nothing to install`
        : `there is no engine "${name}" to install`,
    );
  }
  const { directory, installation, check, did } = await installLibtorch({
    ...options,
    compiler: process.env.CXX || "g++",
    environment: process.env,
    report: (step) => console.error(step),
  });
  const facts = { directory, did, ...installation, ...check, device: installation.device };
  if (!process.stdout.isTTY) console.log(JSON.stringify(facts));
  else
    console.log(
      `libtorch is ready: PyTorch ${installation.torchVersion} on ${installation.device}, ${check.matmulGflops.toFixed(0)} GFLOP/s, in ${directory}`,
    );
}

/** Adds `engine` to a program, and points every command of it at the installed engines. */
export function addEngineCommands(program: Command): void {
  program.hook("preAction", () => setEngineDirectories());
  const engine = program.command("engine").description("the engines that do the arithmetic");
  engine
    .command("list")
    .description("show each engine: there or not and why, its device, its measured speed")
    .action(async () => {
      for (const name of ENGINES) printRow(await inspectEngine(name));
    });
  engine
    .command("install")
    .description("install an engine that npm does not bring (libtorch: PyTorch from the Python package index)")
    .argument("<name>", "libtorch")
    .option("--directory <path>", "where to install it; name the same folder in PAIRWRIGHT_LIBTORCH to use it")
    .action((name: string, options: { directory?: string }) => installEngine(name, options));
}
