/**
 * Installs the tensorflow engine. tfjs-node's own installer fetches a TensorFlow of 2022 that today's GPUs do not run; here its
 * binding is built against the current wheel instead. Everything happens in a folder beside the final one, which takes its name
 * only when all of it worked.
 */
import { rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { installNpmPackages } from "../install/npm-packages";
import { installThrough } from "../install/staging";
import { checkCompiler } from "../libtorch/build";
import { InstallError } from "../libtorch/processes";
import { findGpu } from "../libtorch/wheel";
import { buildBinding, type SelfCheck, selfCheck } from "./build";
import {
  MANIFEST_FILE,
  readTensorflow,
  type TensorflowInstallation,
  TFJS_NODE,
  tensorflowDirectory,
} from "./installation";
import { installTensorflowWheel } from "./wheel";

/** What tfjs-node's installer and its model formats need; the kernels need none of it. */
const NOT_NEEDED = [
  "@tensorflow/tfjs",
  "@mapbox/node-pre-gyp",
  "adm-zip",
  "https-proxy-agent",
  "progress",
  "rimraf",
  "tar",
];

export interface TensorflowInstallOptions {
  directory?: string;
  /** C++ compiler, for example "g++". */
  compiler: string;
  /** Environment for pip and npm. */
  environment: NodeJS.ProcessEnv;
  /** Called with one line per step. */
  report: (step: string) => void;
}

export interface TensorflowInstallResult {
  directory: string;
  installation: TensorflowInstallation;
  check: SelfCheck;
  did: "installed" | "nothing";
}

async function fill(staging: string, options: TensorflowInstallOptions) {
  const { report, environment, compiler } = options;
  const gpu = process.platform === "linux" ? await findGpu() : null;
  const variant = gpu === null ? "cpu" : "cuda";
  report(gpu === null ? "no NVIDIA GPU found: installing for the CPU" : `found ${gpu}: installing with CUDA`);
  await installTensorflowWheel(staging, variant, environment, report);
  report("fetching the sources of its binding from npm");
  await installNpmPackages(staging, { dependencies: TFJS_NODE, without: NOT_NEEDED }, environment);
  report("building the binding");
  const started = performance.now();
  await buildBinding(staging, compiler);
  const buildSeconds = Math.round((performance.now() - started) / 100) / 10;
  report("checking it");
  const check = await selfCheck(staging);
  if (variant === "cuda" && !check.gpu)
    report(
      "note: a GPU was found but TensorFlow does not see it (is the driver new enough?); the engine will use the CPU",
    );
  const installation: TensorflowInstallation = {
    formatVersion: 1,
    tensorflowVersion: check.tensorflowVersion,
    tfjsNodeVersion: TFJS_NODE["@tensorflow/tfjs-node"],
    variant,
    platform: process.platform,
    architecture: process.arch,
    installedAt: new Date().toISOString(),
    buildSeconds,
  };
  const file = path.join(staging, MANIFEST_FILE);
  await writeFile(`${file}.new`, `${JSON.stringify(installation, null, 2)}\n`);
  await rename(`${file}.new`, file);
  return { installation, check };
}

/** Installs or confirms. Throws InstallError with what to do. */
export async function installTensorflow(options: TensorflowInstallOptions): Promise<TensorflowInstallResult> {
  if (process.platform === "win32") throw new InstallError("the tensorflow engine runs on Linux and macOS");
  const directory = path.resolve(options.directory ?? tensorflowDirectory());
  const state = await readTensorflow(directory);
  if (state.usable) {
    options.report(`already installed in ${directory}; checking it`);
    return { directory, installation: state.installation, check: await selfCheck(directory), did: "nothing" };
  }
  options.report(`compiler: ${await checkCompiler(options.compiler)}`);
  const made = await installThrough(directory, (staging) => fill(staging, options));
  return { directory, did: "installed", ...made };
}
