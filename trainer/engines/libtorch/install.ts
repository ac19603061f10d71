/**
 * Installs the libtorch engine: fetches PyTorch, builds the addon against it, checks it. Everything happens in a folder beside the
 * final one, which takes its name only when all of it worked; running it again checks what is there or rebuilds a stale addon.
 */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { installThrough } from "../install/staging";
import { buildAddon, checkCompiler, type SelfCheck, selfCheck } from "./build";
import {
  ADDON_FILE,
  type Installation,
  libtorchDirectory,
  MANIFEST_FILE,
  PACKAGES_FOLDER,
  processorName,
  readInstallation,
  sourcesSha256,
} from "./installation";
import { InstallError } from "./processes";
import { findGpu, installWheel, parseTorchVersion, type Variant } from "./wheel";

export { InstallError } from "./processes";

export interface InstallOptions {
  directory?: string;
  /** C++ compiler, for example "g++". */
  compiler: string;
  /** Environment for pip. */
  environment: NodeJS.ProcessEnv;
  /** Called with one line per step. */
  report: (step: string) => void;
}

export interface InstallResult {
  directory: string;
  installation: Installation;
  check: SelfCheck;
  /** What was done: everything, only a new build of the addon, or nothing. */
  did: "installed" | "rebuilt" | "nothing";
}

/** Builds into a temporary name, checks, then puts addon and manifest in place. */
async function buildInto(directory: string, variant: Variant, gpu: string | null, options: InstallOptions) {
  options.report("building the addon (about half a minute)");
  const started = performance.now();
  const fresh = path.join(directory, `building-${process.pid}-${ADDON_FILE}`);
  try {
    await buildAddon(directory, fresh, variant, options.compiler);
    const buildSeconds = (performance.now() - started) / 1000;
    options.report("checking it: a matrix product");
    const check = await selfCheck(fresh);
    if (variant === "cuda" && check.device === "cpu")
      options.report(
        "note: a GPU was found but PyTorch does not see it (is the driver new enough?); the engine will use the CPU",
      );
    const versionFile = path.join(directory, PACKAGES_FOLDER, "torch", "version.py");
    const installation: Installation = {
      formatVersion: 1,
      torchVersion: parseTorchVersion(await readFile(versionFile, "utf8")),
      variant,
      device: check.device === "cuda" ? `cuda:0 ${gpu ?? ""}`.trim() : "cpu",
      platform: process.platform,
      architecture: process.arch,
      processor: processorName(),
      sourcesSha256: await sourcesSha256(),
      installedAt: new Date().toISOString(),
      buildSeconds: Math.round(buildSeconds * 10) / 10,
      matmulGflops: Math.round(check.matmulGflops * 10) / 10,
    };
    await rename(fresh, path.join(directory, ADDON_FILE));
    const manifest = path.join(directory, MANIFEST_FILE);
    await writeFile(`${manifest}.new`, `${JSON.stringify(installation, null, 2)}\n`);
    await rename(`${manifest}.new`, manifest);
    return { installation, check };
  } finally {
    await rm(fresh, { force: true });
  }
}

async function installAnew(directory: string, options: InstallOptions): Promise<InstallResult> {
  const gpu = await findGpu();
  const variant: Variant = gpu === null ? "cpu" : "cuda";
  options.report(gpu === null ? "no NVIDIA GPU found: installing for the CPU" : `found ${gpu}: installing with CUDA`);
  const built = await installThrough(directory, async (staging) => {
    await installWheel(staging, variant, options.environment, options.report);
    return buildInto(staging, variant, gpu, options);
  });
  return { directory, did: "installed", ...built };
}

/** Installs, repairs or confirms. Throws InstallError with what to do. */
export async function installLibtorch(options: InstallOptions): Promise<InstallResult> {
  if (process.platform === "win32") throw new InstallError("the libtorch engine runs on Linux and macOS");
  const directory = path.resolve(options.directory ?? libtorchDirectory());
  const state = await readInstallation(directory);
  if (state.usable) {
    options.report(`already installed in ${directory}; checking it`);
    const check = await selfCheck(path.join(directory, ADDON_FILE));
    return { directory, installation: state.installation, check, did: "nothing" };
  }
  options.report(`compiler: ${await checkCompiler(options.compiler)}`);
  if (state.installation === null) return installAnew(directory, options);
  options.report(`${state.reason}: building it anew`);
  const built = await buildInto(directory, state.installation.variant, await findGpu(), options);
  return { directory, did: "rebuilt", ...built };
}
