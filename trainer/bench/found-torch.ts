/** An addon for a PyTorch that is already on the machine: built once against it, kept in the bench's own folder. Nothing is fetched. */
import { mkdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { installLibtorch } from "../engines/libtorch/install";
import { MANIFEST_FILE, PACKAGES_FOLDER, readInstallation } from "../engines/libtorch/installation";
import { runProcess } from "../engines/libtorch/processes";

const PROGRAM = [
  "import json, os, torch",
  "print(json.dumps({'packages': os.path.dirname(os.path.dirname(torch.__file__)), 'version': torch.__version__,",
  " 'gpu': torch.cuda.get_device_name(0) if torch.cuda.is_available() else None, 'cuda': torch.version.cuda}))",
].join("\n");

export interface FoundTorch {
  /** The folder that holds `torch`. */
  packages: string;
  version: string;
  /** Name of the first GPU that this PyTorch sees. */
  gpu: string | null;
  /** The CUDA that it was built for. */
  cuda: string | null;
}

/** The PyTorch that a Python imports; null where it has none. */
export async function findTorch(python: string): Promise<FoundTorch | null> {
  const { status, output } = await runProcess(python, ["-c", PROGRAM]);
  const line = output.trimEnd().split("\n").pop() ?? "";
  return status === 0 && line.startsWith("{") ? (JSON.parse(line) as FoundTorch) : null;
}

/** No sources have this hash: the installer then builds the addon anew. */
const STALE = "0".repeat(64);

/** The directory to run the libtorch engine from. Throws InstallError where the addon does not build or work. */
export async function addonFor(
  torch: FoundTorch,
  directory: string,
  compiler: string,
  report: (line: string) => void,
): Promise<string> {
  const packages = path.join(directory, PACKAGES_FOLDER);
  const linked = await readlink(packages).catch(() => null);
  if (linked === torch.packages && (await readInstallation(directory)).usable) return directory;
  report(`building the addon against PyTorch ${torch.version}`);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await symlink(torch.packages, packages);
  const stale = {
    formatVersion: 1,
    torchVersion: torch.version,
    variant: torch.cuda === null || torch.gpu === null ? "cpu" : "cuda",
    device: torch.gpu ?? "cpu",
    platform: process.platform,
    architecture: process.arch,
    sourcesSha256: STALE,
    installedAt: new Date().toISOString(),
    buildSeconds: 0,
    matmulGflops: 1,
  };
  await writeFile(path.join(directory, MANIFEST_FILE), JSON.stringify(stale));
  await installLibtorch({ directory, compiler, environment: process.env, report });
  return directory;
}
